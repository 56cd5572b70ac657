; The installer for Windows (Inno Setup 6). packaging/build passes Version, Folder and Icon.

[Setup]
AppId={{6E0B5D0A-5B7E-4F0C-9E2B-7A3C1D5E90C4}
AppName=ECGTwin Desktop
AppVersion={#Version}
AppPublisher=the ECGTwin Desktop authors
DefaultDirName={autopf}\ECGTwin Desktop
DefaultGroupName=ECGTwin Desktop
; A user without the rights of an administrator installs it for himself.
PrivilegesRequiredOverridesAllowed=dialog commandline
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
Compression=lzma2/max
SolidCompression=yes
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\ECGTwin Desktop.exe
LicenseFile={#Folder}\_internal\LICENSE

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\ECGTwin Desktop"; Filename: "{app}\ECGTwin Desktop.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\.ecgtwin\OpenWithProgids"; ValueType: string; ValueName: "ECGTwin.Session"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.ecgcourse\OpenWithProgids"; ValueType: string; ValueName: "ECGTwin.Course"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\ECGTwin.Session"; ValueType: string; ValueData: "ECGTwin session"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\ECGTwin.Session\shell\open\command"; ValueType: string; ValueData: """{app}\ECGTwin Desktop.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\ECGTwin.Course"; ValueType: string; ValueData: "ECGTwin course"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\ECGTwin.Course\shell\open\command"; ValueType: string; ValueData: """{app}\ECGTwin Desktop.exe"" ""%1"""

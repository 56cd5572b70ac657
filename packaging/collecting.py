"""What the recipe asks for: files to collect, and those of them that travel."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import linux
import parts

Entries = list[tuple[str, str, str]]


def version(root: Path) -> str:
    """The version of the program, without importing it."""
    text = (root / "ecgtwin_app" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    assert found is not None
    return found[1]


def data_files(root: Path) -> list[tuple[str, str]]:
    """Files that are no code, and their folders; the example ECG is pydicom's."""
    pydicom = Path(find_spec("pydicom").origin).parent
    return [
        (str(root / "resources"), "resources"),
        (str(root / "weights"), "weights"),
        (str(root / "LICENSE"), "."),
        (str(root / "NOTICE"), "."),
        (str(pydicom / "data" / "test_files" / "waveform_ecg.dcm"), "pydicom/data/test_files"),
    ]


def msvc_runtime() -> list[tuple[str, str]]:
    """Microsoft's C++ runtime, which torch, ONNX Runtime and Qt need and a bare Windows lacks."""
    system = Path(os.environ["SystemRoot"], "System32")
    names = ("msvcp140", "msvcp140_1", "msvcp140_2", "vcruntime140", "vcruntime140_1", "concrt140")
    there = [system / f"{name}.dll" for name in names]
    missing = [path.name for path in there if not path.is_file()]
    if missing:
        raise SystemExit(
            f"Install Microsoft's Visual C++ redistributable first; missing: {', '.join(missing)}."
        )
    return [(str(path), ".") for path in there]


def trimmed(binaries: Entries, datas: Entries, edition: str) -> tuple[Entries, Entries]:
    """Without what never travels, and without libraries that only that needed."""
    binaries = [entry for entry in binaries if not parts.is_dropped(entry[0], edition)]
    datas = [entry for entry in datas if not parts.is_dropped(entry[0], edition)]
    needed = _needed(binaries)
    kept = [entry for entry in binaries if entry[2] != "SYMLINK" and (_is_root(entry) or entry[1] in needed)]
    files = [entry for entry in datas if entry[2] != "SYMLINK"]
    places = {Path(entry[0]) for entry in (*kept, *files)}
    links = [entry for entry in (*binaries, *datas) if entry[2] == "SYMLINK"]
    return [*kept, *(link for link in links if Path(link[0]).parent / link[1] in places)], files


def _is_root(entry: tuple[str, str, str]) -> bool:
    """Whether nothing has to ask for it: an extension, a plugin, a library that is loaded by its name."""
    place, _, kind = entry
    place = place.replace("\\", "/")
    loaded_by_name = ("torch/", "onnxruntime/", "_soundfile_data/", "libpython", "Python")
    return (
        kind == "EXTENSION"
        or "/plugins/" in place
        or place.startswith(loaded_by_name)
        or place.endswith(".dll")
    )


def _needed(binaries: Entries) -> set[str]:
    """Source paths of all libraries that the roots need, directly or through others."""
    from PyInstaller.depend.bindepend import get_imports

    files = [entry for entry in binaries if entry[2] != "SYMLINK"]
    sources = {os.path.realpath(source): source for _, source, _ in files}
    by_name = {Path(source).name: source for source in sources.values()}
    waiting = [entry[1] for entry in files if _is_root(entry)]
    found: set[str] = set()
    while waiting:
        source = waiting.pop()
        if source in found:
            continue
        found.add(source)
        # On Linux PyInstaller asks `ldd`, which also tells what the named ones need, one that is left out among them.
        direct = linux.named_by(source) if sys.platform == "linux" else None
        for name, path in get_imports(source):
            if direct is not None and name not in direct:
                continue
            # Two packages may each bring a library of one name: the path, where it is known, tells them
            # apart.
            asked = sources.get(os.path.realpath(path)) if path else by_name.get(Path(name).name)
            if asked:
                waiting.append(asked)
    return found


def write_list(path: Path, analysis) -> None:
    """Write which file of this machine became which of the application: licences and SBOM follow."""
    entries = [
        (place, source)
        for toc in (analysis.pure, analysis.binaries, analysis.datas)
        for place, source, _ in toc
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries, indent=0), "utf-8")


def macos_information() -> dict:
    """`Info.plist`: sessions and courses are opened by this program."""
    kinds = (("ecgtwin", "ECGTwin session", "session"), ("ecgcourse", "ECGTwin course", "course"))
    return {
        "NSHighResolutionCapable": True,
        "LSMinimumSystemVersion": "13.0",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": title,
                "CFBundleTypeRole": "Editor",
                "LSItemContentTypes": [f"{parts.IDENTIFIER}.{kind}"],
            }
            for _, title, kind in kinds
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": f"{parts.IDENTIFIER}.{kind}",
                "UTTypeDescription": title,
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": [suffix]},
            }
            for suffix, title, kind in kinds
        ],
    }


def windows_version(text: str):
    """What Windows shows under the properties of the programs."""
    from PyInstaller.utils.win32 import versioninfo as win

    numbers = tuple(int(number) for number in (*re.findall(r"\d+", text), 0, 0, 0)[:4])
    words = {
        "CompanyName": "the ECGTwin Desktop authors",
        "FileDescription": parts.NAME,
        "FileVersion": text,
        "LegalCopyright": "Apache License 2.0",
        "ProductName": parts.NAME,
        "ProductVersion": text,
    }
    return win.VSVersionInfo(
        ffi=win.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            win.StringFileInfo(
                [win.StringTable("040904B0", [win.StringStruct(*pair) for pair in words.items()])]
            ),
            win.VarFileInfo([win.VarStruct("Translation", [0x0409, 1200])]),
        ],
    )

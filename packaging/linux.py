"""Linux: libraries without their symbols, the Debian package and the AppImage."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import parts

_DESKTOP = Path(__file__).resolve().parent / "linux"
_DRAWING = Path(__file__).resolve().parents[1] / "resources" / "icons" / "ecgtwin.svg"
#: Only what its makers left with symbols: libraries that were relinked for a wheel (numpy's, scipy's) break
#: when stripped.
_STRIPPED = (
    "PySide6/Qt/lib/*.so*", "_soundfile_data/*.so", "libpython3*", "onnxruntime/capi/*.so*",
    "python3*/lib-dynload/*.so", "safetensors/*.so", "torch/lib/*.so*",
)  # fmt: skip


def strip_libraries(folder: Path) -> None:
    """Take out symbols, which only a debugger reads: 90 MB of torch."""
    libraries = [path for pattern in _STRIPPED for path in folder.glob(f"_internal/{pattern}")]
    libraries = [path for path in libraries if not path.is_symlink() and _is_elf(path)]
    if libraries:
        subprocess.run(["strip", "--strip-unneeded", *libraries], check=True)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


# -- Debian -------------------------------------------------------------------------------------------


def deb(folder: Path, out: Path, edition: str, version: str, icons: Path) -> Path:
    """The package for Debian and Ubuntu: the folder, the command, the menu's entry, the kinds of files."""
    name = "ecgtwin" if edition == "standard" else f"ecgtwin-{edition}"
    other = f"ecgtwin-{parts.EDITIONS[-1]}" if edition == "standard" else "ecgtwin"
    tree = out / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    _install(folder, tree / "usr", icons)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/ecgtwin").symlink_to("../lib/ecgtwin/ecgtwin")
    documents = tree / "usr/share/doc" / name
    documents.mkdir(parents=True)
    shutil.copy(folder / "_internal" / "NOTICE", documents / "copyright")
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    control = {
        "Package": name,
        "Version": version,
        "Architecture": _output("dpkg", "--print-architecture").strip(),
        "Maintainer": "the ECGTwin Desktop authors <noreply@example.org>",
        "Installed-Size": str(size // 1024),
        "Depends": ", ".join(needed_packages(folder)),
        "Conflicts": other,
        "Section": "science",
        "Priority": "optional",
        "Description": "one patient's 12-lead ECG under another condition\n"
        " Makes and shows the twin of an ECG under another condition. Education and research\n"
        " only; not a medical device. Works offline.",
    }
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        "".join(f"{key}: {value}\n" for key, value in control.items()), "utf-8"
    )
    path = out / f"{name}_{version}_{control['Architecture']}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, path], check=True)
    shutil.rmtree(tree)
    return path


def needed_packages(folder: Path) -> list[str]:
    """Debian's packages of the libraries that those of the folder name and the folder does not bring."""
    brought = {path.name for path in folder.rglob("*.so*")}
    outside: dict[str, str] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and ".so" in path.name and _is_elf(path):
            told = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
            lies = dict(re.findall(r"^\s*(\S+) => (/\S+) ", told, re.MULTILINE))
            outside |= {name: lies[name] for name in named_by(path) - brought if name in lies}
    packages = {owner(path) for path in outside.values()}
    # The C library of the machine that builds is the oldest that will do.
    libc = _output("dpkg-query", "-W", "-f=${Version}", "libc6").split("-")[0]
    return [f"libc6 (>= {libc})", *sorted(name for name in packages if name and name != "libc6")]


def named_by(library: str | Path) -> set[str]:
    """The libraries that a library itself names; `ldd` also tells what the named ones need."""
    told = subprocess.run(
        ["readelf", "--dynamic", "--wide", library], capture_output=True, text=True, check=True
    )
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", told.stdout))


def owner(path: str | Path) -> str | None:
    """The package of Debian that a file belongs to; None where nobody owns it."""
    real = os.path.realpath(path)
    for asked in (str(path), real, real.removeprefix("/usr")):
        told = subprocess.run(["dpkg-query", "--search", asked], capture_output=True, text=True, check=False)
        if told.returncode == 0:
            return told.stdout.split(":")[0]
    return None


# -- AppImage -----------------------------------------------------------------------------------------


def appimage(folder: Path, path: Path, work: Path) -> Path:
    """One file that runs by itself: the runtime of AppImage (type 2) before a packed file system.

    Made by `appimagetool` where it is there, else by `mksquashfs` and the runtime that
    `ECGTWIN_APPIMAGE_RUNTIME` names.
    """
    tree = work / "AppDir"
    shutil.rmtree(tree, ignore_errors=True)
    _install(folder, tree / "usr", work / "icons")
    (tree / "AppRun").symlink_to("usr/lib/ecgtwin/ecgtwin")
    for name in (f"{parts.IDENTIFIER}.desktop", "ecgtwin.svg"):
        shutil.copy(next((tree / "usr").rglob(name)), tree / name)
    (tree / ".DirIcon").symlink_to("ecgtwin.svg")
    tool, runtime = shutil.which("appimagetool"), os.environ.get("ECGTWIN_APPIMAGE_RUNTIME")
    if tool:
        extra = ["--runtime-file", runtime] if runtime else []
        subprocess.run([tool, *extra, tree, path], check=True)
    else:
        packed = work / "AppDir.squashfs"
        packed.unlink(missing_ok=True)
        squash(tree, packed, runtime)
        with path.open("wb") as whole:
            for part in (Path(str(runtime)), packed):
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)
        packed.unlink()
    path.chmod(0o755)
    shutil.rmtree(tree)
    return path


def squash(tree: Path, packed: Path, runtime: str | None) -> None:
    """Pack a folder for a runtime of AppImage."""
    if shutil.which("mksquashfs") is None:
        raise SystemExit(
            "An AppImage needs appimagetool, or mksquashfs from Debian's package squashfs-tools."
        )
    if not runtime or not _is_elf(Path(runtime)):
        raise SystemExit(
            "An AppImage needs appimagetool, or its runtime of type 2 in a file that ECGTWIN_APPIMAGE_RUNTIME names."
        )
    subprocess.run(
        [
            "mksquashfs",
            tree,
            packed,
            "-root-owned",
            "-noappend",
            "-quiet",
            "-comp",
            "zstd",
            "-Xcompression-level",
            "19",
        ],
        check=True,
    )


# -- what both have -----------------------------------------------------------------------------------


def _install(folder: Path, usr: Path, icons: Path) -> None:
    """The application, its entry in menus, the kinds of files it opens, and its icons."""
    shutil.copytree(folder, usr / "lib/ecgtwin", symlinks=True)
    shared = usr / "share"
    for source, place in (
        (f"{parts.IDENTIFIER}.desktop", "applications"),
        (f"{parts.IDENTIFIER}.xml", "mime/packages"),
        (f"{parts.IDENTIFIER}.metainfo.xml", "metainfo"),
    ):
        (shared / place).mkdir(parents=True)
        shutil.copy(_DESKTOP / source, shared / place / source)
    for icon in sorted(icons.glob("ecgtwin-*.png")):
        size = icon.stem.split("-")[1]
        target = shared / f"icons/hicolor/{size}x{size}/apps"
        target.mkdir(parents=True)
        shutil.copy(icon, target / "ecgtwin.png")
    scalable = shared / "icons/hicolor/scalable/apps"
    scalable.mkdir(parents=True)
    shutil.copy(_DRAWING, scalable / "ecgtwin.svg")


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout

"""Build the packaged application from a fresh clone: `packaging/build --edition standard|research`.

Makes a virtual environment from packaging/locked, draws the icons, lets PyInstaller collect the program into
one folder, and lays licences, the list of parts (SBOM) and checksums into it. See packaging/README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import collecting
import icu
import linux
import lock
import parts
import signing

ROOT = Path(__file__).resolve().parents[1]
_HERE = ROOT / "packaging"
#: How hard xz tries. Measured with the standard edition on one core: 3 takes 74 s and gives 76.8 MB; zstd at 19 takes
#: 178 s and gives 77.2.
_XZ = 3
PACKAGES = {
    "linux": ("archive", "deb", "appimage"),
    "win32": ("archive", "installer"),
    "darwin": ("archive",),
}


def main() -> int:
    """Build what the command line asks for; returns the exit status."""
    options = _options()
    out = options.out.resolve() / options.edition
    work = options.out.resolve() / "work"
    python = options.environment or _environment(options.edition, work)
    _run([python, _HERE / "icons.py", work / "icons"])
    folder = _collect(python, options.edition, out, work)
    _run([python, _HERE / "licences.py", work / "collected.json", folder / "licences"])
    _run(
        [
            python,
            _HERE / "sbom.py",
            work / "collected.json",
            folder / "sbom.cdx.json",
            "--edition",
            options.edition,
        ]
    )
    signing.sign_programs(folder, sys.platform)
    write_sums(folder)
    made = [_PACKERS[kind](folder, out, options.edition, work) for kind in options.packages]
    if made:
        _write_lines(out / "SHA256SUMS", [f"{_digest(path)}  {path.name}" for path in made])
        signing.sign_sums(out / "SHA256SUMS")
    for path in (folder, *made):
        print(path)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="packaging/build", description="Build the packaged application.")
    parser.add_argument(
        "--edition",
        choices=parts.EDITIONS,
        default="standard",
        help="research: with torch; as a rule: standard",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER", help="as a rule: dist")
    parser.add_argument(
        "--packages",
        nargs="*",
        choices=PACKAGES[sys.platform],
        default=[],
        help="what is made of the folder, beside it",
    )
    parser.add_argument(
        "--environment",
        metavar="PYTHON",
        help="a Python that has the program's dependencies and its extra packaging already",
    )
    return parser.parse_args()


# -- the folder ---------------------------------------------------------------------------------------


def _environment(edition: str, work: Path) -> Path:
    """The Python of an environment with what this edition was locked to, made unless it is there."""
    locked = lock.FOLDER / f"{edition}.txt"
    folder = work / f"environment-{edition}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made_with = folder / locked.name
    if not made_with.is_file() or made_with.read_bytes() != locked.read_bytes():
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", folder])
        _run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", locked])
        shutil.copy(locked, made_with)
    return python


def _collect(python, edition: str, out: Path, work: Path) -> Path:
    """Let PyInstaller make the folder of the application."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    _run(
        [
            python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
            "--distpath", out, "--workpath", work / f"pyinstaller-{edition}", _HERE / "ecgtwin.spec",
            "--", "--edition", edition, "--icons", work / "icons", "--collected", work / "collected.json",
        ],
        env=environment,
    )  # fmt: skip
    folder = out / "ecgtwin"
    if sys.platform == "linux":
        linux.strip_libraries(folder)
        icu.slim_data(folder)
    return folder


# -- what is made of it -------------------------------------------------------------------------------


def write_sums(folder: Path) -> Path:
    """Write SHA256SUMS of every file of a folder; `sha256sum --check SHA256SUMS` reads it."""
    sums = folder / "SHA256SUMS"
    sums.unlink(missing_ok=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    _write_lines(sums, [f"{_digest(path)}  {path.relative_to(folder).as_posix()}" for path in files])
    return sums


def archive(folder: Path, out: Path, edition: str, work: Path) -> Path:
    """The folder in one file: a ZIP on Windows, elsewhere a tar packed with xz."""
    name = package_name(edition)
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(out / name), "zip", folder.parent, folder.name))
    path = out / f"{name}.tar.xz"
    with tarfile.open(path, "w:xz", preset=_XZ) as tar:
        if sys.platform == "darwin":
            # What is signed stays as it is: licences and the list of parts lie beside the bundle.
            for item in (out / f"{parts.NAME}.app", folder / "licences", folder / "sbom.cdx.json"):
                tar.add(item, f"{name}/{item.name}")
        else:
            tar.add(folder, name)
    return path


def package_name(edition: str) -> str:
    """ "ecgtwin-0.1.0-linux-x86_64", and "-research" where torch is in it."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    suffix = "" if edition == "standard" else f"-{edition}"
    return f"ecgtwin-{collecting.version(ROOT)}-{system}-{platform.machine().lower()}{suffix}"


def _deb(folder, out, edition, work):
    return linux.deb(folder, out, edition, collecting.version(ROOT), work / "icons")


def _appimage(folder, out, edition, work):
    return linux.appimage(folder, out / f"{package_name(edition)}.AppImage", work)


def _installer(folder, out, edition, work):
    """The installer for Windows, by Inno Setup."""
    compiler = shutil.which("iscc")
    if compiler is None:
        raise SystemExit("The installer needs Inno Setup; install it and put iscc on the PATH.")
    name = f"{package_name(edition)}-setup"
    _run(
        [
            compiler, f"/DVersion={collecting.version(ROOT)}", f"/DFolder={folder}", f"/O{out}", f"/F{name}",
            f"/DIcon={work / 'icons' / 'ecgtwin.ico'}", _HERE / "windows" / "ecgtwin.iss",
        ]
    )  # fmt: skip
    signing.sign_file(out / f"{name}.exe")
    return out / f"{name}.exe"


_PACKERS = {"archive": archive, "deb": _deb, "appimage": _appimage, "installer": _installer}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _run(command: list, **options) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"packaging/build: {Path(error.cmd[0]).name} failed with status {error.returncode}.")

"""Lay the licences of all parts into a folder: `python packaging/licences.py COLLECTED FOLDER`.

Run with the Python of the environment that the application was collected from.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from importlib.metadata import Distribution, distribution
from pathlib import Path

from gathered import gather

_TEXTS = Path(__file__).resolve().parent / "texts"
#: Packages whose wheels hold no text of their licence, or not that of the library in them.
_OWN_TEXTS = {
    "pyside6_essentials": ("LGPL-3.0", "GPL-3.0"),
    "shiboken6": ("LGPL-3.0", "GPL-3.0"),
    "soundfile": ("LGPL-2.1",),
}
_IS_LICENCE = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors|copyright)[^/]*$", re.IGNORECASE)


def main(collected: Path, folder: Path) -> None:
    """Write the folder anew; ends with a sentence where a part has no licence text."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(_TEXTS / "README.txt", folder)
    parts = gather(collected)
    # PyInstaller's loader is the program that starts.
    for name, package in (*parts.python.items(), ("pyinstaller", distribution("pyinstaller"))):
        texts = [*_texts_of(package), *(_TEXTS / f"{text}.txt" for text in _OWN_TEXTS.get(name, ()))]
        if not texts:
            raise SystemExit(f"The package {name} has no licence text; add it to packaging/texts.")
        _lay(folder / name, texts)
    python = Path(sysconfig.get_path("stdlib"), "LICENSE.txt")
    _lay(folder / "python", [python if python.is_file() else Path(sys.base_prefix, "LICENSE.txt")])
    for name in parts.system:
        _lay(folder / name, [Path("/usr/share/doc", name, "copyright")])


def _texts_of(package: Distribution) -> list[Path]:
    """Files of licences that a package installs."""
    named = [
        file for file in package.files or () if _IS_LICENCE.search(file.as_posix()) and file.suffix != ".py"
    ]
    paths = [Path(str(package.locate_file(file))) for file in named]
    return [path for path in paths if path.is_file()]


def _lay(folder: Path, texts: list[Path]) -> None:
    """Copy texts into a folder; of several with one name each keeps its own."""
    folder.mkdir(exist_ok=True)
    for text in texts:
        target = folder / text.name
        number = 2
        while target.exists():
            target = folder / f"{text.stem}-{number}{text.suffix}"
            number += 1
        shutil.copyfile(text, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

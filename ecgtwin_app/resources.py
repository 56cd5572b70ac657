"""Where the program's own files lie: in a source tree, an installed wheel or a frozen application."""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_path(name: str) -> Path:
    """The path of a file of `resources/`, e.g. "words/conditions.de.json".

    Raises
    ------
    FileNotFoundError
        When it is not there: the installation is incomplete.
    """
    return _find("resources", name)


def weight_path(name: str) -> Path:
    """The path of a file of `weights/`; `FileNotFoundError` when it is not there."""
    return _find("weights", name)


def _find(folder, name):
    for root in _roots():
        path = root / folder / name
        if path.exists():
            return path
    raise FileNotFoundError(f"The program's file {folder}/{name} is missing; install the program again.")


def _roots():
    """Folders that may hold `resources/` and `weights/`, the most specific first."""
    bundle = getattr(sys, "_MEIPASS", None)  # where a frozen application unpacks itself
    if bundle:
        yield Path(bundle)
    yield _PACKAGE / "_data"
    yield _PACKAGE.parent

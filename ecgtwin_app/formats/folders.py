"""The recordings that lie in a folder."""

from __future__ import annotations

from pathlib import Path


def recordings_in(folder: Path) -> list[Path]:
    """The files of a folder, a WFDB record by its header only."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return [path for path in files if path.suffix == ".hea" or not path.with_suffix(".hea").is_file()]

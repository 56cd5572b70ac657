"""Raw results on disk, appended as they come, so that a run can stop anywhere and go on.

One JSON object a line in `NAME.jsonl`; arrays of fixed shape in a plain binary file beside it, one block a
line. A line that was cut short by a stop is dropped with its blocks when the store is opened again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

#: What is kept of every recording beside its row: the strip at 100 Hz in microvolts, straightened and
#: without pacing spikes, and the representative beat at 500 Hz in millivolts.
ARRAYS = {"strip": ((8, 1000), np.int16), "beat": ((8, 500), np.float16)}


class Store:
    """Rows and arrays under one name in a folder. For one process at a time.

    Parameters
    ----------
    arrays : mapping of str to (shape, type)
        What is kept beside each row; see `ARRAYS`.

    Attributes
    ----------
    rows : list of dict
    """

    def __init__(self, folder: Path, name: str, arrays: Mapping[str, tuple[tuple[int, ...], type]] = ARRAYS):
        folder.mkdir(parents=True, exist_ok=True)
        self._path, self._arrays = folder / f"{name}.jsonl", arrays
        self._blocks = {key: folder / f"{name}.{key}" for key in arrays}
        self.rows: list[dict] = []
        self._mend()

    def append(self, row: dict, arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Add a row; zeros where a recording has no arrays because it could not be measured."""
        for key, (shape, kind) in self._arrays.items():
            block = np.zeros(shape, kind) if arrays is None else np.asarray(arrays[key], kind)
            if block.shape != shape:
                raise ValueError(f"'{key}' has shape {block.shape} instead of {shape}.")
            with self._blocks[key].open("ab") as file:
                file.write(block.tobytes())
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.rows.append(row)

    def arrays(self, key: str) -> np.ndarray:
        """All blocks of one kind, shape (rows, ...), mapped from the file."""
        shape, kind = self._arrays[key]
        if not self.rows:
            return np.zeros((0, *shape), kind)
        return np.memmap(self._blocks[key], kind, "r", shape=(len(self.rows), *shape))

    def _mend(self):
        """Read what is whole and cut off the rest."""
        text = self._path.read_bytes() if self._path.exists() else b""
        end = 0
        for line in text.splitlines(keepends=True):
            try:
                row = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                row = None
            if row is None:
                break
            self.rows.append(row)
            end += len(line)
        if self._path.exists():
            with self._path.open("r+b") as file:
                file.truncate(end)
        for key, (shape, kind) in self._arrays.items():
            whole = len(self.rows) * int(np.prod(shape)) * np.dtype(kind).itemsize
            path = self._blocks[key]
            if path.exists() and path.stat().st_size >= whole:
                with path.open("r+b") as file:
                    file.truncate(whole)
            elif whole:
                raise ValueError(
                    f"{path.name} is shorter than {self._path.name}; delete both and draw again."
                )

"""A progress bar on standard error, only where somebody watches."""

from __future__ import annotations

import sys
from typing import Self

_WIDTH = 30


class ProgressBar:
    """One line that is drawn over and over on a terminal; silent anywhere else."""

    def __init__(self, stream=None):
        self._stream = stream or sys.stderr
        self.shown = self._stream.isatty()
        self._length = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        if self._length:
            self._stream.write("\n")

    def update(self, step: int, total: int, message: str = "") -> None:
        """Show `step` of `total`."""
        if not self.shown:
            return
        filled = round(_WIDTH * step / max(total, 1))
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {100 * step // max(total, 1):3d} %  {message}"
        self._stream.write("\r" + line.ljust(self._length))
        self._stream.flush()
        self._length = len(line)

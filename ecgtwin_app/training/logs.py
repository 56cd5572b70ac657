"""The log of a training."""

from __future__ import annotations

import logging
from pathlib import Path

from ecgtwin_app.training import parallel


def log_to(path: Path) -> None:
    """Log to the terminal and to a file, the first process everything and the others warnings."""
    logging.basicConfig(
        level=logging.INFO if parallel.rank() == 0 else logging.WARNING,
        format="%(asctime)s %(message)s",
        handlers=[logging.StreamHandler(), logging.FileHandler(path)],
    )

"""A long recording at a glance: from a short piece of every stretch, without reading all of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.formats.channels import lead_name
from ecgtwin_app.formats.ecg_file import EcgFile

#: Seconds that are read of each stretch at most: two beats or more.
PIECE_SECONDS = 2.0
#: Stretches handed over together.
_TOGETHER = 40


def overview(file: EcgFile, stretches: int = 1000) -> Iterator[tuple[int, np.ndarray]]:
    """Lowest and highest value of one lead (II, or the first there is) in each stretch of a file.

    Parameters
    ----------
    file : EcgFile
    stretches : int
        Into how many equal parts the recording is cut.

    Yields
    ------
    tuple of int and ndarray, shape (2, n)
        The first stretch of some that are done, and their values in mV about the median of each; NaN where
        samples are missing.
    """
    named = [lead_name(name) for name in file.names]
    row = next((named.index(lead) for lead in ("II", "I", "V5") if lead in named), 0)
    edges = np.linspace(0, file.samples, stretches + 1).astype(np.int64)
    longest = max(1, round(PIECE_SECONDS * file.rate))
    for begin in range(0, stretches, _TOGETHER):
        end = min(begin + _TOGETHER, stretches)
        done = np.full((2, end - begin), np.nan)
        for k in range(begin, end):
            first, last = int(edges[k]), int(max(edges[k] + 1, min(edges[k + 1], edges[k] + longest)))
            values = file.values(first, last)[row]
            values = values[np.isfinite(values)]
            if values.size:
                about = values - np.median(values)
                done[:, k - begin] = about.min(), about.max()
        yield begin, done

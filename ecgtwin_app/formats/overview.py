"""A long recording at a glance: from a short piece of every stretch, without reading all of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.formats.channels import lead_name
from ecgtwin_app.formats.ecg_file import EcgFile

#: Seconds that are read of each stretch at most: two beats or more.
PIECE_SECONDS = 2.0
#: Steps from coarse to fine, so that the whole is seen soon.
_STEPS = (16, 4, 1)
#: Stretches handed over together.
_TOGETHER = 20


def overview(file: EcgFile, stretches: int = 480) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Lowest and highest value of one lead (II, or the first there is) in each stretch of a file.

    Parameters
    ----------
    file : EcgFile
    stretches : int
        Into how many equal parts the recording is cut.

    Yields
    ------
    tuple of ndarray, shape (n,), and ndarray, shape (2, n)
        Some stretches, and their values in mV about the median of each; NaN where samples are missing.
    """
    named = [lead_name(name) for name in file.names]
    row = next((named.index(lead) for lead in ("II", "I", "V5") if lead in named), 0)
    edges = np.linspace(0, file.samples, stretches + 1).astype(np.int64)
    longest = max(1, round(PIECE_SECONDS * file.rate))
    order = list(dict.fromkeys(k for step in _STEPS for k in range(0, stretches, step)))
    for begin in range(0, stretches, _TOGETHER):
        some = np.array(order[begin : begin + _TOGETHER])
        reach = np.full((2, some.size), np.nan)
        for at, k in enumerate(some):
            first = int(edges[k])
            last = min(file.samples, max(first + 1, min(int(edges[k + 1]), first + longest)))
            values = file.values(first, last)[row]
            values = values[np.isfinite(values)]
            if values.size:
                about = values - np.median(values)
                reach[:, at] = about.min(), about.max()
        yield some, reach

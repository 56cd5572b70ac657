"""Samples that a file does not have: bridged where few, cut off at the ends of a strip, refused elsewhere."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError

#: Missing samples up to this long are bridged (less than a narrow QRS), longer gaps are refused.
LONGEST_GAP_S = 0.04
#: As much of a strip must be left where samples are missing at its ends.
_LEAST_LEFT, _LEAST_LEFT_S = 0.5, 1.0


def without_empty(rows: dict[str, np.ndarray]) -> tuple[str, ...]:
    """Take the leads that have no sample at all out of `rows`, unless none would be left; their names."""
    empty = tuple(lead for lead, row in rows.items() if np.isnan(row).all())
    if len(empty) == len(rows):
        return ()
    for lead in empty:
        del rows[lead]
    return empty


def ends_with_samples(rows: dict[str, np.ndarray], rate: float) -> tuple[int, int]:
    """The stretch in which all leads have samples at both ends.

    A few samples that only some leads lack are left to be bridged, and so is everything where too little
    would be left.

    Returns
    -------
    tuple of int
        The first sample to keep and the one after the last.
    """
    there = np.stack([~np.isnan(row) for row in rows.values()])
    samples = there.shape[1]
    if not there.any(axis=1).all():
        return 0, samples
    starts = there.argmax(axis=1)
    ends = samples - there[:, ::-1].argmax(axis=1)
    few = LONGEST_GAP_S * rate
    first = int(starts.max() if starts.max() - starts.min() > few else starts.min())
    last = int(ends.min() if ends.max() - ends.min() > few else ends.max())
    enough = max(_LEAST_LEFT * samples, _LEAST_LEFT_S * rate)
    return (first, last) if last - first >= enough else (0, samples)


def bridged(name: str, lead: str, row: np.ndarray, rate: float) -> np.ndarray:
    """`row` with short runs of NaN interpolated; `row` itself when it has none.

    Raises
    ------
    EcgError
        A run is too long.
    """
    missing = np.isnan(row)
    if not missing.any():
        return row
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(np.int8), [0]])))
    longest = int(np.max(edges[1::2] - edges[::2]))
    if longest > LONGEST_GAP_S * rate:
        raise EcgError(
            "{file} has no samples of lead {lead} for {seconds:.3g} s, so the lead cannot be used; "
            "choose a piece without gaps (start and length).",
            file=name,
            lead=lead,
            seconds=longest / rate,
        )
    at = np.arange(row.size)
    return np.where(missing, np.interp(at, at[~missing], row[~missing]), row)

"""The difference trace: twin less reference, beat laid on beat."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.report.beat_alignment import beat_times

_known: WeakKeyDictionary[Recording, tuple[Recording, Recording]] = WeakKeyDictionary()


def difference_trace(reference: Recording, twin: Recording) -> Recording:
    """Twin less reference in mV at the twin's rate and times.

    Every twin's beat is laid on the reference's beat that is nearest in time; in between, from half-way to
    the next beat on, that beat's shift holds. Where the reference has no sample, there is no difference.
    """
    cached = _known.get(twin)
    if cached is None or cached[0] is not reference:
        cached = _known[twin] = reference, _difference(reference, twin)
    return cached[1]


def _difference(reference, twin):
    present = [lead for lead in LEADS if lead in reference.leads and lead in twin.leads]
    time = np.arange(twin.samples) / twin.rate
    theirs, ours = beat_times(reference), beat_times(twin)
    shift = np.zeros_like(time)
    if theirs.size and ours.size:
        nearest = theirs[np.argmin(np.abs(theirs[:, None] - ours), axis=0)]
        edges = (ours[:-1] + ours[1:]) / 2
        shift = (nearest - ours)[np.searchsorted(edges, time)]
    signal = np.full((len(present), time.size), np.nan, np.float32)
    for row, lead in enumerate(present):
        values = np.nan_to_num(reference.lead(lead).astype(np.float64))
        values = values - np.median(values)
        if reference.rate != twin.rate:
            values = resample_array(values[None], reference.rate, twin.rate)[0]
        own = twin.lead(lead) - np.nanmedian(twin.lead(lead))
        grid = np.arange(values.size) / twin.rate
        signal[row] = own - np.interp(time + shift, grid, values, left=np.nan, right=np.nan)
    return Recording(
        signal, twin.rate, tuple(present), source="difference", synthetic=True, provenance=twin.provenance
    )

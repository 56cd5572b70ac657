"""What of a recording is to be filled in, as a mask (leads, samples): from leads and spans, and what the lead laws add."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from ecgtwin_app.ecg.measurement.bad_spans import BadSpan, bad_spans
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import LIMB_LEADS
from ecgtwin_app.ecg.signal.recording import EcgError, Recording

#: Limb leads that differ from what the lead laws say by less than this (mV) were computed from two of them.
SAME = 0.02


def mask_of(
    recording: Recording,
    leads: Sequence[str] = (),
    spans: Sequence[tuple[float, float]] = (),
) -> np.ndarray:
    """Some leads over some spans of time.

    Parameters
    ----------
    recording : Recording
    leads : sequence of str
        All leads unless given.
    spans : sequence of (float, float)
        Start and end, seconds; all of the recording unless given.

    Returns
    -------
    ndarray, shape (leads, samples), bool

    Raises
    ------
    EcgError
        There is no such lead, or a span does not lie in the recording.
    """
    unknown = [lead for lead in leads if lead not in recording.leads]
    if unknown:
        raise EcgError(
            "This recording has no lead {lead}; choose from {leads}.",
            lead=unknown[0],
            leads=", ".join(recording.leads),
        )
    columns = np.zeros(recording.samples, dtype=bool)
    for start, end in spans:
        first, last = round(start * recording.rate), round(end * recording.rate)
        if not 0 <= first < last <= recording.samples:
            raise EcgError(
                "The span {start:g} to {end:g} s does not lie in this recording of {duration:.6g} s; begin before the end"
                " and stay inside.",
                start=start,
                end=end,
                duration=recording.duration,
            )
        columns[first:last] = True
    if not spans:
        columns[:] = True
    rows = np.array([not leads or lead in leads for lead in recording.leads])
    return rows[:, None] & columns


def widened(recording: Recording, mask: np.ndarray) -> np.ndarray:
    """The mask with the limb leads that were computed from one that is marked.

    An electrocardiograph records two limb leads and computes the other four from them. Where lead I is bad, so are III,
    aVR, aVL and aVF; they would give the very same lead I back. With I or II marked, all but the other one are marked,
    too. Where the limb leads contradict each other they were recorded apart, and nothing is added.

    Returns
    -------
    ndarray, shape (leads, samples), bool

    Raises
    ------
    EcgError
        Only leads that follow from I and II are marked, so that filling them in would change nothing.
    """
    there = [lead for lead in LIMB_LEADS if lead in recording.leads]
    if not {"I", "II"} < set(there):
        return mask
    rows = {lead: recording.leads.index(lead) for lead in there}
    follow = [rows[lead] for lead in there if lead not in ("I", "II")]
    one, two = mask[rows["I"]], mask[rows["II"]]
    marked = mask[list(rows.values())].any(axis=0)
    if not marked.any() or not _computed(recording, rows, marked):
        return mask
    wide = mask.copy()
    wide[follow] |= one | two
    if not (wide & ~recording_laws(recording, wide)).any():
        names = ", ".join(lead for lead in there if mask[rows[lead]].any())
        raise EcgError(
            "{leads} was computed from I and II, which are not marked; mark lead I or II, whose electrode is off.",
            leads=names,
        )
    return wide


def recording_laws(recording: Recording, mask: np.ndarray) -> np.ndarray:
    """Which marked samples follow exactly from visible limb leads, shape (leads, samples), bool."""
    exact = np.zeros_like(mask)
    there = [lead for lead in LIMB_LEADS if lead in recording.leads]
    rows = [recording.leads.index(lead) for lead in there]
    if rows:
        exact[rows] = mask[rows] & ((~mask[rows]).sum(axis=0) >= 2)
    return exact


def _computed(recording, rows, marked) -> bool:
    """Whether the limb leads follow from I and II wherever something is marked."""
    one, two = (recording.signal[rows[lead]][marked].astype(np.float64) for lead in ("I", "II"))
    return all(
        np.nanmax(np.abs(a * one + b * two - recording.signal[row][marked]), initial=0.0) < SAME
        for lead, row in rows.items()
        for a, b in [LIMB_LEADS[lead]]
    )


def proposed_mask(recording: Recording) -> tuple[np.ndarray, tuple[BadSpan, ...]]:
    """What the quality check would have filled in, and why."""
    measured = None
    with suppress(EcgError):
        measured = measure(recording)
    spans = bad_spans(recording, measured)
    mask = np.zeros(recording.signal.shape, dtype=bool)
    for one in spans:
        mask |= mask_of(recording, [one.lead], [(one.start, one.end)])
    return mask, spans


def check(recording: Recording, mask: np.ndarray) -> None:
    """`EcgError` (one sentence) where there is nothing to fill in, or nothing to fill it in from."""
    if not mask.any():
        raise EcgError("Nothing is marked; mark a lead or a span that is bad first.")
    if mask.all():
        raise EcgError(
            "Everything is marked, so that there is nothing to fill it in from; leave a part unmarked."
        )


def leads_text(recording: Recording, mask: np.ndarray) -> str:
    """The leads of which something is marked."""
    return ", ".join(lead for lead, row in zip(recording.leads, mask, strict=True) if row.any())

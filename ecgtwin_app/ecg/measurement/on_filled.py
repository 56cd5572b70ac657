"""Which measurements rest on samples that were filled in and not recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from ecgtwin_app.ecg.measurement.qtc import FORMULAS
from ecgtwin_app.ecg.signal.recording import LEADS, Recording

#: Seconds around a beat's fiducial that its measurements look at.
BEFORE, AFTER = 0.35, 0.6
#: What is measured on when beats come: it rests on filled samples where most leads were filled in at a beat.
_OF_TIMES = ("heart_rate", "atrial_rate", "rr_mean", "rr_range", "rr_cv", "rr_cv_all", "sdnn", "rmssd")
#: What is measured over all leads: a filled one can move it.
_OF_ALL = (
    "p_duration", "pr", "qrs", "qt", *(f"qtc_{name}" for name in FORMULAS), "qrs_peak_to_peak", "p_before_qrs",
    "p_consistency", "vectorcardiogram",
)  # fmt: skip
#: What is measured on some leads.
_OF_SOME = {
    "p_axis": ("I", "aVF"),
    "qrs_axis": ("I", "aVF"),
    "t_axis": ("I", "aVF"),
    "sokolow_lyon": ("V1", "V5", "V6"),
    "cornell": ("aVL", "V3"),
}


def resting_on_filled(recording: Recording, fiducials: Iterable[float]) -> dict[str, list[str]]:
    """Measurements that rest on filled samples, in whole or in part.

    Parameters
    ----------
    recording : Recording
    fiducials : iterable of float
        When its beats come, seconds.

    Returns
    -------
    dict
        "on_filled": names of measurements; "filled_leads": leads of which every amplitude does so, too. {} where nothing
        was filled in.

    Notes
    -----
    A single filled beat is enough: how much a median of beats is moved by one of them is not judged here.
    """
    if not recording.filled:
        return {}
    mask, rate = recording.filled_mask, recording.rate
    touched: set[str] = set()
    beats = False
    for at in fiducials:
        first, last = (round((at + by) * rate) for by in (-BEFORE, AFTER))
        part = mask[:, max(0, first) : max(0, last)]
        touched |= {lead for lead, row in zip(recording.leads, part, strict=True) if row.any()}
        moment = min(mask.shape[1] - 1, max(0, round(at * rate)))
        beats = beats or bool(np.mean(mask[:, moment]) > 0.5)
    if not touched:
        touched = {one.lead for one in recording.filled}
    return {
        "on_filled": [*(_OF_TIMES if beats else ()), *_OF_ALL, *_of_leads(touched)],
        "filled_leads": [lead for lead in recording.leads or LEADS if lead in touched],
    }


def _of_leads(touched: Collection[str]) -> list[str]:
    return [name for name, leads in _OF_SOME.items() if set(leads) & set(touched)]

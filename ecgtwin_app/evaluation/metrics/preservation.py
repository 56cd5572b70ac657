"""Preservation: what a condition does not touch must stay the patient's: axis, QRS voltage, T.

The measure is the patient himself: how much the same quantity differs among the single beats of the
reference.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Delineation
from ecgtwin_app.ecg.delineation.representative_beat import windows_around
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE

#: Quantities and their units.
UNITS = {"axis": "°", "QRS voltage": "mV", "T in II": "mV", "T in V5": "mV"}
#: Beats from which a spread can be told.
ENOUGH = 4
#: Standard deviations that hold 95 % of the patient's own beats.
WITHIN = 2.0


def usual_and_spread(found: Delineation) -> tuple[dict[str, float], dict[str, float]]:
    """Each quantity on the dominant median beat, and its standard deviation over the single beats.

    Returns
    -------
    usual, spread : dict
        NaN where a recording does not show it or has fewer than `ENOUGH` dominant beats.
    """
    shape = found.shapes[0]
    usual = _quantities(shape.signal[None], shape.waves)
    fiducials = np.array([round(b.fiducial / found.scale) for b in found.beats if b.shape == 0])
    before, after = shape.fiducial, shape.signal.shape[1] - shape.fiducial
    beats = windows_around(found.signal, fiducials, before, after)
    beats = twelve_leads(beats[np.isfinite(beats).all(axis=(1, 2))])
    if len(beats) < ENOUGH:
        return {k: float(v[0]) for k, v in usual.items()}, dict.fromkeys(UNITS, float("nan"))
    single = _quantities(beats, shape.waves)
    # About the median, so that an axis near 180° does not jump. Without a T all of its values are NaN.
    spread = {k: float(np.sqrt(np.mean(difference(k, v, np.median(v)) ** 2))) for k, v in single.items()}
    return {k: float(v[0]) for k, v in usual.items()}, spread


def difference(name: str, one, other):
    """One less the other; angles the short way round."""
    apart = np.asarray(one, float) - np.asarray(other, float)
    return (apart + 180) % 360 - 180 if name == "axis" else apart


def _quantities(beats, waves):
    """Quantities (beats,) of beats (beats, 12, samples) with common marks."""
    nan = np.full(len(beats), np.nan)
    if waves.qrs_onset is None or waves.qrs_offset is None:
        return dict.fromkeys(UNITS, nan)
    level = np.median(beats[:, :, max(0, waves.qrs_onset - 12) : max(1, waves.qrs_onset - 2)], axis=2)
    beats = beats - level[:, :, None]
    qrs = beats[:, :, waves.qrs_onset : waves.qrs_offset + 1]
    one, foot = qrs[:, LEADS.index("I")].sum(axis=1), qrs[:, LEADS.index("aVF")].sum(axis=1)
    found = {
        "axis": np.degrees(np.arctan2(2 / np.sqrt(3) * foot, one)),
        "QRS voltage": np.ptp(qrs, axis=2).mean(axis=1),
    }
    for lead in ("II", "V5"):
        t = nan
        if waves.t_peak is not None:
            half = int(0.02 * MODEL_RATE)
            t = beats[:, LEADS.index(lead), waves.t_peak - half : waves.t_peak + half + 1].mean(axis=1)
        found[f"T in {lead}"] = t
    return found

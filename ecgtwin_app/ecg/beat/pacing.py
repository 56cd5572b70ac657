"""Pacing spikes: the stimulus artefact before a paced P or QRS.

They last about 2 ms, one sample at 500 Hz, and are drawn on a strip rather than modelled with it.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.leads import INDEPENDENT_LEADS
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES

#: Height (mV) of a ventricular spike in the lead that shows it best: bipolar leads make small spikes,
#: unipolar ones large (Mond & Haqqani, Pacing Clin Electrophysiol 2007;30:1241).
SPIKE_SIZE = (0.3, 3.0)
#: Seconds from a spike to the onset of its wave.
LATENCY = 0.01
LATENCY_RANGE = (0.004, 0.02)
#: An atrial spike against a ventricular one.
ATRIAL_SHARE = 0.6
#: Samples of a spike: the stimulus and the recharge after it.
_SHAPE = np.array([1.0, 0.35, -0.06, -0.03], np.float32)
#: Where I, II and V1 to V6 look, as angles (degrees): of the hexaxial system in the frontal plane, of
#: the chest leads in the horizontal one from the left to the front.
_FRONTAL = {"I": 0.0, "II": 60.0}
_HORIZONTAL = {"V1": 115.0, "V2": 94.0, "V3": 75.0, "V4": 58.0, "V5": 35.0, "V6": 0.0}


def spike_direction(rng: np.random.Generator) -> np.ndarray:
    """How a patient's spikes show in the leads: one drawn direction, fixed as the electrodes are.

    Returns
    -------
    ndarray, shape (8,)
        Share of the spike's height in I, II, V1 to V6, the largest of them 1 or -1.
    """
    vector = rng.standard_normal(3) * (0.7, 1.0, 0.5)
    views = []
    for lead in INDEPENDENT_LEADS:
        if lead in _FRONTAL:
            angle = np.deg2rad(_FRONTAL[lead])
            views.append((np.cos(angle), np.sin(angle), 0.0))
        else:
            angle = np.deg2rad(_HORIZONTAL[lead])
            views.append((np.cos(angle), 0.0, -np.sin(angle)))
    seen = np.array(views) @ vector + 0.08 * np.linalg.norm(vector) * rng.standard_normal(len(views))
    return (seen / np.abs(seen).max()).astype(np.float32)


def pacing_spikes(
    score: RhythmScore,
    direction: np.ndarray,
    size: float,
    latency: float = LATENCY,
    samples: int = MODEL_SAMPLES,
) -> np.ndarray:
    """The spikes of a score's paced events, and nothing else.

    Parameters
    ----------
    score : RhythmScore
        Each QRS and P of origin "paced" gets one spike.
    direction : ndarray, shape (8,)
        Share of the height in I, II, V1 to V6, as `spike_direction` draws it.
    size : float
        Height of a ventricular spike, mV.
    latency : float
        Seconds from a spike to the onset of its wave.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts at 500 Hz, to be added to a strip.
    """
    out = np.zeros((8, samples + len(_SHAPE)), np.float32)
    column = np.asarray(direction, np.float32)[:, None] * np.float32(size)
    for event in score.events:
        if event.origin != "paced":
            continue
        at = round((event.time - latency) * MODEL_RATE)
        if 0 <= at < samples:
            share = ATRIAL_SHARE if event.chamber == "P" else 1.0
            out[:, at : at + len(_SHAPE)] += share * column * _SHAPE
    return out[:, :samples]

"""The vectorcardiogram derived from the twelve leads.

Frank's axes: x to the left, y to the feet, z to the back; millivolts.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.delineation.qrs_t import Waves
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Frank vector from I, II, V1 to V6 by regression: Kors et al., Eur Heart J 1990;11:1083.
KORS = np.array(
    [
        [0.38, -0.07, -0.13, 0.05, -0.01, 0.14, 0.06, 0.54],
        [-0.07, 0.93, 0.06, -0.02, -0.05, 0.06, -0.17, 0.13],
        [0.11, -0.23, -0.43, -0.06, -0.14, -0.20, -0.11, 0.31],
    ],
    dtype=np.float32,
)
#: Seconds after the QRS at which T is taken to begin.
_T_BEGINS = 0.06
#: What `loop_measures` gives.
LOOP_MEASURES = ("qrs_t_angle", "qrs_t_angle_peak", "qrs_magnitude", "t_magnitude", "ventricular_gradient")


def heart_vector(signal: np.ndarray) -> np.ndarray:
    """x, y and z of leads I, II, V1 to V6 (8, samples) or of all twelve (12, samples), shape (3, samples)."""
    return KORS @ (independent_leads(signal) if signal.shape[0] == 12 else signal)


def loop_measures(signal: np.ndarray, waves: Waves) -> dict[str, float | None]:
    """Sizes and angles of the loops of one beat.

    Parameters
    ----------
    signal : ndarray, shape (8, samples) or (12, samples)
        The beat at 500 Hz, millivolts, 0 before the QRS.
    waves : Waves
        Its marks.

    Returns
    -------
    dict
        ``qrs_t_angle``, ``qrs_t_angle_peak``: degrees in space between the mean vectors of QRS and T, and between
        their largest (Oehler et al., Ann Noninvasive Electrocardiol 2014;19:534). ``qrs_magnitude``,
        ``t_magnitude``: the largest vectors, mV. ``ventricular_gradient``: size of the integral from the begin of
        QRS to the end of T, mV ms (Wilson et al., Am Heart J 1934;10:46). None without a T.
    """
    vectors = heart_vector(signal)
    onset, offset = waves.qrs
    qrs = vectors[:, onset : offset + 1]
    found: dict[str, float | None] = dict.fromkeys(
        ("qrs_t_angle", "qrs_t_angle_peak", "t_magnitude", "ventricular_gradient")
    )
    found["qrs_magnitude"] = float(np.linalg.norm(qrs, axis=0).max())
    begin = offset + round(_T_BEGINS * MODEL_RATE)
    if waves.t_offset is None or waves.t_offset - begin < 3:
        return found
    t = vectors[:, begin : waves.t_offset + 1]
    whole = vectors[:, onset : waves.t_offset + 1]
    return found | {
        "qrs_t_angle": angle_between(qrs.sum(axis=1), t.sum(axis=1)),
        "qrs_t_angle_peak": angle_between(_largest(qrs), _largest(t)),
        "t_magnitude": float(np.linalg.norm(t, axis=0).max()),
        "ventricular_gradient": float(np.linalg.norm(whole.sum(axis=1)) * 1000 / MODEL_RATE),
    }


def angle_between(one: np.ndarray, other: np.ndarray) -> float | None:
    """Degrees between two vectors; None where one has no size."""
    size = np.linalg.norm(one) * np.linalg.norm(other)
    return float(np.degrees(np.arccos(np.clip(one @ other / size, -1, 1)))) if size > 0 else None


def _largest(vectors):
    return vectors[:, np.argmax(np.linalg.norm(vectors, axis=0))]

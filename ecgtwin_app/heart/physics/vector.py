"""The heart vector: what a single moving dipole explains of a patient's leads.

Frank's axes: x to the left, y to the feet, z to the back; millivolts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beat.template import fade
from ecgtwin_app.ecg.measurement.vcg import KORS
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Leads (I, II, V1 to V6) from the Frank vector: Dower, Machado & Osborne, Clin Cardiol 1980;3:87.
DOWER = np.array(
    [
        [0.632, -0.235, 0.059],
        [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ],
    dtype=np.float32,
)
#: Weight of Dower's matrix against the patient's own beat, as a share of the beat's energy.
PRIOR_WEIGHT = 0.25


@dataclass(frozen=True, eq=False)
class LeadField:
    """How a patient's leads see the heart vector.

    Attributes
    ----------
    matrix : ndarray, shape (8, 3)
        Leads from the vector.
    peak : float
        Largest magnitude (mV) of the patient's own QRS vector.
    axis : ndarray, shape (3,)
        Unit vector of the mean QRS.
    """

    matrix: np.ndarray
    peak: float
    axis: np.ndarray


def vectorcardiogram(leads: np.ndarray) -> np.ndarray:
    """The Frank vector (3, samples) of eight leads (8, samples)."""
    return KORS @ leads


def fit_lead_field(qrs: np.ndarray, t: np.ndarray) -> LeadField:
    """Fit the patient's lead field to the QRS and T.

    Ridge regression of the leads on their Kors vector, drawn towards Dower's matrix where the beat
    leaves a direction undetermined. What the product leaves of the beat is its non-dipolar part.

    Parameters
    ----------
    qrs, t : ndarray, shape (8, n)
        Millivolts.
    """
    leads = np.concatenate([qrs, t], axis=1)
    vector = vectorcardiogram(leads)
    energy = vector @ vector.T
    ridge = PRIOR_WEIGHT * np.trace(energy) / 3 * np.eye(3) + 1e-9 * np.eye(3)
    matrix = (leads @ vector.T + DOWER @ ridge) @ np.linalg.inv(energy + ridge)
    loop = vectorcardiogram(qrs)
    mean = loop.mean(axis=1)
    axis = mean / max(float(np.linalg.norm(mean)), 1e-6)
    return LeadField(matrix.astype(np.float32), float(np.linalg.norm(loop, axis=0).max()), axis)


@dataclass(frozen=True)
class Front:
    """One activation front: it swells and fades along a direction.

    Attributes
    ----------
    start, peak, stop : float
        Seconds from the QRS onset.
    vector : tuple of float
        Frank vector (mV) at its peak.
    """

    start: float
    peak: float
    stop: float
    vector: tuple[float, float, float]


def splinters(
    rng: np.random.Generator, duration: float, vector: Iterable[float], share: float = 0.2, count: int = 3
) -> list[Front]:
    """Short, small fronts along a wide QRS: muscle that is met a little sooner or later than around it.

    They give the notches and slurs of slow activation (Flowers et al., Circulation 1969;40:927).

    Parameters
    ----------
    duration : float
        Of the QRS, seconds.
    vector : three floats
        Main vector (mV); the splinters are a `share` of it, along and across, forward and backward.
    """
    main = np.asarray(vector, dtype=float)
    size = float(np.linalg.norm(main))
    found = []
    for centre in np.linspace(0.14, 0.86, count) * duration + rng.uniform(-0.05, 0.05, count) * duration:
        half = rng.uniform(0.016, 0.03)
        start, stop = max(centre - half, 0.0), min(centre + half, duration)
        course = share * (rng.normal(0, 1) * main + 0.6 * size * rng.standard_normal(3))
        found.append(Front(start, (start + stop) / 2, stop, tuple(course)))
    return found


def smooth_activation(qrs: np.ndarray, samples: float) -> np.ndarray:
    """A QRS (8, n) whose fronts run through muscle: smoothed over `samples`, its two ends at zero as they were."""
    n, ends = qrs.shape[1], round(3 * samples)
    index = np.arange(n)
    inside = fade(index, 0, ends) * (1 - fade(index, n - 1 - ends, n - 1))
    return (qrs + inside * (smoothing.gaussian(qrs, samples, axis=1, mode="constant") - qrs)).astype(
        np.float32
    )


def perform_fronts(
    fronts: Iterable[Front],
    matrix: np.ndarray,
    samples: int,
    rng: np.random.Generator,
    spread: float = 0.1,
    steepness: float = 0.15,
) -> np.ndarray:
    """Leads (8, samples) of activation fronts, sample 0 at the QRS onset.

    Each front is a little different in every lead (log-normal `spread`, a few milliseconds of shift):
    a front is no point dipole, and the leads close to it see its parts. `steepness` is how much steeper
    than a raised cosine over its whole length the flanks of a long front are.
    """
    fronts = list(fronts)
    # Axes: front, lead, sample.
    at = (np.arange(samples) / MODEL_RATE).astype(np.float32)
    start, peak, stop = (np.array([[getattr(f, n)] for f in fronts]) for n in ("start", "peak", "stop"))
    gain = rng.lognormal(0, spread, (len(fronts), 8)) * (np.array([f.vector for f in fronts]) @ matrix.T)
    shift = np.clip(rng.standard_normal((len(fronts), 8)), -2, 2)
    # Neighbouring chest leads see nearly the same.
    chest = np.pad(shift[:, 2:], ((0, 0), (1, 1)), mode="edge")
    shift[:, 2:] = 0.25 * chest[:, :-2] + 0.5 * chest[:, 1:-1] + 0.25 * chest[:, 2:]
    own_peak = peak + 0.6 * spread * (stop - start) * shift
    own_peak = np.clip(own_peak, start + 0.2 * (peak - start), stop - 0.2 * (stop - peak))
    # A long front reaches its size sooner than a cosine would and keeps it: steep flanks.
    steep = 1 + steepness * np.minimum(1.0, (stop - start) / 0.06)
    up, down = (steep / (own_peak - start)).astype(np.float32), (steep / (stop - own_peak)).astype(np.float32)
    rise = np.clip(up[..., None] * (at - start[..., None].astype(np.float32)), 0, 1)
    fall = np.clip(down[..., None] * (stop[..., None].astype(np.float32) - at), 0, 1)
    pulse = (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall))
    return np.einsum("fl,fls->ls", gain.astype(np.float32), pulse.astype(np.float32))

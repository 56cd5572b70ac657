"""What is asked of the engine and what it gives back: small frozen values, no torch, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.sampling.names import USUAL_STEPS

__all__ = ["RHYTHM_WRITERS", "AskedGot", "Cancelled", "HeatMap", "Progress", "Twin", "TwinRequest"]

#: Who writes the score that is performed: the rhythm processes, the rhythm model, or nobody. Without a score the
#: strip model has to invent the rhythm, which it does poorly: it is kept for research.
RHYTHM_WRITERS = ("process", "learned", "none")


@dataclass(frozen=True)
class TwinRequest:
    """The question: this patient, but with ...

    Attributes
    ----------
    conditions : tuple of str
        Names from the vocabulary; the first gives the rhythm if it is one.
    heart_rate : float or None
        Ventricular rate, 1/min; None keeps the reference's rate where the condition allows it.
    age : float or None
        Years; None means the reference's, or unknown.
    sex : {"F", "M"} or None
    severity : float or None
        How marked the conditions are, 0 (just meets the criteria) to 1; None draws it for each twin.
    pr, qrs, qt : float or None
        Set-points of the intervals, ms; None leaves them to the condition and the patient.
    axis : float or None
        Set-point of the frontal QRS axis, degrees.
    samples : int
        How many twins.
    seed : int
        Twin k is drawn with seed + k.
    steps : int
        Steps of the sampler.
    sampler : str
        One of `model.sampler.USUAL_STEPS`; "ddpm" is the published diffusion of up to 1000 steps.
    strength : float
        Guidance of the condition and its set-points; 1 is none. Measured on beats of eight hearts: with 1.5
        low voltages and the axes of fascicular blocks reached what was asked more often than with 1.
    identity : float
        Guidance of the identity; 1 is none.
    best_of : int
        Draw this many for each twin and keep the one that meets most criteria.
    rhythm : str
        Who writes the rhythm score, one of `RHYTHM_WRITERS`.
    score : RhythmScore or None
        A score of the user's own, performed whatever `rhythm` says.
    """

    conditions: tuple[str, ...] = ("sinus rhythm",)
    heart_rate: float | None = None
    age: float | None = None
    sex: str | None = None
    severity: float | None = None
    pr: float | None = None
    qrs: float | None = None
    qt: float | None = None
    axis: float | None = None
    samples: int = 1
    seed: int = 1
    steps: int = USUAL_STEPS["dpm_solver_2m"]
    sampler: str = "dpm_solver_2m"
    strength: float = 1.5
    identity: float = 1.0
    best_of: int = 1
    rhythm: str = "process"
    score: RhythmScore | None = None


@dataclass(frozen=True)
class AskedGot:
    """One line of asked versus got.

    Attributes
    ----------
    name : str
        "heart rate", "QRS duration", ...
    unit : str
        "1/min", "ms", "mV", "" for yes/no.
    asked : str
        What the condition asks for in words a reader knows ("≥ 120", "72 ± 3.6").
    reference, got : float, str or None
        Measured on the reference and on the twin; None when it could not be measured.
    met : bool or None
        None when it is shown for information only.
    """

    name: str
    unit: str
    asked: str
    reference: float | str | None
    got: float | str | None
    met: bool | None


@dataclass(frozen=True, eq=False)
class Twin:
    """One generated recording and what is known about it.

    Attributes
    ----------
    recording : Recording
        12 leads, 500 Hz, synthetic, with provenance.
    request : TwinRequest
    seed : int
    score : RhythmScore or None
        The score it performs.
    asked_got : tuple of AskedGot
    met : bool
        True when every line that can fail is met.
    identity_similarity : float
        Cosine of the base vectors of reference and twin, -1 to 1.
    lead_law_residual_uv : float
    measurements : dict
        Name to value, units as in `ecg.measure`.
    seconds : float
        Wall time of sampling and decoding.
    first_draw : bool
        False when best-of kept a later draw.
    """

    recording: Recording
    request: TwinRequest
    seed: int
    score: RhythmScore | None
    asked_got: tuple[AskedGot, ...]
    met: bool
    identity_similarity: float
    lead_law_residual_uv: float
    measurements: dict
    seconds: float
    first_draw: bool = True


@dataclass(frozen=True, eq=False)
class Progress:
    """One step of a job; between two of them it can be cancelled.

    Attributes
    ----------
    step, total : int
    preview : ndarray or None
        (12, samples) mV, the twin as it looks at this step.
    message : str
    """

    step: int
    total: int
    preview: np.ndarray | None = None
    message: str = ""


class Cancelled(Exception):
    """The job was cancelled between two steps."""

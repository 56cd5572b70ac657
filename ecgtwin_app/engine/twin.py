"""What the engine gives back: a twin, and line by line what was asked of it and what it got. No torch, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecgtwin_app.conditions.verdict import CRITERION, OF_WHAT_IS_ASKED, PLAUSIBILITY
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import Recording

if TYPE_CHECKING:
    from ecgtwin_app.engine.request import TwinRequest


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
    kind : str
        "criterion" (a condition's, or a number that was asked), "plausibility" (whether real records of the label look
        so), "absence" (that a condition is gone) or "kept" (that one is still there which the reference shows and nobody
        asked for).
    """

    name: str
    unit: str
    asked: str
    reference: float | str | None
    got: float | str | None
    met: bool | None
    kind: str = CRITERION


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
        True when every line that can fail is met, those of plausibility apart.
    identity_similarity : float or None
        Cosine of the base vectors of reference and twin, -1 to 1; None without a reference.
    lead_law_residual_uv : float
    measurements : dict
        Name to value, units as in `ecg.measurement.measure`.
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
    identity_similarity: float | None
    lead_law_residual_uv: float
    measurements: dict
    seconds: float
    first_draw: bool = True

    @property
    def judged(self) -> tuple[AskedGot, ...]:
        """The lines that say whether it has what was asked: those that can fail, and neither plausibility nor what is
        only kept."""
        return tuple(
            line for line in self.asked_got if line.met is not None and line.kind in OF_WHAT_IS_ASKED
        )

    @property
    def plausible(self) -> bool:
        """Whether no line of plausibility is missed."""
        return not any(line.met is False for line in self.asked_got if line.kind == PLAUSIBILITY)


class Cancelled(Exception):
    """The job was cancelled between two steps."""

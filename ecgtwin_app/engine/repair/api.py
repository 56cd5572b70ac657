"""The same for scripts: one call each, with the best generator that is there.

>>> from ecgtwin_app import read_ecg, repair_ecg            # doctest: +SKIP
>>> proposals = repair_ecg(read_ecg("a.dcm"), ["V3"], [(3.2, 4.8)])  # doctest: +SKIP
>>> proposals.repaired(0).filled, proposals.band            # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.mask import mask_of
from ecgtwin_app.engine.repair.other_rhythm import TWINS, continue_under
from ecgtwin_app.engine.repair.proposals import Proposals
from ecgtwin_app.engine.repair.repair import complete, continue_recording, repair
from ecgtwin_app.generators.catalogue import load_generator, usual_filler


def repair_ecg(
    recording: Recording,
    leads: Sequence[str] = (),
    spans: Sequence[tuple[float, float]] = (),
    *,
    samples: int = 10,
    seed: int = 1,
    generator: str = "",
    weights: Path | None = None,
) -> Proposals:
    """Fill in some leads over some spans of time.

    Parameters
    ----------
    recording : Recording
    leads : sequence of str
        All unless given.
    spans : sequence of (float, float)
        Start and end, seconds; all of the recording unless given.
    samples : int
        How many proposals.
    seed : int
        Of the first.
    generator : str
        One of `generators.catalogue.FILLING`; the best that is there unless given.
    weights : Path, optional
        A folder of other weights than those that ship.

    Raises
    ------
    EcgError
        One sentence.
    """
    made = load_generator(generator or usual_filler(), weights)
    return _last(repair(made, recording, mask_of(recording, leads, spans), How(samples, seed)))


def complete_ecg(
    recording: Recording,
    *,
    samples: int = 10,
    seed: int = 1,
    generator: str = "",
    weights: Path | None = None,
) -> Proposals:
    """Complete a recording of two leads or more to twelve; parameters as for `repair_ecg`."""
    made = load_generator(generator or usual_filler(), weights)
    return _last(complete(made, recording, How(samples, seed)))


def continue_ecg(
    recording: Recording,
    seconds: float,
    conditions: Sequence[str] = (),
    *,
    samples: int = 0,
    seed: int = 1,
    generator: str = "",
    weights: Path | None = None,
) -> Proposals:
    """Continue a recording by some seconds.

    Parameters
    ----------
    conditions : sequence of str
        Under these, as a twin of the patient; under its own rhythm unless given.
    samples : int
        How many proposals; ten, or three twins, unless given.

    The others as for `repair_ecg`.
    """
    made = load_generator(generator or usual_filler(), weights)
    if conditions:
        how = How(samples or TWINS, seed)
        return _last(continue_under(TwinEngine.load(), made, recording, seconds, tuple(conditions), how))
    return _last(continue_recording(made, recording, seconds, How(samples or 10, seed)))


def _last(steps: Iterable) -> Proposals:
    *_, proposals = steps
    return proposals

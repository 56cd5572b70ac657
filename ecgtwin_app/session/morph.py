"""From the patient's own rhythm into a condition: the strips between the two ends of a morph. No Qt.

Both ends are drawn by the model with one seed: the twin, and the same patient as the reference shows it. Between them
lies what a heart could show on its way. A condition of the beat's shape grows in every beat: the two strips have
their beats at the same moments, and a part of the difference is added. A rhythm has no half way; it sets in at a
moment that moves forward through the strip. (Severity is no such way, its lowest value already meets the criteria;
nor is the strength of guidance, most of whose effect lies below a quarter.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.vocabulary import NORMAL, find_conditions
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.recognised import names_in
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.i18n.message import Message

#: Frames of a morph, both ends counted; a power of two and one, so that halving meets every one.
FRAMES = 17
#: Seconds over which one strip gives way to the other.
_FADE = 0.08
#: From the onset of a QRS to the end of its T wave, and the longest from a P to its QRS (s).
_BEAT, _CONDUCTION = 0.45, 0.4
#: Seconds from the wanted moment that a second of a torn wave is worth; the own strip ends there, so it counts more.
_OWN_WEIGHT, _TWIN_WEIGHT = 40.0, 20.0


@dataclass(frozen=True, eq=False)
class Frame:
    """One strip of a morph.

    Attributes
    ----------
    fraction : float
        0, the patient's own rhythm, to 1, the twin.
    recording : Recording
        Synthetic.
    measurements : dict
        Names as `ecg.measurement.measure` gives them; empty where it cannot be measured.
    onset : float or None
        The second at which the rhythm sets in; None where the change grows in every beat.
    score : RhythmScore or None
        Of the own rhythm, with the frame 0.
    """

    fraction: float
    recording: Recording
    measurements: dict
    onset: float | None = None
    score: RhythmScore | None = None


def grows(twin: Twin) -> bool:
    """Whether both ends differ in the shape of beats only, so that the difference can grow in every beat.

    What both have, for the twin keeps it, is no difference; what the twin was made without is one. Pre-excitation comes
    and goes from beat to beat: the QRS begins early, and half of it would have two peaks.
    """
    provenance = twin.recording.provenance
    present = {condition.name for condition in find_conditions(_present(twin))}
    own = set(names_in(provenance)) or set(provenance.get("kept", ())) or {NORMAL}
    differing = find_conditions(sorted(present ^ own))
    steady = all(c.name == NORMAL or not (c.is_rhythm or c.all_or_nothing) for c in differing)
    return twin.score is not None and steady


def own_request(twin: Twin) -> TwinRequest:
    """What is asked for the other end: the same patient and seed, with all that the reference shows and nothing else.

    That is in the reference's own rhythm, which is sinus rhythm where none is known.
    """
    provenance = twin.recording.provenance
    shown = find_conditions(dict.fromkeys((*names_in(provenance), *provenance.get("kept", ()))))
    own = tuple(condition.name for condition in shown if condition.is_rhythm)
    return replace(
        twin.request,
        conditions=own or (NORMAL,),
        without=(),
        only=False,
        keep=None,
        seed=twin.seed,
        samples=1,
        best_of=1,
        severity=None,
        heart_rate=None,
        score=twin.score if grows(twin) else None,
        **dict.fromkeys(SET_POINTS),
    )


def _present(twin: Twin) -> tuple[str, ...]:
    """What a twin was to have: what was asked and what was kept; of one from before that was told, what was asked."""
    return tuple(twin.recording.provenance.get("present", ())) or twin.request.conditions or (NORMAL,)


def fractions(count: int = FRAMES) -> list[float]:
    """The frames in the order of making: both ends, the middle, then the middle of every gap."""
    order, step = [0, count - 1], count - 1
    while step > 1:
        order += range(step // 2, count - 1, step)
        step //= 2
    return [k / (count - 1) for k in order]


def make_frames(
    engine,
    reference: Recording,
    twin: Twin,
    known: tuple[Frame, ...] = (),
    count: int = FRAMES,
    others: Sequence[Recording] = (),
) -> Iterator[Progress | Frame]:
    """Make the frames of a morph that are not known yet; closing the iterator cancels.

    Parameters
    ----------
    engine : object
        With `iter_generate`.
    reference : Recording
    twin : Twin
        The far end.
    known : tuple of Frame
        Made before.
    count : int
        Frames in all, a power of two and one.
    others : sequence of Recording
        Those that the twin was made with.

    Raises
    ------
    EcgError
        When the own rhythm cannot be generated.
    """
    there = {frame.fraction: frame for frame in known}
    own = there.get(0.0)
    if own is None:
        (drawn,) = yield from _drawn(engine, reference, own_request(twin), others)
        onset = None if grows(twin) else drawn.recording.duration
        own = Frame(0.0, drawn.recording, drawn.measurements, onset, drawn.score)
        yield own
    for fraction in fractions(count):
        if fraction not in there and fraction > 0:
            yield _frame(own, twin, fraction)


def _drawn(engine, reference, request, others):
    twins = []
    for item in engine.iter_generate(reference, request, others):
        if isinstance(item, Twin):
            twins.append(item)
        else:
            yield Progress(item.step, item.total, None, item.message)
    return twins


def _frame(own: Frame, twin: Twin, fraction: float) -> Frame:
    if fraction == 1.0:
        return Frame(1.0, twin.recording, twin.measurements, None if grows(twin) else 0.0)
    if grows(twin):
        recording, onset = blended(own.recording, twin.recording, fraction), None
    else:
        onset = onset_near((1.0 - fraction) * own.recording.duration, own.score, twin)
        recording = spliced(own.recording, twin.recording, onset)
    provenance = {**twin.recording.provenance, "morph": round(fraction, 4)}
    recording = replace(recording, provenance=provenance)
    try:
        measured = measure(recording).as_dict()
    except EcgError:
        measured = {}
    return Frame(fraction, recording, measured, onset)


def blended(own: Recording, twin: Recording, fraction: float) -> Recording:
    """The own strip and a part, 0 to 1, of what the twin adds to it in every sample."""
    signal = own.signal + np.float32(fraction) * (twin.signal - own.signal)
    return replace(
        twin,
        signal=signal,
        history=(
            Message(
                "{fraction:.0%} of the way from the same draw in the patient's own rhythm", fraction=fraction
            ),
        ),
    )


def spliced(own: Recording, twin: Recording, onset: float) -> Recording:
    """The own strip up to a second, the twin from there on; one gives way to the other over a few samples."""
    at = np.arange(twin.samples) / twin.rate
    share = np.clip((at - onset) / _FADE + 0.5, 0.0, 1.0).astype(np.float32)
    signal = own.signal * (1 - share) + twin.signal * share
    return replace(
        twin,
        signal=signal,
        history=(Message("the same draw in the patient's own rhythm up to second {onset:.2f}", onset=onset),),
    )


def onset_near(wanted: float, own_score: RhythmScore | None, twin: Twin) -> float:
    """The second near `wanted` at which the twin's rhythm can set in: between two beats of either strip.

    Where a fast rhythm has no such moment, it is the end of one of its T waves, just before the next beat.
    """
    if twin.score is None or own_score is None:
        return wanted
    at = np.arange(0.0, twin.score.duration, 0.01)
    cost = np.abs(at - wanted) + _OWN_WEIGHT * _torn(at, own_score) + _TWIN_WEIGHT * _torn(at, twin.score)
    return round(float(at[np.argmin(cost)]), 2)


def _torn(at: np.ndarray, score: RhythmScore) -> np.ndarray:
    """How badly a cut at each moment tears a wave: the seconds that are missing of a beat that has begun."""
    since = {chamber: _since(at, score.times(chamber)) for chamber in ("P", "QRS")}
    unfinished = np.clip(_BEAT - since["QRS"], 0, None)
    led = since["P"] < since["QRS"]
    unfinished += np.where(led, np.clip(_CONDUCTION - since["P"], 0, None), 0.0)
    upcoming = np.minimum(*(_since(-at, [-time for time in score.times(c)]) for c in ("P", "QRS")))
    return unfinished + np.clip(_FADE - upcoming, 0, None) * _BEAT / _FADE


def _since(at, times):
    """Seconds since the last of some events, as many as there are in a strip where there was none."""
    gaps = at[:, None] - np.append(times, -100.0)
    return np.min(np.where(gaps >= 0, gaps, 100.0), axis=1)


class FrameStore:
    """Frames of the morphs that were made, within a limit of memory: the least recently used morph goes first.

    Parameters
    ----------
    most_bytes : int
        Of samples. A morph that is larger by itself stays incomplete.
    """

    def __init__(self, most_bytes: int = 64_000_000):
        self._most = most_bytes
        self._morphs: dict[Twin, dict[float, Frame]] = {}

    def frames(self, twin: Twin) -> tuple[Frame, ...]:
        """The frames of a twin's morph, from the own rhythm to the twin."""
        if twin in self._morphs:
            self._morphs[twin] = self._morphs.pop(twin)  # used last, dropped last
        return tuple(frame for _, frame in sorted(self._morphs.get(twin, {}).items()))

    def keep(self, twin: Twin, frame: Frame) -> bool:
        """Keep a frame; False where there is no room even without the other morphs."""
        self._morphs[twin] = self._morphs.pop(twin, {}) | {frame.fraction: frame}
        while self.bytes > self._most and len(self._morphs) > 1:
            del self._morphs[next(iter(self._morphs))]
        if self.bytes > self._most:
            del self._morphs[twin][frame.fraction]
            return False
        return True

    def clear(self) -> None:
        """Forget all of them."""
        self._morphs.clear()

    @property
    def bytes(self) -> int:
        """Bytes of the samples that are kept."""
        return sum(
            frame.recording.signal.nbytes for morph in self._morphs.values() for frame in morph.values()
        )

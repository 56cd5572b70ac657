"""Edits of a rhythm score: move, insert, delete, pause, block. No Qt; scores in, scores out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.rhythm.processes import SHORTEST
from ecgtwin_app.i18n.words import N_

#: A ventricular beat after which the next beat of the rhythm is not conducted.
COMPENSATED = "pvc with pause"
#: What can be inserted: name, words, and the events with their time after the place chosen; "pr" stands
#: for the rhythm's own PR interval.
INSERTIONS: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "sinus": (N_("Sinus beat"), (("-pr", "P", "sinus"), ("0", "QRS", "conducted"))),
    "pac": (N_("Premature atrial beat"), (("-pr", "P", "ectopic"), ("0", "QRS", "conducted"))),
    "pvc": (N_("Ventricular beat"), (("0", "QRS", "ventricular"),)),
    COMPENSATED: (N_("Ventricular beat with compensatory pause"), (("0", "QRS", "ventricular"),)),
    "paced": (N_("Paced beat"), (("0", "QRS", "paced"),)),
    "p": (N_("P wave alone"), (("0", "P", "sinus"),)),
}
#: PR of a rhythm that has none of its own, seconds.
_USUAL_PR = 0.16
#: A P belongs to the QRS that follows it within this time, seconds.
_LONGEST_PR = 0.45
#: P waves that are conducted to a QRS; turns of a flutter loop belong to no beat, retrograde waves follow theirs.
_LEADING = ("sinus", "ectopic", "paced")
_CONDUCTED = ("conducted", "aberrant")
#: Events stay so far inside the strip, seconds.
_EDGE = 0.02
#: Seconds between two events of a chamber; a millisecond more than a heart needs, for times are rounded.
APART = {chamber: shortest + 0.001 for chamber, shortest in SHORTEST.items()}
#: Steps (s) in which a place for a beat is looked for.
_STEP = 0.01
PAUSE = 1.0


def usual_pr(score: RhythmScore) -> float:
    """Median time from a P to the conducted QRS that follows it, seconds."""
    found = []
    conducted = np.array(score.times("QRS", *_CONDUCTED))
    for at in score.times("P", *_LEADING):
        later = conducted[conducted > at]
        if later.size and later[0] - at <= _LONGEST_PR:
            found.append(later[0] - at)
    return float(np.median(found)) if found else _USUAL_PR


def usual_mark(score: RhythmScore) -> float:
    """Where a beat is inserted until another place is chosen: between the two QRS in the middle of the strip."""
    times = [at for at in score.times("QRS") if 0 <= at <= score.duration]
    if len(times) < 2:
        return score.duration / 2
    return min((np.add(times[1:], times[:-1]) / 2).tolist(), key=lambda at: abs(at - score.duration / 2))


def insert(score: RhythmScore, kind: str, at: float) -> RhythmScore:
    """Add a beat of `INSERTIONS` whose QRS (or lone P) begins at `at` seconds, or as near to it as there is room.

    After a ventricular beat with compensatory pause the next beat of the rhythm is not conducted; its P stays, for
    the sinus node is not disturbed.

    Raises
    ------
    EcgError
        When the events of the strip leave no room for it.
    """
    pr = usual_pr(score)
    wanted = [
        (-pr if offset == "-pr" else 0.0, chamber, origin)
        for offset, chamber, origin in INSERTIONS[kind][1]
        # Fibrillating or fluttering atria have no P waves.
        if chamber == "QRS" or score.atrial == "waves"
    ]
    if not wanted:
        raise EcgError("Fibrillating or fluttering atria have no P waves; insert a QRS instead.")
    place = _nearest_room(score, wanted, at)
    if place is None:
        raise EcgError("There is no room for a further beat; take one away first.")
    if kind == COMPENSATED:
        score = _without_next(score, place)
    events = [Event(round(place + offset, 4), chamber, origin) for offset, chamber, origin in wanted]
    return replace(score, events=(*score.events, *events))


def _without_next(score, at):
    """The score whose next conducted QRS after a moment is dropped."""
    later = [e for e in score.events if e.chamber == "QRS" and e.time > at and e.origin in _CONDUCTED]
    return replace(score, events=tuple(e for e in score.events if e is not later[0])) if later else score


def _nearest_room(score, wanted, at):
    """The place nearest to a moment where every event wanted keeps apart from those that are there."""
    there = {chamber: np.array(score.times(chamber)) for chamber in APART}

    def free(place):
        for offset, chamber, _ in wanted:
            time = place + offset
            near = np.abs(there[chamber] - time).min(initial=np.inf)
            if not _EDGE <= time <= score.duration - _EDGE or near < APART[chamber]:
                return False
        return True

    steps = [k * _STEP for k in range(int(score.duration / _STEP) + 1)]
    # Of two places as near, the later one: a beat too early would fall on a T wave.
    return next((place for step in steps for place in (at + step, at - step) if free(place)), None)


def move(score: RhythmScore, index: int, by: float, with_later: bool = False) -> RhythmScore:
    """Move an event by seconds, alone or with everything after it; what leaves the strip is left out.

    It stops where it would come too near to the next event of its chamber, and at the ends of the strip.
    """
    events = list(score.events)
    first = events[index]
    if not with_later:
        events[index] = replace(first, time=round(_stopped(score, first, first.time + by), 4))
        return replace(score, events=tuple(events))
    by = max(by, *(_least_shift(score, index, chamber) for chamber in APART))
    moved = [
        replace(event, time=round(event.time + by, 4)) if k >= index else event
        for k, event in enumerate(events)
    ]
    return replace(score, events=tuple(e for e in moved if e.time <= score.duration - _EDGE))


def _stopped(score, event, at):
    """The time nearest to `at` that an event can move to without passing another of its chamber."""
    others = [e.time for e in score.events if e.chamber == event.chamber and e is not event]
    shortest = APART[event.chamber]
    low = max([_EDGE, *(time + shortest for time in others if time <= event.time)])
    high = min([score.duration - _EDGE, *(time - shortest for time in others if time > event.time)])
    # What stands too near already stays where it is, rather than being pushed away.
    return float(min(max(at, min(low, event.time)), max(high, event.time)))


def _least_shift(score, index, chamber):
    """How far (s, not above 0) the events from `index` on can come earlier."""
    before = [e.time for e in score.events[:index] if e.chamber == chamber]
    later = [e.time for e in score.events[index:] if e.chamber == chamber]
    if not later:
        return -score.duration
    room = later[0] - (before[-1] + APART[chamber] if before else _EDGE)
    return -max(0.0, room)


def delete(score: RhythmScore, index: int) -> RhythmScore:
    """Take an event away; a QRS takes the P that leads to it along, a lone P goes alone."""
    gone = {index}
    event = score.events[index]
    if event.chamber == "QRS" and event.origin in _CONDUCTED:
        earlier = [
            k for k, e in enumerate(score.events)
            if e.chamber == "P" and e.origin in _LEADING and 0 < event.time - e.time <= _LONGEST_PR
        ]  # fmt: skip
        gone |= set(earlier[-1:])
    return replace(score, events=tuple(e for k, e in enumerate(score.events) if k not in gone))


def pause(score: RhythmScore, at: float, seconds: float = PAUSE) -> RhythmScore:
    """Silence from `at` on: everything later comes later, what leaves the strip is left out."""
    later = next((k for k, event in enumerate(score.events) if event.time >= at), None)
    return score if later is None else move(score, later, seconds, with_later=True)


def block(score: RhythmScore, index: int) -> RhythmScore:
    """Drop the QRS that a P leads to (or the QRS itself that is chosen); its P stays."""
    event = score.events[index]
    target = index
    if event.chamber == "P":
        target = next(
            (
                k for k, e in enumerate(score.events)
                if e.chamber == "QRS" and e.origin != "ventricular" and 0 < e.time - event.time <= _LONGEST_PR
            ),
            None,
        )  # fmt: skip
    if target is None:
        return score
    return replace(score, events=tuple(e for k, e in enumerate(score.events) if k != target))

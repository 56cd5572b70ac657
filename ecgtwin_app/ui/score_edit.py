"""Edits of a rhythm score: move, insert, delete, pause, block. No Qt; scores in, scores out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.score import Event, RhythmScore
from ecgtwin_app.ui.words import noted

#: What can be inserted: name, words, and the events with their time after the place chosen; "pr" stands
#: for the rhythm's own PR interval.
INSERTIONS: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {
    "sinus": (noted("Sinus beat"), (("-pr", "P", "sinus"), ("0", "QRS", "conducted"))),
    "pac": (noted("Premature atrial beat"), (("-pr", "P", "ectopic"), ("0", "QRS", "conducted"))),
    "pvc": (noted("Ventricular beat"), (("0", "QRS", "ventricular"),)),
    "paced": (noted("Paced beat"), (("0", "QRS", "paced"),)),
    "p": (noted("P wave alone"), (("0", "P", "sinus"),)),
}
#: PR of a rhythm that has none of its own, seconds.
_USUAL_PR = 0.16
#: A P belongs to the QRS that follows it within this time, seconds.
_LONGEST_PR = 0.45
#: Events stay so far inside the strip, seconds.
_EDGE = 0.02
PAUSE = 1.0


def usual_pr(score: RhythmScore) -> float:
    """Median time from a P to the conducted QRS that follows it, seconds."""
    found = []
    conducted = np.array(score.times("QRS", "conducted", "aberrant"))
    for at in score.times("P"):
        later = conducted[conducted > at]
        if later.size and later[0] - at <= _LONGEST_PR:
            found.append(later[0] - at)
    return float(np.median(found)) if found else _USUAL_PR


def insert(score: RhythmScore, kind: str, at: float) -> RhythmScore:
    """Add a beat of `INSERTIONS` whose QRS (or lone P) begins at `at` seconds."""
    pr = usual_pr(score)
    events = [
        Event(_inside(score, at - pr if offset == "-pr" else at), chamber, origin)
        for offset, chamber, origin in INSERTIONS[kind][1]
        # Fibrillating or fluttering atria have no P waves.
        if chamber == "QRS" or score.atrial == "waves"
    ]
    return replace(score, events=(*score.events, *events))


def move(score: RhythmScore, index: int, by: float, with_later: bool = False) -> RhythmScore:
    """Move an event by seconds, alone or with everything after it; what leaves the strip is left out."""
    events = list(score.events)
    first = events[index]
    if not with_later:
        events[index] = replace(first, time=round(_inside(score, first.time + by), 4))
        return replace(score, events=tuple(events))
    moved = [
        replace(event, time=round(event.time + by, 4)) if k >= index else event
        for k, event in enumerate(events)
    ]
    return replace(score, events=tuple(e for e in moved if e.time <= score.duration - _EDGE))


def delete(score: RhythmScore, index: int) -> RhythmScore:
    """Take an event away; a QRS takes the P that leads to it along, a lone P goes alone."""
    gone = {index}
    event = score.events[index]
    if event.chamber == "QRS" and event.origin in ("conducted", "aberrant"):
        earlier = [
            k for k, e in enumerate(score.events)
            if e.chamber == "P" and 0 < event.time - e.time <= _LONGEST_PR
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


def _inside(score, at):
    return float(min(score.duration - _EDGE, max(_EDGE, at)))

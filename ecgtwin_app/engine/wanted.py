"""What a twin is to have: what is asked, and of what the reference shows that which can stay. No torch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from ecgtwin_app.conditions.bounds import rate_bounds
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.together import why_apart
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import check_consistent, check_request
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.i18n.message import Message


@dataclass(frozen=True)
class Dropped:
    """A condition of the reference that nobody asked to be removed and that cannot be kept.

    Attributes
    ----------
    name : str
    because : Message
        In a few words: "sinus rhythm takes its place".
    """

    name: str
    because: Message

    @property
    def reason(self) -> Message:
        """One sentence."""
        return Message(
            "{condition} cannot be kept: {because}.", condition=Message(self.name), because=self.because
        )


@dataclass(frozen=True)
class Wanted:
    """What becomes of what is asked and of what the reference shows; names as the vocabulary has them.

    Attributes
    ----------
    present : tuple of str
        What the twin is to have: what is asked, then what is kept. Never empty.
    kept : tuple of str
        What the reference shows and the twin is to have, asked for or not, as the reference has it: what is asked at a
        severity is made anew.
    removed : tuple of str
        What the reference shows and the twin is not to have, whether it was ruled out or dropped.
    dropped : tuple of Dropped
        Those of the removed ones that had to go although nobody ruled them out.
    unshown_without, unshown_keep : tuple of str
        What was ruled out, or to be kept, although the reference does not show it.
    shows : tuple of str
        What the reference shows.
    """

    present: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    unshown_without: tuple[str, ...]
    unshown_keep: tuple[str, ...]
    shows: tuple[str, ...]

    @property
    def absent(self) -> tuple[str, ...]:
        """What the twin is not to have: removed, or ruled out though nothing shows it."""
        return tuple(dict.fromkeys((*self.removed, *self.unshown_without)))

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """What the reference shows and the user does not want."""
        dropped = {one.name for one in self.dropped}
        return tuple(name for name in self.removed if name not in dropped)


def wanted(request: TwinRequest, shown: Iterable[str], known: Collection[str] | None = None) -> Wanted:
    """Settle what the twin is to have.

    What the reference shows is kept, in the order in which it is named, unless it is ruled out (`without`, `only`, or a
    `keep` that does not name it) or cannot be there with what is asked: with the conditions and with a heart rate or
    set-point.

    Parameters
    ----------
    request : TwinRequest
        Its own `shows` is not read.
    shown : iterable of str
        Names, synonyms or codes of what the reference shows; of two that exclude each other the first is kept.
    known : collection of str, optional
        What the generator can draw; all unless given.

    Raises
    ------
    EcgError
        When what is asked cannot be together, or is ruled out in the same request.
    """
    asked = tuple(dict.fromkeys(condition.name for condition in check_request(request)))
    shows = tuple(dict.fromkeys(condition.name for condition in find_conditions(shown)))
    out = tuple(dict.fromkeys(condition.name for condition in find_conditions(request.without)))
    to_keep = None if request.keep is None else [c.name for c in find_conditions(request.keep)]
    present, kept, anew, dropped = list(asked), [], [], []
    for name in shows:
        if name in asked:
            # At the severity that is asked, where it is a shape: it is made anew, and neither kept nor removed.
            (anew if request.severity is not None and _has_severity(name) else kept).append(name)
        elif name in out or request.only or (to_keep is not None and name not in to_keep):
            continue
        elif known is not None and name not in known:
            dropped.append(Dropped(name, Message("this generator does not know it")))
        elif reason := _ended_by(name, [one for one in asked if one not in shows]) or _why_not_kept(
            name, present, request
        ):
            dropped.append(Dropped(name, reason))
        else:
            kept.append(name)
            present.append(name)
    return Wanted(
        tuple(present or (NORMAL,)),
        tuple(kept),
        tuple(name for name in shows if name not in (*kept, *anew)),
        tuple(dropped),
        tuple(name for name in out if name not in shows),
        tuple(name for name in to_keep or () if name not in shows),
        shows,
    )


def _has_severity(name: str) -> bool:
    """Whether beats are made at a severity: a rhythm is written by its rules, whatever severity is asked."""
    one = find_condition(name)
    return bool(one.changes) and not one.is_rhythm


def _ended_by(name: str, new: Sequence[str]) -> Message | None:
    """Why a rhythm ends where the sinus node is to lead again, although one strip can show both: in runs, or at a pause."""
    one = find_condition(name)
    if one.led_by_ventricles and not one.drops_beats:
        return next((_replaced(other) for other in find_conditions(new) if other.sinus), None)
    return None


def _why_not_kept(name: str, present: Sequence[str], request: TwinRequest) -> Message | None:
    """Why a condition of the reference cannot stay beside the others, in a few words; None where it can."""
    one = find_condition(name)
    for other in find_conditions(present):
        if reason := why_apart(one, other):
            if one.is_rhythm and other.is_rhythm:
                return _replaced(other)
            return Message("{other} excludes it, {reason}", other=Message(other.name), reason=reason)
    try:
        bounds = rate_bounds([*present, name])
    except EcgError:
        return Message("no heart rate suits it and the others")
    rate = None if request.score is not None else request.heart_rate
    if rate is not None and not bounds.low <= rate <= bounds.high:
        return Message("no heart has it at {rate:g}/min", rate=rate)
    try:
        check_consistent(replace(request, conditions=(*present, name)))
    except EcgError:
        return Message("the intervals and the axis that are asked rule it out")
    return None


def _replaced(other: Condition) -> Message:
    return Message("{other} takes its place", other=Message(other.name))

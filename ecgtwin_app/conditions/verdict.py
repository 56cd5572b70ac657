"""One line of asked versus got."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.ecg.measurement.measure import Measurements, needing
from ecgtwin_app.i18n.message import Message, as_message, in_a_row

Value = TypeVar("Value")

#: What a line is about: what makes a condition or was asked for in numbers, whether real records of the label look so,
#: whether a condition that was taken away is gone, and whether one that nobody asked for is still there.
CRITERION, PLAUSIBILITY, ABSENCE, KEPT = "criterion", "plausibility", "absence", "kept"
#: Lines that say whether a twin has what was asked.
OF_WHAT_IS_ASKED = (CRITERION, ABSENCE)


@dataclass(frozen=True)
class Verdict:
    """What a criterion asks, and what was measured.

    Attributes
    ----------
    name : str
        "heart rate", "QRS duration", ...
    unit : str
        "1/min", "ms", "mV", "" for words.
    asked : str
        In words a reader knows ("≥ 120", "72 ± 3.6"); "" for a line that only informs.
    reference, got : float, str or None
        Measured on the reference and on the recording judged; None when it could not be measured.
    met : bool or None
        None when the line only informs, or cannot be judged.
    reason : str
        Why it cannot be judged: "needs V1"; "" where it can.
    of_counted_beat : bool
        Whether the line describes the beat that the line before it counts, or, where it counts too few, the beat that
        comes nearest.
    kind : str
        `CRITERION`, `PLAUSIBILITY`, `ABSENCE` or `KEPT`.

    Texts are messages, which have a key and values.
    """

    name: str
    unit: str
    asked: str
    reference: float | str | None
    got: float | str | None
    met: bool | None
    reason: str = ""
    of_counted_beat: bool = False
    kind: str = CRITERION


@dataclass(frozen=True)
class Unseen:
    """Stands for what cannot be measured because leads are missing; a line about it cannot be judged.

    Attributes
    ----------
    reason : str
        "needs V1".
    """

    reason: str


def seen(m: Measurements, leads: Collection[str], measured: Callable[[], Value]) -> Value | Unseen:
    """What is measured in these leads, if they are all there."""
    return measured() if set(leads) <= set(m.leads) else Unseen(needing(leads))


def any_of(m: Measurements, leads: Collection[str], found: bool) -> bool | Unseen:
    """Whether something was found in any of these leads; where it was not, a missing one could still show it."""
    return True if found else seen(m, leads, lambda: False)


@dataclass(frozen=True)
class Asked:
    """Everything that is asked at once; what one condition asks can depend on the others.

    Attributes
    ----------
    conditions : tuple of Condition
    age : float or None
        Years.
    sex : {"F", "M"} or None
    own_qrs : float or None
        QRS duration (ms) of the reference.
    """

    conditions: tuple[Condition, ...]
    age: float | None = None
    sex: str | None = None
    own_qrs: float | None = None

    @property
    def without_p(self) -> bool:
        """Whether fibrillation or flutter stands in the place of P waves."""
        return any(condition.atria != "waves" for condition in self.conditions)

    @property
    def wide_qrs(self) -> bool:
        """Whether something that is asked makes the QRS wide."""
        return any(condition.wide_qrs for condition in self.conditions)


def all_of(found: Sequence[Message], none: str) -> Message:
    """What was found, "P flat and QRS wide", or what is said where nothing was."""
    return in_a_row(found) if found else Message(none)


def line(
    name: str, unit: str, asked: str, got: float | str | Unseen | None, met: bool | Unseen | None
) -> Verdict:
    """A verdict whose reference column is still empty. What could not be measured is not met.

    What cannot be seen for want of leads is neither met nor unmet. Texts are keys of messages.
    """
    name, asked = as_message(name), as_message(asked)
    got = as_message(got) if isinstance(got, str) else got
    if isinstance(got, Unseen):
        return Verdict(name, unit, asked, None, None, None, "" if met is None else got.reason)
    if isinstance(met, Unseen):
        return Verdict(name, unit, asked, None, None, None, met.reason)
    return Verdict(name, unit, asked, None, got, False if got is None and met is not None else met)


def of_beat(name: str, unit: str, asked: str, got: float | str | Unseen | None, met: bool) -> Verdict:
    """A `line` on the beat that the line before it counts, or on the one that comes nearest."""
    return replace(line(name, unit, asked, got, met), of_counted_beat=True)


def at_least(name: str, unit: str, got: float | Unseen | None, limit: float) -> Verdict:
    """Met when `got` reaches the limit."""
    return line(
        name, unit, Message("≥ {limit:g}", limit=limit), got, _holds(got, lambda value: value >= limit)
    )


def above(name: str, unit: str, got: float | Unseen | None, limit: float) -> Verdict:
    """Met when `got` exceeds the limit."""
    return line(
        name, unit, Message("> {limit:g}", limit=limit), got, _holds(got, lambda value: value > limit)
    )


def below(name: str, unit: str, got: float | Unseen | None, limit: float) -> Verdict:
    """Met when `got` stays under the limit."""
    return line(
        name, unit, Message("< {limit:g}", limit=limit), got, _holds(got, lambda value: value < limit)
    )


def between(name: str, unit: str, got: float | Unseen | None, low: float, high: float) -> Verdict:
    """Met when `got` lies from `low` to `high`."""
    return line(
        name,
        unit,
        Message("{low:g} to {high:g}", low=low, high=high),
        got,
        _holds(got, lambda value: low <= value <= high),
    )


#: From this on (ms) a QRS is wide; where the reference's is, it may be so much wider (ms).
WIDE_FROM, WIDER = 120.0, 20.0


def narrow_qrs(got: float | Unseen | None, asked: Asked) -> Verdict:
    """QRS below 120 ms, or hardly wider than it was where the reference's own is wide already."""
    own = asked.own_qrs
    if own is None or own < WIDE_FROM:
        return below("QRS duration", "ms", got, WIDE_FROM)
    words = Message("≤ {limit:g}, as the reference has {own:g}", limit=own + WIDER, own=own)
    return line("QRS duration", "ms", words, got, _holds(got, lambda value: value <= own + WIDER))


def yes(name: str, asked: str, got: bool | Unseen | None) -> Verdict:
    """Met when `got` is true; shown as "yes" or "no"."""
    words = got if got is None or isinstance(got, Unseen) else "yes" if got else "no"
    return line(name, "", asked, words, bool(got))


def _holds(got, test):
    return got if isinstance(got, Unseen) else got is not None and test(got)

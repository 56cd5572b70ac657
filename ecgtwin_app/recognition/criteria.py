"""What the referee says of a recording that nobody asked anything of."""

from __future__ import annotations

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.verdict import Verdict
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.i18n.message import Message

#: Conditions whose criteria are the condition itself, a rate, an interval or a count of beats: who meets them shows
#: them. All others are met by healthy hearts too (ST and T of low voltage, R' of a slender chest), so that the
#: criteria need a second witness.
CLAIMED_ALONE = frozenset(
    (
        "sinus rhythm",
        "sinus bradycardia",
        "sinus tachycardia",
        "atrial fibrillation",
        "ventricular premature complex",
        "ventricular bigeminy",
        "ventricular tachycardia",
        "ventricular pacing",
        "first-degree AV block",
        "complete AV block",
        "right bundle branch block",
        "left bundle branch block",
        "supraventricular tachycardia",
    )
)


def judged(
    measured: Measurements, age: float | None, sex: str | None
) -> dict[str, tuple[bool | None, tuple]]:
    """By condition: whether the criteria are met (None where they cannot be judged), and the lines that say so."""
    return {condition.name: _judged(condition, measured, age, sex) for condition in load_vocabulary()}


def evidence(lines: tuple[Verdict, ...]) -> tuple[Message, ...]:
    """The lines that are met, as what speaks for a condition."""
    return tuple(_as_sentence(line) for line in lines if line.met)


def _judged(condition: Condition, measured, age, sex):
    lines = judge(measured, (condition.name,), age=age, sex=sex)
    if any(line.met is False for line in lines):
        return False, lines
    if not meets(lines) or not any(line.met for line in lines):
        return None, lines
    return True, lines


def _as_sentence(line):
    if isinstance(line.got, str) or line.got is None:
        got = line.got if line.got is not None else Message("–")
        return Message("{what}: {got}", what=line.name, got=got)
    if not line.unit:
        return Message("{what}: {value:.3g} ({asked})", what=line.name, value=line.got, asked=line.asked)
    return Message(
        "{what}: {value:.3g} {unit} ({asked})",
        what=line.name,
        value=line.got,
        unit=line.unit,
        asked=line.asked,
    )

"""Conditions that are asked together: whether a heart shows them all, and what is left of its beat."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.vocabulary import find_conditions, load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.message import Message, as_message

#: Why a rhythm that hides shapes goes with none.
HIDDEN_SHAPE = Message("its beats come from the ventricles and hide the shape")


def check_combination(conditions: Sequence[str]) -> None:
    """Refuse conditions that no heart shows together.

    Raises
    ------
    EcgError
        For the first such pair, with the reason.
    """
    check_rhythms(conditions)
    asked = _in_order(conditions)
    for one in asked:
        for other in asked:
            if reason := _excluded(one, other):
                raise EcgError(
                    "No beat shows {one} and {other} together: {reason}; leave one of them out.",
                    one=Message(one.name),
                    other=Message(other.name),
                    reason=as_message(reason),
                )


def check_rhythms(conditions: Sequence[str]) -> None:
    """Say which two of the conditions exclude each other in one strip.

    Raises
    ------
    EcgError
        When no heart shows both in one strip.
    """
    asked = _in_order(conditions)
    for one, other in combinations([condition for condition in asked if condition.is_rhythm], 2):
        if other.name in one.goes_with or one.name in other.goes_with:
            continue
        without_p = next((c.name for c in (one, other) if c.atria != "waves"), None)
        names = {"one": Message(one.name), "other": Message(other.name)}
        if without_p:
            raise EcgError(
                "No strip shows {one} and {other} together: {without_p} has no P waves; leave one of them out.",
                **names,
                without_p=Message(without_p),
            )
        raise EcgError("No strip shows {one} and {other} together; leave one of them out.", **names)
    for shape in asked:
        for rhythm in asked:
            if rhythm.name in shape.not_in:
                raise EcgError(
                    "In {rhythm} {shape} does not show; leave one of them out.",
                    rhythm=Message(rhythm.name),
                    shape=Message(shape.name),
                )


def why_apart(one: Condition, other: Condition) -> Message | None:
    """Why no heart shows two conditions in one strip, in a few words; None where one can."""
    if one.is_rhythm and other.is_rhythm:
        if other.name in one.goes_with or one.name in other.goes_with:
            return None
        return Message("no strip shows both")
    if one.name in other.not_in or other.name in one.not_in:
        return Message("it does not show in this rhythm")
    reason = _excluded(one, other) or _excluded(other, one)
    return as_message(reason) if reason else None


def contradictions(conditions: Sequence[str]) -> tuple[Message, ...]:
    """Of conditions whose criteria one strip meets, which two rhythms no heart shows together: a sentence a pair.

    Criteria are told one by one, and some look at different things: an irregular rhythm with wide beats can meet those of
    fibrillation and of ventricular tachycardia. Both are measured, only one can be. Of shapes one often makes the other,
    as a block an inverted T: that is no contradiction.
    """
    rhythms = [condition for condition in _in_order(conditions) if condition.is_rhythm]
    return tuple(
        Message(
            "No heart shows {one} and {other} together; the criteria leave open which it is.",
            one=Message(one.name),
            other=Message(other.name),
        )
        for one, other in combinations(rhythms, 2)
        if why_apart(one, other)
    )


def changed_parts(conditions: Sequence[str]) -> set[str]:
    """The parts of a beat, "p", "qrs" and "t", that conditions change; the others stay the patient's."""
    return {part for condition in find_conditions(conditions) for part in condition.changes}


def keeps_axis(conditions: Sequence[str]) -> bool:
    """Whether the QRS axis stays the patient's, whatever else the conditions change."""
    return all(c.keeps_axis or "qrs" not in c.changes for c in find_conditions(conditions))


def atrial_rhythm(conditions: Sequence[str]) -> str:
    """What replaces the P waves under these conditions, one of `ecg.beat.score.ATRIAL_RHYTHMS`."""
    return next((c.atria for c in find_conditions(conditions) if c.atria != "waves"), "waves")


def _excluded(one: Condition, other: Condition) -> str:
    if one.hides_shape and not other.is_rhythm:
        return HIDDEN_SHAPE
    return next((e.reason for e in one.excludes if other.name in e.names), "")


def _in_order(conditions: Sequence[str]) -> list[Condition]:
    asked = find_conditions(conditions)
    return [condition for condition in load_vocabulary() if condition in asked]

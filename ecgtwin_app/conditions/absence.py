"""Whether a condition that was taken away is gone, and one that was to stay is there: by its criteria, with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.verdict import ABSENCE, KEPT, Asked, Verdict, line
from ecgtwin_app.conditions.vocabulary import find_condition, find_conditions
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.i18n.message import Message, as_message, joined


def judge_absent(
    measured: Measurements,
    name: str,
    present: Sequence[str] = (),
    age: float | None = None,
    sex: str | None = None,
    reference: Measurements | None = None,
) -> Verdict:
    """Whether a recording misses the criteria of a condition that was removed.

    Parameters
    ----------
    measured : Measurements
        Of the recording that is judged.
    name : str
        Name, synonym or code of the condition that is to be absent.
    present : sequence of str
        What the recording shows otherwise: beside a right bundle branch block a fascicular block is read by the first part
        of the QRS.
    age : float or None
        Years; sets some limits.
    sex : {"F", "M"} or None
    reference : Measurements, optional
        Fills the reference column.

    Returns
    -------
    Verdict
        Met where the criteria are not: `got` is then the line that is missed, "QRS duration 92 ms", else all that meet them.
        Neither met nor missed, with the reason, where the leads or the beats do not tell.

    Raises
    ------
    UnknownCondition
        For a name that the vocabulary does not have.
    """
    condition = find_condition(name)
    asked = Asked((condition, *find_conditions(present)), age, sex)
    title = Message("without {condition}", condition=Message(condition.name))
    gone, got, reason = _says(measured, condition, asked)
    verdict = line(title, "", "criteria not met", got, gone)
    before = None if reference is None else _says(reference, condition, asked)[1]
    return replace(verdict, reference=before, reason=reason, kind=ABSENCE)


def judge_kept(
    measured: Measurements,
    name: str,
    present: Sequence[str] = (),
    age: float | None = None,
    sex: str | None = None,
    reference: Measurements | None = None,
) -> Verdict:
    """Whether a recording still meets the criteria of a condition that its reference shows; as `judge_absent`.

    Where the reference itself does not meet them, what it shows was recognised otherwise, and the line is neither met nor
    missed.
    """
    condition = find_condition(name)
    asked = Asked((condition, *find_conditions(present)), age, sex)
    title = Message("{condition} kept", condition=Message(condition.name))
    gone, got, reason = _says(measured, condition, asked)
    met = None if gone is None else not gone
    verdict = line(title, "", "criteria met", got, met)
    if reference is not None:
        absent, before, _ = _says(reference, condition, asked)
        verdict = replace(verdict, reference=before, met=verdict.met if absent is False else None)
    return replace(verdict, reason=reason, kind=KEPT)


def _says(m: Measurements, condition: Condition, asked: Asked) -> tuple[bool | None, Message | None, str]:
    """Whether the condition is absent, what was measured to say so, and why nothing can be said."""
    if doubt := m.reasons.get("heart_rate"):
        return None, None, doubt
    lines = condition.criterion(m, asked)
    missed = [verdict for verdict in lines if verdict.met is False]
    if missed:
        told = next((verdict for verdict in missed if verdict.got is not None), missed[0])
        return True, _measured(told), ""
    unseen = next((verdict.reason for verdict in lines if verdict.reason), "")
    if unseen:
        return None, None, unseen
    return False, joined([_measured(verdict) for verdict in lines if verdict.met], "; "), ""


def _measured(verdict: Verdict) -> Message:
    """What a line measured, in a few words: "QRS duration 92 ms", "terminal R in V1: no"."""
    name = as_message(verdict.name)
    if verdict.got is None:
        return Message("{criterion}: not measurable", criterion=name)
    if isinstance(verdict.got, str):
        return Message("{criterion}: {value}", criterion=name, value=as_message(verdict.got))
    value = float(f"{verdict.got:.3g}")
    if not verdict.unit:
        return Message("{criterion} {value:g}", criterion=name, value=value)
    return Message("{criterion} {value:g} {unit}", criterion=name, value=value, unit=verdict.unit)

"""The referee: asked versus got.

Measures a recording and holds it against the published criteria of what was asked. It knows nothing
of how the recording was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ecgtwin_app.conditions.criteria_conduction import (
    first_degree_av_block,
    left_bundle_branch_block,
    right_bundle_branch_block,
)
from ecgtwin_app.conditions.criteria_ischaemia import anterior_stemi
from ecgtwin_app.conditions.criteria_muscle import left_ventricular_hypertrophy
from ecgtwin_app.conditions.criteria_rhythm import (
    atrial_fibrillation,
    sinus_bradycardia,
    sinus_rhythm,
    sinus_tachycardia,
    ventricular_premature_complex,
)
from ecgtwin_app.conditions.verdict import Asked, Verdict, line
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.measure import Measurements, measure
from ecgtwin_app.ecg.recording import Recording

#: How far the heart rate may be from what was asked, as a share of it.
RATE_TOLERANCE = 0.05

#: What tests a condition, by its name in the vocabulary.
CRITERIA: dict[str, Callable[[Measurements, Asked], list[Verdict]]] = {
    "sinus rhythm": sinus_rhythm,
    "sinus bradycardia": sinus_bradycardia,
    "sinus tachycardia": sinus_tachycardia,
    "atrial fibrillation": atrial_fibrillation,
    "ventricular premature complex": ventricular_premature_complex,
    "first-degree AV block": first_degree_av_block,
    "left bundle branch block": left_bundle_branch_block,
    "right bundle branch block": right_bundle_branch_block,
    "left ventricular hypertrophy": left_ventricular_hypertrophy,
    "anterior STEMI": anterior_stemi,
}


def judge(
    recording: Recording | Measurements,
    conditions: Sequence[str],
    heart_rate: float | None = None,
    age: float | None = None,
    sex: str | None = None,
    reference: Recording | Measurements | None = None,
) -> tuple[Verdict, ...]:
    """Hold a recording against everything that was asked.

    Parameters
    ----------
    recording : Recording or Measurements
        What is judged; measured here unless it already is.
    conditions : sequence of str
        Names, synonyms or codes of the vocabulary.
    heart_rate : float or None
        1/min that was asked for.
    age : float or None
        Years; sets some limits.
    sex : {"F", "M"} or None
    reference : Recording or Measurements, optional
        Fills the reference column.

    Raises
    ------
    UnknownCondition
        For a name that the vocabulary does not have.
    EcgError
        When a recording cannot be measured.
    """
    names = tuple(dict.fromkeys(find_condition(text).name for text in conditions))
    asked = Asked(names, age, sex)
    got = _lines(_measured(recording), asked, heart_rate)
    if reference is None:
        return tuple(got)
    before = {verdict.name: verdict.got for verdict in _lines(_measured(reference), asked, heart_rate)}
    return tuple(replace(verdict, reference=before.get(verdict.name)) for verdict in got)


def meets(verdicts: Sequence[Verdict]) -> bool:
    """Whether every line that can fail is met."""
    return all(verdict.met is not False for verdict in verdicts)


def _measured(recording):
    return recording if isinstance(recording, Measurements) else measure(recording)


def _lines(m, asked, heart_rate):
    lines = [] if heart_rate is None else [_heart_rate(m, heart_rate)]
    for name in asked.conditions:
        lines += CRITERIA[name](m, asked)
    # Two conditions can ask the same of the same quantity: one line is enough.
    return list({(verdict.name, verdict.asked): verdict for verdict in lines}.values())


def _heart_rate(m, asked):
    tolerance = RATE_TOLERANCE * asked
    met = m.heart_rate is not None and abs(m.heart_rate - asked) <= tolerance
    return line("heart rate", "1/min", f"{asked:g} ± {tolerance:.2g}", m.heart_rate, met)

"""The referee: asked versus got.

Measures a recording and holds it against the published criteria of what was asked. It knows nothing
of how the recording was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ecgtwin_app.conditions.plausible import plausible
from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.verdict import OF_WHAT_IS_ASKED, PLAUSIBILITY, Asked, Verdict, line
from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure, needing
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.i18n.message import Message

#: How far the heart rate may be from what was asked, as a share of it.
RATE_TOLERANCE = 0.05


def judge(
    recording: Recording | Measurements,
    conditions: Sequence[str],
    heart_rate: float | None = None,
    age: float | None = None,
    sex: str | None = None,
    reference: Recording | Measurements | None = None,
    set_points: Mapping[str, float | None] | None = None,
    rate_kept: bool = False,
    beside: Sequence[str] = (),
    whole: bool = True,
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
        Fills the reference column, and stands in for what a patient never had: where its own QRS is wide, a
        rhythm need not make it narrow.
    set_points : mapping of str to float or None, optional
        What was asked of `SET_POINTS`, ms and degrees; None for what was not.
    rate_kept : bool
        Whether the heart rate is the reference's, which was to be kept.
    beside : sequence of str
        Conditions that are there as well and are not judged: a wide QRS beside which none can be narrow.
    whole : bool
        Whether it is a recording; a short strip that tries a beat is not asked to look like one.

    Raises
    ------
    UnknownCondition
        For a name that the vocabulary does not have.
    EcgError
        When a recording cannot be measured.
    """
    before = None if reference is None else _measured(reference)
    asked = Asked(
        tuple(dict.fromkeys(map(find_condition, (*conditions, *beside)))),
        age,
        sex,
        None if before is None else before.qrs,
    )
    points = {name: value for name, value in (set_points or {}).items() if value is not None}
    measured = _measured(recording)
    judged = tuple(dict.fromkeys(map(find_condition, conditions)))
    got = _lines(measured, asked, judged, heart_rate, points, rate_kept)
    if before is None:
        return tuple(got)
    got += plausible(measured, before, asked, whole)
    of_reference = _of_what_is_there(_lines(before, asked, judged, heart_rate, points, rate_kept))
    return tuple(replace(verdict, reference=of_reference.get(verdict.name)) for verdict in got)


def _of_what_is_there(verdicts: Sequence[Verdict]) -> dict[str, float | str | None]:
    """What was measured, by line; nothing of a beat that is not there.

    Where a line counts too few beats, those after it describe the beat that comes nearest: of use for a twin that
    misses, but no premature beat of the reference.
    """
    found, counted = {}, True
    for verdict in verdicts:
        described = verdict.of_counted_beat
        if not described:
            counted = verdict.met is not False
        found[verdict.name] = verdict.got if counted or not described else None
    return found


def met_conditions(
    recording: Recording | Measurements, age: float | None = None, sex: str | None = None
) -> list[str]:
    """The conditions whose every criterion a recording meets. A measurement, not a diagnosis.

    Parameters
    ----------
    recording : Recording or Measurements
        Measured here, once, unless it already is.
    age : float or None
        Years.
    sex : {"F", "M"} or None
    """
    measured = _measured(recording)
    met = []
    for condition in load_vocabulary():
        lines = judge(measured, (condition.name,), age=age, sex=sex)
        if meets(lines) and any(line.met for line in lines):
            met.append(condition.name)
    return met


def unjudged_conditions(
    measured: Measurements, age: float | None = None, sex: str | None = None
) -> dict[str, str]:
    """The conditions that the leads of a recording neither show nor rule out, and why: "needs V1"."""
    unjudged = {}
    for condition in load_vocabulary():
        lines = judge(measured, (condition.name,), age=age, sex=sex)
        reasons = tuple(dict.fromkeys(line.reason for line in lines if line.reason))
        if reasons and not any(line.met is False for line in lines):
            unjudged[condition.name] = _joined(reasons)
    return unjudged


def _joined(reasons):
    """Reasons that name leads as one that names them all."""
    if len(reasons) == 1:
        return reasons[0]
    wanted = {lead for reason in reasons for lead in reason.values["wanted"].split()}
    return needing([lead for lead in LEADS if lead in wanted])


def meets(verdicts: Sequence[Verdict]) -> bool:
    """Whether a recording has what was asked: every line that can fail is met, and none is left that cannot be judged.

    Lines of plausibility do not count; they are `is_plausible`. Nor does what is only kept.
    """
    return all(
        verdict.met is not False and not verdict.reason
        for verdict in verdicts
        if verdict.kind in OF_WHAT_IS_ASKED
    )


def is_plausible(verdicts: Sequence[Verdict]) -> bool:
    """Whether no line of plausibility is missed."""
    return not any(verdict.met is False for verdict in verdicts if verdict.kind == PLAUSIBILITY)


def _measured(recording):
    return recording if isinstance(recording, Measurements) else measure(recording)


def _lines(m, asked, judged, heart_rate, set_points, rate_kept):
    lines = [] if heart_rate is None else [_heart_rate(m, heart_rate, rate_kept)]
    lines += [_set_point(m, name, value) for name, value in set_points.items()]
    for condition in judged:
        lines += condition.criterion(m, asked)
    # What may not be beats meets no criterion and misses none.
    if doubt := m.reasons.get("heart_rate"):
        lines = [replace(line, got=None, met=None, reason=doubt) for line in lines]
    # Two conditions can ask the same of the same quantity: one line is enough.
    return list({(verdict.name, verdict.asked): verdict for verdict in lines}.values())


def _heart_rate(m, asked, kept):
    tolerance = RATE_TOLERANCE * asked
    met = m.heart_rate is not None and abs(m.heart_rate - asked) <= tolerance
    words = (
        Message("kept, {asked:.3g} ± {tolerance:.2g}", asked=asked, tolerance=tolerance)
        if kept
        else Message("{asked:g} ± {tolerance:.2g}", asked=asked, tolerance=tolerance)
    )
    return line("heart rate", "1/min", words, m.heart_rate, met)


def _set_point(m, name, asked):
    point = SET_POINTS[name]
    got = getattr(m, point.measured)
    off = None if got is None else abs(got - asked)
    if off is not None and name == "axis":
        off = abs((got - asked + 180) % 360 - 180)
    words = Message("{asked:g} ± {tolerance:g}", asked=asked, tolerance=point.tolerance)
    return line(point.name, point.unit, words, got, off is not None and off <= point.tolerance)

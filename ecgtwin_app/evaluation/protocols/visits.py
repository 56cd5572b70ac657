"""Second visits: the twin of visit A under what visit B shows, beside the real visit B.

The only truth of a twin that is not made by physiology: patients with two recordings. R-aligned median beats at
100 Hz, root mean square over eight leads. Counted by patient, so that one who came eight times counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.labels import asked_for, states_of
from ecgtwin_app.evaluation.metrics.intervals import bootstrap, share
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line
from ecgtwin_app.evaluation.protocols.references import NORMAL_RHYTHM, RATES, at_rate, in_turn
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.training.collections.records import RealRecord

PART = "visits"
#: Samples at 500 Hz around the fiducial that are compared, and how far a beat may be moved to fit.
_FROM, _TO, _FIDUCIAL, _SLACK = -150, 225, 175, 12
#: Samples of 500 Hz that one of 100 Hz is the mean of.
_STEP = 5
#: Other patients' records of B's findings that are compared.
_OTHERS = 6


@dataclass(frozen=True)
class Visit:
    """How far the twin, visit A and others lie from visit B, in microvolts; None where nothing was compared."""

    patient: str
    first: str
    second: str
    changed: bool
    held_out: bool
    twin: float | None
    before: float | None
    others: float | None
    failed: str = ""


def run(setting: Setting) -> Outcome:
    """Draw what is missing; the outcome of all pairs."""
    store = setting.store(PART)
    chosen = in_turn(visit_pairs(setting.records), lambda pair: pair[0].patient)[: setting.references]
    return outcome([_visit(setting, store, first, second) for first, second in chosen], setting.seed)


def visit_pairs(records: Sequence[RealRecord]) -> list[tuple[RealRecord, RealRecord]]:
    """Each recording of 500 Hz with each other recording of its patient that its database says something of."""
    by_patient: dict[str, list[RealRecord]] = {}
    for record in records:
        by_patient.setdefault(record.patient, []).append(record)
    return [
        (first, second)
        for own in by_patient.values()
        for first in own
        for second in own
        if first is not second
        and first.recording.rate == 500
        and conditions_of(first)
        and conditions_of(second)
    ]


def conditions_of(record: RealRecord) -> tuple[str, ...]:
    """The conditions that a twin with this record's findings is asked for; none where nothing is known."""
    states = states_of(record.labels, record.database)
    return asked_for(record.labels, states) if (states == PRESENT).any() else ()


def beat_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Root mean square difference (µV) of two beats (8, 500), mV, moved to where they fit best."""
    fixed = _window(other, 0)
    return 1000 * min(
        float(np.sqrt(np.mean((_window(one, shift) - fixed) ** 2))) for shift in range(-_SLACK, _SLACK + 1, 2)
    )


def _window(beat: np.ndarray, shift: int) -> np.ndarray:
    part = beat[:, _FIDUCIAL + _FROM + shift : _FIDUCIAL + _TO + shift]
    return part.reshape(8, -1, _STEP).mean(axis=2)


def _visit(setting: Setting, store, first: RealRecord, second: RealRecord) -> Visit:
    a, b = setting.real_row(first), setting.real_row(second)
    shows, showed = conditions_of(second), conditions_of(first)
    about = (first.patient, first.key, second.key, set(shows) != set(showed), first.held_out)
    if "failed" in a or "failed" in b:
        return Visit(*about, None, None, None, a.get("failed") or b.get("failed") or "")
    patient = second.recording.patient
    asked, rate = at_rate(shows, b["measurements"]["heart_rate"])
    # What visit A showed and visit B does not is ruled out; sinus rhythms are rates and go by themselves. Visit A's own
    # findings are stated, as by a file that carries them: what both visits show is kept, not laid on again.
    stated = tuple(name for name in showed if name not in (NORMAL_RHYTHM, *RATES))
    wanted = TwinRequest(
        asked, heart_rate=rate, age=patient.age, sex=patient.sex, shows=stated,
        without=tuple(name for name in stated if name not in asked), seed=setting.seed,
    )  # fmt: skip
    key = f"{first.key}/{second.key}"
    row = setting.draw(store, key, first.recording, wanted, {"reference": first.key, "second": second.key})
    target = setting.beat(setting.real, second.key)
    before = beat_distance(setting.beat(setting.real, first.key), target)
    if "failed" in row:
        return Visit(*about, None, before, None, row["failed"])
    others = [
        beat_distance(setting.beat(setting.real, record.key), target)
        for record in _others(setting, second)
        if "failed" not in setting.real_row(record)
    ]
    twin = beat_distance(setting.beat(store, key), target)
    return Visit(*about, twin, before, float(np.median(others)) if others else None)


def _others(setting: Setting, record: RealRecord) -> list[RealRecord]:
    """Records of other patients with the same findings, by key."""
    wanted = frozenset(conditions_of(record))
    same = [
        r for r in setting.records if r.patient != record.patient and frozenset(conditions_of(r)) == wanted
    ]
    return sorted(same, key=lambda r: r.key)[:_OTHERS]


def outcome(visits: Sequence[Visit], seed: int) -> Outcome:
    """Lines and tables of second visits."""
    lines = [
        _by_patient(
            "patients whose twin is nearer to the real visit B than visit A is", visits, "before", 0.7
        ),
        _by_patient("the same, visits whose findings differ", [v for v in visits if v.changed], "before"),
        _by_patient("the same, patients that no training saw", [v for v in visits if v.held_out], "before"),
        _by_patient(
            "patients whose twin is nearer than other patients with visit B's findings", visits, "others"
        ),
    ]
    made = [v for v in visits if v.twin is not None]
    pairs = share([(v.twin or 0) < (v.before or 0) for v in made])
    lines.append(line("pairs whose twin is nearer than visit A", pairs))
    apart = bootstrap(np.median, [v.twin for v in made if v.twin is not None], seed=seed)
    floor = [v.before for v in visits if v.before is not None]
    lines.append(
        line("median distance of the twin to visit B (visit A: the floor)", apart, unit="µV", less=True,
             floor=float(np.median(floor)) if floor else None)
    )  # fmt: skip
    failed = [v for v in visits if v.twin is None]
    if failed:
        lines.append(Line("visits that could not be made or measured", len(failed) / len(visits), None, None, len(visits),
                          less=True, note="; ".join(sorted({v.failed for v in failed}))[:200]))  # fmt: skip
    rows = tuple(
        (v.patient, v.first, v.second, "yes" if v.changed else "no", v.twin, v.before, v.others)
        for v in visits
    )
    head = (
        "patient",
        "visit A",
        "visit B",
        "findings differ",
        "twin to B, µV",
        "A to B, µV",
        "others to B, µV",
    )
    return Outcome(
        PART,
        "Is the twin of a real visit, made under what a second real visit shows, like that second visit?",
        "Patients with several recordings, visit A at 500 Hz, its twin under visit B's findings and rate; R-aligned "
        "median beats at 100 Hz, root mean square over eight leads; by patient, the median over the patient's pairs.",
        tuple(lines),
        (Table("Every pair", head, rows),),
    )


def _by_patient(name: str, visits: Sequence[Visit], against: str, aim: float | None = None) -> Line:
    gains: dict[str, list[float]] = {}
    for visit in visits:
        other = getattr(visit, against)
        if visit.twin is not None and other is not None:
            gains.setdefault(visit.patient, []).append(other - visit.twin)
    pairs = sum(map(len, gains.values()))
    return line(
        name, share([float(np.median(own)) > 0 for own in gains.values()]), aim=aim, note=f"{pairs} pairs"
    )

"""The patients that protocols ask about: held-out, of every database, healthy and sick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.bounds import rate_bounds
from ecgtwin_app.evaluation.judge.judge import RECOGNISED
from ecgtwin_app.evaluation.judge.labels import FINDINGS, NAMES, NORMAL, Finding, states_of
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.runs.references import also_normal
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.training.collections.records import RealRecord, normal

NORMAL_RHYTHM = "sinus rhythm"
#: Findings that are no more than a rate of the sinus node: nothing is there to be removed.
RATES = ("sinus bradycardia", "sinus tachycardia", "sinus arrhythmia")


def one_a_patient(records: Sequence[RealRecord]) -> list[RealRecord]:
    """The first recording of every patient, in the order given."""
    first: dict[str, RealRecord] = {}
    for record in records:
        first.setdefault(record.patient, record)
    return list(first.values())


def healthy(
    records: Sequence[RealRecord], count: int | None = None, rate: float | None = None
) -> list[RealRecord]:
    """Held-out normal recordings of different patients, the databases in turn.

    Parameters
    ----------
    rate : float or None
        Only files of so many samples a second.
    """
    found = [
        r for r in records
        if r.held_out and (normal(r) or also_normal(r)) and (rate is None or r.recording.rate == rate)
    ]  # fmt: skip
    return in_turn(one_a_patient(found), lambda record: record.database)[:count]


def findings_of(record: RealRecord) -> tuple[Finding, ...]:
    """What its database says that it shows, but for normal and for rates."""
    states = states_of(record.labels, record.database)
    return tuple(
        finding
        for finding, state in zip(FINDINGS, states, strict=True)
        if state == PRESENT and finding.name not in (NORMAL, *RATES)
    )


def sick(
    records: Sequence[RealRecord], count: int | None = None, rate: float | None = None
) -> list[RealRecord]:
    """Held-out recordings of different patients with a finding, the findings in turn, rare ones first."""
    found = [
        r for r in records if r.held_out and findings_of(r) and (rate is None or r.recording.rate == rate)
    ]
    chosen = one_a_patient(found)
    often = {name: sum(name in _names(r) for r in chosen) for name in NAMES}
    return in_turn(chosen, lambda record: min(_names(record), key=lambda name: often[name]))[:count]


def recognised(setting: Setting, record: RealRecord) -> tuple[Finding, ...]:
    """The findings that its database and the judge both see in a record."""
    seen = dict(zip(setting.judge.names, setting.seen(record), strict=True))
    return tuple(f for f in findings_of(record) if seen.get(f.name, 0.0) >= RECOGNISED)


def at_rate(conditions: tuple[str, ...], rate: float | None) -> tuple[tuple[str, ...], float | None]:
    """What a real record shows, as it can be asked for at its own rate (1/min).

    Databases call sinus rhythm what is slower than 60 or faster than 100 by a hair; the vocabulary does not. A rate
    beyond what the conditions can have becomes the nearest that they can.
    """
    if rate is None:
        return conditions, None
    if NORMAL_RHYTHM in conditions and not 60 <= rate <= 100:
        other = "sinus bradycardia" if rate < 60 else "sinus tachycardia"
        conditions = tuple(other if name == NORMAL_RHYTHM else name for name in conditions)
    bounds = rate_bounds(conditions)
    return conditions, float(np.clip(rate, bounds.low, bounds.high))


def in_turn(things: Sequence, group) -> list:
    """Things one of each group after the other, groups in the order of their size, the smallest first."""
    groups: dict[str, list] = {}
    for thing in things:
        groups.setdefault(group(thing), []).append(thing)
    ordered = sorted(groups.values(), key=len)
    longest = max(map(len, ordered), default=0)
    return [own[k] for k in range(longest) for own in ordered if k < len(own)]


def bases(rows: Sequence[dict]) -> tuple[list[str], np.ndarray]:
    """Keys and base vectors of the rows that could be measured."""
    usable = [row for row in rows if "base" in row]
    return [row["key"] for row in usable], np.array([row["base"] for row in usable])


def _names(record: RealRecord) -> tuple[str, ...]:
    return tuple(finding.name for finding in findings_of(record))

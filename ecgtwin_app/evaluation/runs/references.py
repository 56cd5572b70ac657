"""The patients that every figure is measured on: real normal recordings that no training saw."""

from __future__ import annotations

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.training.collections.records import RealRecord, normal

#: Labels of other databases that say as much as PTB-XL's NORM with SR and nothing else, in the order in
#: which they fill up. Two of them call sinus rhythm what we call it.
_ALSO_NORMAL = {
    "PTB Diagnostic": ({"healthy control"}, {"healthy control", "no"}),
    "LUDB": ({NORMAL}, {NORMAL, "electric axis of the heart: normal"}),
    "Georgia G12EC": ({NORMAL}, {NORMAL}),
}


def also_normal(record: RealRecord) -> bool:
    """Whether another database than PTB-XL calls it normal and nothing else."""
    if record.database not in _ALSO_NORMAL:
        return False
    needed, allowed = _ALSO_NORMAL[record.database]
    return needed <= {label.lower() for label in record.labels} <= allowed


def held_out_normals(records: list[RealRecord], count: int) -> list[RealRecord]:
    """One held-out normal recording of each of `count` patients, PTB-XL's first.

    Raises
    ------
    EcgError
        When there are fewer.
    """
    order = ["PTB-XL", *_ALSO_NORMAL]
    found = sorted(
        (r for r in records if r.held_out and (normal(r) or also_normal(r))),
        key=lambda r: (order.index(r.database), r.key),
    )
    first = {record.patient: record for record in reversed(found)}
    chosen = [record for record in found if first[record.patient] is record]
    if len(chosen) < count:
        raise EcgError(
            "Only {count} held-out normal patients are there; ask for at most so many.", count=len(chosen)
        )
    return chosen[:count]


def one_each(records: list[RealRecord]) -> list[RealRecord]:
    """The first recording of every patient by key, in the order given."""
    first: dict[str, str] = {}
    for record in records:
        first[record.patient] = min(record.key, first.get(record.patient, record.key))
    return [record for record in records if first[record.patient] == record.key]


def second_recordings(records: list[RealRecord]) -> list[tuple[RealRecord, RealRecord]]:
    """The first two recordings by key of every patient who has more than one."""
    by_patient: dict[str, list[RealRecord]] = {}
    for record in sorted(records, key=lambda r: r.key):
        by_patient.setdefault(record.patient, []).append(record)
    return [(own[0], own[1]) for own in by_patient.values() if len(own) > 1]

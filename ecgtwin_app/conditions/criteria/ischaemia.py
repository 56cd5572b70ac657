"""Criteria of acute ischaemia.

Thygesen et al., Fourth Universal Definition of Myocardial Infarction (2018), Circulation 2018;138:e618.
Neighbours among the limb leads: the frontal plane in Cabrera's order, Wagner et al., AHA/ACC/HRS
recommendations part VI, J Am Coll Cardiol 2009;53:1003.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection

from ecgtwin_app.conditions.verdict import Asked, Verdict, any_of, line, seen
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.i18n.message import Message

CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")
INFERIOR = ("II", "aVF", "III")
#: Leads in which ST depression and T inversion count.
LOOKED_AT = (*CHEST, "aVL", "I", *INFERIOR)
#: aVR looks into the ventricle from the other side and is no neighbour here.
NEIGHBOURS = (*itertools.pairwise(CHEST), ("aVL", "I"), *itertools.pairwise(INFERIOR), ("II", "III"))


def st_limit(lead: str, age: float | None, sex: str | None) -> float:
    """J-point elevation (mV) that counts in a lead.

    Women 0.15, men under 40 0.25 and others 0.2 in V2 and V3; 0.1 elsewhere.
    """
    if lead not in ("V2", "V3"):
        return 0.1
    if sex == "F":
        return 0.15
    return 0.25 if sex == "M" and age is not None and age < 40 else 0.2


def have_neighbours(leads: Collection[str]) -> bool:
    """Whether two of these leads look at neighbouring parts of the heart."""
    return any(a in leads and b in leads for a, b in NEIGHBOURS)


def anterior_stemi(m: Measurements, asked: Asked) -> list[Verdict]:
    """J-point elevation in at least two contiguous chest leads."""
    limits = {lead: st_limit(lead, asked.age, asked.sex) for lead in CHEST}
    return _elevation(
        m,
        limits,
        Message("two neighbours of V1 to V6; V2 and V3 ≥ {limit:g} mV, others ≥ 0.1 mV", limit=limits["V2"]),
    )


def inferior_stemi(m: Measurements, asked: Asked) -> list[Verdict]:
    """J-point elevation in at least two of II, III and aVF."""
    limits = {lead: st_limit(lead, asked.age, asked.sex) for lead in INFERIOR}
    return _elevation(m, limits, Message("two of II, III, aVF ≥ 0.1 mV"))


def _elevation(m, limits, wanted):
    raised = [lead for lead, limit in limits.items() if lead in m.leads and m.st_j[lead] >= limit]
    largest = seen(m, limits, lambda: max(m.st_j[lead] for lead in limits))
    return [
        line(
            "J-point elevation",
            "",
            wanted,
            ", ".join(raised) or "none",
            any_of(m, limits, have_neighbours(raised)),
        ),
        line("largest J-point elevation", "mV", "", largest, None),
    ]


def st_depression(m: Measurements, asked: Asked) -> list[Verdict]:
    """Horizontal or downsloping depression of 0.05 mV in two contiguous leads, at J and 60 ms after it."""
    leads = [lead for lead in _there(m) if max(m.st_j[lead], m.st_60[lead]) <= -0.05]
    return [
        line(
            "ST depression",
            "",
            "two neighbours ≥ 0.05 mV",
            ", ".join(leads) or "none",
            any_of(m, LOOKED_AT, have_neighbours(leads)),
        )
    ]


def t_inversion(m: Measurements, asked: Asked) -> list[Verdict]:
    """T of -0.1 mV or lower in two contiguous leads with R larger than S."""
    leads = [
        lead
        for lead in _there(m)
        if m.r_amplitude[lead] > m.s_amplitude[lead] and (t := m.t_amplitude[lead]) is not None and t <= -0.1
    ]
    return [
        line("T inversion under R", "", "two neighbours ≤ -0.1 mV", ", ".join(leads) or "none",
             any_of(m, LOOKED_AT, have_neighbours(leads))),
    ]  # fmt: skip


def _there(m):
    return [lead for lead in LOOKED_AT if lead in m.leads]

"""Criteria of ischaemia and infarction.

Thygesen et al., Fourth Universal Definition of Myocardial Infarction (2018), Circulation 2018;138:e618.
"""

from __future__ import annotations

import itertools

from ecgtwin_app.conditions.verdict import Asked, Verdict, line
from ecgtwin_app.ecg.measure import Measurements

_CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")


def st_limit(lead: str, age: float | None, sex: str | None) -> float:
    """J-point elevation (mV) that counts in a lead.

    Women 0.15, men under 40 0.25 and others 0.2 in V2 and V3; 0.1 elsewhere.
    """
    if lead not in ("V2", "V3"):
        return 0.1
    if sex == "F":
        return 0.15
    return 0.25 if sex == "M" and age is not None and age < 40 else 0.2


def anterior_stemi(m: Measurements, asked: Asked) -> list[Verdict]:
    """J-point elevation in at least two contiguous chest leads."""
    limits = {lead: st_limit(lead, asked.age, asked.sex) for lead in _CHEST}
    raised = [lead for lead in _CHEST if m.st_j[lead] >= limits[lead]]
    contiguous = any(a in raised and b in raised for a, b in itertools.pairwise(_CHEST))
    highest = max(_CHEST, key=lambda lead: m.st_j[lead])
    return [
        line(
            "J-point elevation",
            "",
            f"two neighbours of V1 to V6; V2 and V3 ≥ {limits['V2']:g} mV, others ≥ 0.1 mV",
            ", ".join(raised) or "none",
            contiguous,
        ),
        line("largest J-point elevation", "mV", "", m.st_j[highest], None),
    ]

"""Criteria of the heart muscle's mass.

Voltage: Sokolow and Lyon, Am Heart J 1949;37:161; Casale et al. (Cornell), Circulation 1987;75:565;
both as listed by Hancock et al., AHA/ACC/HRS recommendations part V, J Am Coll Cardiol 2009;53:992.
"""

from __future__ import annotations

from ecgtwin_app.conditions.verdict import Asked, Verdict, line
from ecgtwin_app.ecg.measure import Measurements

SOKOLOW = 3.5
#: Cornell's limits, mV; the men's holds when the sex is not known.
CORNELL = {"F": 2.0, "M": 2.8, None: 2.8}


def left_ventricular_hypertrophy(m: Measurements, asked: Asked) -> list[Verdict]:
    """Voltage by Sokolow-Lyon or by Cornell; either is enough."""
    limit = CORNELL[asked.sex]
    reached = [
        name
        for name, met in (("Sokolow-Lyon", m.sokolow_lyon >= SOKOLOW), ("Cornell", m.cornell > limit))
        if met
    ]
    return [
        line("left ventricular voltage", "", "either", " and ".join(reached) or "neither", bool(reached)),
        line("Sokolow-Lyon", "mV", f"≥ {SOKOLOW:g}", m.sokolow_lyon, None),
        line("Cornell", "mV", f"> {limit:g}", m.cornell, None),
    ]

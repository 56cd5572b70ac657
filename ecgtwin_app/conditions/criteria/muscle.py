"""Criteria of the ventricles' muscle: voltage and strain.

Sokolow and Lyon, Am Heart J 1949;37:161; Casale et al. (Cornell), Circulation 1987;75:565; as listed,
with right ventricular hypertrophy and strain, by Hancock et al., AHA/ACC/HRS recommendations part V,
J Am Coll Cardiol 2009;53:992. Strain: Okin et al., J Am Coll Cardiol 2001;38:514. Low voltage: Mason et
al., AHA/ACC/HRS recommendations part II, J Am Coll Cardiol 2007;49:1128.
"""

from __future__ import annotations

import itertools

import numpy as np

from ecgtwin_app.conditions.verdict import Asked, Verdict, above, all_of, any_of, below, line, seen
from ecgtwin_app.ecg.delineation.delineate import lead_waves
from ecgtwin_app.ecg.measurement.measure import NEEDS, Measurements
from ecgtwin_app.ecg.measurement.qrs_pattern import qrs_of
from ecgtwin_app.i18n.message import Message

SOKOLOW = 3.5
#: Cornell's limits, mV; the men's holds when the sex is not known.
CORNELL = {"F": 2.0, "M": 2.8, None: 2.8}
#: Neighbours that look at the left ventricle.
LEFT_PAIRS = (("I", "aVL"), ("V4", "V5"), ("V5", "V6"))
LEFT = ("I", "aVL", "V4", "V5", "V6")
LIMB = ("I", "II", "III", "aVR", "aVL", "aVF")


def left_ventricular_hypertrophy(m: Measurements, asked: Asked) -> list[Verdict]:
    """Voltage by Sokolow-Lyon or by Cornell; either is enough."""
    limit = CORNELL[asked.sex]
    sokolow = seen(m, NEEDS["sokolow_lyon"], lambda: m.sokolow_lyon)
    cornell = seen(m, NEEDS["cornell"], lambda: m.cornell)
    by = (
        (Message("Sokolow-Lyon"), m.sokolow_lyon is not None and m.sokolow_lyon >= SOKOLOW),
        (Message("Cornell"), m.cornell is not None and m.cornell > limit),
    )
    reached = [name for name, met in by if met]
    met = any_of(m, (*NEEDS["sokolow_lyon"], *NEEDS["cornell"]), bool(reached))
    return [
        line("left ventricular voltage", "", "either", all_of(reached, "neither"), met),
        line("Sokolow-Lyon", "mV", Message("≥ {limit:g}", limit=SOKOLOW), sokolow, None),
        line("Cornell", "mV", Message("> {limit:g}", limit=limit), cornell, None),
    ]


def left_ventricular_strain(m: Measurements, asked: Asked) -> list[Verdict]:
    """ST at least 0.05 mV down and an asymmetric inverted T of 0.1 mV, under an R, in two left leads."""
    strained = [lead for lead in LEFT if lead in m.leads and _is_strained(m, lead)]
    pair = any(a in strained and b in strained for a, b in itertools.chain(LEFT_PAIRS))
    return [
        line("ST down and T asymmetrically inverted under R", "", "two of I, aVL, V4 to V6, neighbours",
             ", ".join(strained) or "none", any_of(m, LEFT, pair)),
    ]  # fmt: skip


def _is_strained(m, lead):
    t = m.t_amplitude[lead]
    under_r = m.r_amplitude[lead] > m.s_amplitude[lead]
    down = m.st_60[lead] <= -0.05
    if not (under_r and down and t is not None and t <= -0.1):
        return False
    shape = m.delineation.shapes[0]
    waves = lead_waves(shape, shape.leads.index(lead))
    # Down slowly, back fast.
    if waves.t_peak is None or waves.t_offset is None:
        return False
    return waves.t_peak - shape.waves.qrs[1] > waves.t_offset - waves.t_peak


def right_ventricular_hypertrophy(m: Measurements, asked: Asked) -> list[Verdict]:
    """R in V1 above 0.7 mV and larger than S, axis beyond 90 degrees."""
    r, s = (waves.get("V1", 0.0) for waves in (m.r_amplitude, m.s_amplitude))
    axis = seen(m, NEEDS["qrs_axis"], lambda: m.qrs_axis)
    right = m.qrs_axis is not None and (m.qrs_axis > 90 or m.qrs_axis < -90)
    return [
        above("R in V1", "mV", seen(m, ("V1",), lambda: r), 0.7),
        line("R/S in V1", "", "> 1", seen(m, ("V1",), lambda: r / max(s, 0.01)), r > s),
        # Axes from -180 to -90 degrees lie beyond 180: extreme right.
        line("QRS axis", "°", "> 90", axis, right),
    ]


def low_voltage(m: Measurements, asked: Asked) -> list[Verdict]:
    """QRS below 0.5 mV peak to peak in every limb lead."""
    shape = m.delineation.shapes[0]
    largest = seen(m, LIMB, lambda: max(float(np.ptp(qrs_of(shape, lead))) for lead in LIMB))
    return [below("largest QRS of the limb leads", "mV", largest, 0.5)]

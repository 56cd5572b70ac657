"""Criteria of the left fascicles' blocks.

Surawicz et al., AHA/ACC/HRS recommendations part III, J Am Coll Cardiol 2009;53:976. Beside a right
bundle branch block the axis is that of the left ventricle, the first 80 ms: Elizari et al.,
Circulation 2007;115:1154.
"""

from __future__ import annotations

from ecgtwin_app.conditions.verdict import Asked, Verdict, between, line, narrow_qrs, seen, yes
from ecgtwin_app.ecg.measurement.measure import NEEDS, Measurements
from ecgtwin_app.ecg.measurement.qrs_pattern import initial_axis, is_qr, is_rs, r_peak_time

#: The part of the QRS that a right bundle branch block leaves to the left ventricle, seconds.
LEFT_PART = 0.08


def left_anterior_fascicular_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """Axis -45 to -90 degrees, qR in aVL, QRS below 120 ms."""
    shape = m.delineation.shapes[0]
    return [
        between("QRS axis", "°", _axis(m, asked), -90, -45),
        yes("qR in aVL", "yes", seen(m, ("aVL",), lambda: is_qr(shape, "aVL"))),
        *_not_wide(m, asked),
        line("R peak time in aVL", "ms", "", seen(m, ("aVL",), lambda: r_peak_time(shape, "aVL")), None),
    ]


def left_posterior_fascicular_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """Axis 90 to 180 degrees, rS in I, qR in III, QRS below 120 ms."""
    shape = m.delineation.shapes[0]
    return [
        between("QRS axis", "°", _axis(m, asked), 90, 180),
        yes("rS in I", "yes", seen(m, ("I",), lambda: is_rs(shape, "I"))),
        yes("qR in III", "yes", seen(m, ("III",), lambda: is_qr(shape, "III"))),
        *_not_wide(m, asked),
    ]


def _axis(m, asked):
    def axis():
        if any(condition.late_right_ventricle for condition in asked.conditions):
            return initial_axis(m.delineation.shapes[0], LEFT_PART)
        return m.qrs_axis

    return seen(m, NEEDS["qrs_axis"], axis)


def _not_wide(m, asked):
    return [] if asked.wide_qrs else [narrow_qrs(m.qrs, asked)]

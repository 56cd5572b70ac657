"""Criteria of the atria's size.

Hancock et al., AHA/ACC/HRS recommendations part V, J Am Coll Cardiol 2009;53:992; terminal force of V1:
Morris et al., Circulation 1964;29:242.
"""

from __future__ import annotations

from ecgtwin_app.conditions.verdict import Asked, Verdict, all_of, any_of, at_least, line, seen
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.p_pattern import is_notched, p_amplitude, terminal_force_v1
from ecgtwin_app.i18n.message import Message

#: Morris' 0.04 mm s, as mV ms.
TERMINAL_FORCE = 4.0


def left_atrial_enlargement(m: Measurements, asked: Asked) -> list[Verdict]:
    """P of at least 120 ms, notched in II, or a terminal force of 4 mV ms in V1."""
    shape = m.delineation.shapes[0]
    force = seen(m, ("V1",), lambda: terminal_force_v1(shape))
    wide = m.p_duration is not None and m.p_duration >= 120
    notched = wide and "II" in m.leads and is_notched(shape, "II")
    negative = isinstance(force, float) and force >= TERMINAL_FORCE
    reached = [
        name
        for name, met in ((Message("notched wide P"), notched), (Message("terminal force"), negative))
        if met
    ]
    return [
        line(
            "left atrial P",
            "",
            "either",
            all_of(reached, "neither"),
            any_of(m, ("II", "V1"), bool(reached)),
        ),
        line("P duration", "ms", "≥ 120 and notched in II", m.p_duration, None),
        line("terminal force of V1", "mV·ms", Message("≥ {limit:g}", limit=TERMINAL_FORCE), force, None),
    ]


def right_atrial_enlargement(m: Measurements, asked: Asked) -> list[Verdict]:
    """P of at least 0.25 mV in II."""
    height = seen(m, ("II",), lambda: p_amplitude(m.delineation.shapes[0], "II"))
    return [at_least("P in II", "mV", height, 0.25)]

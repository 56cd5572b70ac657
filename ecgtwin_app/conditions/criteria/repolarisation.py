"""Criteria of long QT, hyperkalaemia and Brugada's pattern.

Long QT: Priori et al., 2015 ESC guideline, Eur Heart J 2015;36:2793 (QTc of 480 ms). Hyperkalaemia: Braun,
Surawicz & Bellet, Am J Med Sci 1955;230:147 (narrow-based T); Surawicz & Knilans, Chou's
Electrocardiography in Clinical Practice, 6th ed. 2008, ch. 22. Brugada type 1: Priori et al., HRS/EHRA/APHRS
statement, Heart Rhythm 2013;10:1932.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.verdict import Asked, Verdict, all_of, any_of, at_least, line, seen, yes
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.p_pattern import p_amplitude
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE
from ecgtwin_app.i18n.message import Message

#: T taller than this, mV, in a limb and in a chest lead.
TALL = {lead: 1.0 if lead.startswith("V") else 0.5 for lead in LEADS}
#: A T whose width at half its height (ms) stays below this stands on a narrow base.
NARROW = 110.0
#: P in II no taller than this (mV) is flat; a QRS above this (ms) is widened.
FLAT_P, WIDENED = 0.05, 110.0
#: Coved ST of Brugada type 1, mV.
COVED = 0.2


def long_qt(m: Measurements, asked: Asked) -> list[Verdict]:
    """QTc (Fridericia) of at least 480 ms."""
    return [at_least("QTc (Fridericia)", "ms", m.qtc_fridericia, 480)]


def hyperkalaemia(m: Measurements, asked: Asked) -> list[Verdict]:
    """A tall T on a narrow base, with P flattened or QRS widened."""
    heights = {lead: m.t_amplitude.get(lead) for lead in LEADS}
    tall = [lead for lead, t in heights.items() if t is not None and t > TALL[lead]]
    tented = [lead for lead in tall if t_width(m, lead) <= NARROW]
    height = p_amplitude(m.delineation.shapes[0], "II") if "II" in m.leads else None
    flat = "II" in m.leads and (height is None or height <= FLAT_P)
    wide = m.qrs is not None and m.qrs > WIDENED
    words = [name for name, met in ((Message("P flat"), flat), (Message("QRS wide"), wide)) if met]
    return [
        line("tall T on a narrow base", "", "> 0.5 mV in a limb or > 1 mV in a chest lead",
             ", ".join(tented) or "none", any_of(m, LEADS, bool(tented))),
        line("P flattened or QRS widened", "", "either", all_of(words, "neither"),
             any_of(m, ("II",), bool(words))),
    ]  # fmt: skip


def t_width(m: Measurements, lead: str) -> float:
    """Width of a lead's T at half its height, milliseconds."""
    shape = m.delineation.shapes[0]
    row = smoothing.gaussian(shape.lead(lead), 2)
    _, start = shape.waves.qrs
    end = len(row) if shape.waves.t_offset is None else min(len(row), shape.waves.t_offset + 1)
    at = start + int(np.argmax(row[start:end]))
    # Half way between the top and the level after T.
    half = 0.5 * (row[at] + row[end - 1])
    low = high = at
    while low > start and row[low] > half:
        low -= 1
    while high < len(row) - 1 and row[high] > half:
        high += 1
    return 1000 * (high - low) / MODEL_RATE


def brugada_type_1(m: Measurements, asked: Asked) -> list[Verdict]:
    """Coved ST of 0.2 mV that falls into an inverted T, in V1 or V2."""
    leads = ("V1", "V2")
    raised = [lead for lead in leads if lead in m.leads and m.st_j[lead] >= COVED]
    coved = [lead for lead in raised if m.st_j[lead] > m.st_60[lead] > m.st_80[lead]]
    highest = seen(m, leads, lambda: max(m.st_j[lead] for lead in leads))
    inverted = [lead for lead in coved if _last_t(m, lead) < 0]
    return [
        at_least("highest ST of V1 and V2", "mV", highest, COVED),
        yes("coved: ST falls from J", "yes", any_of(m, leads, bool(coved))),
        yes("T inverted in the same lead", "yes", any_of(m, leads, bool(inverted))),
    ]


def _last_t(m, lead):
    """The deflection farthest from zero in the second half of ST-T."""
    waves = m.delineation.shapes[0].waves
    if waves.t_offset is None:
        return 0.0
    middle = (waves.qrs_offset + waves.t_offset) // 2
    t = m.delineation.shapes[0].lead(lead)[middle : waves.t_offset]
    return float(t[np.argmax(np.abs(t))]) if t.size else 0.0

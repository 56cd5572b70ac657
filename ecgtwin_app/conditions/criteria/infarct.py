"""Criteria of the Q waves that an infarct leaves.

Thygesen et al., Fourth Universal Definition of Myocardial Infarction (2018), Circulation 2018;138:e618,
which holds where no left bundle branch block explains the QRS. For the inferior leads the older and
stricter 40 ms of the Minnesota code (Prineas et al. 1982) instead of 30 ms.
"""

from __future__ import annotations

from ecgtwin_app.conditions.verdict import Asked, Verdict, any_of, line, seen
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.qrs_pattern import QWave, q_wave
from ecgtwin_app.i18n.message import Message

#: Q of V2 and V3 and of the inferior leads, ms; depth in the inferior leads, mV.
ANTERIOR_Q, INFERIOR_Q, DEEP = 20.0, 40.0, 0.1


def old_anterior_infarct(m: Measurements, asked: Asked) -> list[Verdict]:
    """Q of 20 ms or QS in V2 or V3."""
    return _q_waves(m, ("V2", "V3"), 1, ANTERIOR_Q, 0.0, Message("Q ≥ 20 ms or QS in V2 or V3"))


def old_inferior_infarct(m: Measurements, asked: Asked) -> list[Verdict]:
    """Q of 40 ms and 0.1 mV, or QS, in two of II, III and aVF."""
    return _q_waves(
        m, ("II", "III", "aVF"), 2, INFERIOR_Q, DEEP, Message("Q ≥ 40 ms or QS in two of II, III, aVF")
    )


def _q_waves(m, leads, wanted, duration, depth, words):
    waves = {lead: q_wave(m.delineation.shapes[0], lead) for lead in leads if lead in m.leads}
    found = [lead for lead, wave in waves.items() if _counts(wave, duration, depth)]
    longest = seen(m, leads, lambda: max(wave.duration for wave in waves.values()))
    return [
        line("pathological Q", "", words, ", ".join(found) or "none", any_of(m, leads, len(found) >= wanted)),
        line("longest Q", "ms", "", longest, None),
    ]


def _counts(wave: QWave, duration: float, depth: float) -> bool:
    return wave.alone or (wave.duration >= duration and wave.depth >= depth)

"""Criteria of rhythms.

Sinus rhythms: Mason et al., AHA/ACC/HRS recommendations part II, J Am Coll Cardiol 2007;49:1128.
Atrial fibrillation: Joglar et al., 2023 ACC/AHA/ACCP/HRS guideline, Circulation 2024;149:e1.
Ventricular premature complexes: Al-Khatib et al., 2017 AHA/ACC/HRS guideline, Circulation 2018;138:e272.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.verdict import Asked, Verdict, above, at_least, below, between, line, yes
from ecgtwin_app.ecg.delineate import UNLIKE, WIDE, Beat, Shape
from ecgtwin_app.ecg.measure import Measurements

_PVC, _AVB = "ventricular premature complex", "first-degree AV block"


def sinus_rhythm(m: Measurements, asked: Asked) -> list[Verdict]:
    """A P before nearly every QRS, normal PR, steady, 60 to 100/min."""
    return [between("ventricular rate", "1/min", m.heart_rate, 60, 100), *_sinus(m, asked)]


def sinus_bradycardia(m: Measurements, asked: Asked) -> list[Verdict]:
    """As sinus rhythm, below 60/min."""
    return [below("ventricular rate", "1/min", m.heart_rate, 60), *_sinus(m, asked)]


def sinus_tachycardia(m: Measurements, asked: Asked) -> list[Verdict]:
    """As sinus rhythm, above 100/min."""
    return [above("ventricular rate", "1/min", m.heart_rate, 100), *_sinus(m, asked)]


def _sinus(m, asked):
    verdicts = [p_before_qrs(m, asked)]
    # First-degree AV block asks for its own PR.
    if _AVB not in asked.conditions:
        verdicts.append(between("PR interval", "ms", m.pr, 120, 200))
    verdicts.append(below("RR variation", "%", None if m.rr_cv is None else 100 * m.rr_cv, 10))
    return verdicts


def p_before_qrs(m: Measurements, asked: Asked) -> Verdict:
    """The share of QRS with a P; ectopic beats do not count where they are asked for."""
    share = m.p_before_qrs
    if _PVC in asked.conditions:
        seen = [beat.has_p for beat in m.beats if beat.kind != "ectopic" and beat.has_p is not None]
        share = float(np.mean(seen)) if seen else None
    return at_least("P before QRS", "%", None if share is None else 100 * share, 90)


def atrial_fibrillation(m: Measurements, asked: Asked) -> list[Verdict]:
    """Irregularly irregular, without a P."""
    gaps = _gaps(m)
    return [
        at_least("RR variation", "%", None if m.rr_cv is None else 100 * m.rr_cv, 12),
        yes("RR without pattern", "yes", None if len(gaps) < 5 else not has_pattern(gaps)),
        line("consistent P", "", "no", "no" if m.pr is None else "yes", m.pr is None),
    ]


def _gaps(m):
    fiducials = [beat.fiducial for beat in m.beats]
    return np.diff(fiducials).astype(float)


def has_pattern(gaps: np.ndarray) -> bool:
    """Whether the intervals repeat: each foretold by the one, two or three before it.

    A correlation of 0.85 is beyond what some ten independent intervals give by chance, and below
    that of bigeminy, trigeminy or a slow swing.
    """
    for lag in (1, 2, 3):
        first, second = gaps[:-lag], gaps[lag:]
        if len(first) < 5 or np.std(first) == 0 or np.std(second) == 0:
            continue
        if abs(np.corrcoef(first, second)[0, 1]) > 0.85:
            return True
    return False


def ventricular_premature_complex(m: Measurements, asked: Asked) -> list[Verdict]:
    """At least one early, wide beat unlike the others, without P, with T against its QRS.

    The lines describe the beat that meets most of it.
    """
    found = [(_premature_tests(beat, m.delineation.shapes[beat.shape]), beat) for beat in m.beats]
    complexes = sum(all(tests) for tests, _ in found)
    tests, beat = max(found, key=lambda pair: (sum(pair[0]), -pair[1].correlation))
    wide, unlike = f"≥ {WIDE:g}", f"< {UNLIKE:g}"
    return [
        at_least("ventricular premature complexes", "", float(complexes), 1),
        line("its prematurity", "", "early", "early" if tests[0] else "in time", tests[0]),
        line("its QRS duration", "ms", wide, beat.qrs, tests[1]),
        line("its likeness to the usual QRS", "", unlike, beat.correlation, tests[2]),
        line("its P wave", "", "none", "present" if beat.has_p else "none", tests[3]),
        line("its T wave", "", "discordant", "discordant" if tests[4] else "concordant", tests[4]),
    ]


def _premature_tests(beat: Beat, shape: Shape) -> tuple[bool, ...]:
    return (
        # A beat cut by the edge of the strip cannot be judged.
        beat.early and beat.kind != "unclear",
        beat.qrs >= WIDE,
        beat.correlation < UNLIKE,
        not beat.has_p,
        discordant_t(shape),
    )


def discordant_t(shape: Shape) -> bool:
    """Whether ST and T point against the QRS, all leads together."""
    waves = shape.waves
    end = waves.t_offset if waves.t_offset is not None else shape.signal.shape[1]
    qrs = shape.signal[:, waves.qrs_onset : waves.qrs_offset].sum(axis=1)
    repolarisation = shape.signal[:, waves.qrs_offset : end].sum(axis=1)
    return bool(qrs @ repolarisation < 0)

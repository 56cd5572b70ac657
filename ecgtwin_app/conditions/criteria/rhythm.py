"""Criteria of rhythms that the sinus node, the atria or the junction lead.

Sinus rhythms: Mason et al., AHA/ACC/HRS recommendations part II, J Am Coll Cardiol 2007;49:1128.
Atrial fibrillation: Joglar et al., 2023 ACC/AHA/ACCP/HRS guideline, Circulation 2024;149:e1.
Flutter, supraventricular tachycardia, junctional rhythm: Page et al., 2015 ACC/AHA/HRS guideline,
Circulation 2016;133:e506. Sinus arrhythmia (PP range above 120 ms): Surawicz & Knilans, Chou's
Electrocardiography in Clinical Practice, 6th ed. 2008, ch. 13.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.conditions.verdict import (
    Asked,
    Verdict,
    above,
    at_least,
    below,
    between,
    line,
    narrow_qrs,
    yes,
)
from ecgtwin_app.ecg.delineation.flutter import AGAINST_P, SHARE, SMALLEST
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.i18n.message import Message

#: RR variation (%) of a regular rhythm.
REGULAR = 10
#: A P of the shortest normal PR that would begin less than so long (ms) after the measured end of T has no onset
#: to be read: T goes on for some 20 ms after that (see docs/measurements.md).
P_CLEAR_OF_T = 50


def sinus_rhythm(m: Measurements, asked: Asked) -> list[Verdict]:
    """A P before nearly every QRS, normal PR, steady, 60 to 100/min."""
    name, rate = _sinus_rate(m, asked)
    return [between(name, "1/min", rate, 60, 100), *_sinus(m, asked)]


def sinus_bradycardia(m: Measurements, asked: Asked) -> list[Verdict]:
    """As sinus rhythm, below 60/min."""
    name, rate = _sinus_rate(m, asked)
    return [below(name, "1/min", rate, 60), *_sinus(m, asked)]


def sinus_tachycardia(m: Measurements, asked: Asked) -> list[Verdict]:
    """As sinus rhythm, above 100/min."""
    name, rate = _sinus_rate(m, asked)
    return [above(name, "1/min", rate, 100), *_sinus(m, asked)]


def sinus_arrhythmia(m: Measurements, asked: Asked) -> list[Verdict]:
    """As sinus rhythm, with RR intervals that differ by more than 120 ms."""
    spread = None if m.rr_range is None else 1000 * m.rr_range
    return [above("RR range", "ms", spread, 120), *_sinus(m, asked, steady=False)]


def _sinus_rate(m, asked):
    # Where beats are dropped the sinus node's rate is that of the P waves.
    if any(condition.drops_beats for condition in asked.conditions):
        return Message("atrial rate"), None if m.p_train is None else m.p_train.rate
    return Message("ventricular rate"), m.heart_rate


def _sinus(m, asked, steady=True):
    if any(condition.drops_beats or condition.led_by_ventricles for condition in asked.conditions):
        return []
    verdicts = [p_before_qrs(m, asked)]
    # Some conditions ask for a PR of their own.
    if not any(condition.own_pr for condition in asked.conditions):
        pr = between("PR interval", "ms", m.pr, 120, 200)
        verdicts.append(replace(pr, met=None) if pr.met is False and _p_within_t(m) else pr)
    if steady and not any(condition.uneven for condition in asked.conditions):
        variation = _variation(m)
        if any(condition.ectopic == "atrial" for condition in asked.conditions):
            variation = _variation_of_undisturbed(m)
        verdicts.append(below("RR variation", "%", variation, REGULAR))
    return verdicts


def _p_within_t(m):
    """Whether the P begins where the T before it has hardly ended, or before that, so that its onset cannot be read."""
    if m.heart_rate is None or m.qt is None:
        return False
    return 60_000 / m.heart_rate - m.qt < max(120 + P_CLEAR_OF_T, m.pr or 0)


def _variation(m):
    return None if m.rr_cv is None else 100 * m.rr_cv


def _variation_of_undisturbed(m):
    """RR variation (%) without the intervals that begin or end with an early beat."""
    gaps = np.diff([beat.fiducial for beat in m.beats]).astype(float)
    early = np.array([beat.early or beat.shape != 0 for beat in m.beats])
    gaps = gaps[~early[:-1] & ~early[1:]]
    return float(100 * np.std(gaps) / np.mean(gaps)) if gaps.size > 1 else None


def p_before_qrs(m: Measurements, asked: Asked) -> Verdict:
    """The share of QRS with a P; ectopic beats do not count where they are asked for."""
    share = m.p_before_qrs
    if any(condition.ectopic for condition in asked.conditions):
        ours = [beat for beat in m.beats if beat.kind == "dominant" or (beat.shape == 0 and not beat.early)]
        seen = [beat.has_p for beat in ours if beat.has_p is not None]
        share = float(np.mean(seen)) if seen else None
    return at_least("P before QRS", "%", None if share is None else 100 * share, 90)


def no_p_before_qrs(m: Measurements) -> Verdict:
    """A P that cannot be seen is no P."""
    share = 0.0 if m.p_before_qrs is None else 100 * m.p_before_qrs
    return line("QRS without P before", "%", "≥ 90", 100 - share, share <= 10)


def atrial_fibrillation(m: Measurements, asked: Asked) -> list[Verdict]:
    """Irregularly irregular, without a P; behind a regular ventricular rhythm only without a P."""
    no_p = line("consistent P", "", "no", "no" if m.pr is None else "yes", m.pr is None)
    if any(condition.led_by_ventricles for condition in asked.conditions):
        return [no_p]
    gaps = _gaps(m)
    ectopic = any(condition.ectopic for condition in asked.conditions)
    variation = m.rr_cv_all if ectopic else m.rr_cv
    return [
        at_least("RR variation", "%", None if variation is None else 100 * variation, 12),
        yes("RR without pattern", "yes", None if len(gaps) < 5 else not has_pattern(gaps)),
        no_p,
    ]


def atrial_flutter(m: Measurements, asked: Asked) -> list[Verdict]:
    """Regular atrial activity of 240 to 340/min, of which every second to fourth, or a varying share, is conducted."""
    flutter = m.flutter
    regular = flutter is not None and flutter.regular
    rate = flutter.rate if flutter is not None and regular else None
    ratio = None if rate is None or m.heart_rate is None else rate / m.heart_rate
    return [
        between("flutter rate", "1/min", rate, 240, 340),
        *_flutter_waves(flutter),
        line("flutter waves to a QRS", "", "", ratio, None),
    ]  # fmt: skip


def _flutter_waves(flutter):
    """How much of what lies between the QRS the waves explain, and whether P and T would explain it as well."""
    if flutter is None:
        return [
            line(
                "flutter waves' share of what lies between the QRS",
                "%",
                Message("≥ {limit:g}", limit=100 * SHARE),
                None,
                False,
            )
        ]
    fits = flutter.share >= flutter.asked_share and flutter.amplitude >= SMALLEST
    lines = [
        line(
            "flutter waves' share of what lies between the QRS",
            "%",
            Message("≥ {limit:g}", limit=100 * flutter.asked_share),
            100 * flutter.share,
            fits,
        ),
    ]
    if not flutter.two_to_one:
        left = 100 * flutter.against_p
        lines.append(
            line(
                "residual, flutter waves against P and T",
                "%",
                Message("≤ {limit:g}", limit=100 * AGAINST_P),
                left,
                left <= 100 * AGAINST_P,
            )
        )
    return lines


def supraventricular_tachycardia(m: Measurements, asked: Asked) -> list[Verdict]:
    """Regular, narrow, 150 to 220/min, without a P before the QRS."""
    return [
        between("ventricular rate", "1/min", m.heart_rate, 150, 220),
        below("RR variation", "%", _variation(m), REGULAR),
        *narrow(m, asked),
        no_p_before_qrs(m),
    ]


def junctional_rhythm(m: Measurements, asked: Asked) -> list[Verdict]:
    """Regular, narrow, 40 to 60/min, without a P before the QRS."""
    return [
        between("ventricular rate", "1/min", m.heart_rate, 40, 60),
        below("RR variation", "%", _variation(m), REGULAR),
        *narrow(m, asked),
        no_p_before_qrs(m),
    ]


def narrow(m: Measurements, asked: Asked) -> list[Verdict]:
    """QRS below 120 ms, unless something that is asked makes it wide or the reference's own is."""
    return [] if asked.wide_qrs else [narrow_qrs(m.qrs, asked)]


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

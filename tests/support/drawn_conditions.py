"""One strip for each condition, drawn to its published criteria, and which others it also meets."""

from __future__ import annotations

import numpy as np
from synthetic_ecg import (
    LBBB,
    NORMAL,
    P_AMPLITUDES,
    PVC,
    RATE,
    RBBB,
    T_AMPLITUDES,
    T_LBBB,
    T_PVC,
    bump,
    fibrillating,
    strip,
)

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording

ST_ANTERIOR = np.array((0, -0.1, 0.12, 0.3, 0.35, 0.25, 0.1, 0.05))
ST_INFERIOR = np.array((-0.1, 0.18, 0, -0.04, -0.04, 0, 0, 0))
ST_DOWN = np.array((-0.08, -0.04, 0.04, 0, -0.04, -0.12, -0.14, -0.12))
TALL = tuple((a, b, tuple(2.2 * np.array(v))) for a, b, v in NORMAL)
SMALL = tuple((a, b, tuple(np.array((0.3, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4)) * v)) for a, b, v in NORMAL)
INCOMPLETE_RBBB = tuple((0.76 * a, 0.76 * b, v) for a, b, v in RBBB)
LEFT_ANTERIOR = (
    (0, 26, (-0.12, 0.15, 0.15, 0.2, 0.2, 0.1, 0.05, 0.05)),
    (18, 74, (0.9, -0.3, -0.2, 0.2, 0.7, 1.2, 1.0, 0.7)),
    (50, 104, (0.1, -0.7, -0.9, -1.2, -0.9, -0.6, -0.5, -0.4)),
)
LEFT_POSTERIOR = (
    (0, 26, (0.2, 0.02, 0.15, 0.2, 0.2, 0.1, 0.05, 0.05)),
    (18, 80, (-0.6, 0.9, -0.3, 0.2, 0.7, 1.2, 1.1, 0.9)),
    (50, 100, (-0.1, 0.1, -0.7, -1.0, -0.8, -0.4, -0.3, -0.2)),
)
DELTA = (
    (0, 130, (0.25, 0.3, 0.25, 0.5, 0.6, 0.5, 0.4, 0.3)),
    (50, 100, (0.7, 0.9, -0.1, 0.4, 0.8, 1.4, 1.3, 1.0)),
)
RIGHT_VENTRICLE = (
    (0, 70, (0.15, 0.6, 1.1, 0.9, 0.8, 0.7, 0.6, 0.5)),
    (30, 95, (-0.7, 0.3, 0.0, -0.4, -0.7, -1.1, -1.2, -1.0)),
)
ANTERIOR_Q = (
    (0, 60, (-0.04, -0.05, -0.6, -0.9, -0.9, -0.3, -0.1, -0.1)),
    (30, 84, (0.8, 1.0, -0.5, -0.4, 0.3, 0.8, 1.2, 1.0)),
)
INFERIOR_Q = (
    (0, 56, (0.3, -0.45, 0.15, 0.2, 0.3, 0.4, 0.4, 0.3)),
    (44, 96, (0.4, 0.8, -0.6, -0.8, 0.3, 0.9, 0.9, 0.8)),
)
T_STRAIN = np.array((-0.25, -0.1, 0.3, 0.4, 0.2, -0.2, -0.4, -0.35))
T_INVERTED = np.array((-0.2, -0.05, -0.1, -0.2, -0.3, -0.35, -0.3, -0.25))
T_TENTED = np.array((0.5, 0.9, 0.2, 1.3, 1.5, 1.3, 1.0, 0.8))
SINUS = {"sinus rhythm"}


def drawn() -> dict[str, tuple[Recording, set[str]]]:
    """Each condition's strip, and the other conditions whose criteria it meets by nature."""
    breath = 0.4 + np.cumsum(0.86 + 0.11 * np.sin(2 * np.pi * 0.24 * 0.86 * np.arange(12)))
    bigeminal = 0.3 + np.cumsum(np.tile([0.55, 1.05], 6)) - 0.55
    late = [0.5, 1.4, 2.3, 2.85, 4.1, 5.0, 5.9, 6.8, 7.7, 8.6, 9.5]
    return {
        "sinus rhythm": (strip(rate=72)[0], set()),
        "sinus bradycardia": (strip(rate=48)[0], set()),
        "sinus tachycardia": (strip(rate=120, qt=300, pr=140)[0], set()),
        "sinus arrhythmia": (strip(onsets=breath[breath < 9.8])[0], None),
        "atrial fibrillation": (fibrillating(seed=3), set()),
        "atrial flutter": (with_flutter(rate=300, conducted=4), None),
        "premature atrial complex": (
            strip(onsets=[0.5, 1.4, 2.3, 2.95, 3.9, 4.8, 5.7, 6.6, 7.5, 8.4, 9.3])[0],
            None,
        ),
        "supraventricular tachycardia": (strip(rate=180, pr=None, qt=260)[0], set()),
        "junctional rhythm": (strip(rate=50, pr=None)[0], set()),
        "ventricular premature complex": (strip(onsets=late, ectopic={3})[0], SINUS),
        "ventricular bigeminy": (
            strip(onsets=bigeminal, ectopic=set(range(0, 12, 2)), qt=340)[0],
            {"ventricular premature complex"},
        ),
        "ventricular tachycardia": (strip(rate=150, pr=None, parts=PVC, t=T_PVC, qt=360)[0], None),
        "accelerated idioventricular rhythm": (strip(rate=72, pr=None, parts=PVC, t=T_PVC, qt=420)[0], None),
        "ventricular pacing": (with_spikes(strip(rate=70, pr=None, parts=PVC, t=T_PVC, qt=440)), None),
        "first-degree AV block": (strip(rate=64, pr=260)[0], set()),
        "Wenckebach AV block": (blocked([160, 220, 250, None] * 4, pp=0.76), None),
        "Mobitz II AV block": (blocked([170, 170, None] * 5, pp=0.76), None),
        "complete AV block": (dissociated(pp=0.79, rr=1.52), None),
        "left bundle branch block": (strip(parts=LBBB, t=T_LBBB, qt=420)[0], None),
        "right bundle branch block": (strip(parts=RBBB, qt=420)[0], SINUS),
        "incomplete right bundle branch block": (strip(parts=INCOMPLETE_RBBB)[0], SINUS),
        "left anterior fascicular block": (strip(parts=LEFT_ANTERIOR)[0], SINUS),
        "left posterior fascicular block": (strip(parts=LEFT_POSTERIOR)[0], SINUS),
        "pre-excitation": (strip(parts=DELTA, pr=105, p=90, qt=420)[0], set()),
        "left ventricular hypertrophy": (strip(parts=TALL)[0], SINUS),
        "left ventricular strain": (strained(), None),
        "right ventricular hypertrophy": (strip(parts=RIGHT_VENTRICLE)[0], None),
        "low voltage": (strip(parts=SMALL, noise=0.003)[0], SINUS),
        "left atrial enlargement": (with_left_atrium(), SINUS),
        "right atrial enlargement": (with_right_atrium(), SINUS),
        "anterior STEMI": (strip(st=ST_ANTERIOR)[0], None),
        "inferior STEMI": (strip(st=ST_INFERIOR)[0], None),
        "old anterior infarct": (strip(parts=ANTERIOR_Q)[0], SINUS),
        "old inferior infarct": (strip(parts=INFERIOR_Q)[0], SINUS),
        "ST depression": (strip(st=ST_DOWN, t=0.6 * T_AMPLITUDES)[0], None),
        "T inversion": (strip(t=T_INVERTED)[0], None),
        "long QT": (strip(rate=60, qt=550)[0], None),
        "hyperkalaemia": (tented(), None),
        "Brugada type 1": (brugada(), None),
    }


def with_waves(recording: Recording, onsets, amplitudes, length: float = 100.0) -> Recording:
    """Add a P (ms long) at each onset (s)."""
    waves = np.zeros((8, recording.samples))
    for onset in onsets:
        bump(waves, 0, length, amplitudes, onset)
    return Recording(recording.signal + twelve_leads(waves), RATE)


def with_flutter(rate: float, conducted: int, seconds: float = 10.0) -> Recording:
    """A sawtooth of negative waves in II, every so manieth conducted."""
    period = 60 / rate
    onsets = np.arange(0.3, seconds - 0.1, conducted * period)
    recording, _ = strip(pr=None, onsets=onsets, t=0.4 * T_AMPLITUDES)
    phase = (np.arange(recording.samples) / RATE / period) % 1
    saw = np.where(phase < 0.65, phase / 0.65, (1 - phase) / 0.35) - 0.5
    spread = np.array((0.02, -0.25, 0.12, 0.06, 0.03, 0.0, -0.03, -0.05))
    return Recording(recording.signal + twelve_leads(np.outer(spread, saw)), RATE)


def with_spikes(drawn_strip) -> Recording:
    """A spike of 2 ms, 10 ms before each QRS."""
    recording, onsets = drawn_strip
    spikes = np.zeros((8, recording.samples))
    for onset in onsets:
        at = round((onset - 0.010) * RATE)
        if at >= 0:
            spikes[:, at] = np.array((0.5, 1.2, -0.4, -0.6, -0.7, -0.8, -0.6, -0.5))
    return Recording(recording.signal + twelve_leads(spikes), RATE)


def blocked(prs, pp: float) -> Recording:
    """P waves at a steady rate, with these PR (ms); None drops the QRS."""
    p = 0.2 + pp * np.arange(len(prs))
    p = p[p < 9.4]
    qrs = [at + pr / 1000 for at, pr in zip(p, prs, strict=False) if pr is not None]
    return with_waves(strip(pr=None, onsets=qrs)[0], p, P_AMPLITUDES)


def dissociated(pp: float, rr: float) -> Recording:
    """P and QRS each at their own rate."""
    recording, _ = strip(pr=None, onsets=np.arange(0.5, 9.8, rr))
    return with_waves(recording, np.arange(0.1, 9.8, pp), P_AMPLITUDES)


def strained() -> Recording:
    """Tall R with ST that slopes down into a T that comes back fast."""
    recording, onsets = strip(parts=TALL, t=np.zeros(8))
    waves = np.zeros((8, recording.samples))
    for onset in onsets:
        first, last = round((onset + 0.09) * RATE), round((onset + 0.39) * RATE)
        at = np.linspace(0, 1, last - first)
        course = np.where(
            at < 0.7, 0.3 + 0.7 * (at / 0.7) ** 1.3, 0.5 + 0.5 * np.cos(np.pi * (at - 0.7) / 0.3)
        )
        stop = min(last, recording.samples)
        waves[:, first:stop] += np.outer(T_STRAIN, course[: stop - first])
    return Recording(recording.signal + twelve_leads(waves), RATE)


def with_left_atrium() -> Recording:
    """P of 130 ms with two peaks in II and a deep end in V1."""
    recording, onsets = strip(pr=None)
    first = with_waves(
        recording, onsets - 0.19, np.array((0.08, 0.15, 0.08, 0.05, 0.05, 0.05, 0.05, 0.05)), 70
    )
    return with_waves(first, onsets - 0.13, np.array((0.1, 0.15, -0.14, -0.05, 0.05, 0.05, 0.05, 0.05)), 74)


def with_right_atrium() -> Recording:
    """P of 0.32 mV in II."""
    recording, onsets = strip(pr=None)
    return with_waves(recording, onsets - 0.16, np.array((0.08, 0.32, 0.12, 0.1, 0.08, 0.06, 0.05, 0.05)))


def tented() -> Recording:
    """T of 1.5 mV, 150 ms at its foot, after a flat P."""
    recording, onsets = strip(pr=None, t=np.zeros(8))
    flat = with_waves(recording, onsets - 0.2, 0.25 * P_AMPLITUDES, 110)
    return with_waves(flat, onsets + 0.2, T_TENTED, 150)


def brugada() -> Recording:
    """ST of V1 and V2 that falls from a high J point into a negative T."""
    recording, onsets = strip(t=T_AMPLITUDES * np.array((1, 1, 0, 0, 1, 1, 1, 1)))
    waves = np.zeros((8, recording.samples))
    for onset in onsets:
        first, last = round((onset + 0.084) * RATE), round((onset + 0.39) * RATE)
        at = np.linspace(0, 1, last - first)
        course = 0.38 * (1 - at / 0.5) * (at < 0.5) - 0.22 * np.sin(np.pi * np.clip((at - 0.5) / 0.5, 0, 1))
        course *= np.clip(np.arange(len(at)) / 4, 0, 1)
        stop = min(last, recording.samples)
        waves[2:4, first:stop] += course[: stop - first]
    return Recording(recording.signal + twelve_leads(waves), RATE)

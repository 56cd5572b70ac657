"""Long QT: the action potential lasts too long.

Limits of Rautaharju et al., AHA/ACCF/HRS 2009 part IV (J Am Coll Cardiol 2009;53:982) and Schwartz &
Ackerman, Eur Heart J 2013;34:3109; T by ion channel, broad, notched and low, or late, of Moss et al.,
Circulation 1995;92:2929.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, fade, qt_factor
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.binding import makes
from ecgtwin_app.heart.physics.leads_shown import independent_t, t_amplitudes
from ecgtwin_app.heart.physics.repolarisation import t_peak_of, with_jt
from ecgtwin_app.heart.physics.vector import LeadField

#: QTc by Fridericia drawn, seconds; beyond the limit of 0.48 by what measuring T may miss.
LONG_QTC = (0.506, 0.6)
#: U in I, II, V1 to V6 against T (Surawicz, J Cardiovasc Electrophysiol 1998;9:1117).
U_WAVE = np.array([0.5, 0.9, 0.8, 1.3, 1.3, 1.1, 0.9, 0.7])
#: JT (s) is no shorter than this under a wide QRS.
SHORTEST_JT = 0.16
#: T is lower than the patient's own: mean and spread of the logarithm of the ratio.
LOWER_T = (-0.35, 0.25)
#: A T that is lower than this (mV) in every lead is raised to it: its end could not be seen.
LOWEST_T = 0.16
#: Patterns of T: the share of the added time that goes to the ST segment, and the weight.
PATTERNS = {"broad": (0.35, 0.35), "late": (0.85, 0.2), "notched": (0.3, 0.25), "T and U": (0.25, 0.2)}


@makes("long QT")
def long_qt(template: BeatTemplate, field: LeadField, rng: np.random.Generator, traits):
    """QTc of 500 ms or more by a broad, a late or a notched T, or a U wave that T runs into."""
    severity = float(rng.random()) ** 1.2
    qtc = LONG_QTC[0] + severity * (LONG_QTC[1] - LONG_QTC[0])
    pattern = str(rng.choice(list(PATTERNS), p=[weight for _, weight in PATTERNS.values()]))
    # The score's beats follow Fridericia from the template's cycle on; above 100/min QT shortens more.
    qt = max(qtc * qt_factor(template.rr), template.qrs_duration + SHORTEST_JT)
    beat = _raised(replace(template, t=template.t * np.float32(rng.lognormal(*LOWER_T))))
    before = min(PATTERNS[pattern][0] * rng.uniform(0.85, 1.15), 1.0)
    beat = with_jt(beat, round(qt * MODEL_RATE) - round(beat.qrs_duration * MODEL_RATE), before)
    if pattern == "notched":
        beat = _notched(beat, rng)
    elif pattern == "T and U":
        beat = _with_u(beat, rng)
    beat = replace(beat, t_peak=t_peak_of(beat))
    return beat, {"severity": severity, "QTc": qtc, "pattern": pattern}


def _raised(template):
    """T no lower than `LOWEST_T` in its tallest lead."""
    tallest = max(abs(size) for size in t_amplitudes(template).values())
    gain = np.float32(min(max(LOWEST_T / max(tallest, 1e-6), 1.0), 3.0))
    return replace(template, t=template.t * gain)


def _notched(template, rng):
    """T low and split in two humps of about one size."""
    size = independent_t(template) * rng.uniform(0.45, 0.8)
    first, second = rng.uniform(0.46, 0.54), rng.uniform(0.74, 0.79)
    return _humps(
        template, first, size, second, size * rng.uniform(0.55, 1.1) * rng.lognormal(0, 0.15, 8), rng
    )


def _with_u(template, rng):
    """T low and early; a U wave, largest in V2 and V3, follows before it has ended."""
    size = independent_t(template) * rng.uniform(0.4, 0.75)
    first, second = rng.uniform(0.4, 0.47), rng.uniform(0.74, 0.78)
    u = size * rng.uniform(0.5, 1.2) * U_WAVE * rng.lognormal(0, 0.15, 8)
    return _humps(template, first, size, second, u, rng)


def _humps(template, first, size, second, later_size, rng):
    """T made of two humps that peak at shares of JT; it ends where it ended."""
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    at = (np.arange(template.t.shape[1]) - template.j_index) / jt
    own = template.t * (1 - fade(at * 1000, 50, 250) * (1 - fade(at * 1000, 1000, 1100)))
    t = own + size[:, None] * _hump(at, first, rng.uniform(0.26, 0.32))
    t += later_size[:, None] * _hump(at, second, 1 - second)
    return _raised(replace(template, t=t.astype(np.float32)))


def _hump(at, peak, half):
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((at - peak) / half, -1, 1))

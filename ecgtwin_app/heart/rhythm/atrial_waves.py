"""Atrial activity of other origin than the sinus node: fibrillation, flutter, ectopic and retrograde P."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.rendering import flutter_phase, render_flutter_waves
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES
from ecgtwin_app.heart.physics.vector import DOWER, Front, LeadField, perform_fronts
from ecgtwin_app.heart.rhythm.grid import TYPICAL_PR

#: Mean size of f waves in I, II, V1 to V6 against V1: largest in V1 and the inferior leads (Petrutiu
#: et al., Europace 2007;9:466; Meo et al., Comput Biol Med 2013).
F_WAVE_PATTERN = np.array([0.3, 0.75, 1.0, 0.65, 0.45, 0.35, 0.35, 0.35])
#: Dominant frequency, Hz, and amplitude (half of peak to peak in V1), mV: fine to coarse.
F_WAVE_RATE = (4.2, 8.5)
F_WAVE_AMPLITUDE = (0.028, 0.12)
#: ... and V1 shows them in every heart: its size against the mean one is no smaller.
LEAST_IN_V1 = 0.85
#: Phases at which a turn of a flutter loop is given.
WAVE_POINTS = 64
#: Rate of a flutter loop, 1/min (Saoudi et al., Eur Heart J 2001;22:1162).
FLUTTER_RATE = (240.0, 340.0)
#: Height (peak to peak, mV) of flutter waves in II, and how often the loop turns clockwise.
FLUTTER_AMPLITUDE = (0.12, 0.42)
CLOCKWISE_SHARE = 0.15
#: Smallest height (mV, in the largest of II, III and aVF) of a sawtooth that a reader sees beside a QRS of 1 mV, and how
#: much it follows a smaller or larger QRS.
SEEN_FLUTTER, FOLLOWS_QRS = 0.18, (0.8, 1.6)
#: Size of the sawtooth in I, II, V1 to V6 against II, and of the bump that follows its upstroke. Counter-
#: clockwise: negative in the inferior leads, upright in V1, negative in V6; clockwise the reverse.
_SAWTOOTH = np.array([0.12, 1.0, -0.1, -0.05, 0.1, 0.2, 0.28, 0.32])
_BUMP = np.array([0.05, 0.1, 0.75, 0.4, 0.15, -0.05, -0.15, -0.22])
#: Frank directions of the right and left atrium's part of a P, and its duration (s), by origin. Retrograde
#: waves run from the AV node upwards and forward: upright in V1, the pseudo-r' of nodal re-entry (Waldo et al., Circulation 1970;41:711; Man et al., J Am Coll
#: Cardiol 1993;22:1159 on ectopic P by origin).
_SINUS = (((0.3, 0.8, -0.35), (0.7, 0.35, 0.45)), (0.09, 0.11))
_RETROGRADE = (((-0.1, -0.9, -0.45), (0.0, -0.9, -0.2)), (0.06, 0.095))
_PACED = (((0.3, 0.8, -0.35), (0.7, 0.35, 0.45)), (0.1, 0.14))
_ECTOPIC = (
    (((0.3, -0.85, -0.15), (0.6, -0.5, 0.3)), (0.075, 0.105)),  # low right atrium
    (((-0.3, 0.6, -0.75), (-0.75, 0.35, -0.45)), (0.085, 0.12)),  # left atrium, pulmonary veins
    (((0.1, 0.95, 0.25), (0.75, 0.7, 0.4)), (0.08, 0.115)),  # high crista terminalis
    (((0.2, -0.5, -0.7), (-0.35, -0.7, -0.3)), (0.08, 0.11)),  # coronary sinus
    (((0.65, 0.15, 0.6), (0.7, 0.2, 0.6)), (0.075, 0.105)),  # right atrial appendage
)


def fibrillation_waves(rng: np.random.Generator, samples: int = MODEL_SAMPLES) -> np.ndarray:
    """Fibrillatory waves in eight leads.

    The sawtooth model of Stridh & Sörnmo (IEEE Trans Biomed Eng 2001;48:105): a fundamental and its
    harmonics, modulated in amplitude and frequency, here with two slowly wandering sources so that
    the leads do not all move together.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts.
    """
    amplitude = np.exp(rng.uniform(*np.log(F_WAVE_AMPLITUDE)))
    # Coarse waves are slower than fine ones.
    share = np.clip(
        1 - (amplitude - F_WAVE_AMPLITUDE[0]) / np.ptp(F_WAVE_AMPLITUDE) + rng.normal(0, 0.25), 0, 1
    )
    rate = F_WAVE_RATE[0] + share * (F_WAVE_RATE[1] - F_WAVE_RATE[0])
    at = np.arange(samples) / MODEL_RATE
    out = np.zeros((8, samples), np.float32)
    for source in range(2):
        wander = _slow(rng, at, 0.9) + 0.5 * _slow(rng, at, 0.25)
        frequency = rate * (1 + 0.02 * source) * (1 + 0.1 * wander)
        phase = 2 * np.pi * np.cumsum(frequency) / MODEL_RATE + rng.uniform(0, 2 * np.pi)
        phase = np.remainder(phase, 2 * np.pi).astype(np.float32)
        size = (1 + 0.38 * _slow(rng, at, 0.6)).astype(np.float32)
        pattern = (
            F_WAVE_PATTERN * rng.lognormal(0, 0.25, 8) * (1.0 if source == 0 else rng.normal(0, 0.55, 8))
        )
        if source == 0:
            pattern[2] = max(pattern[2], LEAST_IN_V1)
        lag = 0.35 * rng.standard_normal(8)
        harmonics = rng.uniform(0.25, 0.55)
        # Each lead lags a little; sin(n (phase + lag)) is mixed from the phase's own sine and cosine.
        for n, share in ((1, 1.0), (2, 0.5 * harmonics), (3, 0.33 * harmonics**2)):
            gain = (amplitude * share * pattern)[:, None] * np.stack(
                [np.cos(n * lag), np.sin(n * lag)], axis=1
            )
            turning = np.stack([np.sin(n * phase), np.cos(n * phase)])
            out += gain.astype(np.float32) @ (size * turning)
    return out


def flutter_wave(rng: np.random.Generator) -> np.ndarray:
    """One turn of a flutter loop, (8, `WAVE_POINTS`), float32, mV: a sawtooth and the bump behind its upstroke."""
    knots = np.arange(WAVE_POINTS + 1) / WAVE_POINTS
    # A slow fall, a steeper one to the nadir, and the fast upstroke that ends the sawtooth.
    fall, nadir = rng.uniform(0.4, 0.55), rng.uniform(0.66, 0.76)
    level = rng.uniform(0.2, 0.45)
    tooth = np.interp(knots, [0, fall, nadir, 1], [0.5, 0.5 - level, -0.5, 0.5])
    width = rng.uniform(0.1, 0.15)
    bump = np.exp(-0.5 * ((np.remainder(knots - nadir - 0.12 + 0.5, 1) - 0.5) / width) ** 2)
    tooth, bump = (_rounded(wave)[:-1] for wave in (tooth, bump))
    size = np.exp(rng.uniform(*np.log(FLUTTER_AMPLITUDE)))
    turned = -1.0 if rng.random() < CLOCKWISE_SHARE else 1.0
    spread = rng.lognormal(0, 0.15, (2, 8))
    leads = (_SAWTOOTH * spread[0])[:, None] * tooth
    leads += (_BUMP * spread[1] * rng.uniform(0.6, 1.2))[:, None] * bump
    return (turned * size * leads).astype(np.float32)


def as_large_as_seen(turn: np.ndarray, qrs: np.ndarray) -> np.ndarray:
    """The turn (8, points), enlarged where it would be lost beside the patient's QRS (8, samples), mV."""
    inferior = np.stack([turn[1], turn[1] - turn[0], turn[1] - turn[0] / 2])
    height = float(np.ptp(inferior, axis=1).max())
    least = SEEN_FLUTTER * float(np.clip(np.ptp(qrs[:2], axis=1).max(), *FOLLOWS_QRS))
    return turn * np.float32(max(1.0, least / max(height, 1e-6)))


def flutter_waves(score: RhythmScore, turn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The loop of a score as it turns in a heart: neither its pace nor its size quite steady.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts.
    """
    phase = flutter_phase(score)
    at = np.arange(len(phase)) / MODEL_RATE
    waves = render_flutter_waves(score, turn, phase + 0.012 * _slow(rng, at, 0.25))
    return (waves * (1 + 0.05 * _slow(rng, at, 0.25))).astype(np.float32)


def with_flutter_waves(score: RhythmScore, rng: np.random.Generator) -> RhythmScore:
    """The score of a flutter with an event for every turn of the loop, from before the strip to after it."""
    cycle, phase = flutter_cycle(score, rng)
    first = np.remainder(phase + rng.uniform(0, cycle), cycle) - 2 * cycle
    times = first + cycle * np.arange(int((score.duration + 4 * cycle) / cycle) + 1)
    turns = tuple(Event(float(time), "P", "flutter") for time in times)
    return replace(score, events=score.events + turns)


def flutter_cycle(score: RhythmScore, rng: np.random.Generator) -> tuple[float, float]:
    """Cycle (s) of the loop that the score's QRS keep step with, and the time (s) of one of them.

    Where two rates within `FLUTTER_RATE` fit alike, such as 3:1 and 4:1 of the same beats, an even ratio goes before: odd
    ones are rare. Of those left one is drawn.
    """
    times = np.array(score.times("QRS", "conducted", "aberrant") or score.times("QRS"))
    cycles = 60.0 / np.arange(FLUTTER_RATE[0], FLUTTER_RATE[1], 0.25)
    step = np.exp(2j * np.pi * (times[None] - times[0]) / cycles[:, None])
    mean = step.mean(axis=1)
    agreement = np.abs(mean)
    best = np.flatnonzero(agreement >= agreement.max() - 0.01)
    groups = np.split(best, np.flatnonzero(np.diff(best) > 8) + 1)
    usual = float(np.median(np.diff(times))) if times.size > 1 else 0.0
    even = [group for group in groups if round(usual / cycles[group].mean()) % 2 == 0]
    groups = even or groups
    group = groups[int(rng.integers(len(groups)))]
    at = int(group[np.argmax(agreement[group])])
    return float(cycles[at]), float(times[0] + np.angle(mean[at]) / (2 * np.pi) * cycles[at])


def _rounded(wave):
    """One cycle with its corners rounded (the last point repeats the first), mean zero."""
    power = np.fft.rfft(wave[:-1])
    power *= np.exp(-0.5 * (np.arange(len(power)) / 5.5) ** 2)
    power[0] = 0
    smooth = np.fft.irfft(power, len(wave) - 1)
    return np.append(smooth, smooth[0])


def with_sinus_p(template: BeatTemplate, rng: np.random.Generator) -> BeatTemplate:
    """The template with a P wave as sinus rhythm might give it, for a patient whose recording shows none.

    A strip in fibrillation does not tell how the patient's P would look: size and length are those of a healthy adult, seen
    by average leads (Dower's).
    """
    field = LeadField(DOWER, 1.0, np.array([0.0, 0.0, 0.0]))
    return replace(with_atrial_origin(template, field, "sinus", rng), pr=TYPICAL_PR)


def with_atrial_origin(
    template: BeatTemplate, field: LeadField, origin: str, rng: np.random.Generator
) -> BeatTemplate:
    """The template with the P wave of another origin, as large as the patient's own.

    Parameters
    ----------
    template : BeatTemplate
    field : LeadField
    origin : {"sinus", "ectopic", "retrograde", "paced"}
        Ectopic waves come from one of five places.
    rng : numpy.random.Generator
    """
    if origin == "ectopic":
        (first, second), durations = _ECTOPIC[int(rng.integers(len(_ECTOPIC)))]
    else:
        places = {"sinus": _SINUS, "retrograde": _RETROGRADE, "paced": _PACED}
        (first, second), durations = places[origin]
    own = float(np.abs(template.p).max()) if template.has_p else 0.12
    duration = rng.uniform(*durations)
    d = duration
    fronts = [
        Front(0.0, d * rng.uniform(0.34, 0.44), d * rng.uniform(0.7, 0.8), _tilted(rng, first)),
        Front(d * rng.uniform(0.18, 0.28), d * rng.uniform(0.56, 0.66), d, _tilted(rng, second)),
    ]
    p = perform_fronts(fronts, field.matrix, int(np.ceil(d * MODEL_RATE)) + 1, rng, 0.1, 0.0)
    # Retrograde waves spread from the septum to both sides at once and are small.
    low, high = (0.5, 0.85) if origin == "retrograde" else (0.75, 1.15)
    p *= np.float32(rng.uniform(low, high) * np.clip(own, 0.08, 0.25) / max(float(np.abs(p).max()), 1e-6))
    peak = int(np.argmax(np.linalg.norm(p, axis=0))) / MODEL_RATE
    return replace(template, p=p, p_offset=0, p_peak=peak, p_duration=d)


def _tilted(rng, direction):
    vector = np.array(direction) + 0.15 * rng.standard_normal(3)
    return tuple(vector / np.linalg.norm(vector))


def _slow(rng, at, frequency):
    """A slow random course of about unit size: three sines around `frequency` (Hz)."""
    # Drawn coarsely and joined: nothing in it is faster than 1.3 Hz.
    coarse = np.arange(0, at[-1] + 0.06, 0.02)
    course = np.zeros_like(coarse)
    for _ in range(3):
        course += np.sin(2 * np.pi * frequency * rng.uniform(0.4, 1.4) * coarse + rng.uniform(0, 2 * np.pi))
    return np.interp(at, coarse, course / np.sqrt(1.5) / 1.4)

"""A patient's beat in three movable parts, and laying it along a rhythm score.

The representative beat is cut into P, QRS and T by complementary raised-cosine windows: laid at
their original places the parts add up to the beat again, laid elsewhere they overlap smoothly. P
moves with the atria, the QRS with the ventricles, and T follows its QRS at a distance that depends
on the cycle length.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, MODEL_SAMPLES, EcgError

#: Lengths of the windows' slopes, in samples at 500 Hz.
P_FADE_IN = 14
QRS_FADE_IN = 12
J_FADE = 8
T_FADE_OUT = 40
#: Flat part of the window after the end of T, so that a T offset marked early loses nothing.
T_MARGIN = 10
#: Fridericia's exponent: QT grows as the cube root of the RR interval (Acta Med Scand 1920;53:469).
FRIDERICIA = 1 / 3
#: Share of a change of cycle length that QT follows at once; the rest takes a minute or more (Lau et
#: al., Pacing Clin Electrophysiol 1988;11:1584; Pueyo et al., IEEE Trans Biomed Eng 2004;51:1511).
IMMEDIATE_SHARE = 0.3
#: Below this cycle length (s) the sympathetic drive that makes the rate also shortens QT, more steeply
#: than the cube root (Sarma et al., Am J Cardiol 1984;54:103). From 356 ms at 100/min this comes to 271 ms at 158/min;
#: the 13 records of the real set above 140/min have 270 ms at that rate (median).
FAST_CYCLE, FAST_EXPONENT = 0.6, 0.6
#: Repolarisation is not compressed or stretched beyond this.
JT_SCALE_RANGE = (0.45, 1.7)


@dataclass(frozen=True, eq=False)
class BeatTemplate:
    """One patient's P, QRS and T at 500 Hz, eight leads, millivolts.

    Attributes
    ----------
    p, qrs, t : ndarray, shape (8, n), float32
        Already faded to zero at both ends. `p` has no samples when there is no P wave; `t` holds
        everything from the QRS offset on.
    p_offset, qrs_offset, t_offset : int
        Where sample 0 of each part lies, in samples: `p` from the P onset, `qrs` and `t` from the
        QRS onset.
    rr, pr, qrs_duration, qt : float
        Seconds, as in the beat the template was cut from; `pr` is NaN without a P wave.
    p_peak, p_duration : float
        Seconds from the P onset; NaN without a P wave.
    qrs_peak, t_peak : float
        Seconds from the QRS onset.
    """

    p: np.ndarray
    qrs: np.ndarray
    t: np.ndarray
    p_offset: int
    qrs_offset: int
    t_offset: int
    rr: float
    pr: float
    qrs_duration: float
    qt: float
    p_peak: float
    p_duration: float
    qrs_peak: float
    t_peak: float

    @property
    def has_p(self) -> bool:
        """Whether there is a P wave."""
        return self.p.shape[1] > 0

    @property
    def j_index(self) -> int:
        """The sample of `t` at the QRS offset (J point)."""
        return round(self.qrs_duration * MODEL_RATE) - self.t_offset


def split_beat(beat) -> BeatTemplate:
    """Cut a representative beat in its parts.

    Parameters
    ----------
    beat : RepresentativeBeat
        Eight leads at 500 Hz; its `p_onset` may be None.

    Returns
    -------
    BeatTemplate

    Raises
    ------
    EcgError
        When the QRS or the end of T is not known.
    """
    if beat.qrs_onset is None or beat.qrs_offset is None or beat.t_offset is None:
        raise EcgError("The representative beat has no measurable QRS or T wave; choose a cleaner recording.")
    signal = np.asarray(beat.signal, dtype=np.float32)
    n = signal.shape[1]
    onset, j, t_end = int(beat.qrs_onset), int(beat.qrs_offset), int(beat.t_offset)
    index = np.arange(n)
    before_qrs = fade(index, onset - QRS_FADE_IN, onset)
    after_j = fade(index, j - J_FADE, j)
    t_stop = min(t_end + T_MARGIN + T_FADE_OUT, n)
    t_window = after_j * (1 - fade(index, min(t_end + T_MARGIN, t_stop - J_FADE), t_stop))
    qrs_start, t_start = max(onset - QRS_FADE_IN, 0), max(j - J_FADE, 0)
    qrs = (signal * (before_qrs * (1 - after_j)))[:, qrs_start : j + 1]
    t = (signal * t_window)[:, t_start:t_stop]

    p, p_offset, pr, p_peak, p_duration = _split_p(beat, signal, before_qrs)
    magnitude = np.linalg.norm(qrs, axis=0)
    t_peak = (j + t_end) / 2 if beat.t_peak is None else int(beat.t_peak)
    return BeatTemplate(
        p=np.ascontiguousarray(p, np.float32),
        qrs=np.ascontiguousarray(qrs, np.float32),
        t=np.ascontiguousarray(t, np.float32),
        p_offset=p_offset,
        qrs_offset=qrs_start - onset,
        t_offset=t_start - onset,
        rr=float(beat.rr),
        pr=pr,
        qrs_duration=(j - onset) / MODEL_RATE,
        qt=(t_end - onset) / MODEL_RATE,
        p_peak=p_peak,
        p_duration=p_duration,
        qrs_peak=(qrs_start + int(np.argmax(magnitude)) - onset) / MODEL_RATE,
        t_peak=(t_peak - onset) / MODEL_RATE,
    )


def _split_p(beat, signal, before_qrs):
    """The P (8, samples) of a beat, where it begins, PR, and the time of its peak and end; empty without a P."""
    if beat.p_onset is None:
        return np.zeros((8, 0), np.float32), 0, np.nan, np.nan, np.nan
    onset, p_onset, index = int(beat.qrs_onset), int(beat.p_onset), np.arange(signal.shape[1])
    p_start = max(p_onset - P_FADE_IN, 0)
    # The PR segment is the beat's zero; where the line before P lies elsewhere, a straight line
    # between the two is not part of the P, which must begin from nothing wherever it is rendered.
    level = signal[:, max(p_onset - 4, 0) : p_onset + 1].mean(axis=1, keepdims=True)
    line = level * np.clip((onset - index) / max(onset - p_onset, 1), 0, 1).astype(np.float32)
    p_window = fade(index, p_start, p_onset) * (1 - before_qrs)
    p = ((signal - line) * p_window)[:, p_start : onset + 1]
    p_end = onset - 2 if beat.p_offset is None else int(beat.p_offset)
    p_duration = (p_end - p_onset) / MODEL_RATE
    p_peak = p_duration / 2 if beat.p_peak is None else (int(beat.p_peak) - p_onset) / MODEL_RATE
    return p, p_start - p_onset, (onset - p_onset) / MODEL_RATE, p_peak, p_duration


def keeping(template: BeatTemplate, own: BeatTemplate, parts: Collection[str]) -> BeatTemplate:
    """A beat with some of its `parts`, "p", "qrs" and "t", as they are in the patient's own beat.

    T goes on from the J point that the beat then has.
    """
    if "p" in parts:
        fields = {name: getattr(own, name) for name in ("p", "p_offset", "p_peak", "p_duration")}
        template = replace(template, **fields)
    qrs, t = (own if part in parts else template for part in ("qrs", "t"))
    later = qrs.qrs_duration - t.qrs_duration
    return replace(
        template,
        **{name: getattr(qrs, name) for name in ("qrs", "qrs_offset", "qrs_duration", "qrs_peak")},
        t=t.t,
        t_offset=t.t_offset + round(qrs.qrs_duration * MODEL_RATE) - round(t.qrs_duration * MODEL_RATE),
        qt=t.qt + later,
        t_peak=t.t_peak + later,
    )


def fade(index: np.ndarray, start: float, stop: float) -> np.ndarray:
    """A raised cosine from 0 at `start` to 1 at `stop`, float32."""
    share = np.clip((index - start) / max(stop - start, 1), 0, 1)
    return (0.5 - 0.5 * np.cos(np.pi * share)).astype(np.float32)


def qt_intervals(template: BeatTemplate, score: RhythmScore, qt_adaptation: float = FRIDERICIA) -> np.ndarray:
    """QT (s) of every QRS event in the score's order, from the cycle length before it.

    QT = QT_ref (RR / RR_ref) ** `qt_adaptation`, steeper below `FAST_CYCLE`, where RR is the mean of the strip moved by
    `IMMEDIATE_SHARE` towards the interval just before the beat.
    """
    return own_qt_intervals([template] * len(score.times("QRS")), score, qt_adaptation)


def own_qt_intervals(
    templates: Sequence[BeatTemplate], score: RhythmScore, qt_adaptation: float = FRIDERICIA
) -> np.ndarray:
    """The same where every QRS event has a shape of its own."""
    times = np.array(score.times("QRS"))
    if times.size == 0:
        return np.zeros(0)
    intervals = np.diff(times)
    own, rr, qrs = np.array([(one.qt, one.rr, one.qrs_duration) for one in templates]).T
    mean = float(np.mean(intervals)) if intervals.size else rr[0]
    before = np.concatenate([[mean], intervals])
    cycle = np.clip(mean + IMMEDIATE_SHARE * (before - mean), 0.25, 2.5)
    qt = own * qt_factor(cycle, qt_adaptation) / qt_factor(rr, qt_adaptation)
    shortest, longest = ((own - qrs) * share for share in JT_SCALE_RANGE)
    return qrs + np.clip(qt - qrs, shortest, longest)


def qt_factor(cycle: float | np.ndarray, exponent: float = FRIDERICIA) -> float | np.ndarray:
    """Relative QT at a cycle length (s): a power law that steepens where the rate is fast."""
    steeper = max(FAST_EXPONENT - FRIDERICIA, 0) * (exponent > 0)
    return cycle**exponent * np.minimum(cycle / FAST_CYCLE, 1) ** steeper


def render_beats(
    template: BeatTemplate,
    score: RhythmScore,
    samples: int = MODEL_SAMPLES,
    rate: float = MODEL_RATE,
    qt_adaptation: float = FRIDERICIA,
    qrs_origins: tuple[str, ...] = ("conducted", "aberrant"),
    p_origins: tuple[str, ...] = ("sinus",),
) -> np.ndarray:
    """Perform a score with a template.

    Parameters
    ----------
    template : BeatTemplate
    score : RhythmScore
    samples, rate
        Length of the strip; the rate must be the template's 500 Hz.
    qt_adaptation : float
        Exponent of QT on RR; 0 keeps the template's QT.
    qrs_origins, p_origins : tuple of str
        Events of other origins are left out: they are not this template's.

    Returns
    -------
    ndarray, shape (8, samples), float32
        Millivolts, zero between the waves.
    """
    if rate != MODEL_RATE:
        raise EcgError(
            "Beats are laid at {needed:g} Hz, not {rate:g} Hz; resample afterwards.",
            needed=MODEL_RATE,
            rate=rate,
        )
    out = np.zeros((8, samples), dtype=np.float32)
    if template.has_p:
        for time in score.times("P", *p_origins):
            place(out, template.p, time * rate + template.p_offset)
    events = [e for e in score.events if e.chamber == "QRS"]
    for event, qt in zip(events, qt_intervals(template, score, qt_adaptation), strict=True):
        if event.origin in qrs_origins:
            place_beat(out, template, event.time, qt)
    return out


def place_beat(out: np.ndarray, template: BeatTemplate, time: float, qt: float) -> None:
    """Add QRS and T of a beat to `out` (in place), its QRS beginning at `time` (s) and its T stretched to `qt` (s)."""
    place(out, template.qrs, time * MODEL_RATE + template.qrs_offset)
    scale = (qt - template.qrs_duration) / (template.qt - template.qrs_duration)
    place_stretched(out, template.t, time * MODEL_RATE + template.t_offset, template.j_index, scale)


def place(out: np.ndarray, wave: np.ndarray, position: float) -> None:
    """Add `wave` to `out` (in place) with its sample 0 at the fractional sample `position`.

    The shift by a part of a sample is a four-point cubic convolution (Keys, IEEE Trans Acoust 1981;
    29:1153), which keeps the QRS sharp.
    """
    n = wave.shape[1]
    base = int(np.floor(position))
    f = position - base
    if base + n + 2 <= 0 or base - 1 >= out.shape[1]:
        return
    if f < 1e-6:
        _add(out, wave, base)
        return
    taps = (
        -0.5 * f**3 + f**2 - 0.5 * f,
        1.5 * f**3 - 2.5 * f**2 + 1,
        -1.5 * f**3 + 2 * f**2 + 0.5 * f,
        0.5 * f**3 - 0.5 * f**2,
    )
    # Sample base + k shows the wave at k - f, between its samples k - 1 and k.
    shifted = np.zeros((wave.shape[0], n + 3), dtype=np.float32)
    for lag, tap in zip((-1, 0, 1, 2), taps, strict=True):
        shifted[:, 1 + lag : 1 + lag + n] += np.float32(tap) * wave
    _add(out, shifted, base - 1)


def place_stretched(out, wave, position, anchor, scale):
    """Add `wave` with everything after its sample `anchor` stretched in time by `scale`."""
    n = wave.shape[1]
    base = int(np.ceil(position))
    start = max(base, 0)
    stop = min(int(position + anchor + (n - 1 - anchor) * scale), out.shape[1] - 1)
    if stop < start:
        return
    source = np.arange(start, stop + 1) - position
    source = np.where(source > anchor, anchor + (source - anchor) / scale, source)
    left = np.minimum(source.astype(np.int64), n - 2)
    share = (source - left).astype(np.float32)
    low = wave.take(left, axis=1)
    out[:, start : stop + 1] += low + (wave.take(left + 1, axis=1) - low) * share


def _add(out, wave, base):
    first, last = max(base, 0), min(base + wave.shape[1], out.shape[1])
    if last > first:
        out[:, first:last] += wave[:, first - base : last - base]

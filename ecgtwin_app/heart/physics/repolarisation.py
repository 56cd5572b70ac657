"""How the ST segment and T follow a changed activation.

Wilson's ventricular gradient, the area of QRST, depends on the action potentials and not on the order
of activation (Wilson et al., Am Heart J 1934;10:46; Geselowitz, IEEE Trans Biomed Eng 1983;30:76).
A changed QRS therefore brings the opposite change of the area of ST-T: secondary, discordant T waves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import J_FADE, BeatTemplate, fade
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.physics.junction import cut_at_j, last_limb

#: Largest secondary T, mV.
LARGEST_T = 1.2
#: Samples before J over which ST leaves from a QRS that stays as it is.
INTO_J = 24


def area(wave: np.ndarray) -> np.ndarray:
    """Area (mV s) of each lead."""
    return wave.sum(axis=1) / MODEL_RATE


def st_t_shape(
    length: int, st: float = 0.2, peak: float = 0.68, start: float = 0.05, fall_end: float = 1.0
) -> np.ndarray:
    """A unit ST-T from the J point (sample 0) over `length` samples, which reaches 1 at its peak.

    Parameters
    ----------
    length : int
        Samples from J to the T offset.
    st : float
        Level at J as a share of the T peak.
    peak, start, fall_end : float
        When the T begins, peaks and ends, as shares of the length. The upstroke is slower than the
        downstroke when `peak` is beyond the middle.
    """
    at = np.arange(length) / max(length - 1, 1)
    rise = fade(at * 1000, start * 1000, peak * 1000)
    fall = 1 - fade(at * 1000, peak * 1000, fall_end * 1000)
    return ((st + (1 - st) * rise) * fall).astype(np.float32)


def shaped_t(shape: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Leads (8, J_FADE + n): `gain` of each lead times a unit ST-T that fades in before J."""
    into = fade(np.arange(J_FADE), 0, J_FADE) * shape[0]
    return np.asarray(gain, np.float32)[:, None] * np.concatenate([into, shape]).astype(np.float32)[None]


def add_t(
    template: BeatTemplate, extra: np.ndarray, keep: float | np.ndarray = 1.0, lead_in: int = J_FADE
) -> BeatTemplate:
    """The template with `extra`, which starts `lead_in` samples before J, added to `keep` times its own T."""
    own = template.t * np.asarray(keep, np.float32).reshape(-1, 1)
    before = max(template.j_index, lead_in)
    t = np.zeros((8, before + max(own.shape[1] - template.j_index, extra.shape[1] - lead_in)), np.float32)
    t[:, before - template.j_index : before - template.j_index + own.shape[1]] += own
    t[:, before - lead_in : before - lead_in + extra.shape[1]] += extra
    return replace(template, t=t, t_offset=round(template.qrs_duration * MODEL_RATE) - before)


def add_from_qrs(
    template: BeatTemplate,
    levels: np.ndarray,
    later: np.ndarray,
    keep: float | np.ndarray = 1.0,
    into_qrs: bool = True,
) -> BeatTemplate:
    """Add an ST-T that leaves from the QRS.

    Parameters
    ----------
    template : BeatTemplate
    levels : ndarray, shape (8,)
        Its level at J, mV.
    later : ndarray, shape (8, samples)
        Its course from J on, mV.
    keep : float or ndarray, shape (8,)
        Share of the beat's own T that stays.
    into_qrs : bool
        False leaves the QRS untouched: what leaves before J, over `INTO_J` at the most, is T's.
    """
    samples = round(template.qrs_duration * MODEL_RATE)
    levels = np.asarray(levels, np.float32)[:, None]
    own = template.qrs[:, -template.qrs_offset :][:, : samples + 1]
    limb = last_limb(own)
    # A small S on the limb goes: the injured wall's ST reaches its level before the S could.
    s = np.maximum(-own, 0)
    lifted = np.maximum(levels, 0)
    smoothed = s * limb * lifted / (lifted + s + 1e-6)
    before = (levels * limb + smoothed)[:, :samples]
    if not into_qrs:
        first = max(samples - INTO_J, 0)
        before = before[:, first:] * fade(np.arange(samples - first), 0, INTO_J // 2)
    extra = np.concatenate([before, later], axis=1).astype(np.float32)
    beat = add_t(template, extra, keep, before.shape[1])
    return cut_at_j(beat) if into_qrs else beat


def with_qrs(
    template: BeatTemplate,
    qrs: np.ndarray,
    duration: float,
    rng: np.random.Generator,
    gradient: tuple[float, float] = (0.6, 0.95),
    st: tuple[float, float] = (0.1, 0.28),
) -> BeatTemplate:
    """Give a beat another QRS and the secondary ST-T that goes with it.

    Parameters
    ----------
    template : BeatTemplate
    qrs : ndarray, shape (8, n)
        Millivolts, from the QRS onset; it must end at zero.
    duration : float
        Seconds.
    rng : numpy.random.Generator
    gradient : (float, float)
        Range of the share of the change of area that ST-T takes up.
    st : (float, float)
        Range of the J level as a share of the secondary T.

    Returns
    -------
    BeatTemplate
        The JT interval is kept, so QT grows with the QRS.
    """
    added = duration - template.qrs_duration
    change = area(template.qrs) - area(qrs)
    lengthened = _later_j(template, round(added * MODEL_RATE))
    jt = round((lengthened.qt - lengthened.qrs_duration) * MODEL_RATE)
    shape = st_t_shape(jt, rng.uniform(*st), rng.uniform(0.54, 0.69), rng.uniform(0.0, 0.15))
    gain = rng.uniform(*gradient) * change / (shape.sum() / MODEL_RATE)
    # A larger T would need more than a secondary change.
    gain = LARGEST_T * np.tanh(gain / LARGEST_T) * rng.lognormal(0, 0.06, 8)
    magnitude = np.linalg.norm(qrs, axis=0)
    beat = replace(
        lengthened,
        qrs=qrs.astype(np.float32),
        qrs_offset=0,
        qrs_peak=int(np.argmax(magnitude)) / MODEL_RATE,
    )
    kept, gain = _cancelled(beat, shape, gain)
    beat = add_from_qrs(beat, gain * shape[0], gain[:, None] * shape, kept)
    return replace(beat, t_peak=t_peak_of(beat))


def _cancelled(beat, shape, gain):
    """What stays of each lead's own T under a secondary one of this gain, and what stays of the gain.

    Where they oppose each other they cancel: one T is left, and not two humps side by side.
    """
    own = area(beat.t[:, beat.j_index :])
    added = gain * float(shape.sum()) / MODEL_RATE
    opposed = np.clip(-own * added, 0, None)
    kept = 1 - opposed / (opposed + own**2 + 1e-9)
    # A T that is half cancelled is half as high: the areas still add up.
    taken = (1 - kept) * own
    return kept, gain * np.clip((added + taken) / np.where(np.abs(added) < 1e-9, 1e-9, added), 0, 1)


def t_peak_of(template: BeatTemplate) -> float:
    """When the T is largest over the leads, seconds from the QRS onset, the start of ST left out."""
    magnitude = np.linalg.norm(template.t, axis=0)
    jt = round((template.qt - template.qrs_duration) * MODEL_RATE)
    first = template.j_index + jt // 3
    last = min(template.j_index + jt, len(magnitude))
    return (template.t_offset + first + int(np.argmax(magnitude[first:last]))) / MODEL_RATE


def _later_j(template: BeatTemplate, samples: int) -> BeatTemplate:
    """The same T, beginning `samples` later; durations follow."""
    added = samples / MODEL_RATE
    return replace(
        template,
        t_offset=template.t_offset + samples,
        qrs_duration=template.qrs_duration + added,
        qt=template.qt + added,
        t_peak=template.t_peak + added,
    )


def with_jt(template: BeatTemplate, new: int, before: float) -> BeatTemplate:
    """The beat with a JT of `new` samples; a share `before` of what is added or taken is the ST segment's."""
    old = round((template.qt - template.qrs_duration) * MODEL_RATE)
    j, n = template.j_index, template.t.shape[1]
    onset = 0.3 * old
    later = onset + before * (new - old)
    index = np.arange(n + new - old, dtype=float)
    knots = [0, j, j + later, j + new, n - 1 + new - old]
    source = np.interp(index, knots, [0, j, j + onset, j + old, n - 1])
    # A corner in time would be a corner in the trace.
    inside = fade(index, j, j + 20) * (1 - fade(index, j + new - 20, j + new))
    source += inside * (smoothing.gaussian(source, 8, mode="nearest") - source)
    t = np.stack([np.interp(source, np.arange(n), lead) for lead in template.t]).astype(np.float32)
    return replace(template, t=t, qt=template.qrs_duration + new / MODEL_RATE)

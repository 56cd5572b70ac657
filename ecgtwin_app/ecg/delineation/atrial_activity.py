"""What the atria do by themselves: P waves that no QRS leads.

Where conduction is blocked the P waves keep a time of their own, so they cannot be looked for at a
fixed distance before the QRS. The QRST of each beat is taken away, and the train of equal waves at
nearly equal intervals that explains the rest best is found by dynamic programming (Stridh & Sörnmo,
IEEE Trans Biomed Eng 2001;48:105, for the cancellation of the QRST).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.delineation.delineate import Delineation
from ecgtwin_app.ecg.delineation.p_wave import sinus_p
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.peaks import find_peaks
from ecgtwin_app.ecg.signal.recording import MODEL_RATE

#: Atrial rates of a P train, 1/min.
P_RATES = (38.0, 190.0)
#: How far an interval may be from the usual one, and the spread that costs half a P.
LOOSEST, SPREAD = 0.16, 0.07
#: A place that looks less than so much like the usual P is none.
P_LIKE = 0.5
#: Cost of a P that a QRS hides: little, or a train could live in the QRS alone.
HIDDEN = -0.08
#: Grid of the search, seconds.
STEP = 0.02
#: What the square of a second's distance from midway between the neighbours takes off the likeness.
UNSTEADY = 250.0
#: Intervals from which on, their spread (a share of the mean) up to which, and their mean (s) from which on what is bound
#: to the QRS can be told from P waves that have a time of their own: at faster rates T may hide a P that conducts.
FEWEST_BOUND, STEADY, ESCAPE = 4, 0.1, 1.0
#: Half the length of a P wave looked for, seconds.
HALF_P = 0.06


@dataclass(frozen=True, eq=False)
class PTrain:
    """P waves found without regard to the QRS.

    Attributes
    ----------
    peaks : ndarray of int
        Samples at 500 Hz, ascending.
    visible : ndarray of bool
        False for those that a QRS hides and that only the rhythm foretells.
    likeness : float
        Median likeness of the visible ones to the usual P; 1 is the usual size and shape.
    each : ndarray
        The likeness of each, of those that a QRS hides too.
    """

    peaks: np.ndarray
    visible: np.ndarray
    likeness: float
    each: np.ndarray

    @property
    def rate(self) -> float:
        """P waves a minute."""
        return 60 * MODEL_RATE / float(np.mean(np.diff(self.peaks)))


def find_p_train(found: Delineation) -> PTrain | None:
    """The P waves of a recording, wherever they stand; None when there is no such train."""
    rest, hidden = without_qrst(found)
    rest = _without_what_is_bound(rest, found)
    relief = smoothing.gaussian(rest, 0.008 * MODEL_RATE, axis=1) - smoothing.gaussian(
        rest, 0.05 * MODEL_RATE, axis=1
    )
    relief[:, hidden] = 0
    noise = (
        1.4826 * np.median(np.abs(relief[:, ~hidden]), axis=1) if (~hidden).any() else np.ones(len(relief))
    )
    relief = relief / np.maximum(noise + 0.5 * np.median(noise), 1e-6)[:, None]
    best, best_score = None, -np.inf
    for template in _usual_p(found, relief, hidden):
        train, score = _best_train(_slide(relief, template), hidden, np.geomspace(*P_RATES, 30))
        if train is None or np.sum(train.visible) < 3:
            continue
        # Once more with what was found for a template.
        template = np.median(_segments(relief, train.peaks[train.visible]), axis=0)
        near = train.rate * np.geomspace(0.93, 1.07, 7)
        train, score = _best_train(_slide(relief, template), hidden, near)
        if train is not None and score > best_score:
            best, best_score = train, score
    return best if best is not None and np.sum(best.visible) >= 3 and best.likeness >= P_LIKE else None


def without_qrst(found: Delineation) -> tuple[np.ndarray, np.ndarray]:
    """The leads less the median QRST of each beat, and the samples that a QRS hides.

    Returns
    -------
    rest : ndarray, shape (8, samples)
        mV at 500 Hz.
    hidden : ndarray of bool, shape (samples,)
    """
    rest = found.signal.copy()
    samples = rest.shape[1]
    hidden = np.zeros(samples, dtype=bool)
    margin = int(0.02 * MODEL_RATE)
    for beat in found.beats:
        shape = found.shapes[beat.shape]
        waves = shape.waves
        at = round(beat.fiducial / found.scale) - shape.fiducial
        onset, offset = waves.qrs
        hidden[max(0, at + onset - margin) : max(0, at + offset + margin)] = True
        own = [shape.leads.index(name) for name in found.leads]
        _subtract(rest, shape.signal[own, onset:offset], at + onset)
        end = offset + int(0.3 * MODEL_RATE) if waves.t_offset is None else waves.t_offset
        t = shape.signal[own, offset : min(end, shape.signal.shape[1])]
        # What is left of T at its marked end goes out slowly, not in a step.
        t = t - t[:, -1:] * np.linspace(0, 1, t.shape[1]) if t.shape[1] else t
        later = 0
        if waves.t_peak is not None and beat.waves.t_peak is not None:
            later = round(beat.waves.t_peak / found.scale) - (at + waves.t_peak)
        _subtract(rest, t, at + offset + later, fitted=True)
    return rest, hidden


def _without_what_is_bound(rest, found):
    """The rest less what comes back after every QRS (the end of T, U), where a slow regular rhythm has no P before its QRS.

    There P waves have nothing to do with the QRS, and what has is none.
    """
    onsets = [
        round(beat.fiducial / found.scale)
        - (found.shapes[beat.shape].fiducial - found.shapes[beat.shape].waves.qrs[0])
        for beat in found.beats
    ]
    gaps = np.diff(onsets)
    if found.shapes[0].waves.p_onset is not None or len(gaps) < FEWEST_BOUND:
        return rest
    if np.std(gaps) > STEADY * np.mean(gaps) or np.mean(gaps) < ESCAPE * MODEL_RATE:
        return rest
    length = int(np.median(gaps))
    padded = np.pad(rest, ((0, 0), (0, length)), constant_values=np.nan)
    bound = np.nanmedian([padded[:, max(at, 0) : max(at, 0) + length] for at in onsets], axis=0)
    rest = rest.copy()
    for at in onsets:
        _subtract(rest, bound, max(at, 0))
    return rest


def _subtract(rest, wave, at, fitted=False):
    """Take a wave away from sample `at` on; `fitted`, at the size that leaves least, half to double."""
    low, high = max(0, at), min(rest.shape[1], at + wave.shape[1])
    if high <= low:
        return
    wave = wave[:, low - at : high - at]
    size = 1.0
    if fitted:
        size = float(np.clip(np.sum(wave * rest[:, low:high]) / max(np.sum(wave**2), 1e-12), 0.5, 2.0))
    rest[:, low:high] -= size * wave


def _usual_p(found, relief, hidden):
    """Segments of the relief that may be the P: the dominant beat's, and what many deflections resemble."""
    half = int(HALF_P * MODEL_RATE)
    peaks = [
        round(beat.waves.p_peak / found.scale)
        for beat in found.beats
        if beat.waves.p_peak is not None and beat.shape == 0
    ]
    templates = [np.median(_segments(relief, peaks), axis=0)] if len(peaks) >= 3 else []
    course = sinus_p(found.leads) @ relief
    peaks = find_peaks(course, distance=int(0.15 * MODEL_RATE))
    blocked = smoothing.maximum(hidden.astype(np.uint8), half + 1) > 0
    peaks = peaks[(peaks > half) & (peaks < len(course) - half - 1) & ~blocked[peaks]]
    peaks = peaks[np.argsort(-course[peaks])[:32]]
    if peaks.size < 3:
        return templates
    segments = _segments(relief, peaks)
    flat = segments.reshape(len(segments), -1)
    size = np.linalg.norm(flat, axis=1)
    alike = (flat @ flat.T) / np.maximum(np.outer(size, size), 1e-12)
    free = np.ones(len(peaks), dtype=bool)
    while len(templates) < 3 and free.sum() >= 3:
        support = np.where(free, np.sum(np.where(free, np.clip(alike, 0, 1), 0), axis=1) * np.sqrt(size), -1)
        members = free & (alike[int(np.argmax(support))] >= 0.6)
        if members.sum() >= 3:
            templates.append(np.median(segments[members], axis=0))
        free &= ~members
    return templates


def _segments(relief, peaks):
    half = int(HALF_P * MODEL_RATE)
    padded = np.pad(relief, ((0, 0), (half, half)))
    return np.stack([padded[:, peak : peak + 2 * half + 1] for peak in peaks])


def _slide(relief, template):
    """How much of the template stands at each sample: 1 where it stands whole."""
    out = np.zeros(relief.shape[1])
    for row, wanted in zip(relief, template, strict=True):
        out += np.correlate(row, wanted, mode="same")
    return out / max(float(np.sum(template**2)), 1e-12)


def _best_train(likeness, hidden, rates):
    """The train with the most P for the least unevenness over these rates (1/min), and its score."""
    step = int(STEP * MODEL_RATE)
    near = smoothing.maximum(likeness, step)
    count = len(likeness) // step
    at = np.arange(count) * step + step // 2
    # Larger than usual is no better than usual; a QRS' or T's remains often are.
    score = np.clip(near[at], -0.5, 1.25) - P_LIKE
    score = np.where(score > 0.75 - 1e-9, 0.6, score)
    unseen = smoothing.maximum(hidden.astype(np.uint8), 3)[at] > 0
    score = np.where(unseen, HIDDEN, score)
    best, best_path = -np.inf, None
    for rate in rates:
        total, path = _path(score, 60 / rate / STEP)
        if total > best:
            best, best_path = total, path
    if best_path is None or len(best_path) < 3:
        return None, -np.inf
    peaks = _settled(likeness, at[best_path])
    visible = ~unseen[best_path] & (near[at[best_path]] >= 0.6 * P_LIKE)
    if not visible.any():
        return None, -np.inf
    each = near[at[best_path]]
    return PTrain(peaks, visible, float(np.median(each[~unseen[best_path]])), each), float(best)


def _path(score, period):
    """Best sum of scores along a chain of nodes about `period` apart that spans the strip."""
    count = len(score)
    lags = np.arange(max(2, int(np.floor(period * (1 - LOOSEST)))), int(np.ceil(period * (1 + LOOSEST))) + 1)
    if lags[-1] >= count:
        return -np.inf, None
    cost = 0.5 * ((lags / period - 1) / SPREAD) ** 2
    total = np.full(count, -np.inf)
    back = np.full(count, -1)
    free = min(count, lags[-1])
    total[:free] = score[:free]
    # A block of the shortest lag at a time depends only on what is done already.
    width = int(lags[0])
    start = width
    while start < count:
        here = np.arange(start, min(start + width, count))
        before = here[:, None] - lags[None, :]
        value = np.where(before >= 0, total[np.maximum(before, 0)], -np.inf) - cost
        pick = np.argmax(value, axis=1)
        gain = value[np.arange(len(here)), pick] + score[here]
        better = gain > total[here]
        total[here] = np.where(better, gain, total[here])
        back[here] = np.where(better, before[np.arange(len(here)), pick], -1)
        start += width
    end = count - free + int(np.argmax(total[count - free :]))
    best, path = total[end], [end]
    while back[path[-1]] >= 0:
        path.append(int(back[path[-1]]))
    return float(best), np.array(path[::-1])


def _settled(likeness, peaks):
    """Each P moved to where it looks most like one, but not far from midway between its neighbours.

    A T wave beneath pulls a P to its side; the sinus node does not jump to and fro.
    """
    reach = int(0.04 * MODEL_RATE)
    padded = np.pad(likeness, reach, constant_values=-1)
    shifts = np.arange(-reach, reach + 1)
    for _ in range(3):
        wanted = peaks.astype(float)
        wanted[1:-1] = (peaks[:-2] + peaks[2:]) / 2
        off = peaks[:, None] + shifts - wanted[:, None]
        value = np.stack([padded[p : p + 2 * reach + 1] for p in peaks]) - UNSTEADY * (off / MODEL_RATE) ** 2
        peaks = np.clip(peaks + shifts[np.argmax(value, axis=1)], 0, len(likeness) - 1)
    return peaks

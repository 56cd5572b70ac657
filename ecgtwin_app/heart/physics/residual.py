"""What a recording holds beyond its beats, and that again along another rhythm score.

Between and around the waves a real strip is not silent: U waves, slopes between T and P, tremor in bursts, mains,
the wander of the baseline with the breath. Judged at a glance, it is by their absence that a strip of drawn beats is
known. So they are kept as they were recorded: each beat of the new strip is surrounded by what surrounded one of the
patient's own, neighbours by neighbours.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate, fade, place, qt_intervals
from ecgtwin_app.ecg.delineation.beats import clean
from ecgtwin_app.ecg.delineation.own_beats import OwnBeats
from ecgtwin_app.ecg.delineation.pacing_spikes import without_spikes
from ecgtwin_app.ecg.signal import smoothing
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, Recording
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.heart.physics.fitted_beats import conducted_pr, fitted_beats
from ecgtwin_app.heart.physics.mains import mains_of
from ecgtwin_app.heart.physics.retiming import (
    MARGIN,
    SHORTEST_STRETCH,
    Cell,
    Marks,
    Place,
    blend,
    joined,
    read,
    without_p,
)

#: Below the first (Hz) lies the baseline's wander, which knows no beats; above the second what is cut and continued
#: but never stretched.
WANDER, FAST = 0.7, 15.0
#: Seconds that a beat of another shape reaches beyond its own fiducial, to both sides.
ECTOPIC_BEFORE, ECTOPIC_AFTER = 0.1, 0.5
#: Where the heart's own atria never stop (Hz): fibrillation and flutter.
ATRIAL = (2.5, 15.0)
#: Cross-fades (samples) of what is slower and faster than `FAST`, and how far the faster one looks for a like place.
SLOW_JOIN, FAST_JOIN, FAST_SEARCH = 40, 14, 30
#: Width (samples) of the edge of a window that is replaced.
EDGE = 10
#: What lies between T and P in sinus rhythm, by power of frequency: the spectrum of the middle band falls so.
SILENT_SLOPE = -1.0


@dataclass(frozen=True, eq=False)
class Residual:
    """What surrounds the beats of a recording.

    Attributes
    ----------
    wander, middle, fast : ndarray, shape (8, samples)
        I, II, V1 to V6, millivolts at 500 Hz: below 0.7 Hz, up to 15 Hz, and above it without the mains.
    mains : ndarray, shape (8, samples)
        The mains' own line.
    beats : tuple of BeatTemplate
        The recording's own, each with its own sizes (`fitted_beats`); what was taken away.
    median : BeatTemplate
    places : tuple of Place
        Of each of the beats.
    """

    wander: np.ndarray
    middle: np.ndarray
    fast: np.ndarray
    mains: np.ndarray
    beats: tuple[BeatTemplate, ...]
    median: BeatTemplate
    places: tuple[Place, ...]

    def no_louder_than(self, largest: float) -> Residual:
        """The same with the leads quietened that are louder (mV, standard deviation) than `largest`."""
        size = (self.wander + self.middle + self.fast + self.mains).std(axis=1, keepdims=True)
        share = np.minimum(1, largest / np.maximum(size, 1e-9))
        bands = {name: share * getattr(self, name) for name in ("wander", "middle", "fast", "mains")}
        return replace(self, **bands)

    def order(self, score: RhythmScore, rng: np.random.Generator) -> np.ndarray:
        """Which of the own beats surrounds each QRS of a score, whatever its origin.

        They follow one another as in the recording, from a drawn one on. With an early beat and without it the others
        have the same.
        """
        count = sum(event.chamber == "QRS" for event in score.events)
        return (int(rng.integers(len(self.beats))) + np.arange(count)) % len(self.beats)

    def along(
        self,
        score: RhythmScore,
        rng: np.random.Generator,
        order: np.ndarray | None = None,
        qt: np.ndarray | None = None,
        changed: Collection[str] = (),
    ) -> np.ndarray:
        """The residual of a strip that performs a score.

        Parameters
        ----------
        score : RhythmScore
        rng : numpy.random.Generator
            Draws the beat that is begun with, where `order` is not given.
        order : ndarray of int, shape (QRS events,), optional
            As `order` draws it.
        qt : ndarray, shape (QRS events,), optional
            Seconds from QRS onset to the end of T; unless given, as the median's T is stretched along the score.
        changed : collection of {"p", "qrs", "t"}
            Waves that are not the patient's own in this strip: under them lies what lies between the waves.

        Returns
        -------
        ndarray, shape (8, samples), float32
            Millivolts.
        """
        samples = round(score.duration * MODEL_RATE)
        order = self.order(score, rng) if order is None else order
        beats = [e for e in score.events if e.chamber == "QRS"]
        if not beats:
            silent = Cell(0.0, self.places[0].marks, self.places[0]).without_waves(
                np.arange(samples, dtype=float)
            )
            return (
                read(self.middle + self.fast, silent) + read(self.wander + self.mains, np.arange(samples))
            ).astype(np.float32)
        cells = self._cells(score, order, qt)
        foreign = [e.origin not in ("conducted", "aberrant") for e in beats]
        replaced = dict(
            zip(map(id, cells), [{"p", "qrs", "t"} if f else set(changed) for f in foreign], strict=True)
        )

        def middle(cell, at):
            kept = read(self.middle, cell.with_waves(at))
            return self._covered(kept, self.middle, cell, at, replaced[id(cell)])

        def fast(cell, at):
            kept = self.fast.take(self._inside(cell.with_qrs(at)), axis=1)
            return self._covered(kept, self.fast, cell, at, replaced[id(cell)] & {"qrs"})

        out = without_p(joined(cells, samples, middle, SLOW_JOIN, 0), cells, foreign)
        out += joined(cells, samples, fast, FAST_JOIN, FAST_SEARCH)
        first = cells[0]
        # The breath goes on from where the first beat was taken.
        begun = first.place.onset - first.onset
        out += smoothing.mean(read(self.wander, np.arange(samples) + max(begun, 0.0)), 101, axis=1)
        out += read(self.mains, np.arange(samples, dtype=float))
        return out.astype(np.float32)

    def _cells(self, score, order, qt):
        median = self.median
        qts = qt_intervals(median, score) if qt is None else qt
        prs = conducted_pr(score)
        onsets = score.times("QRS")
        cells = []
        for onset, pr, one_qt, k in zip(onsets, prs, qts, order, strict=True):
            own = self.places[k].marks
            marks = Marks(pr * MODEL_RATE, own.p_length, own.qrs, one_qt * MODEL_RATE)
            cells.append(Cell(onset * MODEL_RATE, marks, self.places[k]))
        return cells

    def _inside(self, at):
        last = self.fast.shape[1] - 1
        at = np.abs(at)
        return np.where(at > last, np.maximum(2 * last - at, 0), at).astype(np.int64)

    def _covered(self, kept, band, cell, at, parts):
        """The piece of a band, with silence under the waves that are replaced."""
        for first, last in _windows(cell, parts):
            inside = np.flatnonzero((at >= first - EDGE) & (at < last + EDGE))
            if len(inside) < 2:
                continue
            silence = band.take(self._inside(cell.without_waves(at[inside])), axis=1)
            # It goes on from what lies before the waves to what lies behind them.
            silence = _from_to(silence, kept[:, inside])
            weight = fade(at[inside], first - EDGE, first) * (1 - fade(at[inside], last, last + EDGE))
            kept = kept.copy()
            kept[:, inside] = blend(kept[:, inside], silence, weight)
        return kept


def residual_of(recording: Recording, own: OwnBeats, fibrillating: bool = False) -> Residual:
    """What a recording holds beyond its beats.

    Parameters
    ----------
    recording : Recording
        Of I, II and V1 to V6.
    own : OwnBeats
        Of that recording.
    fibrillating : bool
        The recording shows atrial fibrillation or flutter, and the strips will not: what lies between the QRS in the
        atria's band is made anew, as loud as a silent atrium leaves it.
    """
    signal = clean(np.stack([recording.lead(name) for name in own.stack.leads]))
    if recording.rate != MODEL_RATE:
        signal = resample_array(signal, recording.rate, MODEL_RATE)
    signal = without_spikes(signal, own.stack.spikes, MODEL_RATE)
    beats = fitted_beats(own.median, own.single)
    rest = _without_beats(signal, own, beats)
    wander = both_ways(rest, MODEL_RATE, high=WANDER, padding=int(2 * MODEL_RATE))
    middle = both_ways(rest - wander, MODEL_RATE, high=FAST, padding=100)
    fast = rest - wander - middle
    mains = mains_of(fast)
    if fibrillating:
        middle = _silent_atria(middle, fast - mains, np.random.default_rng(len(beats)))
    return Residual(
        *(band.astype(np.float32) for band in (wander, middle, fast - mains, mains)),
        beats=beats,
        median=own.median,
        places=_places(own),
    )


def _without_beats(signal, own, beats):
    """The recording less its beats; where beats of another shape lie, a straight line."""
    samples = signal.shape[1]
    fiducials, dominant = own.stack.fiducials, own.stack.dominant
    lag = _lag(own)
    used = {round(time * MODEL_RATE + lag): beat for time, beat in zip(own.times, beats, strict=True)}
    onsets = (fiducials[dominant] - lag) / MODEL_RATE
    each = [used.get(int(at), own.median) for at in fiducials[dominant]]
    rest = signal - _rendered(each, onsets, own.median, samples)
    for at in fiducials[~dominant]:
        first = max(int(at - ECTOPIC_BEFORE * MODEL_RATE), 0)
        last = min(int(at + ECTOPIC_AFTER * MODEL_RATE), samples - 1)
        later = fiducials[fiducials > at]
        if later.size:
            last = min(last, int(later[0] - ECTOPIC_BEFORE * MODEL_RATE))
        if last > first:
            rest[:, first : last + 1] = np.linspace(rest[:, first], rest[:, last], last - first + 1, axis=1)
    return rest


def _rendered(each, onsets, median, samples):
    """The beats where they were recorded, T unstretched."""
    out = np.zeros((8, samples), np.float32)
    for beat, onset in zip(each, onsets, strict=True):
        place(out, beat.qrs, onset * MODEL_RATE + beat.qrs_offset)
        place(out, beat.t, onset * MODEL_RATE + beat.t_offset)
        if beat.has_p:
            place(out, beat.p, (onset - median.pr) * MODEL_RATE + beat.p_offset)
    return out


def _lag(own):
    """Samples from the QRS onset to the fiducial."""
    apart = own.stack.fiducials[:, None] - own.times[None] * MODEL_RATE
    return round(float(np.min(np.where(apart >= 0, apart, np.inf))))


def _places(own):
    median, stack = own.median, own.stack
    lag = _lag(own)
    onsets = stack.fiducials - lag
    pr = median.pr * MODEL_RATE
    marks = Marks(
        pr, median.p_duration * MODEL_RATE, median.qrs_duration * MODEL_RATE, median.qt * MODEL_RATE
    )
    samples = stack.signal.shape[1]
    # The ends of a recording cut beats that nobody found.
    unseen = stack.rr * MODEL_RATE
    found = []
    for time in own.times:
        onset = round(time * MODEL_RATE)
        k = int(np.argmin(np.abs(onsets - onset)))
        first = onset - MARGIN - (0 if np.isnan(pr) else pr)
        last = onset + marks.qt + MARGIN
        qrs_before = max(onset - unseen + marks.qrs + 2 * MARGIN, 0.0)
        before = max(onset - unseen + marks.qt + MARGIN, 0.0)
        if k:
            foreign = not stack.dominant[k - 1]
            qrs_before = onsets[k - 1] + (ECTOPIC_AFTER * MODEL_RATE if foreign else marks.qrs + 2 * MARGIN)
            before = max(qrs_before, onsets[k - 1] + marks.qt + MARGIN)
        qrs_after = min(onset + unseen - MARGIN, samples - 1.0)
        after = min(qrs_after - (0.0 if np.isnan(pr) else pr), samples - 1.0)
        if k + 1 < len(onsets):
            foreign = not stack.dominant[k + 1]
            qrs_after = onsets[k + 1] - (ECTOPIC_BEFORE * MODEL_RATE if foreign else MARGIN)
            after = qrs_after if foreign or np.isnan(pr) else onsets[k + 1] - pr - MARGIN
        # Where T and P leave nothing between them, there is no other silence than beneath them.
        before = min(before, max(first - SHORTEST_STRETCH, 0))
        after = max(after, min(last + SHORTEST_STRETCH, samples - 1))
        found.append(
            Place(float(onset), marks, before, after, min(qrs_before, before), max(qrs_after, after))
        )
    return tuple(found)


def _windows(cell, parts):
    """First and last samples of the strip under the waves of a cell."""
    marks = cell.marks
    if "p" in parts and not np.isnan(marks.pr):
        yield cell.onset - marks.pr - MARGIN, cell.onset - marks.pr + marks.p_length + MARGIN
    if "qrs" in parts or "t" in parts:
        first = -MARGIN if "qrs" in parts else marks.qrs
        yield cell.onset + first, cell.onset + (marks.qt if "t" in parts else marks.qrs) + MARGIN


def _from_to(piece, other):
    """The piece, brought to the levels at which another one begins and ends by a straight line."""
    first, last = (
        (other[:, part].mean(axis=1) - piece[:, part].mean(axis=1))[:, None]
        for part in (slice(EDGE // 2), slice(-(EDGE // 2), None))
    )
    return piece + first + (last - first) * np.linspace(0, 1, piece.shape[1], dtype=piece.dtype)


def _silent_atria(middle, fast, rng):
    """The middle band with what the atria do in it exchanged for noise that goes on from the band above.

    From 15 to 40 Hz a recording's noise is told at its lowest; below, it grows as the frequency falls.
    """
    samples = middle.shape[1]
    slow = both_ways(middle, MODEL_RATE, high=ATRIAL[0], padding=200)
    known = both_ways(fast, MODEL_RATE, high=40.0, padding=50)
    blocks = known[:, : samples // 50 * 50].reshape(8, -1, 50)
    level = np.sqrt(np.percentile(np.mean(blocks**2, axis=2), 30, axis=1)) / np.sqrt(40.0 - FAST)
    at = np.fft.rfftfreq(samples, 1 / MODEL_RATE)
    shape = np.where(
        (at >= ATRIAL[0]) & (at <= 1.5 * FAST), (np.maximum(at, 1) / 25.0) ** (SILENT_SLOPE / 2), 0
    )
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal((8, samples)), axis=1) * shape, samples, axis=1)
    return slow + noise * (level * np.sqrt(MODEL_RATE / 2))[:, None]

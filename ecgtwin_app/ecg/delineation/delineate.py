"""Delineation: for every beat of a recording what kind it is and where its waves lie.

Boundaries come from the median of each class of beats, where noise is lowest, and are carried to
the single beats; P and T, whose distance from the QRS varies a little, are found again in each beat
by correlation. The wave definitions are those of Laguna et al. 1994 and Martínez et al. (IEEE Trans
Biomed Eng 2004;51:570): global marks over all leads and marks in each lead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.ecg.delineation.p_of_other_beats import sees_p
from ecgtwin_app.ecg.delineation.qrs_t import Waves, lead_qrs_bounds, qrs_bounds, t_end, t_wave
from ecgtwin_app.ecg.delineation.representative_beat import (
    EARLY,
    SAME_CLASS,
    BeatStack,
    RepresentativeBeat,
    after_spike,
    median_of,
    stack_beats,
    windows_around,
)
from ecgtwin_app.ecg.signal import sliding, smoothing
from ecgtwin_app.ecg.signal.leads import derivable, with_limb_leads
from ecgtwin_app.ecg.signal.order import median, median_over
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording

#: What a beat can be: like most others; early and narrow; wide and unlike the others; none of these.
KINDS = ("dominant", "premature", "ectopic", "unclear")
#: A QRS at least so long (ms) is wide, and an ectopic one correlates less than this with the dominant.
WIDE, UNLIKE = 120.0, 0.7
#: Seconds by which a T may come earlier or later than the median's.
T_JITTER = 0.06


@dataclass(frozen=True)
class Beat:
    """One beat.

    Attributes
    ----------
    fiducial : int
        Sample of the QRS fiducial in the recording.
    kind : str
        One of `KINDS`.
    waves : Waves
        Global marks, samples in the recording; None for waves that are absent or cut off.
    has_p : bool or None
        None when it cannot be seen.
    early : bool
        At least 20 % before its time.
    correlation : float
        Of its QRS with the dominant beat, -1 to 1.
    qrs : float
        QRS duration, ms.
    shape : int
        Index into `Delineation.shapes`.
    """

    fiducial: int
    kind: str
    waves: Waves
    has_p: bool | None
    early: bool
    correlation: float
    qrs: float
    shape: int


@dataclass(frozen=True, eq=False)
class Shape:
    """The median of one class of beats.

    Attributes
    ----------
    signal : ndarray, shape (12, samples)
        Millivolts at 500 Hz.
    fiducial : int
        Sample of the QRS fiducial in `signal`.
    waves : Waves
        Global marks in `signal`.
    leads : tuple of str
        Of the rows; all twelve, or what there is and follows from it in a recording of fewer leads.
    """

    signal: np.ndarray
    fiducial: int
    waves: Waves
    leads: tuple[str, ...] = LEADS

    def lead(self, name: str) -> np.ndarray:
        """One lead, shape (samples,), millivolts; `EcgError` if it is not there."""
        if name not in self.leads:
            raise EcgError("This recording has no lead {lead}.", lead=name)
        return self.signal[self.leads.index(name)]


@dataclass(frozen=True, eq=False)
class Delineation:
    """The beats of a recording.

    Attributes
    ----------
    beats : tuple of Beat
        In order of time.
    shapes : tuple of Shape
        One a class of beats, the dominant first.
    representative : RepresentativeBeat
    stack : BeatStack
        What they were told from.
    scale : float
        The recording's rate over the 500 Hz of shapes, signal and spikes.
    """

    beats: tuple[Beat, ...]
    shapes: tuple[Shape, ...]
    representative: RepresentativeBeat
    stack: BeatStack
    scale: float

    @property
    def signal(self) -> np.ndarray:
        """I, II, V1 to V6, or `leads`, (8, samples) at 500 Hz, baseline straight, pacing spikes taken out, mV."""
        return self.stack.signal

    @property
    def spikes(self) -> np.ndarray:
        """Pacing spikes, samples at 500 Hz."""
        return self.stack.spikes

    @property
    def leads(self) -> tuple[str, ...]:
        """Of the rows of `signal`: what was measured, without what follows from it."""
        return self.representative.leads

    def in_lead(self, name: str) -> tuple[Waves, ...]:
        """Every beat's marks in one lead, samples in the recording."""
        row = self.shapes[0].leads.index(name)
        marks = [lead_waves(shape, row) for shape in self.shapes]
        found = []
        for beat in self.beats:
            shape, own = self.shapes[beat.shape], marks[beat.shape]
            placed = {}
            for mark, at in vars(own).items():
                common, here = getattr(shape.waves, mark), getattr(beat.waves, mark)
                absent = at is None or here is None
                placed[mark] = None if absent else here + round((at - common) * self.scale)
            found.append(Waves(**placed))
        return tuple(found)


def delineate(recording: Recording) -> Delineation:
    """Find and bound the waves of every beat.

    Raises
    ------
    EcgError
        When there is no beat.
    """
    stack = stack_beats(recording)
    representative = median_of(stack)
    classes = _classes(stack)
    shapes = [_dominant_shape(representative)] + [_shape(stack, members) for members in classes[1:]]
    t_shift = _t_shifts(stack, representative)
    shape_of = [
        next(i for i, members in enumerate(classes) if k in members) for k in range(len(stack.fiducials))
    ]
    # The fiducial of a wide QRS lies late in it: prematurity is told from the onsets.
    lead_in = np.array([shapes[i].fiducial - shapes[i].waves.qrs[0] for i in shape_of])
    early, regular = _early(stack.fiducials - lead_in, shape_of[-1] != 0)
    scale = recording.rate / MODEL_RATE
    p_of = dict(zip(np.flatnonzero(stack.dominant).tolist(), range(representative.beats_used), strict=True))
    beats = []
    for k, fiducial in enumerate(stack.fiducials):
        which = shape_of[k]
        shape = shapes[which]
        waves = shape.waves.moved(int(fiducial) - shape.fiducial)
        if which == 0:
            has_p, waves = _own_p(representative, p_of[k], waves)
            waves = _later_t(waves, t_shift[k])
        else:
            has_p = sees_p(stack, representative, int(fiducial) - shape.fiducial + shape.waves.qrs[0], k)
        onset, offset = shape.waves.qrs
        qrs = (offset - onset) * 1000 / MODEL_RATE
        # Where all intervals scatter, a beat of the usual shape that comes soon is no exception.
        exceptional = bool(early[k]) and (regular or which != 0)
        whole = 0.08 * MODEL_RATE < fiducial < stack.signal.shape[1] - 0.12 * MODEL_RATE
        kind = _kind(which == 0, exceptional, qrs, stack.correlation[k]) if whole or which == 0 else "unclear"
        waves = _inside(waves, scale, recording.samples)
        at = round(fiducial * scale)
        beats.append(Beat(at, kind, waves, has_p, exceptional, float(stack.correlation[k]), qrs, which))
    return Delineation(tuple(beats), tuple(shapes), representative, stack, scale)


def _classes(stack: BeatStack) -> list[list[int]]:
    """Indices of the beats of each class, the dominant first; the others grouped by likeness."""
    classes = [np.flatnonzero(stack.dominant).tolist()]
    rest = np.flatnonzero(~stack.dominant).tolist()
    half = int(0.1 * MODEL_RATE)
    windows = np.nan_to_num(windows_around(stack.signal, stack.fiducials, half, half)).reshape(
        len(stack.fiducials), -1
    )
    windows = windows - windows.mean(axis=1, keepdims=True)
    windows /= np.maximum(np.linalg.norm(windows, axis=1, keepdims=True), 1e-9)
    while rest:
        first = rest[0]
        like = [k for k in rest if k == first or windows[k] @ windows[first] >= SAME_CLASS]
        classes.append(like)
        rest = [k for k in rest if k not in like]
    return classes


def _dominant_shape(beat):
    waves = Waves(**{name: getattr(beat, name) for name in Waves.__dataclass_fields__})
    signal = with_limb_leads(beat.signal.astype(np.float64), beat.leads)
    return Shape(signal, beat.fiducial, waves, derivable(beat.leads))


def _shape(stack, members):
    before, after = int(0.35 * MODEL_RATE), int(0.65 * MODEL_RATE)
    signal = median_over(windows_around(stack.signal, stack.fiducials[members], before, after))
    signal = with_limb_leads(signal, stack.leads)
    quiet, offset = qrs_bounds(signal, MODEL_RATE, before)
    onset = after_spike(stack, members, signal, before, quiet, before + int(0.06 * MODEL_RATE))
    following = np.append(np.diff(stack.fiducials), stack.rr * MODEL_RATE)[members] / MODEL_RATE
    t_peak, t_offset = t_wave(signal, MODEL_RATE, onset, offset, median(following))
    signal = signal - np.median(signal[:, max(0, quiet - 12) : max(1, quiet - 2)], axis=1, keepdims=True)
    waves = Waves(None, None, None, onset, offset, t_peak, t_offset)
    return Shape(signal, before, waves, derivable(stack.leads))


def _early(onsets, last_unlike):
    """Which beats come at least 20 % early, and whether the rhythm is otherwise regular."""
    early = np.zeros(len(onsets), dtype=bool)
    if len(onsets) < 4:
        return early, False
    gaps = np.diff(onsets).astype(float)
    usual = median(gaps)
    following = np.append(gaps[1:], usual)
    # In bigeminy half the intervals are short: the mean of an interval and the next tells more; at the
    # end of the strip, the one before, if it leads to a beat of another shape.
    if last_unlike:
        following[-1] = gaps[-2]
    early[1:] = gaps < EARLY * np.maximum(usual, (gaps + following) / 2)
    paired = (gaps[:-1] + gaps[1:]) / 2
    scatter = min(median(np.abs(gaps - usual)) / usual, median(np.abs(paired - median(paired))) / usual)
    return early, scatter <= 0.08


def _kind(of_dominant, early, qrs, correlation):
    if of_dominant:
        return "premature" if early else "dominant"
    if qrs >= WIDE and correlation < UNLIKE:
        return "ectopic"
    if early and qrs < WIDE:
        return "premature"
    return "unclear"


def _own_p(representative, index, waves):
    """Whether this beat of the dominant class has the P, and the waves with it where it lies."""
    present = representative.p.present[index]
    if present != 1:
        gone = Waves(None, None, None, waves.qrs_onset, waves.qrs_offset, waves.t_peak, waves.t_offset)
        # Outside the recording a P cannot be seen, but it is not absent either.
        return (None if np.isnan(present) else False), gone
    by = int(representative.p.shift[index])
    moved = {name: getattr(waves, name) + by for name in ("p_onset", "p_peak", "p_offset")}
    return True, replace(waves, **moved)


def _t_shifts(stack, representative):
    """Samples by which each beat's T lies later than the median's, by correlation of the T segment."""
    shifts = np.zeros(len(stack.fiducials), dtype=int)
    if representative.t_offset is None:
        return shifts
    reach = int(T_JITTER * MODEL_RATE)
    low = representative.t_peak - representative.fiducial - int(0.08 * MODEL_RATE)
    high = representative.t_offset - representative.fiducial
    if high - low < reach:
        return shifts
    dominant = np.flatnonzero(stack.dominant)
    windows = windows_around(stack.signal, stack.fiducials[dominant] + low - reach, 0, high - low + 2 * reach)
    whole = ~np.isnan(windows).any(axis=(1, 2))
    windows = smoothing.gaussian(windows[whole], 5)
    template = smoothing.gaussian(representative.signal.astype(float), 5, axis=1)
    template = template[:, max(0, low + representative.fiducial) : high + representative.fiducial]
    template = template - template.mean(axis=1, keepdims=True)
    template = template / max(np.linalg.norm(template), 1e-9)
    # A shift has to earn its keep, so that noise does not move a flat T.
    cost = 0.004 * np.abs(np.arange(-reach, reach + 1))
    width = template.shape[1]
    # The template has mean 0 in each lead and norm 1.
    sums, squares = (sliding.sums(x, width) for x in (windows, windows**2))
    power = (squares - sums**2 / width).sum(axis=1)
    likeness = sliding.products(windows, template) / np.sqrt(np.maximum(power, 1e-12))
    shifts[dominant[whole]] = np.argmax(likeness - cost, axis=1) - reach
    return shifts


def _later_t(waves, by):
    t = [None if at is None else at + int(by) for at in (waves.t_peak, waves.t_offset)]
    return Waves(waves.p_onset, waves.p_peak, waves.p_offset, waves.qrs_onset, waves.qrs_offset, *t)


def _inside(waves, scale, samples):
    """The marks in the recording's own samples, None where they fall outside."""
    placed = {name: None if at is None else round(at * scale) for name, at in vars(waves).items()}
    return Waves(
        **{name: at if at is not None and 0 <= at < samples else None for name, at in placed.items()}
    )


def lead_waves(shape: Shape, row: int) -> Waves:
    """The marks of one lead of a shape, near the global ones."""
    lead, waves, rate = shape.signal[row], shape.waves, MODEL_RATE
    onset, offset = lead_qrs_bounds(lead, rate, shape.fiducial)
    slack = int(0.006 * rate)
    begin, end = waves.qrs
    onset = int(np.clip(onset, begin - slack, shape.fiducial - 1))
    offset = int(np.clip(offset, shape.fiducial + 1, end + slack))
    smooth = smoothing.gaussian(lead, 0.010 * rate)
    t_peak, t_offset = waves.t_peak, waves.t_offset
    if t_peak is not None and t_offset is not None:
        stop = min(len(lead), t_offset + int(0.05 * rate))
        t_peak = _extreme(
            smooth, max(offset, t_peak - int(0.06 * rate)), min(stop, t_peak + int(0.05 * rate))
        )
        t_offset = t_end(smooth, t_peak, stop, rate)
    p_peak = waves.p_peak
    if waves.p_onset is not None and waves.p_offset is not None:
        p_peak = _extreme(smooth, waves.p_onset + 5, max(waves.p_offset - 5, waves.p_onset + 6))
    return Waves(waves.p_onset, p_peak, waves.p_offset, onset, offset, t_peak, t_offset)


def _extreme(lead, start, stop):
    """The sample farthest from the chord between start and stop."""
    piece = lead[start:stop]
    if len(piece) < 3:
        return start
    return start + int(np.argmax(np.abs(piece - np.linspace(piece[0], piece[-1], len(piece)))))

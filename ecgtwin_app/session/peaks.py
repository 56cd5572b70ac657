"""The peaks of one lead's waves: what calipers snap to, and where an amplitude is pointed out. No widgets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgtwin_app.session.marks import Marks

#: Waves smaller than this (mV) are none to snap to.
SMALLEST = 0.05
#: Where a beat without marks is looked for: seconds before and after its fiducial.
_AROUND = (0.06, 0.08)
#: Seconds before the QRS over which its level is taken.
_LEVEL = 0.012


@dataclass(frozen=True)
class Peak:
    """One wave of one beat in one lead.

    Attributes
    ----------
    name : str
        "P", "Q", "R", "S", "T"; "J" is the end of QRS and "baseline" the level before it.
    beat : int
        Which of the marks' beats.
    time : float
        Seconds.
    value : float
        mV, as the lead was given.
    level : float
        mV of the baseline before this beat's QRS.
    main : bool
        The larger one of R and S, the same in every beat of the lead: what RR intervals are taken between.
    """

    name: str
    beat: int
    time: float
    value: float
    level: float
    main: bool = False


def peaks_of(values: np.ndarray, rate: float, marks: Marks) -> tuple[Peak, ...]:
    """The peaks of a lead in the order of time.

    Parameters
    ----------
    values : ndarray, shape (samples,)
        mV; NaN where nothing was recorded.
    rate : float
        Hz.
    marks : Marks
        The beats with the global marks of their waves.
    """
    found = [peak for beat in range(len(marks.beats)) for peak in _of_beat(values, rate, marks, beat)]
    # One kind for the whole lead: an RR interval from an R to an S would be wrong by half a QRS.
    sizes = {name: sum(abs(p.value - p.level) for p in found if p.name == name) for name in ("R", "S")}
    main = max(sizes, key=lambda name: sizes[name])
    return tuple(replace(p, main=p.name == main) for p in sorted(found, key=lambda p: p.time))


def _of_beat(values, rate, marks, number):
    beat = marks.beats[number]
    onset, offset = (
        beat.time + around if (at := marks.time_of(beat, name)) is None else at
        for name, around in (("qrs_onset", -_AROUND[0]), ("qrs_offset", _AROUND[1]))
    )
    before = _part(values, rate, onset - _LEVEL, onset)
    if before is None:
        return
    level = float(np.median(before[1]))

    def peak(name, part, sign):
        """The extreme of a stretch in one direction, where it is large enough."""
        if part is None:
            return None
        time, height = part[0], sign * (part[1] - level)
        best = int(np.argmax(height))
        if height[best] < SMALLEST:
            return None
        return Peak(name, number, float(time[best]), float(part[1][best]), level)

    qrs = _part(values, rate, onset, offset)
    r = peak("R", qrs, 1.0)
    q = peak("Q", _part(values, rate, onset, r.time), -1.0) if r is not None else None
    s = peak("S", _part(values, rate, r.time, offset) if r is not None else qrs, -1.0)
    if q is not None and peak("R", _part(values, rate, onset, q.time), 1.0) is not None:
        # Before an R' taller than the first R lies an S, no Q; as in `ecg.measurement.measure`.
        q, s = None, min((w for w in (replace(q, name="S"), s) if w is not None), key=lambda wave: wave.value)
    p_onset, p_offset, t_offset = (marks.time_of(beat, name) for name in ("p_onset", "p_offset", "t_offset"))
    p = _part(values, rate, p_onset, p_offset) if None not in (p_onset, p_offset) else None
    t = _part(values, rate, offset + 0.04, t_offset) if t_offset is not None else None
    waves = [r, q, s]
    for name, part in (("P", p), ("T", t)):
        # The larger one of both directions.
        both = [found for sign in (1.0, -1.0) if (found := peak(name, part, sign)) is not None]
        waves += [max(both, key=lambda found: abs(found.value - level))] if both else []
    yield from (wave for wave in waves if wave is not None)
    yield Peak("baseline", number, onset, level, level)
    if qrs is not None and beat.marks.get("qrs_offset") is not None:
        yield Peak("J", number, float(qrs[0][-1]), float(qrs[1][-1]), level)


def _part(values, rate, start, end):
    """Seconds and mV of a stretch, without what was not recorded; None where nothing is left."""
    first, last = max(0, round(start * rate)), min(values.size, round(end * rate) + 1)
    index = np.arange(first, last)
    index = index[np.isfinite(values[first:last])] if last > first else index[:0]
    return (index / rate, values[index]) if index.size else None

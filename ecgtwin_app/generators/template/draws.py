"""One draw of what is hidden: the best simple guess, and how it may be otherwise.

What the guess leaves open is drawn: when hidden beats come, by how much the patient's beats differ from the usual one, and
by how much a lead differs from what the other leads say of it in a population.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.imputation.beats import find_beats, laid, predicted
from ecgtwin_app.ecg.imputation.laws import SHARES, lawful, solved
from ecgtwin_app.ecg.imputation.regression import population_moments, regressed, steady, wander
from ecgtwin_app.ecg.imputation.seams import joined, pieces
from ecgtwin_app.ecg.signal.leads import independent_leads

#: The interval between beats varies at least so much from one to the next, seconds.
LEAST_JITTER = 0.02
#: How far a lead is from what others say of it, as a share of what a population says: never seen here, and seen
#: elsewhere in the window.
UNSEEN, SEEN = 1.7, 0.65
#: Seconds of a lead that tell how it differs from what others say of it.
TELLING = 3.0
#: A beat's own deviation is taken from so many seconds around it.
_BEFORE, _AFTER = 0.35, 0.5


class Guess:
    """What is known of a window, made ready for any number of draws.

    Parameters
    ----------
    signal : ndarray, shape (12, samples)
        Millivolts; what is hidden is not read.
    mask : ndarray, shape (12, samples), bool
    rate : float
        Hz.
    """

    def __init__(self, signal: np.ndarray, mask: np.ndarray, rate: float):
        self.signal, self.mask, self.rate = signal, mask, rate
        self.known = solved(signal, mask)
        self.eight = independent_leads(self.known)
        self.hidden = np.isnan(self.eight)
        self.columns = np.asarray(np.isfinite(self.known).any(axis=0))
        self.flat = steady(self.known, rate)
        self.own = independent_leads(self.flat)
        first = regressed(self.known, self.flat, rate) if self.hidden.any() else self.own
        self.beats = find_beats(np.where(self.hidden, first, self.own), self.columns, rate)
        self.times = predicted(self.beats, self.columns, rate)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Twelve leads (12, samples), float32; what is visible to the bit."""
        if not self.hidden.any():
            return lawful(self.signal, self.mask, self.eight)
        times = self._drawn_times(rng)
        usual = laid(self.own, self.hidden, self.beats, times, self.rate)
        filled = regressed(self.known, self.flat, self.rate, usual)
        filled = filled + self._of_leads(rng) + self._of_beats(rng, times, usual)
        filled = filled + independent_leads(wander(self.known, self.flat)) + self._of_baseline(rng)
        return lawful(self.signal, self.mask, joined(self.eight, filled, self.rate))

    def _drawn_times(self, rng) -> np.ndarray:
        """Hidden beats a little earlier or later, more so the farther they are from one in sight."""
        seen = self.beats.times
        steps = np.diff(seen)
        spread = max(LEAST_JITTER, float(np.std(np.diff(steps))) / 2 if len(steps) > 2 else 0.0)
        spread = min(spread, 0.12 * float(np.median(steps))) if len(steps) else spread
        times = np.array(self.times, dtype=float)
        for start, stop in pieces(~self.columns) / self.rate:
            inside = np.flatnonzero((times >= start) & (times < stop))
            if not len(inside):
                continue
            walk = np.cumsum(rng.normal(0, spread, len(inside) + 1))
            if inside[-1] + 1 < len(times) and inside[0] > 0:
                walk -= (
                    walk[-1] * np.arange(1, len(walk) + 1) / len(walk)
                )  # the next beat in sight is where it is
            times[inside] += walk[: len(inside)]
        return times

    def _of_leads(self, rng) -> np.ndarray:
        """How a hidden lead may differ from what the visible ones say of it: their sum with drawn weights."""
        made = np.zeros(self.hidden.shape)
        moments = population_moments()
        seen = np.isfinite(self.known)
        codes = (1 << np.arange(len(seen))) @ seen
        for code in np.unique(codes[self.hidden.any(axis=0)]):
            at = codes == code
            rows = _basis(seen[:, np.argmax(at)])
            if not rows:
                continue
            of_rows = np.array([_functional(row) for row in rows])
            told = of_rows @ moments @ of_rows.T
            for target in np.flatnonzero(self.hidden[:, at].all(axis=1)):
                of_target = of_rows @ moments[:, target]
                left = moments[target, target] - of_target @ np.linalg.lstsq(told, of_target, rcond=None)[0]
                visible = np.count_nonzero(~self.hidden[target]) / self.rate
                share = SEEN if visible > TELLING else UNSEEN
                direction = np.linalg.lstsq(
                    np.linalg.cholesky(told + 1e-9 * np.trace(told) * np.eye(len(rows))).T,
                    rng.normal(size=len(rows)),
                    rcond=None,
                )[0]
                size = share * np.sqrt(max(left, 0.0) / len(rows))
                made[target, at] = size * direction @ self.flat[rows][:, at]
        return made

    def _of_baseline(self, rng) -> np.ndarray:
        """How the baseline may wander where no lead is in sight: as it does elsewhere in the window."""
        made = np.zeros(self.hidden.shape)
        away = np.where(self.hidden, 0.0, independent_leads(self.known - self.flat))
        for start, stop in pieces(~self.columns):
            length = stop - start
            places = [
                begin for first, last in pieces(self.columns) for begin in range(first, last - length, 50)
            ]
            if not places:
                continue
            begin = int(rng.choice(places))
            taken = away[:, begin : begin + length] - away[:, begin : begin + 1]
            if start > 0 and stop < len(self.columns):  # it comes back to what is in sight behind it
                taken = taken - taken[:, -1:] * np.linspace(0, 1, length)
            made[:, start:stop] = taken if start > 0 else taken - taken[:, -1:]
        return made

    def _of_beats(self, rng, times, usual) -> np.ndarray:
        """How single beats differ from the usual one: each hidden beat by the deviation of one that is in sight."""
        made = np.zeros(self.hidden.shape)
        blind = ~self.columns
        seen = self.beats.times[self.beats.usual]
        if not blind.any() or not len(seen):
            return made
        rest = np.where(self.hidden, 0.0, self.own - usual)
        samples = rest.shape[1]
        before, after = round(_BEFORE * self.rate), round(_AFTER * self.rate)
        window = np.hanning(before + after + 1)
        for time in times:
            place = round(time * self.rate)
            if not 0 <= place < samples or not blind[place]:
                continue
            source = round(rng.choice(seen) * self.rate)
            for shift in range(-before, after + 1):
                to, start = place + shift, source + shift
                if 0 <= to < samples and 0 <= start < samples:
                    made[:, to] += window[shift + before] * rest[:, start]
        return made


def _basis(seen: np.ndarray) -> list[int]:
    """Visible rows of the twelve that do not follow from each other."""
    limb = [row for row in range(len(SHARES)) if seen[row]]
    limb = [0, 1] if len(limb) > 1 else limb
    return [*limb, *(row for row in range(len(SHARES), len(seen)) if seen[row])]


def _functional(row: int) -> np.ndarray:
    """A row of the twelve as a sum of I, II and V1 to V6."""
    found = np.zeros(8)
    if row < len(SHARES):
        found[:2] = SHARES[row]
    else:
        found[row - len(SHARES) + 2] = 1
    return found

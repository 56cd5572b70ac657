"""Calipers: what they measure and what they say. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecgtwin_app.ui.marks import corrected_qt
from ecgtwin_app.ui.words import number, tr

TIME, AMPLITUDE = "time", "amplitude"
#: Marching calipers repeat so often to either side at most.
MOST_MARCHED = 20
#: Intervals (s) that a QT can have; others get no QTc.
QT_RANGE = (0.2, 0.75)
#: Intervals (s) that an RR can have, for the QTc of another caliper.
RR_RANGE = (0.25, 2.5)


@dataclass(frozen=True)
class Caliper:
    """A distance on the paper.

    Attributes
    ----------
    kind : {"time", "amplitude"}
    lead : str
        The lead it stands in, "-aVR" included.
    shows : tuple of str
        Layers of the panel it stands in.
    a, b : float
        The legs: seconds, or mV from the row's baseline.
    at : float
        Where the bar between them lies: mV for a time caliper, seconds for one of amplitude.
    marching : bool
        Repeated to both sides, to see whether a rhythm is regular.
    """

    kind: str
    lead: str
    shows: tuple[str, ...]
    a: float
    b: float
    at: float
    marching: bool = False

    @property
    def size(self) -> float:
        """Seconds or mV between the legs, never negative."""
        return abs(self.b - self.a)

    def moved(self, leg: str, by: float) -> Caliper:
        """One leg ("a" or "b") or the whole ("both") moved by seconds or mV."""
        fields = ("a", "b") if leg == "both" else (leg,)
        return replace(self, **{name: getattr(self, name) + by for name in fields})

    def marched(self, start: float, end: float) -> list[float]:
        """Where the further legs of a marching time caliper lie within a stretch, seconds."""
        if not self.marching or self.kind != TIME or self.size < 0.04:
            return []
        low, high = min(self.a, self.b), max(self.a, self.b)
        before = [low - k * self.size for k in range(1, MOST_MARCHED + 1)]
        after = [high + k * self.size for k in range(1, MOST_MARCHED + 1)]
        return [at for at in (*before, *after) if start <= at <= end]


def label(caliper: Caliper) -> str:
    """What stands on the paper beside it: "82 ms", "732 ms 82/min", "1.20 mV"."""
    if caliper.kind == AMPLITUDE:
        return f"{number(caliper.size, 2)} mV"
    words = f"{1000 * caliper.size:.0f} ms"
    return f"{words}  {60 / caliper.size:.0f}/min" if caliper.size >= 0.2 else words


def read_out(caliper: Caliper, others: list[Caliper], rr: float | None, gain: float) -> str:
    """All that one caliper says, for the line under the page.

    Parameters
    ----------
    others : list of Caliper
        The newest last; the last time caliper that can be an RR interval gives the QTc.
    rr : float or None
        Mean RR of the recording (s), where no other caliper gives one.
    gain : float
        mm/mV of its lead.
    """
    lead = caliper.lead.replace("-", "−")
    if caliper.kind == AMPLITUDE:
        return f"{lead}: {number(caliper.size, 2)} mV = {number(caliper.size * gain, 1)} mm"
    words = [f"{lead}: {1000 * caliper.size:.0f} ms = {number(caliper.size, 3)} s"]
    if caliper.size > 0.04:
        words.append(tr("as RR {rate}/min").format(rate=number(60 / caliper.size)))
    by_hand = [
        o.size for o in others if o.kind == TIME and RR_RANGE[0] <= o.size <= RR_RANGE[1] and o != caliper
    ]
    interval = by_hand[-1] if by_hand else rr
    if QT_RANGE[0] <= caliper.size <= QT_RANGE[1] and interval:
        qtc = corrected_qt(1000 * caliper.size, interval)
        values = ", ".join(f"{name.capitalize()} {value:.0f}" for name, value in qtc.items())
        sentence = (
            tr("as QT: QTc {values} ms (RR {rr} ms, caliper)")
            if by_hand
            else tr("as QT: QTc {values} ms (RR {rr} ms, measured)")
        )
        words.append(sentence.format(values=values, rr=number(1000 * interval)))
    return " · ".join(words)


def snapped(at: float, points: list[float], reach: float) -> float:
    """The nearest of `points` within `reach`, else `at` itself."""
    near = min(points, key=lambda point: abs(point - at), default=None)
    return near if near is not None and abs(near - at) <= reach else at

"""What the legs of calipers snap to: peaks first, then the ends of waves, or the baseline. No widgets.

A global mark lies where the wave begins or ends in any lead; a peak is that of the one trace under the pointer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.panels import Panel
from ecgtwin_app.report.trace import lead_values
from ecgtwin_app.session.marks import MOVABLE, Marks
from ecgtwin_app.session.peaks import Peak, peaks_of
from ecgtwin_app.ui.page.page_map import PageMap

#: Pixels within which a leg snaps.
SNAP = 8.0
_NAMES = {"baseline": N_("baseline"), "J": N_("J point")}
_known: WeakKeyDictionary[Recording, dict[str, tuple[Marks, tuple[Peak, ...]]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class SnapPoint:
    """Somewhere to snap to.

    Attributes
    ----------
    value : float
        Seconds of the panel for a time caliper, mV from the row's baseline for one of amplitude.
    name : str
        "R", "QRS onset", in the language of the window.
    who : str
        Whose trace.
    rank : int
        Lower ones are taken first.
    """

    value: float
    name: str
    who: str
    rank: int = 0


def snapped(value: float, points: Iterable[SnapPoint], reach: float) -> float:
    """The nearest point of the lowest rank within reach, else the value itself."""
    near = [point for point in points if abs(point.value - value) <= reach]
    best = min(near, key=lambda point: (point.rank, abs(point.value - value)), default=None)
    return value if best is None else best.value


def times(panel: Panel, page_map: PageMap, marks: dict[str, Marks]) -> list[SnapPoint]:
    """Moments: the main peak of every beat in this lead, then the marks of the waves and the other peaks."""
    points = []
    for who, known, shift in _layers(panel, page_map, marks):
        points += [
            SnapPoint(peak.time + shift, _name(peak), who, 0 if peak.main else 1)
            for peak in lead_peaks(page_map.page.recording(who), panel.lead, known)
            if peak.name in "PQRST"
        ]
        for beat in known.beats:
            points += [
                SnapPoint(at + shift, tr(MOVABLE[name]), who, 1)
                for name in beat.marks
                if (at := known.time_of(beat, name)) is not None
            ]
    return points


def levels(
    panel: Panel, page_map: PageMap, marks: dict[str, Marks], seconds: float | None = None
) -> list[SnapPoint]:
    """Voltages: the peaks near a moment, then the baseline of the beat that is nearest to it.

    Parameters
    ----------
    seconds : float or None
        The panel's moment; None gives those of every beat.
    """
    points = []
    near = SNAP / page_map.speed
    for who, known, shift in _layers(panel, page_map, marks):
        peaks = lead_peaks(page_map.page.recording(who), panel.lead, known)
        drift = page_map.page.drift(panel, who)
        beats = known.beats
        nearest = (
            None
            if seconds is None or not beats
            else min(range(len(beats)), key=lambda k, s=shift: abs(beats[k].time + s - seconds))
        )
        for peak in peaks:
            level = peak.name == "baseline"
            if seconds is None or (
                peak.beat == nearest if level else abs(peak.time + shift - seconds) <= near
            ):
                points.append(SnapPoint(peak.value - drift, _name(peak), who, int(level)))
    return points


def ends_text(caliper: Caliper, panel: Panel, page_map: PageMap, marks: dict[str, Marks]) -> str:
    """What a caliper's legs stand on: "R to R in II, reference"; "" where neither stands on anything."""
    if caliper.kind == TIME:
        searched = (times(panel, page_map, marks),)
    else:  # where the caliper stands first: a Q elsewhere may be as high as the baseline here
        searched = (levels(panel, page_map, marks, caliper.at), levels(panel, page_map, marks))
    ends = [_exactly(leg, searched) for leg in (caliper.a, caliper.b)]
    if ends == [None, None]:
        return ""
    if caliper.kind == TIME and caliper.a > caliper.b:
        ends.reverse()
    layers = {end.who for end in ends if end is not None}
    names = [tr("free") if end is None else end.name for end in ends]
    if len(layers) > 1:
        names = [f"{name} ({layer_word(end.who)})" for name, end in zip(names, ends)]
        words = tr("{first} to {last} in {lead}")
    else:
        words = tr("{first} to {last} in {lead}, {layer}")
    lead = panel.lead.replace("-", "−")
    return words.format(first=names[0], last=names[1], lead=lead, layer=layer_word(next(iter(layers))))


def _exactly(value, searched):
    """What stands at a value, from the first list that has something there."""
    for points in searched:
        exact = [point for point in points if abs(point.value - value) < 1e-6]
        if exact:
            return min(exact, key=lambda point: point.rank)
    return None


def layer_word(who: str) -> str:
    """A layer within a sentence."""
    if who == REFERENCE:
        return tr("reference")
    return tr("twin") if who == "twin" else who.replace("twin", tr("twin"))


def lead_peaks(recording: Recording, lead: str, marks: Marks) -> tuple[Peak, ...]:
    """The peaks of a lead, found once for the marks as they stand."""
    of_recording = _known.setdefault(recording, {})
    before = of_recording.get(lead)
    if before is None or before[0] is not marks:
        values = lead_values(recording, lead)
        found = () if values is None else peaks_of(values, recording.rate, marks)
        before = of_recording[lead] = marks, found
    return before[1]


def _layers(panel, page_map, marks):
    """Name, marks and shift of every layer of a panel that has marks."""
    for who in panel.shows:
        if who in marks:
            yield who, marks[who], page_map.shift(panel, who)


def _name(peak):
    return tr(_NAMES[peak.name]) if peak.name in _NAMES else peak.name

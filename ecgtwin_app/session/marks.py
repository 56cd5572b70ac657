"""The fiducials of a recording as they are shown, moved by hand and measured from. No widgets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.i18n.words import N_

#: Global marks that can be moved, with the words for them.
MOVABLE = {
    "p_onset": N_("P onset"),
    "p_offset": N_("P end"),
    "qrs_onset": N_("QRS onset"),
    "qrs_offset": N_("QRS end"),
    "t_offset": N_("T end"),
}
#: What stands over a beat; in the report's own words, no diagnosis.
LABELS = {"dominant": "N", "premature": "A", "ectopic": "V", "unclear": "?"}
LABEL_WORDS = {
    "N": N_("like most beats"),
    "A": N_("early, narrow"),
    "V": N_("wide, unlike the others"),
    "?": N_("unclear"),
}
#: Intervals that follow the marks: name in the measurements, from, to.
_INTERVALS = (
    ("p_duration", "p_onset", "p_offset"),
    ("pr", "p_onset", "qrs_onset"),
    ("qrs", "qrs_onset", "qrs_offset"),
    ("qt", "qrs_onset", "t_offset"),
)


@dataclass(frozen=True)
class MarkedBeat:
    """One beat: its time (s), label, and the times (s) of the marks it has."""

    time: float
    label: str
    marks: dict[str, float]


@dataclass(frozen=True)
class Marks:
    """The beats of a recording, and by how much (s) each mark was moved by hand.

    A mark is global: over all leads, and the same in every dominant beat, as the intervals are.
    """

    beats: tuple[MarkedBeat, ...]
    moved: dict[str, float] = field(default_factory=dict)

    def time_of(self, beat: MarkedBeat, name: str) -> float | None:
        """Where a mark stands now, seconds; None when the beat has none."""
        at = beat.marks.get(name)
        return None if at is None else at + (self.moved.get(name, 0.0) if beat.label == "N" else 0.0)

    def move(self, name: str, by: float) -> Marks:
        """The same with a mark `by` seconds later in every dominant beat; marks never change places."""
        moved = {**self.moved, name: round(self.moved.get(name, 0.0) + by, 4)}
        candidate = replace(self, moved=moved)
        order = list(MOVABLE)
        for beat in self.beats:
            if beat.label != "N":
                continue
            times = [at for key in order if (at := candidate.time_of(beat, key)) is not None]
            if any(later - earlier < 0.01 for earlier, later in pairwise(times)):
                return self
        return candidate


def marks_of(measured: Measurements, rate: float) -> Marks:
    """The marks of a measured recording; `rate` is the recording's, Hz."""
    beats = []
    for beat in measured.beats:
        waves = vars(beat.waves)
        found = {name: waves[name] / rate for name in MOVABLE if waves.get(name) is not None}
        beats.append(MarkedBeat(beat.fiducial / rate, LABELS.get(beat.kind, "?"), found))
    return Marks(tuple(beats))


def with_moved_marks(measurements: dict, marks: Marks | None) -> dict:
    """Measurements that follow the marks moved by hand: intervals, and QTc with the same RR.

    Parameters
    ----------
    measurements : dict
        Names and units as in `ecg.measurement.measure`.
    """
    if marks is None or not any(marks.moved.values()):
        return measurements
    changed = dict(measurements)
    for name, start, end in _INTERVALS:
        by = 1000 * (marks.moved.get(end, 0.0) - marks.moved.get(start, 0.0))
        if changed.get(name) is not None:
            changed[name] = changed[name] + by
    qt, rate = changed.get("qt"), changed.get("heart_rate")
    if qt is not None and rate:
        changed |= {f"qtc_{name}": value for name, value in corrected_qt(qt, 60 / rate).items()}
    return changed


def corrected_qt(qt: float, rr: float) -> dict[str, float]:
    """QT (ms) for a rate of 60 at an RR of `rr` seconds: Bazett and Fridericia 1920, Framingham (Sagie
    1992), Hodges 1983."""
    return {
        "bazett": qt / rr**0.5,
        "fridericia": qt / rr ** (1 / 3),
        "framingham": qt + 154 * (1 - rr),
        "hodges": qt + 1.75 * (60 / rr - 60),
    }

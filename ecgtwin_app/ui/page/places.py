"""Where on the trace a measurement was taken from. No widgets.

Intervals are global (Kligfield et al., AHA/ACC/HRS part I, Circulation 2007;115:1306): they are pointed out in
every lead, at every beat of the usual shape. Voltages stand in the leads that their definition names.
"""

from __future__ import annotations

from itertools import pairwise

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.trace import lead_values
from ecgtwin_app.session.marks import Marks
from ecgtwin_app.session.peaks import peaks_of
from ecgtwin_app.ui.page.pointed import Pointed

#: Measurements between two marks of a beat.
_BETWEEN = {
    "p_duration": ("p_onset", "p_offset"),
    "p_axis": ("p_onset", "p_offset"),
    "pr": ("p_onset", "qrs_onset"),
    "qrs": ("qrs_onset", "qrs_offset"),
    "qrs_axis": ("qrs_onset", "qrs_offset"),
    "qrs_peak_to_peak": ("qrs_onset", "qrs_offset"),
    "qt": ("qrs_onset", "t_offset"),
    "qtc_bazett": ("qrs_onset", "t_offset"),
    "qtc_fridericia": ("qrs_onset", "t_offset"),
    "qtc_framingham": ("qrs_onset", "t_offset"),
    "qtc_hodges": ("qrs_onset", "t_offset"),
    "t_axis": ("qrs_offset", "t_offset"),
}
#: Axes are taken from these leads.
_AXIS_LEADS = ("I", "aVF")
#: Measurements from beat to beat.
_OF_BEATS = ("heart_rate", "rr_mean", "rr_range", "rr_cv", "rr_cv_all", "sdnn", "rmssd")
#: Measurements from P to P.
_OF_ATRIA = ("atrial_rate", "p_before_qrs")
#: Sums of voltages: wave and lead.
_SUMS = {
    "sokolow_lyon": (("S", ("V1",)), ("R", ("V5", "V6"))),
    "cornell": (("R", ("aVL",)), ("S", ("V3",))),
}
#: Voltages by lead: the wave's peak, or seconds after the end of QRS.
_WAVES = {"p_amplitude": "P", "q_amplitude": "Q", "r_amplitude": "R", "s_amplitude": "S", "t_amplitude": "T"}
_ST = {"st_j": 0.0, "st_60": 0.06, "st_80": 0.08}


def places_of(
    key: str, recording: Recording, marks: Marks | None, lead: str = "", who: str = REFERENCE, words: str = ""
) -> tuple[Pointed, ...]:
    """What to point out for a measurement; empty where it has no place on the trace.

    Parameters
    ----------
    key : str
        The name in `ecg.measurement.measure`.
    recording : Recording
        The layer's, as it is shown.
    marks : Marks or None
        Its fiducials.
    lead : str
        For a value of one lead.
    who : str
        The layer's name.
    words : str
        What stands beside it.
    """
    if marks is None:
        return ()
    leads = (lead,) if lead else _AXIS_LEADS if key.endswith("_axis") else ()
    found: list[Pointed] = []
    if key in _BETWEEN:
        found = [Pointed(spans=_spans(marks, *_BETWEEN[key]), leads=leads, who=who, words=words)]
    elif key in _OF_BEATS:
        times = [beat.time for beat in marks.beats]
        found = [Pointed(spans=tuple(pairwise(times)), who=who, words=words)]
    elif key in _OF_ATRIA:
        found = [Pointed(spans=_spans(marks, "p_onset", "p_offset"), who=who, words=words)]
    elif key in _SUMS:
        for wave, of_leads in _SUMS[key]:
            found += [_levels(recording, marks, one, wave, who, "") for one in of_leads]
        found = [one for one in found if one]
        if key == "sokolow_lyon":
            found = [*found[:1], *sorted(found[1:], key=_size)[-1:]]
        found = [Pointed((), one.levels, one.leads, who, words) for one in found]
    elif key in _WAVES and lead:
        found = [_levels(recording, marks, lead, _WAVES[key], who, words)]
    elif key in _ST and lead:
        found = [_st(recording, marks, lead, _ST[key], who, words)]
    return tuple(one for one in found if one)


def _spans(marks, start, end):
    """From mark to mark in every usual beat, or in every beat that has both where none is usual."""
    pairs = [
        (beat.label, (marks.time_of(beat, start), marks.time_of(beat, end)))
        for beat in marks.beats
        if None not in (marks.time_of(beat, start), marks.time_of(beat, end))
    ]
    usual = [pair for label, pair in pairs if label == "N"]
    return tuple(usual or [pair for _, pair in pairs])


def _levels(recording, marks, lead, wave, who, words):
    values = lead_values(recording, lead)
    if values is None:
        return Pointed()
    peaks = [
        peak
        for peak in peaks_of(values, recording.rate, marks)
        if peak.name == wave and _usual(marks, peak.beat)
    ]
    return Pointed((), tuple((p.time, p.level, p.value) for p in peaks), (lead,), who, words)


def _st(recording, marks, lead, after, who, words):
    values = lead_values(recording, lead)
    if values is None:
        return Pointed()
    levels = []
    for peak in peaks_of(values, recording.rate, marks):
        index = round((peak.time + after) * recording.rate)
        if peak.name == "J" and _usual(marks, peak.beat) and index < values.size:
            levels.append((peak.time + after, peak.level, float(values[index])))
    return Pointed((), tuple(levels), (lead,), who, words)


def _usual(marks, beat):
    """Whether a beat is one of those that are measured."""
    return marks.beats[beat].label == "N" or all(other.label != "N" for other in marks.beats)


def _size(pointed):
    return sum(abs(value - level) for _, level, value in pointed.levels) / len(pointed.levels)

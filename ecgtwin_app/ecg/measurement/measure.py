"""The measurement matrix: rate, intervals, axes and amplitudes of a recording.

Intervals are global (earliest onset to latest end over all leads) on the median of the dominant
beats, as AHA/ACC/HRS 2007 part I recommends. What cannot be measured is None, never a guess. Of fewer
than twelve leads, what they show is measured; what needs others is None, with the reason.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np

from ecgtwin_app.ecg.delineation.atrial_activity import PTrain, find_p_train
from ecgtwin_app.ecg.delineation.delineate import Beat, Delineation, delineate
from ecgtwin_app.ecg.delineation.flutter import Flutter, find_flutter
from ecgtwin_app.ecg.delineation.plausible_beats import beats_doubt
from ecgtwin_app.ecg.measurement.axis import frontal_axis
from ecgtwin_app.ecg.measurement.p_pattern import p_of
from ecgtwin_app.ecg.measurement.qtc import FORMULAS, corrected
from ecgtwin_app.ecg.measurement.rr import (
    all_intervals,
    coefficient_of_variation,
    rmssd,
    sdnn,
    usual_intervals,
)
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, MODEL_RATE, Recording
from ecgtwin_app.i18n.message import Message, in_a_row

#: So many recordings are remembered with what was measured on them.
REMEMBERED = 8
#: A QRS deflection smaller than this (mV) is not a Q, R or S wave.
SMALLEST_WAVE = 0.03
#: Leads without which a measurement cannot be made.
NEEDS = {
    "p_axis": ("I", "aVF"),
    "qrs_axis": ("I", "aVF"),
    "t_axis": ("I", "aVF"),
    "sokolow_lyon": ("V1", "V5", "V6"),
    "cornell": ("aVL", "V3"),
    "vectorcardiogram": INDEPENDENT_LEADS,
}
#: What follows from where beats are and from their mean shape, and is None where the beats cannot be trusted.
OF_BEATS = (
    "heart_rate",
    "atrial_rate",
    "rr_mean",
    "rr_range",
    "rr_cv",
    "rr_cv_all",
    "sdnn",
    "rmssd",
    *(f"qtc_{name}" for name in FORMULAS),
    *(
        "p_duration",
        "pr",
        "qrs",
        "qt",
        "p_axis",
        "qrs_axis",
        "t_axis",
        "sokolow_lyon",
        "cornell",
        "p_before_qrs",
    ),
)


@dataclass(frozen=True, eq=False)
class Measurements:
    """What was measured on a recording; None for what could not be.

    Attributes
    ----------
    heart_rate : float or None
        Ventricular rate, 1/min, from the mean RR interval of all beats; None, as all of `OF_BEATS`, where the
        beats cannot be told from noise (`ecg.delineation.plausible_beats`).
    atrial_rate : float or None
        1/min, where a P stands before every QRS or nearly so.
    rr_mean, rr_range : float or None
        Seconds; range is longest less shortest. Between neighbouring beats of the dominant shape, so
        that an ectopic beat and its pause do not count; all beats where no such neighbours exist.
    rr_cv : float or None
        Standard deviation of those intervals over their mean.
    rr_cv_all : float or None
        The same over every interval.
    sdnn, rmssd : float or None
        Milliseconds, between normal beats (`ecg.measurement.rr`).
    p_duration, pr, qrs, qt : float or None
        Milliseconds.
    qtc_bazett, qtc_fridericia, qtc_framingham, qtc_hodges : float or None
        Milliseconds, with the mean RR of all beats (`ecg.measurement.qtc`, which also says when not to trust them).
    p_axis, qrs_axis, t_axis : float or None
        Frontal plane, degrees, -180 to 180, from the net areas in I and aVF.
    st_j, st_60, st_80 : dict of str to float
        ST level at the end of the QRS, 60 and 80 ms after, by lead, mV against the level before the QRS.
    p_amplitude : dict of str to float or None
        Signed, by lead, for the leads that are there or follow from them, as all that is given by lead; mV, from the line through both ends of P.
    q_amplitude, r_amplitude, s_amplitude : dict of str to float
        Sizes by lead, mV, all positive, 0 without such a wave; a QS counts as S. R is the tallest R.
    t_amplitude : dict of str to float or None
        Signed, by lead, mV.
    sokolow_lyon, cornell : float or None
        S in V1 plus the larger R of V5 and V6; R in aVL plus S in V3; mV. For S the deepest negative
        wave, whatever comes after it.
    qrs_peak_to_peak : float
        Mean over the leads, mV.
    p_before_qrs : float or None
        Share of the QRS, of whatever kind, that a P precedes, 0 to 1, of those where it can be seen.
    p_consistency : float or None
        How alike the single beats' P are, -1 to 1.
    beats : tuple of Beat
        Each with its kind.
    delineation : Delineation
    reasons : dict of str to str
        Why a measurement is None, by its name, where more can be said than that there is no such wave.
    """

    heart_rate: float | None
    atrial_rate: float | None
    rr_mean: float | None
    rr_range: float | None
    rr_cv: float | None
    rr_cv_all: float | None
    sdnn: float | None
    rmssd: float | None
    p_duration: float | None
    pr: float | None
    qrs: float | None
    qt: float | None
    qtc_bazett: float | None
    qtc_fridericia: float | None
    qtc_framingham: float | None
    qtc_hodges: float | None
    p_axis: float | None
    qrs_axis: float | None
    t_axis: float | None
    st_j: dict[str, float]
    st_60: dict[str, float]
    st_80: dict[str, float]
    p_amplitude: dict[str, float | None]
    q_amplitude: dict[str, float]
    r_amplitude: dict[str, float]
    s_amplitude: dict[str, float]
    t_amplitude: dict[str, float | None]
    sokolow_lyon: float | None
    cornell: float | None
    qrs_peak_to_peak: float
    p_before_qrs: float | None
    p_consistency: float | None
    beats: tuple[Beat, ...]
    delineation: Delineation
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def leads(self) -> tuple[str, ...]:
        """The leads that are there or follow from them."""
        return self.delineation.shapes[0].leads

    @cached_property
    def p_train(self) -> PTrain | None:
        """P waves found without regard to the QRS; looked for when first asked."""
        return find_p_train(self.delineation)

    @cached_property
    def flutter(self) -> Flutter | None:
        """The most regular fast atrial activity; looked for when first asked."""
        return find_flutter(self.delineation)

    def as_dict(self) -> dict:
        """Plain values for files: numbers rounded to what they are worth, beats as time (s) and kind."""
        plain = {}
        for name in (one.name for one in fields(self)):
            if name in ("beats", "delineation", "reasons"):
                continue
            value = getattr(self, name)
            plain[name] = (
                {k: _rounded(v) for k, v in value.items()} if isinstance(value, dict) else _rounded(value)
            )
        plain["leads"] = list(self.leads)
        plain["reasons"] = dict(self.reasons)
        rate = self.delineation.scale * MODEL_RATE
        plain["beats"] = [{"time": round(beat.fiducial / rate, 3), "kind": beat.kind} for beat in self.beats]
        return plain


_recent: OrderedDict[tuple, Measurements] = OrderedDict()
_lock = Lock()


def _rounded(value):
    return None if value is None else float(f"{value:.4g}")


def measure(recording: Recording, remember: bool = True) -> Measurements:
    """Measure a recording; the same samples, asked for again soon, are not measured twice.

    Parameters
    ----------
    remember : bool
        False where the recording will not be asked for again: others need not be forgotten for it.

    Raises
    ------
    EcgError
        When no beat is found.
    """
    if not remember:
        return _measure(recording)
    samples = blake2b(recording.signal.tobytes(), digest_size=16).digest()
    key = samples, recording.rate, recording.leads
    with _lock:
        if key in _recent:
            _recent.move_to_end(key)
            return _recent[key]
    measured = _measure(recording)
    with _lock:
        _recent[key] = measured
        if len(_recent) > REMEMBERED:
            _recent.popitem(last=False)
    return measured


def _measure(recording: Recording) -> Measurements:
    found = delineate(recording)
    shape = found.shapes[0]
    gaps = all_intervals(found.beats, recording.rate)
    mean = float(np.mean(gaps)) if gaps.size else None
    heart_rate = None if mean is None else 60 / mean
    rr = usual_intervals(found.beats, recording.rate)
    reasons = _missing_leads(shape.leads)
    if doubt := beats_doubt(found):
        # Intervals between what may not be beats are no measurements.
        mean, heart_rate, gaps, rr = None, None, gaps[:0], rr[:0]
        reasons = dict.fromkeys(OF_BEATS, doubt) | reasons
    intervals, axes = _intervals(found), _axes(shape)
    if doubt:
        # A mean of what may not be beats has no intervals and no axis either.
        intervals, axes = dict.fromkeys(intervals), dict.fromkeys(axes)
    leads = shape.leads
    amplitudes = [_qrs_amplitudes(shape, row) for row in range(len(leads))]
    q, r, s = (
        {name: amplitude[k] for name, amplitude in zip(leads, amplitudes, strict=True)} for k in range(3)
    )
    seen = [beat.has_p for beat in found.beats if beat.has_p is not None]
    p_share = float(np.mean(seen)) if seen and not doubt else None
    onset, offset = shape.waves.qrs
    qrs = shape.signal[:, onset : offset + 1]
    return Measurements(
        heart_rate=heart_rate,
        atrial_rate=heart_rate if p_share is not None and p_share >= 0.9 else None,
        rr_mean=float(np.mean(rr)) if rr.size else None,
        rr_range=float(np.ptp(rr)) if rr.size else None,
        rr_cv=coefficient_of_variation(rr),
        rr_cv_all=coefficient_of_variation(gaps),
        sdnn=None if doubt else sdnn(found.beats, recording.rate),
        rmssd=None if doubt else rmssd(found.beats, recording.rate),
        **intervals,
        **{f"qtc_{name}": value for name, value in corrected(intervals["qt"], mean).items()},
        **axes,
        st_j=_levels(shape, 0.0),
        st_60=_levels(shape, 0.06),
        st_80=_levels(shape, 0.08),
        p_amplitude={lead: _p_amplitude(shape, lead) for lead in leads},
        q_amplitude=q,
        r_amplitude=r,
        s_amplitude=s,
        t_amplitude=_t_amplitudes(shape),
        sokolow_lyon=None if "sokolow_lyon" in reasons else max(q["V1"], s["V1"]) + max(r["V5"], r["V6"]),
        cornell=None if "cornell" in reasons else r["aVL"] + max(q["V3"], s["V3"]),
        qrs_peak_to_peak=float(np.mean(np.ptp(qrs, axis=1))),
        p_before_qrs=p_share,
        p_consistency=found.representative.p.consistency,
        beats=found.beats,
        delineation=found,
        reasons=reasons,
    )


def needing(leads: Collection[str]) -> Message:
    """The reason of what cannot be measured without these leads: "needs I and aVF".

    Its value `wanted` lists the leads that are named one by one.
    """
    wanted = " ".join(leads)
    if tuple(leads) == INDEPENDENT_LEADS:
        return Message("needs I, II and V1 to V6", wanted=wanted)
    if len(leads) > 6:
        return Message("needs twelve leads", wanted="")
    return Message("needs {leads}", leads=in_a_row(tuple(leads)), wanted=wanted)


def _missing_leads(leads):
    """Why each measurement that needs a missing lead is None."""
    return {name: needing(wanted) for name, wanted in NEEDS.items() if not set(wanted) <= set(leads)}


def _intervals(found) -> dict[str, Any]:
    waves = found.shapes[0].waves

    def ms(start, end):
        return None if start is None or end is None else float((end - start) * 1000 / MODEL_RATE)

    return {
        "p_duration": ms(waves.p_onset, waves.p_offset),
        "pr": ms(waves.p_onset, waves.qrs_onset),
        "qrs": ms(waves.qrs_onset, waves.qrs_offset),
        "qt": ms(waves.qrs_onset, waves.t_offset),
    }


def _axes(shape) -> dict[str, Any]:
    waves = shape.waves
    spans = {
        "p_axis": (waves.p_onset, waves.p_offset),
        "qrs_axis": (waves.qrs_onset, waves.qrs_offset),
        "t_axis": (
            None if waves.t_offset is None else waves.qrs_offset + int(0.06 * MODEL_RATE),
            waves.t_offset,
        ),
    }
    if not {"I", "aVF"} <= set(shape.leads):
        return dict.fromkeys(spans)
    return {name: _axis(shape, *span) for name, span in spans.items()}


def _axis(shape, start, stop):
    """Direction of the net area in the frontal plane, degrees."""
    if start is None or stop is None or stop - start < 3:
        return None
    one, foot = (shape.lead(name)[start:stop] for name in ("I", "aVF"))
    if max(np.ptp(one), np.ptp(foot)) < SMALLEST_WAVE:
        return None
    return float(frontal_axis(one.sum(), foot.sum()))


def _levels(shape, after):
    """Level in each lead some seconds after the end of the QRS."""
    at = min(shape.waves.qrs_offset + round(after * MODEL_RATE), shape.signal.shape[1] - 1)
    # A mean of 6 ms, so that mains hum is not read as ST elevation.
    return {
        name: float(np.mean(lead[max(0, at - 1) : at + 2]))
        for name, lead in zip(shape.leads, shape.signal, strict=True)
    }


def _qrs_amplitudes(shape, row):
    """Sizes of Q, R and S in one lead."""
    lead = shape.signal[row, shape.waves.qrs_onset : shape.waves.qrs_offset + 1]
    top = int(np.argmax(lead))
    height = max(0.0, float(lead[top]))
    if height < SMALLEST_WAVE:
        return 0.0, 0.0, max(0.0, float(-lead.min()))
    q, s = max(0.0, float(-lead[: top + 1].min())), max(0.0, float(-lead[top:].min()))
    # An R' taller than the first R leaves the S between them: count that as S, not as Q.
    first_r = lead[: max(1, int(np.argmin(lead[: top + 1])))].max() if q > SMALLEST_WAVE else 0.0
    if first_r >= SMALLEST_WAVE:
        return 0.0, height, max(q, s)
    return q if q >= SMALLEST_WAVE else 0.0, height, s if s >= SMALLEST_WAVE else 0.0


def _p_amplitude(shape, lead):
    p = p_of(shape, lead)
    return None if p is None else float(p[np.argmax(np.abs(p))])


def _t_amplitudes(shape):
    waves = shape.waves
    if waves.t_offset is None:
        return dict.fromkeys(shape.leads)
    start = max(waves.qrs_offset + int(0.06 * MODEL_RATE), waves.t_peak - int(0.08 * MODEL_RATE))
    stop = min(waves.t_offset, waves.t_peak + int(0.08 * MODEL_RATE))
    if stop - start < 3:
        return dict.fromkeys(shape.leads)
    t = shape.signal[:, start:stop]
    largest = t[np.arange(len(t)), np.argmax(np.abs(t), axis=1)]
    return {name: float(value) for name, value in zip(shape.leads, largest, strict=True)}

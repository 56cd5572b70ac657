"""Everything that is measured on a recording, as plain values for a file, a table or another program."""

from __future__ import annotations

from ecgtwin_app.ecg.measurement.doubts import doubts
from ecgtwin_app.ecg.measurement.lead_reversal import reversal_hint
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.on_filled import resting_on_filled
from ecgtwin_app.ecg.measurement.qtc import FORMULAS, qtc_doubts
from ecgtwin_app.ecg.measurement.quality import quality_of
from ecgtwin_app.ecg.measurement.vcg import LOOP_MEASURES, heart_vector, loop_measures
from ecgtwin_app.ecg.signal.leads import basis, derivable, with_limb_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, MODEL_RATE, Recording


def measurement_matrix(recording: Recording, measurements: Measurements) -> dict:
    """All measurements of a recording, with the doubts about them.

    Parameters
    ----------
    recording : Recording
    measurements : Measurements
        Of this recording.

    Returns
    -------
    dict
        `Measurements.as_dict`, and: ``quality``, the verdict and the leads that can be used (`ecg.measurement.quality`);
        ``doubts``, what to mind in sentences (`ecg.measurement.doubts`); ``qtc_doubts``, formula to reasons (`ecg.measurement.qtc`); ``vectorcardiogram``, derived
        (`ecg.measurement.vcg`), None without I, II and V1 to V6; ``pacing_spikes``, seconds; ``lead_quality``, lead to notes, and ``noise``, lead to mV
        (`ecg.measurement.quality`); ``lead_reversal``, a hint in words or "" (`ecg.measurement.lead_reversal`); of a recording of which some was
        filled in ``on_filled`` and ``filled_leads`` (`ecg.measurement.on_filled`).
    """
    found, shape = measurements.delineation, measurements.delineation.shapes[0]
    quality = quality_of(recording, measurements)
    reversal = lead_reversal(recording, measurements)
    rate = found.scale * MODEL_RATE
    values = measurements.as_dict()
    values |= resting_on_filled(recording, [beat.fiducial / rate for beat in measurements.beats])
    return values | {
        "qtc_doubts": {
            formula: list(
                qtc_doubts(formula, measurements.heart_rate, measurements.qrs, measurements.rr_cv_all)
            )
            for formula in FORMULAS
        },
        "vectorcardiogram": {name: _rounded(value) for name, value in _loops(shape).items()},
        "pacing_spikes": [round(float(at) / MODEL_RATE, 3) for at in found.spikes],
        "quality": {"verdict": quality.verdict, "usable_leads": list(quality.usable)},
        "lead_quality": {state.lead: list(state.notes) for state in quality.leads},
        "noise": {state.lead: _rounded(state.noise) for state in quality.leads},
        "lead_reversal": reversal,
        "doubts": doubts(values, quality, reversal),
    }


def lead_reversal(recording: Recording, measurements: Measurements) -> str:
    """Which electrodes look exchanged, in words; "" where none do, or leads are missing that would tell."""
    if measurements.leads != LEADS:
        return ""
    shape = measurements.delineation.shapes[0]
    waves, areas = shape.waves, {}
    if measurements.p_axis is not None:
        p = shape.signal[:, waves.p_onset : waves.p_offset]
        areas = {lead: float(p[LEADS.index(lead)].sum()) for lead in ("I", "II")}
    return reversal_hint(basis(recording)[1].astype(float), recording.rate, areas)


def median_beat_matrix(measurements: Measurements) -> dict:
    """The representative beat and its vectorcardiogram, mV at 500 Hz, with the marks in samples.

    Without I, II and V1 to V6 there is no vectorcardiogram.
    """
    beat = measurements.delineation.representative
    leads = dict(zip(derivable(beat.leads), with_limb_leads(beat.signal, beat.leads), strict=True))
    if beat.leads == INDEPENDENT_LEADS:
        leads |= dict(zip("xyz", heart_vector(beat.signal), strict=True))
    marks = (
        "p_onset",
        "p_peak",
        "p_offset",
        "qrs_onset",
        "fiducial",
        "qrs_offset",
        "t_peak",
        "t_offset",
    )
    return {
        "rate": MODEL_RATE,
        "beats_used": beat.beats_used,
        "beats_total": beat.beats_total,
        "marks": {name: None if getattr(beat, name) is None else int(getattr(beat, name)) for name in marks},
        "leads": {name: [round(float(value), 4) for value in values] for name, values in leads.items()},
    }


def _loops(shape):
    if shape.leads == LEADS:
        return loop_measures(shape.signal, shape.waves)
    return dict.fromkeys(LOOP_MEASURES)


def _rounded(value):
    return None if value is None else float(f"{value:.4g}")

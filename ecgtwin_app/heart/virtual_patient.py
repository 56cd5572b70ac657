"""A virtual patient: one heart, performed under any condition, with the truth known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgtwin_app.conditions.together import changed_parts, check_combination
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.pacing import LATENCY_RANGE, SPIKE_SIZE, pacing_spikes, spike_direction
from ecgtwin_app.ecg.beat.rendering import render_flutter_waves
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate, qt_intervals
from ecgtwin_app.ecg.delineation.beats import clean
from ecgtwin_app.ecg.delineation.own_beats import beats_of
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat, median_of, stack_beats
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, EcgError, Patient, Recording
from ecgtwin_app.heart.carried import carried
from ecgtwin_app.heart.morphologies import MORPHOLOGIES, Traits
from ecgtwin_app.heart.performance import perform
from ecgtwin_app.heart.physics.fitted_beats import breath_of
from ecgtwin_app.heart.physics.recorder import Recorder, drawn_recorder, recorder_of
from ecgtwin_app.heart.physics.residual import Residual, residual_of
from ecgtwin_app.heart.physics.vector import LeadField, fit_lead_field
from ecgtwin_app.heart.rhythm.atrial_waves import (
    fibrillation_waves,
    flutter_wave,
    flutter_waves,
    with_flutter_waves,
)
from ecgtwin_app.heart.rhythm.processes import check_score, write_score
from ecgtwin_app.heart.rhythm.severity import rhythm_severity

#: Largest noise (mV, standard deviation) that a patient's own recording may lend.
LARGEST_OWN_NOISE = 0.12
#: A reference must look like a normal sinus beat: limits in seconds.
WIDEST_QRS = 0.124
PR_LIMITS = (0.08, 0.36)
QT_LIMITS = (0.26, 0.56)


@dataclass(frozen=True, eq=False)
class VirtualPatient:
    """A heart taken from a sinus recording.

    Attributes
    ----------
    template : BeatTemplate
    lead_field : LeadField
    residual : Residual
        What the recording holds besides its beats.
    recorder : Recorder
        The device that made it; one that is drawn for it, of a generated recording.
    traits : Traits
    """

    template: BeatTemplate
    lead_field: LeadField
    residual: Residual
    recorder: Recorder
    traits: Traits

    @classmethod
    def from_recording(cls, recording: Recording) -> VirtualPatient:
        """Take the heart out of a recording.

        Parameters
        ----------
        recording : Recording
            Twelve leads, 500 Hz, about ten seconds of sinus rhythm with a narrow QRS.

        Raises
        ------
        EcgError
            When there is no usable sinus beat, with the reason.
        """
        if recording.rate != MODEL_RATE:
            raise EcgError(
                "A virtual patient needs {rate:g} Hz; resample the recording first.", rate=MODEL_RATE
            )
        stack = stack_beats(recording)
        own = beats_of(stack, _usable(median_of(stack)))
        template = own.median
        if recording.synthetic:
            recorder = drawn_recorder(np.random.default_rng(int(recording.digest()[:8], 16)))
        else:
            recorder = recorder_of(clean(independent_leads(recording.signal)))
        return cls(
            template=template,
            lead_field=fit_lead_field(template.qrs, template.t),
            residual=residual_of(recording, own).no_louder_than(LARGEST_OWN_NOISE),
            recorder=recorder,
            traits=Traits(recording.patient.age, recording.patient.sex),
        )


@dataclass(frozen=True, eq=False)
class VirtualEcg:
    """A performance whose truth is known.

    Attributes
    ----------
    signal : ndarray, shape (8, 5000), float32
        I, II, V1 to V6, mV, 500 Hz.
    spikes : ndarray, shape (8, 5000), float32
        The pacing spikes that are part of the signal, mV; zeros without a pacemaker.
    score, counterpart : RhythmScore
        What was performed, and what would have been without the rhythm condition.
    marks : dict of str to ndarray, shape (n, 3)
        "P", "QRS" and "T": onset, peak and offset in samples (fractions allowed, parts of it may lie
        outside the strip), in order of time.
    beat_types : tuple of str
        Origin of each QRS.
    conditions : tuple of str
    parameters : dict
        What each condition drew; "severity" is how marked it is, from 0 to 1.
    template : BeatTemplate
        The dominant beat as changed.
    beats : ndarray, shape (8, 5000), float32
        The beats and flutter waves alone: without fibrillation, breathing, noise and spikes, mV.
    """

    signal: np.ndarray
    spikes: np.ndarray
    score: RhythmScore
    counterpart: RhythmScore
    marks: dict[str, np.ndarray]
    beat_types: tuple[str, ...]
    conditions: tuple[str, ...]
    parameters: dict = field(default_factory=dict)
    template: BeatTemplate | None = None
    beats: np.ndarray | None = None

    def recording(self, patient: Patient | None = None) -> Recording:
        """The twelve leads as a synthetic recording."""
        who = patient or Patient()
        return Recording(twelve_leads(self.signal), MODEL_RATE, patient=who, source="ECGTwin", synthetic=True)


def simulate(
    patient: VirtualPatient,
    conditions: Sequence[str],
    rate: float,
    rng: np.random.Generator,
    score: RhythmScore | None = None,
    noise: bool = True,
) -> VirtualEcg:
    """Perform a patient's heart under conditions.

    Parameters
    ----------
    patient : VirtualPatient
    conditions : sequence of str
        Names from the vocabulary: rhythms and shapes that go together.
    rate : float
        Mean ventricular rate, 1/min.
    rng : numpy.random.Generator
        The same state gives the same ECG.
    score : RhythmScore, optional
        A score of one's own instead of a written one.
    noise : bool
        False leaves out noise, wander and breathing.

    Raises
    ------
    EcgError
        For an unknown condition, conditions that exclude each other, or a score that no heart can
        perform.
    """
    check_combination(conditions)
    rhythm_rng, beat_rng, ectopy_rng, noise_rng = rng.spawn(4)
    if score is not None:
        counterpart = check_score(score)
    else:
        score, counterpart = write_score(
            conditions, rate, rhythm_rng, patient.template, age=patient.traits.age
        )
    template, parameters = transform(patient, conditions, beat_rng)
    signal, marks, drawn = perform(template, patient.lead_field, score, ectopy_rng, patient.traits)
    beats = signal.copy()
    parameters |= _rhythm_parameters(conditions, score, drawn)
    score = _add_atrial_waves(score, signal, beats, rhythm_rng)
    if noise:
        signal = _recorded(patient, signal, template, score, changed_parts(conditions), noise_rng)
    spikes = _spikes(score, ectopy_rng)
    types = tuple(e.origin for e in score.events if e.chamber == "QRS")
    return VirtualEcg(
        signal + spikes,
        spikes,
        score,
        counterpart,
        marks,
        types,
        tuple(conditions),
        parameters,
        template,
        beats,
    )


def _add_atrial_waves(score, signal, beats, rng):
    """Add fibrillation or flutter waves to the signal in place, flutter waves to the beats too; the score with them."""
    if score.atrial == "fibrillation":
        signal += fibrillation_waves(rng)
    elif score.atrial == "flutter":
        score = score if score.times("P", "flutter") else with_flutter_waves(score, rng)
        turn = flutter_wave(rng)
        beats += render_flutter_waves(score, turn)
        signal += flutter_waves(score, turn, rng)
    return score


def _recorded(patient, signal, template, score, changed, rng):
    """The signal as it breathes, amid what surrounds the patient's beats, by the patient's device."""
    residual = patient.residual
    order = residual.order(score, rng)
    beats = [residual.beats[k] for k in order]
    signal = signal * breath_of(residual.median, beats, score, signal.shape[1])
    signal += residual.along(score, rng, order, qt_intervals(template, score), changed)
    return patient.recorder.record(signal, rng)


def transform(
    patient: VirtualPatient, conditions: Sequence[str], rng: np.random.Generator
) -> tuple[BeatTemplate, dict]:
    """The patient's beat under the conditions that change its shape, and what they drew."""
    template, parameters = patient.template, {}
    for name, change in MORPHOLOGIES.items():
        if name in conditions:
            template, parameters[name] = change(template, patient.lead_field, rng, patient.traits)
    return template, parameters


def transform_beats(
    patient: VirtualPatient,
    beats: Sequence[BeatTemplate],
    conditions: Sequence[str],
    rng: np.random.Generator,
) -> tuple[BeatTemplate, list[BeatTemplate], dict]:
    """The patient's beat and single beats of the same heart under the conditions, all changed alike.

    What `transform` draws and decides is drawn and decided once; each beat keeps its deviation from the median.
    """
    template, parameters = transform(patient, conditions, rng)
    return template, carried(patient.template, template, beats), parameters


def _rhythm_parameters(conditions, score, drawn):
    """Severity of the rhythms asked for, and the ventricular beats drawn for them."""
    severity = rhythm_severity(score)
    found = {name: {"severity": severity[name]} for name in conditions if name in severity}
    for condition in find_conditions(conditions):
        if condition.own_beats and drawn[condition.own_beats]:
            found.setdefault(condition.name, {})["beats"] = drawn[condition.own_beats]
    return found


def _spikes(score, rng):
    direction, size = spike_direction(rng), np.exp(rng.uniform(*np.log(SPIKE_SIZE)))
    return pacing_spikes(score, direction, float(size), rng.uniform(*LATENCY_RANGE))


def _usable(beat: RepresentativeBeat) -> RepresentativeBeat:
    if beat.p_onset is None:
        raise EcgError("This recording shows no P wave; take one in sinus rhythm.")
    if beat.qrs_onset is None or beat.qrs_offset is None or beat.t_offset is None:
        raise EcgError("QRS or T cannot be measured in this recording; take a cleaner one.")
    pr = (beat.qrs_onset - beat.p_onset) / MODEL_RATE
    qrs = (beat.qrs_offset - beat.qrs_onset) / MODEL_RATE
    qt = (beat.t_offset - beat.qrs_onset) / MODEL_RATE
    if not PR_LIMITS[0] <= pr <= PR_LIMITS[1]:
        raise EcgError("A PR of {pr:.0f} ms is no usable sinus beat; take another recording.", pr=1000 * pr)
    if not 0.05 <= qrs <= WIDEST_QRS:
        raise EcgError(
            "A QRS of {qrs:.0f} ms is no normal conduction; take another recording.", qrs=1000 * qrs
        )
    if not QT_LIMITS[0] <= qt <= QT_LIMITS[1] or qt - qrs < 0.14:
        raise EcgError("A QT of {qt:.0f} ms cannot be right; take a cleaner recording.", qt=1000 * qt)
    if beat.beats_used < 3:
        raise EcgError("Fewer than three beats are alike in this recording; take a longer or cleaner one.")
    return beat

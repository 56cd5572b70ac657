"""A patient made ready for the networks: the strip, its own beats, and what is personal in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate, qt_factor
from ecgtwin_app.ecg.delineation.beats import clean
from ecgtwin_app.ecg.delineation.own_beats import OwnBeats, beats_of, own_beats
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat, median_of, stack_beats
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.generators.base import PreparedPatient
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN, nothing_known, statement_states
from ecgtwin_app.generators.ecgtwin.reference import BLURRED, Reference
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.heart.physics.fitted_beats import fitted_beats
from ecgtwin_app.heart.physics.recorder import Recorder, recorder_of
from ecgtwin_app.heart.physics.residual import Residual, residual_of
from ecgtwin_app.heart.rhythm.atrial_waves import with_sinus_p
from ecgtwin_app.heart.shape.set_points import brought_to

#: Beats of the patient that the networks read: the median one and so many others.
SINGLES = 3
#: Cycle (s) at which beats of all rates are compared.
USUAL_CYCLE = 0.85
#: A T that runs into the next beat is cut so long (s) before its QRS, and is none when less of it is left.
T_TO_QRS, SHORTEST_T = 0.04, 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class EcgTwinPatient(PreparedPatient):
    """A reference made ready for the networks.

    Attributes
    ----------
    recording : Recording
    measured : Measurements
    rate : float
        Ventricular rate, 1/min, as it is measured and shown.
    base : ndarray, shape (width,)
    own : OwnBeats
        Of the reference.
    template : BeatTemplate
        The median beat, with a P wave of its own or, where the recording shows none, one that stands for it.
    reference : Reference
        A batch of one, nothing said of its condition.
    """

    recording: Recording
    measured: Measurements
    rate: float
    base: np.ndarray
    own: OwnBeats
    template: BeatTemplate
    reference: Reference

    @cached_property
    def residual(self) -> Residual:
        """What the reference holds beyond its beats."""
        return residual_of(self.recording, self.own)

    @cached_property
    def still_residual(self) -> Residual:
        """The same without the waves of atria that fibrillate or flutter."""
        return residual_of(self.recording, self.own, fibrillating=True)

    @cached_property
    def recorder(self) -> Recorder:
        """The device that made the reference."""
        return recorder_of(clean(independent_leads(self.recording.signal)))


def prepare(model: WaveDrawer, recordings: Sequence[Recording]) -> EcgTwinPatient:
    """Cut, measure and encode a patient's recordings.

    Parameters
    ----------
    recordings : sequence of Recording
        The reference, whose rhythm and beats are the patient's; and others, whose beats tell the networks more of what
        is personal, so that it depends less on one recording's noise and electrodes.

    Raises
    ------
    EcgError
        When a recording is too short or has no beats, or one of the others was generated.
    """
    reference, *others = recordings
    if any(other.synthetic for other in others):
        raise EcgError("A generated recording tells nothing more of the patient; add recorded ones only.")
    strip = ten_seconds(reference)
    measured = measure(strip)
    found = measured.delineation
    beat = found.representative
    own = beats_of(found.stack, beat)
    further = [own_beats(ten_seconds(other)).median for other in others]
    read = reference_of(model, own, further)
    digests = tuple(recording.digest() for recording in recordings)
    template = own.median
    if not template.has_p:
        template = with_sinus_p(template, np.random.default_rng(int(digests[0][:8], 16)))
    return EcgTwinPatient(
        recording=strip,
        digests=digests,
        measured=measured,
        rate=60.0 / beat.rr if measured.heart_rate is None else measured.heart_rate,
        base=base_of(model, [own.median, *further]),
        own=own,
        template=template,
        reference=read,
    )


def reference_of(model: WaveDrawer, own: OwnBeats, further: Sequence[BeatTemplate] = ()) -> Reference:
    """A batch of one: the median beat, and single ones without their noise, as the networks learned them.

    Where there are median beats of `further` recordings, the single ones stand around what all medians have in common.
    """
    rows = np.linspace(0, len(own.single) - 1, SINGLES + 2).round().astype(int)[1:-1]
    singles = fitted_beats(own.median, [own.single[row] for row in rows])
    median, *vectors = (model.codec.vector(beat) for beat in (own.median, *singles))
    alike = [model.codec.vector(beat) for beat in further if beat.has_p == own.median.has_p]
    common = np.stack([median, *alike]).mean(axis=0)
    beats = [median, *(vector - median + common for vector in vectors)]
    return Reference(
        np.concatenate(beats)[None],
        np.array([own.median.has_p]),
        np.zeros((1, len(BLURRED)), np.float32),
        nothing_known(1, len(model.config.statements)),
        np.ones(1, bool),
    )


def base_of(model: WaveDrawer, medians: Sequence[BeatTemplate]) -> np.ndarray:
    """Unit-length base vector (width,) of the median beats of a patient's recordings, at one cycle length.

    Neither how single beats differ from one another nor how long T is at another rate tells a patient: twins of a patient's
    own beats, in another order and at another rate, have to be found among those of other patients.
    """
    alike = [beat for beat in medians if beat.has_p == medians[0].has_p]
    vector = np.stack([model.codec.vector(_at_usual_cycle(beat)) for beat in alike]).mean(axis=0)
    reference = Reference(
        np.repeat(vector.reshape(1, 1, -1), 1 + SINGLES, axis=1),
        np.array([medians[0].has_p]),
        np.zeros((1, len(BLURRED)), np.float32),
        nothing_known(1, len(model.config.statements)),
        np.ones(1, bool),
    )
    return model.identity(reference)[1][0]


def _at_usual_cycle(beat: BeatTemplate) -> BeatTemplate:
    return brought_to(beat, None, beat.qt * float(qt_factor(USUAL_CYCLE) / qt_factor(beat.rr)), None)


def base_vector(model: WaveDrawer, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
    """Unit-length base vector (width,) of a recording, its condition unknown."""
    if measured is None:
        stack = stack_beats(ten_seconds(recording))
        beat = median_of(stack)
    else:
        stack, beat = measured.delineation.stack, measured.delineation.representative
    return base_of(model, [beats_of(stack, _with_t(beat)).median])


def _with_t(beat: RepresentativeBeat) -> RepresentativeBeat:
    """The beat with a T that ends where the next beat begins, where at a fast rate no end of its own is seen."""
    if beat.qrs_onset is None or beat.qrs_offset is None or beat.t_offset is not None:
        return beat
    end = min(beat.qrs_onset + int((beat.rr - T_TO_QRS) * MODEL_RATE), beat.signal.shape[1] - 1)
    return replace(beat, t_offset=end) if end > beat.qrs_offset + SHORTEST_T * MODEL_RATE else beat


def told(reference: Reference, statements: tuple[str, ...], shows: tuple[str, ...]) -> Reference:
    """The reference with what it shows; of all else nothing is said, for nobody has ruled it out."""
    if not shows:
        return reference
    states = statement_states(statements, shows)
    kept = np.where(states == PRESENT, PRESENT, UNKNOWN).astype(np.int64)[None]
    return replace(reference, condition=replace(reference.condition, statements=kept))

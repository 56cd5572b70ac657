"""A patient made ready for the networks: strip, beat, template and identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ecgtwin_app.ecg.beat.template import BeatTemplate, split_beat
from ecgtwin_app.ecg.delineation.representative_beat import RepresentativeBeat, representative_beat
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.generators.base import PreparedPatient
from ecgtwin_app.generators.ecgtwin.conditioning import (
    nothing_known,
)
from ecgtwin_app.generators.ecgtwin.extractor import base_vector, beat_input
from ecgtwin_app.generators.ecgtwin.weights import TwinModel
from ecgtwin_app.heart.rhythm.atrial_waves import with_sinus_p


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
    template : BeatTemplate
        With a P wave of its own or, where the recording shows none, one drawn for it.
    identity : Tensor, shape (1, queries, width)
    """

    recording: Recording
    measured: Measurements
    rate: float
    base: np.ndarray
    template: BeatTemplate
    identity: torch.Tensor


def prepare(model: TwinModel, recordings: Sequence[Recording], device: str) -> EcgTwinPatient:
    """Cut, measure and encode a patient's recordings.

    Parameters
    ----------
    recordings : sequence of Recording
        The reference, whose rhythm and beat are the patient's; and others: what is personal is pooled over all of
        them, so that it depends less on one recording's noise and electrodes.

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
    beat = measured.delineation.representative
    identity, base = identity_of(model, strip, device, beat)
    if others:
        every = [identity, *(identity_of(model, ten_seconds(other), device)[0] for other in others)]
        identity = torch.cat(every).mean(dim=0, keepdim=True)
        base = base_vector(identity)[0].cpu().numpy()
    digests = tuple(recording.digest() for recording in recordings)
    template = split_beat(beat)
    if not template.has_p:
        template = with_sinus_p(template, np.random.default_rng(int(digests[0][:8], 16)))
    return EcgTwinPatient(
        recording=strip,
        digests=digests,
        measured=measured,
        rate=60.0 / beat.rr if measured.heart_rate is None else measured.heart_rate,
        base=base,
        template=template,
        identity=identity,
    )


@torch.no_grad()
def identity_of(
    model: TwinModel, strip: Recording, device: str, beat: RepresentativeBeat | None = None
) -> tuple[torch.Tensor, np.ndarray]:
    """Identity tokens (1, queries, width) and base vector (width,) of ten seconds, their condition unknown.

    `beat` is the strip's representative beat when it is known already.
    """
    signal = torch.from_numpy(independent_leads(strip.signal))[None].to(device)
    window = torch.from_numpy(beat_input(beat or representative_beat(strip)))[None].to(device)
    nothing = nothing_known(1, len(model.config.statements), device)
    identity = model.extractor(model.autoencoder.encode(signal), window, nothing)
    return identity, base_vector(identity)[0].cpu().numpy()

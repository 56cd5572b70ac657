"""One plan made ready: what the strip model is given, and what is added to the strip it performs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ecgtwin_app.ecg.beat.pacing import pacing_spikes, spike_direction
from ecgtwin_app.ecg.beat.rendering import render_score
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import MODEL_SAMPLES
from ecgtwin_app.generators.base import Beats
from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.condition_input import condition_of
from ecgtwin_app.generators.ecgtwin.correct_beats import correct_beats
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan
from ecgtwin_app.generators.ecgtwin.score_tracks import score_features
from ecgtwin_app.generators.ecgtwin.shapes import Shapes
from ecgtwin_app.generators.ecgtwin.weights import TwinModel
from ecgtwin_app.heart.physics.noise import beside_the_heart, same_spectrum

#: What this generator listens to of `Settings.dials`.
DIALS = frozenset({"strength", "identity", "noise"})
#: Height (mV) of the pacing spikes of a twin: between those of bipolar and of unipolar leads.
USUAL_SPIKE = (0.5, 1.5)


@dataclass(frozen=True, eq=False)
class SamplingInputs:
    """All that one draw depends on, but the noise.

    Attributes
    ----------
    context : Context
        What the strip model reads.
    added : ndarray, shape (12, samples), float32
        Millivolts added to the decoded strip: what no latent of 80 ms tokens holds. These are the edges of
        pacing spikes, and the finest detail of the rendered beats, without which the tip of an R was 1 to 4 %
        too low in every twin.
    rendered : ndarray, shape (8, samples), float32
        The beats along the score, millivolts.
    score : RhythmScore or None
        Of the beats towards which the strip is corrected; None when there are none or the identity is turned down,
        so that another heart's beats are wanted.
    beats : dict of str to Beats
        How the beats of each condition were made.
    """

    context: Context
    added: np.ndarray
    rendered: np.ndarray
    score: RhythmScore | None
    beats: dict[str, Beats]

    def finished(self, decoded: np.ndarray) -> np.ndarray:
        """The twelve leads (12, samples), float32 mV, of a decoded strip (8, samples)."""
        if self.score is not None:
            decoded = correct_beats(decoded, self.rendered, self.score)
        return twelve_leads(decoded) + self.added


@torch.no_grad()
def sampling_inputs(model: TwinModel, plan: EcgTwinPlan, device: str) -> SamplingInputs:
    """Draw the beats of a plan and render them along its score."""
    rendered = np.zeros((8, MODEL_SAMPLES), np.float32)
    shapes = Shapes(model, plan, device)
    if plan.score is not None:
        rendered = render_score(plan.score, shapes)
    signal = torch.from_numpy(rendered)[None].to(device)
    latent = model.autoencoder.encode(signal)
    detail = (signal - model.autoencoder.decode(latent))[0].cpu().numpy()
    context = Context(
        condition_of(model.config.statements, plan, device),
        plan.patient.identity,
        torch.ones(1, dtype=torch.bool, device=device),
        latent,
        torch.from_numpy(score_features(plan.score))[None].to(device),
    )
    settings = plan.task.settings
    own_beats = rendered.any() and settings.dials.get("identity", 1.0) >= 1
    added = twelve_leads(detail) + _spikes(plan, settings.seed)
    if share := settings.dials.get("noise", 0.0):
        added = added + twelve_leads(np.float32(share) * _own_noise(plan))
    return SamplingInputs(context, added, rendered, plan.score if own_beats else None, shapes.made_for())


def _own_noise(plan: EcgTwinPlan) -> np.ndarray:
    """The reference's wander and noise (8, samples), mV, made anew for each draw."""
    found = plan.patient.measured.delineation
    signal = independent_leads(plan.patient.recording.signal)
    own = beside_the_heart(signal, np.array([beat.fiducial for beat in found.beats]), found.spikes)
    return same_spectrum(np.fft.rfft(own, axis=1), np.random.default_rng([plan.seed, 3]), MODEL_SAMPLES)


def _spikes(plan: EcgTwinPlan, seed: int) -> np.ndarray:
    """Pacing spikes (12, samples) of the plan's score; all draws of a task show the same pacemaker."""
    if plan.score is None:
        return np.zeros((12, MODEL_SAMPLES), np.float32)
    rng = np.random.default_rng([seed, 2])
    return twelve_leads(pacing_spikes(plan.score, spike_direction(rng), float(rng.uniform(*USUAL_SPIKE))))

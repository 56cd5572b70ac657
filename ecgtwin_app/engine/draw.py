"""One draw made ready: what the strip model is given, and what is added to the strip it performs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ecgtwin_app.ecg.beat.pacing import pacing_spikes, spike_direction
from ecgtwin_app.ecg.beat.rendering import render_score
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import MODEL_SAMPLES
from ecgtwin_app.engine.holding import held_to
from ecgtwin_app.engine.plan import Plan
from ecgtwin_app.engine.reference import PreparedReference, condition_of
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.shapes import Shapes
from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.score_tracks import score_features
from ecgtwin_app.generators.ecgtwin.weights import TwinModel

#: Height (mV) of the pacing spikes of a twin: between those of bipolar and of unipolar leads.
USUAL_SPIKE = (0.5, 1.5)


@dataclass(frozen=True, eq=False)
class Draw:
    """All that one draw depends on, but the noise.

    Attributes
    ----------
    context : Context
        What the strip model reads.
    added : ndarray, shape (12, samples), float32
        Millivolts added to the decoded strip: what no latent of 80 ms tokens holds. These are the edges of
        pacing spikes, and the finest detail of the laid beats, without which the tip of an R was 1 to 4 %
        too low in every twin.
    laid : ndarray, shape (8, samples), float32
        The beats laid along the score, millivolts.
    score : RhythmScore or None
        What the strip is held to; None when nothing is laid or the identity is turned down, so that another
        heart's beats are wanted.
    """

    context: Context
    added: np.ndarray
    laid: np.ndarray
    score: RhythmScore | None

    def finished(self, decoded: np.ndarray) -> np.ndarray:
        """The twelve leads (12, samples), float32 mV, of a decoded strip (8, samples)."""
        if self.score is not None:
            decoded = held_to(decoded, self.laid, self.score)
        return twelve_leads(decoded) + self.added


@torch.no_grad()
def prepare_draw(
    model: TwinModel, reference: PreparedReference, plan: Plan, request: TwinRequest, seed: int, device: str
) -> Draw:
    """Draw the beats of a plan and lay them along its score."""
    shapes = Shapes(model, reference, plan, seed, request.strength, device)
    laid = np.zeros((8, MODEL_SAMPLES), np.float32)
    if plan.score is not None:
        laid = render_score(plan.score, shapes)
    signal = torch.from_numpy(laid)[None].to(device)
    latent = model.autoencoder.encode(signal)
    detail = (signal - model.autoencoder.decode(latent))[0].cpu().numpy()
    context = Context(
        condition_of(model.config.statements, plan, device),
        reference.identity,
        torch.ones(1, dtype=torch.bool, device=device),
        latent,
        torch.from_numpy(score_features(plan.score))[None].to(device),
    )
    score = plan.score if laid.any() and request.identity >= 1 else None
    return Draw(context, twelve_leads(detail) + _spikes(plan, request.seed), laid, score)


def _spikes(plan: Plan, seed: int) -> np.ndarray:
    """Pacing spikes (12, samples) of the plan's score; all twins of a request show the same pacemaker."""
    if plan.score is None:
        return np.zeros((12, MODEL_SAMPLES), np.float32)
    rng = np.random.default_rng([seed, 2])
    return twelve_leads(pacing_spikes(plan.score, spike_direction(rng), float(rng.uniform(*USUAL_SPIKE))))

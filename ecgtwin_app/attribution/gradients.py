"""The gradients map: which samples of the twin make the model recognise the condition.

A diffusion model is a classifier too: what it believes of a condition shows in how much better it predicts
the noise when told of it (Li et al., ICCV 2023). Integrated gradients (Sundararajan et al. 2017) share this
evidence out over the samples, along the straight path from the same noise performed without the condition to
the twin. The rhythm score is hidden from the model, or it would know the condition from there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.flow import Flow

#: Times of the flow at which the model is asked; at both ends it can tell nothing.
TIMES = (0.25, 0.45, 0.65)
#: The path is cut into segments, so that the job can report and be cancelled between them.
SEGMENTS, STEPS_A_SEGMENT = 8, 2


class Evidence:
    """How much the model's velocity error falls when it is told of the condition.

    Parameters
    ----------
    flow, autoencoder
        The model.
    context : Context
        Of one twin.
    seed : int
        Of the fixed noise at which the model is asked.
    column : int, optional
        The statement that it is told of; all of them unless given.
    """

    def __init__(
        self,
        flow: Flow,
        autoencoder: LappedAutoencoder,
        context: Context,
        seed: int,
        column: int | None = None,
    ):
        self.flow, self.autoencoder = flow, autoencoder
        blind = Context(
            context.condition,
            context.identity,
            context.identity_known,
            torch.zeros_like(context.laid),
            torch.zeros_like(context.score),
        )
        untold = blind.without_statements() if column is None else blind.without_statement(column)
        self.context = untold.joined(blind)
        generator = torch.Generator().manual_seed(seed)
        shape = (len(TIMES), *context.laid.shape[1:])
        self.noise = torch.randn(shape, generator=generator).to(context.laid.device)

    def __call__(self, signal: Tensor) -> Tensor:
        """Evidence (batch,) of signals (batch, 8, samples) in mV; above 0 it speaks for the condition."""
        return torch.stack([self._of_one(one) for one in self.autoencoder.encode(signal)])

    def _of_one(self, latent: Tensor) -> Tensor:
        total = latent.new_zeros(())
        for t, noise in zip(TIMES, self.noise):
            x = ((1 - t) * latent + t * noise)[None].repeat(2, 1, 1)
            times = torch.full((2,), t, device=latent.device)
            error = self.flow.velocity(x, times, self.context) - (noise - latent)
            untold, told = error.pow(2).sum(dim=(1, 2))
            total = total + untold - told
        return total


def integrated_gradients(evidence: Evidence, plain: Tensor, twin: Tensor) -> Iterator[Tensor]:
    """Attributions (8, samples) of one segment of the path after another; their sum is the whole.

    Parameters
    ----------
    plain, twin : Tensor, shape (8, samples)
        Both ends of the path, mV.
    """
    # Imported here only: captum brings matplotlib, and both cost seconds at start-up.
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(evidence)
    for k in range(SEGMENTS):
        start = torch.lerp(plain, twin, k / SEGMENTS)[None]
        end = torch.lerp(plain, twin, (k + 1) / SEGMENTS)[None]
        yield method.attribute(end, start, n_steps=STEPS_A_SEGMENT, internal_batch_size=1)[0].detach()


def gradients_map(attributions: Tensor, evidence: Evidence, plain: Tensor, twin: Tensor) -> HeatMap:
    """Signed map over the twelve leads; the four leads that follow from I and II carry none of their own.

    ``checks`` tells the evidence at both ends and how far the attributions miss its difference
    (completeness), as a share of it.
    """
    with torch.no_grad():
        without, with_condition = evidence(torch.stack([plain, twin])).tolist()
    values = np.zeros((12, attributions.shape[1]), np.float32)
    values[[0, 1, 6, 7, 8, 9, 10, 11]] = attributions.float().cpu().numpy()
    values /= max(float(np.abs(values).sum()), 1e-12)
    gained = with_condition - without
    missed = abs(float(attributions.sum()) - gained) / max(abs(gained), 1e-12)
    checks = {"evidence_twin": with_condition, "evidence_without": without, "completeness_error": missed}
    return HeatMap("gradients", values, True, "share", True, checks)

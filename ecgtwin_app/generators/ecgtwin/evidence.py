"""How much the model recognises a condition in a signal.

A diffusion model is a classifier too: what it believes of a condition shows in how much better it predicts
the noise when told of it (Li et al., ICCV 2023). The rhythm score is hidden from the model, or it would know the
condition from there.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.flow import Flow

#: Times of the flow at which the model is asked; at both ends it can tell nothing.
TIMES = (0.25, 0.45, 0.65)


class VelocityEvidence:
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
            torch.zeros_like(context.rendered),
            torch.zeros_like(context.score),
        )
        untold = blind.without_statements() if column is None else blind.without_statement(column)
        self.context = untold.joined(blind)
        generator = torch.Generator().manual_seed(seed)
        shape = (len(TIMES), *context.rendered.shape[1:])
        self.noise = torch.randn(shape, generator=generator).to(context.rendered.device)

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

"""Rectified flow: the straight path between a latent and noise, and its preconditioned velocity.

x(t) = (1 - t) x0 + t e, v = dx/dt = e - x0 (Liu et al. 2022; Lipman et al. 2023), with the time drawn
logit-normally in training (Esser et al. 2024).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.adax import AdaXDiT, Context
from ecgtwin_app.generators.ecgtwin.score_tracks import ventricular_tokens
from ecgtwin_app.sampling.guidance import guided
from ecgtwin_app.sampling.samplers import Velocity


class Flow(nn.Module):
    """Velocity with the part that follows from each component's variance taken out analytically.

    Given only x(t) and that component k has variance s², the best guess of its velocity is linear in x and
    its error has the spread ``out`` below (Karras et al. 2022 derive the same for their noise schedule). The
    network predicts what is left, at unit size, for components of any variance.

    A beat born in the ventricles can look like anything, and its mean like nothing: where the score has one,
    the spread is another, much wider one. With one spread for all tokens such beats come out flat.

    Parameters
    ----------
    network : AdaXDiT
    spread : Tensor, shape (2, components)
        Root mean square of each latent component, in ordinary tokens and in ventricular ones.
    """

    spread: Tensor

    def __init__(self, network: AdaXDiT, spread: Tensor):
        super().__init__()
        self.network = network
        self.register_buffer("spread", spread.clone())

    def velocity(self, x: Tensor, time: Tensor, context: Context) -> Tensor:
        """Velocity (batch, tokens, components) at `x` and `time` (batch,)."""
        t = time[:, None, None]
        spread = torch.where(ventricular_tokens(context.score)[..., None], self.spread[1], self.spread[0])
        variance = spread**2
        total = (1 - t) ** 2 * variance + t**2
        linear = (t - (1 - t) * variance) / total
        root = total.sqrt()
        return linear * x + spread / root * self.network(x / root, time, context)

    def loss(self, latent: Tensor, context: Context, generator: torch.Generator | None = None) -> Tensor:
        """Mean squared velocity error of one draw of time and noise for each latent of the batch."""
        noise = torch.randn(latent.shape, generator=generator, device=latent.device)
        time = torch.sigmoid(torch.randn(len(latent), generator=generator, device=latent.device))
        t = time[:, None, None]
        error = self.velocity((1 - t) * latent + t * noise, time, context) - (noise - latent)
        return (error**2).mean()


def guided_velocity(flow: Flow, context: Context, strength: float = 1.0, identity: float = 1.0) -> Velocity:
    """The velocity of a context with two dials of guidance; a dial at 1 costs nothing.

    `strength` leads away from the same patient and rhythm with nothing said of the condition, `identity` from
    the same condition and rhythm in nobody in particular.
    """
    joined, weights = context, []
    if strength != 1.0:
        joined = joined.joined(context.without_statements())
        weights.append(strength - 1.0)
    if identity != 1.0:
        joined = joined.joined(context.without_identity())
        weights.append(identity - 1.0)

    def velocity(x: Tensor, time: float) -> Tensor:
        return flow.velocity(x, torch.full((len(x),), time, device=x.device), joined)

    return guided(velocity, weights)

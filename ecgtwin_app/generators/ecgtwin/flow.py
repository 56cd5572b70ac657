"""Rectified flow: the straight path between a latent and noise, and its preconditioned velocity.

x(t) = (1 - t) x0 + t e, v = dx/dt = e - x0 (Liu et al. 2022; Lipman et al. 2023), with the time drawn
logit-normally in training (Esser et al. 2024).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.adax import AdaXDiT, Context
from ecgtwin_app.generators.ecgtwin.score_tracks import ventricular_tokens


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


#: Times between which guidance acts unless told otherwise: all of them.
WHOLE = (0.0, 1.0)


class Guided:
    """Classifier-free guidance with two dials (Ho and Salimans 2022).

    v = v(nothing said) + strength (v(condition) - v(nothing said))
    + (identity - 1) (v(condition) - v(nobody)). A dial at 1 costs nothing.

    Outside the `interval` of times the plain velocity of the condition is taken: near pure noise guidance
    narrows what can be drawn, near the end it changes little, and each costs a pass (Kynkäänniemi et al. 2024).
    """

    def __init__(
        self,
        flow: Flow,
        context: Context,
        strength: float = 1.0,
        identity: float = 1.0,
        interval: tuple[float, float] = WHOLE,
    ):
        self.flow, self.context, self.interval = flow, context, interval
        self.weights = []
        joined = context
        if strength != 1.0:
            joined = joined.joined(context.without_statements())
            self.weights.append(strength - 1.0)
        if identity != 1.0:
            joined = joined.joined(context.without_identity())
            self.weights.append(identity - 1.0)
        self.joined = joined

    def __call__(self, x: Tensor, time: float) -> Tensor:
        low, high = self.interval
        if not (self.weights and low <= time <= high):
            return self.flow.velocity(x, torch.full((len(x),), time, device=x.device), self.context)
        copies = 1 + len(self.weights)
        times = torch.full((copies * len(x),), time, device=x.device)
        full, *others = self.flow.velocity(x.repeat(copies, 1, 1), times, self.joined).chunk(copies)
        return full + sum(w * (full - other) for w, other in zip(self.weights, others))

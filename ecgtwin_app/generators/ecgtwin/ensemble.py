"""The ensemble: all beats of a strip drawn together, from the patient's own beats, under a condition.

A rectified flow whose tokens are the waves of a rhythm score: each P, and each QRS with its T. The network is
`adax.AdaX`; the patient comes from `extractor.IndividualBaseExtractor`. Waves of a kind are alike but not the same:
the noise that they are drawn from is shared as far as real beats of one strip are alike, and each one's own as far as
these differ.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.adax import AdaX
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec, FlutterWave
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.strip_context import WAVES, StripContext
from ecgtwin_app.generators.ecgtwin.wave_law import WaveLaw, masks

#: Below this (mV, or spreads of a duration) a number does not vary.
SMALLEST_SPREAD = 1e-3
#: Weight of a duration in the loss; a component weighs as its spread, within limits. Unweighted, the many
#: components of a few microvolts outvote the QRS duration and the axis.
DURATION_WEIGHT, COMPONENT_WEIGHTS = 4.0, (0.3, 4.0)
#: Weight of the contrast of base vectors beside the flow's own loss.
CONTRAST_WEIGHT = 0.15


class Ensemble(nn.Module, WaveLaw):
    """Codec, extractor, transformer and flow of the waves of a strip."""

    spread: Tensor
    centre: Tensor
    within: Tensor
    own_spread: Tensor
    own_centre: Tensor
    live: Tensor
    p_part: Tensor
    parts: Tensor

    def __init__(self, config: AdaXConfig):
        super().__init__()
        self.config = config
        self.codec = BeatCodec()
        self.turn = FlutterWave()
        # Mean and spread of what the flow draws, and which share of its variance parts the waves of one strip.
        self.register_buffer("spread", torch.ones(len(WAVES), SIZE))
        self.register_buffer("centre", torch.zeros(len(WAVES), SIZE))
        self.register_buffer("within", torch.full((len(WAVES), SIZE), 0.05))
        self.register_buffer("own_spread", torch.ones(SIZE))
        self.register_buffer("own_centre", torch.zeros(SIZE))
        for name, mask in masks().items():
            self.register_buffer(name, torch.from_numpy(mask), persistent=False)
        self.extractor = IndividualBaseExtractor(
            len(config.statements), config.width, config.heads, condition_width=config.condition_width
        )
        self.network = AdaX(config, SIZE, len(WAVES))

    def identity(self, reference: Reference) -> tuple[Tensor, Tensor]:
        """Identity tokens (batch, own beats, width) and base vectors (batch, width)."""
        reference = reference.of_nobody() if self.config.anybody else reference
        beats = (reference.beats - self.own_centre) / self.own_spread
        unseen = ~reference.has_p[:, None] & self.p_part
        tokens = self.extractor(torch.where(unseen[:, None], 0.0, beats), reference)
        return tokens, self.extractor.base(tokens)

    def velocity(self, x: Tensor, time: Tensor, context: StripContext, identity=None) -> Tensor:
        """dx/dt (batch, waves, SIZE) at `x` and `time` (batch,).

        What a Gaussian with the spreads of the waves would do is known; the network adds what it does not know.
        `identity` are the tokens of `self.identity(context.reference)` where these have been read already.
        """
        t = time[:, None, None]
        spread, centre, live = self.spread[context.kind], self.centre[context.kind], self.live[context.kind]
        x0 = (x - (1 - t) * centre) * live
        total = (1 - t) ** 2 * spread**2 + t**2
        linear = (t - (1 - t) * spread**2) / total * x0 - centre
        root = total.sqrt()
        tokens = self.identity(context.reference)[0] if identity is None else identity
        predicted = self.network(x0 / root, time, context.kind, context.there, context.condition, tokens)
        return (linear + spread / root * predicted) * live

    def loss(self, waves: Tensor, context: StripContext, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Weighted mean squared velocity error in units of what is unforeseeable, and the base vectors.

        Parameters
        ----------
        waves : Tensor, shape (batch, waves, SIZE)
        """
        live = self.live[context.kind] & context.there[..., None]
        drawn = (waves - self.start(context.reference, context.kind)) * live
        # Drawn on the CPU, so that every device sees the same.
        shared, own = (torch.randn(waves.shape, generator=generator).to(waves.device) for _ in range(2))
        # One shared by all waves of a kind: the first wave of the kind lends it to the others.
        first = (context.kind[:, :, None] == context.kind[:, None, :]).to(torch.int8).argmax(dim=2)
        shared = shared.gather(1, first[..., None].expand_as(shared))
        noise = self.mixed(shared, own, context.kind) * live
        time = torch.sigmoid(torch.randn(len(waves), generator=generator)).to(waves.device)
        t = time[:, None, None]
        identity = self.identity(context.reference)
        error = self.velocity((1 - t) * drawn + t * noise, time, context, identity[0]) - (noise - drawn)
        spread = self.spread[context.kind]
        weight = ((1 - t) ** 2 * spread**2 + t**2) / spread**2 * self._importance()[context.kind] * live
        return (weight * error**2).sum() / live.sum(), identity[1]

    def _importance(self) -> Tensor:
        """Weight (waves, SIZE) of each number in the loss, 1 on average over those that a kind has."""
        durations = torch.arange(SIZE, device=self.spread.device) >= SIZE - len(DURATIONS)
        size = torch.stack(
            [row / row[live].median() for row, live in zip(self.spread, self.live, strict=True)]
        )
        size = torch.where(durations, DURATION_WEIGHT, size.clamp(*COMPONENT_WEIGHTS)) * self.live
        return size / (size.sum(dim=1, keepdim=True) / self.live.sum(dim=1, keepdim=True))


def blurred(reference: Reference, spread: Tensor, parts: Tensor, generator: torch.Generator) -> Reference:
    """The reference with noise on its beats, as much as its `blur` says; the same on all of them."""
    amount = (reference.blur @ parts) * spread
    noise = torch.randn(amount.shape, generator=generator).to(amount.device)
    return replace(reference, beats=reference.beats + (amount * noise)[:, None])

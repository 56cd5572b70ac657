"""The ensemble: all beats of a strip drawn together, from the patient's own beats, under a condition.

A rectified flow whose tokens are the waves of a rhythm score: each P, and each QRS with its T. The network is
`adax.AdaX`; the patient comes from `extractor.IndividualBaseExtractor`. Waves of a kind are alike but not the same:
the noise that they are drawn from is shared as far as real beats of one strip are alike, and each one's own as far as
these differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES
from ecgtwin_app.generators.ecgtwin.adax import AdaX, AdaXConfig
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE, BeatCodec, part_mask
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS, KINDS
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, ConditionBatch
from ecgtwin_app.generators.ecgtwin.extractor import BLURRED, IndividualBaseExtractor, Reference
from ecgtwin_app.generators.ecgtwin.flutter_wave import FlutterWave
from ecgtwin_app.sampling.guidance import guided
from ecgtwin_app.sampling.samplers import dpm_solver_2m
from ecgtwin_app.sampling.schedules import evenly_spaced

#: Kinds of waves: those of beats, which are a QRS with its T or a P, and the sinus P.
WAVES = (*KINDS, "P, sinus")
SINUS_P, CONDUCTED = WAVES.index("P, sinus"), 0
#: Below this (mV, or spreads of a duration) a number does not vary.
SMALLEST_SPREAD = 1e-3
#: Weight of a duration in the loss; a component weighs as its spread, within limits. Unweighted, the many
#: components of a few microvolts outvote the QRS duration and the axis.
DURATION_WEIGHT, COMPONENT_WEIGHTS = 4.0, (0.3, 4.0)
#: Breaths a second, and the share of what parts the beats of a strip that goes with them.
BREATHS, BREATH_SHARE = 0.25, 0.5
#: Weight of the contrast of base vectors beside the flow's own loss.
CONTRAST_WEIGHT = 0.15


@dataclass(frozen=True, eq=False)
class StripContext:
    """All that the waves of a batch of strips are drawn from, but the noise.

    Attributes
    ----------
    condition : ConditionBatch
        QT at the reference's own cycle length.
    reference : Reference
    kind : Tensor, shape (batch, waves), int64
        Index into `WAVES`.
    there : Tensor, shape (batch, waves), bool
        False where a strip has fewer waves than the batch's longest.
    """

    condition: ConditionBatch
    reference: Reference
    kind: Tensor
    there: Tensor

    def without_condition(self) -> StripContext:
        """Neither statements nor set-points said: the other end of the guidance."""
        condition = self.condition.without_statements()
        numbers = condition.numbers.clone()
        names = list(NUMBERS)
        numbers[:, names.index("PR") : names.index("axis") + 1] = float("nan")
        return replace(self, condition=replace(condition, numbers=numbers))

    def without_statement(self, column: int) -> StripContext:
        """The same, nothing said of one condition."""
        return replace(self, condition=self.condition.without_statement(column))

    def without_identity(self) -> StripContext:
        """The same condition and rhythm in nobody in particular."""
        return replace(self, reference=self.reference.of_nobody())

    def without_source(self) -> StripContext:
        """Nothing said of what the reference itself shows."""
        condition = self.reference.condition.without_statements()
        return replace(self, reference=replace(self.reference, condition=condition))

    def joined(self, other: StripContext) -> StripContext:
        """Both batches in one; the shorter strips are filled up."""
        waves = max(self.kind.shape[1], other.kind.shape[1])
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("kind", "there"))
        kind, there = (torch.cat([_filled(a, waves), _filled(b, waves)]) for a, b in pairs)
        return StripContext(
            self.condition.joined(other.condition), self.reference.joined(other.reference), kind, there
        )


def _filled(values: Tensor, waves: int) -> Tensor:
    return nn.functional.pad(values, (0, waves - values.shape[1]))


class Ensemble(nn.Module):
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
        beat, p = part_mask("qrs", "t"), part_mask("p")
        live = torch.stack([p if kind.startswith("P") else beat for kind in WAVES])
        self.register_buffer("live", live, persistent=False)
        self.register_buffer("p_part", p, persistent=False)
        parts = torch.stack([part_mask(part) for part in BLURRED]).float()
        self.register_buffer("parts", parts, persistent=False)
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

    def start(self, reference: Reference, kind: Tensor) -> Tensor:
        """What the drawn numbers are added to, (batch, waves, SIZE): the patient's own beat.

        As far as it is blurred, or nobody's, it is everybody's; a ventricular beat begins from nothing.
        """
        reference = reference.of_nobody() if self.config.anybody else reference
        certain = 1 / (1 + (reference.blur @ self.parts) ** 2)
        seen = reference.known[:, None] & (reference.has_p[:, None] | ~self.p_part)
        own = self.own_centre + (reference.beats[:, 0] - self.own_centre) * torch.where(seen, certain, 0.0)
        return own[:, None] * (self.live[kind] & ~_foreign(kind)[..., None])

    def velocity(self, x: Tensor, time: Tensor, context: StripContext, identity=None) -> Tensor:
        """dx/dt (batch, waves, SIZE) at `x` and `time` (batch,).

        What a Gaussian with the spreads of the waves would do is known; the network adds what it does not know.
        `identity` is `self.identity(context.reference)` where that has been read already.
        """
        t = time[:, None, None]
        spread, centre, live = self.spread[context.kind], self.centre[context.kind], self.live[context.kind]
        x0 = (x - (1 - t) * centre) * live
        total = (1 - t) ** 2 * spread**2 + t**2
        linear = (t - (1 - t) * spread**2) / total * x0 - centre
        root = total.sqrt()
        tokens, base = self.identity(context.reference) if identity is None else identity
        predicted = self.network(
            x0 / root, time, context.kind, context.there, context.condition, tokens, base
        )
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
        noise = self._mixed(shared, own, context.kind) * live
        time = torch.sigmoid(torch.randn(len(waves), generator=generator)).to(waves.device)
        t = time[:, None, None]
        identity = self.identity(context.reference)
        error = self.velocity((1 - t) * drawn + t * noise, time, context, identity) - (noise - drawn)
        spread = self.spread[context.kind]
        weight = ((1 - t) ** 2 * spread**2 + t**2) / spread**2 * self._importance()[context.kind] * live
        return (weight * error**2).sum() / live.sum(), identity[1]

    def _mixed(self, shared: Tensor, own: Tensor, kind: Tensor) -> Tensor:
        within = self.within[kind]
        return (1 - within).sqrt() * shared + within.sqrt() * own

    def _importance(self) -> Tensor:
        """Weight (waves, SIZE) of each number in the loss, 1 on average over those that a kind has."""
        durations = torch.arange(SIZE, device=self.spread.device) >= SIZE - len(DURATIONS)
        size = torch.stack(
            [row / row[live].median() for row, live in zip(self.spread, self.live, strict=True)]
        )
        size = torch.where(durations, DURATION_WEIGHT, size.clamp(*COMPONENT_WEIGHTS)) * self.live
        return size / (size.sum(dim=1, keepdim=True) / self.live.sum(dim=1, keepdim=True))

    def noise(self, kind: Tensor, seed: int, times: Sequence[float] = ()) -> Tensor:
        """What the waves of one strip are drawn from, (waves, SIZE).

        A wave's noise depends on the seed, its kind and how many of its kind come before it, not on the others.

        Parameters
        ----------
        kind : Tensor, shape (waves,)
        times : sequence of float
            Onsets, seconds: waves at the same phase of the breath are more alike. Left out, all differ alike.
        """
        out = torch.zeros(len(kind), SIZE)
        at = torch.tensor(times, dtype=torch.float32) if len(times) else None
        for one in torch.unique(kind).tolist():
            generator = torch.Generator().manual_seed(seed * 64 + one)
            rows = torch.nonzero(kind.cpu() == one).flatten()
            shared, cosine, sine = torch.randn(3, SIZE, generator=generator)
            own = torch.randn(len(rows), SIZE, generator=generator)
            if at is not None:
                phase = 2 * torch.pi * BREATHS * at[rows][:, None]
                breath = (phase.cos() * cosine + phase.sin() * sine) * BREATH_SHARE**0.5
                own = breath + (1 - BREATH_SHARE) ** 0.5 * own
            out[rows] = self._mixed(
                shared.expand_as(own).to(kind.device), own.to(kind.device), kind[rows]
            ).cpu()
        return out.to(kind.device)

    @torch.no_grad()
    def draw(
        self, context: StripContext, noise: Tensor, steps: int, strength: float = 1.0, away: float = 0.0
    ) -> Tensor:
        """Vectors of all waves (batch, waves, SIZE); what a kind has not is 0.

        Parameters
        ----------
        noise : Tensor, shape (batch, waves, SIZE)
        strength : float
            Guidance towards the condition; 1 is none.
        away : float
            Guidance away from what the reference itself shows; 0 is none.
        """
        others, weights = [], []
        if strength != 1.0:
            others.append(context.without_condition())
            weights.append(strength - 1.0)
        if away:
            others.append(context.without_source())
            weights.append(away)
        parts = context
        for other in others:
            parts = parts.joined(other)
        identity = self.identity(parts.reference)

        def velocity(at: Tensor, time: float) -> Tensor:
            return self.velocity(at, torch.full((len(at),), time, device=at.device), parts, identity)

        x = noise * self.live[context.kind]
        *_, (drawn, _) = dpm_solver_2m(guided(velocity, weights), x, evenly_spaced(steps))
        return drawn + self.start(context.reference, context.kind)


def _foreign(kind: Tensor) -> Tensor:
    """Which kinds begin in the ventricles and share nothing with the patient's own beat."""
    return (kind > CONDUCTED) & (kind <= 2 * len(VENTRICULAR_SITES))


def blurred(reference: Reference, spread: Tensor, parts: Tensor, generator: torch.Generator) -> Reference:
    """The reference with noise on its beats, as much as its `blur` says; the same on all of them."""
    amount = (reference.blur @ parts) * spread
    noise = torch.randn(amount.shape, generator=generator).to(amount.device)
    return replace(reference, beats=reference.beats + (amount * noise)[:, None])

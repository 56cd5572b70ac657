"""The beat model: how the patient's beat looks under a condition, drawn before the strip is performed.

A condition changes the shape of a beat; the rhythm repeats it. The beat is therefore drawn first, in a space
where beats are aligned and a few hundred numbers say everything, and then rendered along the rhythm score for the
strip model to perform. It is a rectified flow of its own with the same two pathways of conditioning: the time
and the patient's own beat by adaptive normalisation, the condition beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES
from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS, KINDS, WINDOWS, pack_beat, unpack_beat
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, PRESENT, ConditionBatch
from ecgtwin_app.generators.ecgtwin.flutter_wave import FlutterWave
from ecgtwin_app.generators.ecgtwin.layers import sinusoid
from ecgtwin_app.sampling.guidance import guided
from ecgtwin_app.sampling.samplers import dpm_solver_2m
from ecgtwin_app.sampling.schedules import evenly_spaced

#: Principal components of each part.
COMPONENTS = {"p": 24, "qrs": 88, "t": 44}
SIZE = sum(COMPONENTS.values()) + len(DURATIONS)
#: Below this (mV, or spreads of a duration) a number does not vary.
SMALLEST_SPREAD = 1e-3
#: Weight of a duration in the loss; a component weighs as its spread, within limits. Unweighted, the many
#: components of a few microvolts outvote the QRS duration and the axis.
DURATION_WEIGHT, COMPONENT_WEIGHTS = 4.0, (0.3, 4.0)


class BeatCodec(nn.Module):
    """Windows to principal components and back; durations pass as they are."""

    basis_p: Tensor

    def __init__(self):
        super().__init__()
        for part, (_, length) in WINDOWS.items():
            self.register_buffer(f"basis_{part}", torch.zeros(8 * length, COMPONENTS[part]))
            self.register_buffer(f"mean_{part}", torch.zeros(8 * length))

    @torch.no_grad()
    def fit(self, waves: dict[str, Tensor]) -> None:
        """Principal components of windows (n, 8, length) of each part."""
        for part, values in waves.items():
            flat = values.flatten(1).double()
            mean = flat.mean(dim=0)
            second = (flat - mean).T @ (flat - mean) / len(flat)
            vectors = torch.linalg.eigh(second).eigenvectors.flip(1)[:, : COMPONENTS[part]]
            getattr(self, f"basis_{part}").copy_(vectors)
            getattr(self, f"mean_{part}").copy_(mean)

    def encode(self, waves: dict[str, Tensor], durations: Tensor) -> Tensor:
        """Beat vectors (n, SIZE)."""
        parts = [
            (waves[part].flatten(1) - getattr(self, f"mean_{part}")) @ getattr(self, f"basis_{part}")
            for part in WINDOWS
        ]
        return torch.cat([*parts, durations], dim=1)

    def decode(self, vector: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """The inverse of `encode`: windows and durations."""
        *parts, durations = vector.split([*COMPONENTS.values(), len(DURATIONS)], dim=1)
        waves = {
            name: (part @ getattr(self, f"basis_{name}").T + getattr(self, f"mean_{name}")).unflatten(
                1, (8, -1)
            )
            for name, part in zip(WINDOWS, parts, strict=True)
        }
        return waves, durations

    def vector(self, template: BeatTemplate) -> Tensor:
        """Beat vector (1, SIZE) of a template."""
        waves, durations = pack_beat(template)
        device = self.basis_p.device
        return self.encode(
            {part: torch.from_numpy(wave)[None].to(device) for part, wave in waves.items()},
            torch.from_numpy(durations)[None].to(device),
        )

    def template(self, vector: Tensor, like: BeatTemplate) -> BeatTemplate:
        """The template of a beat vector (1, SIZE); cycle length and PR are those of `like`."""
        waves, durations = self.decode(vector)
        plain = {part: wave[0].float().cpu().numpy() for part, wave in waves.items()}
        return unpack_beat(plain, durations[0].float().cpu().numpy(), like)


@dataclass(frozen=True, eq=False)
class BeatContext:
    """All that a batch of beats is drawn from, but the noise.

    Attributes
    ----------
    condition : ConditionBatch
        QT at the reference's own cycle length; heart rate is left open.
    kind : Tensor, shape (batch,), int64
        Index into `KINDS`.
    own : Tensor, shape (batch, SIZE)
        The patient's own beat.
    """

    condition: ConditionBatch
    kind: Tensor
    own: Tensor

    def without_condition(self) -> BeatContext:
        """Neither statements nor set-points said: the other end of the guidance."""
        condition = self.condition.without_statements()
        numbers = condition.numbers.clone()
        numbers[:, list(NUMBERS).index("PR") :] = float("nan")
        return BeatContext(replace(condition, numbers=numbers), self.kind, self.own)

    def repeated(self, count: int) -> BeatContext:
        """A context of one, `count` times."""
        rows = torch.zeros(count, dtype=torch.long, device=self.kind.device)
        return BeatContext(self.condition.rows(rows), self.kind[rows], self.own[rows])

    def joined(self, other: BeatContext) -> BeatContext:
        """Both batches in one."""
        return BeatContext(
            self.condition.joined(other.condition),
            torch.cat([self.kind, other.kind]),
            torch.cat([self.own, other.own]),
        )


class _Block(nn.Module):
    """Residual feed-forward layer with adaptive normalisation."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulation = nn.Linear(width, 3 * width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, adapt: Tensor) -> Tensor:
        shift, scale, gate = self.modulation(adapt).chunk(3, dim=-1)
        h = self.norm(x) * (1 + scale) + shift
        return x + (1 + gate) * self.down(nn.functional.gelu(self.up(h)))


class BeatModel(nn.Module):
    """Codec, network and flow of the beat.

    Parameters
    ----------
    statements : int
        Length of the condition's statement list.
    width, depth : int
        Without any block there is no beat model: the strip model has to shape the beats itself.
    """

    spread: Tensor
    centre: Tensor
    own_spread: Tensor
    own_centre: Tensor

    def __init__(self, statements: int, width: int = 384, depth: int = 5):
        super().__init__()
        self.codec = BeatCodec()
        self.turn = FlutterWave()  # the name that its weights have
        # Mean and spread of what the flow draws, by kind, and of the patients' own beats.
        self.register_buffer("spread", torch.ones(len(KINDS), SIZE))
        self.register_buffer("centre", torch.zeros(len(KINDS), SIZE))
        self.register_buffer("own_spread", torch.ones(SIZE))
        self.register_buffer("own_centre", torch.zeros(SIZE))
        self.statement = nn.Embedding(3 * statements, width)
        self.severity = nn.Linear(3 * statements, width, bias=False)
        self.numbers = nn.Linear(12, width)
        self.sex, self.kind = nn.Embedding(3, width), nn.Embedding(len(KINDS), width)
        self.time = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.mix = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.from_x, self.from_own = nn.Linear(SIZE, width), nn.Linear(SIZE, width)
        self.adapt_own = nn.Linear(SIZE, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, SIZE)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        nn.init.normal_(self.statement.weight, std=0.05)

    @property
    def draws_beats(self) -> bool:
        """Whether it draws anything."""
        return len(self.blocks) > 0

    def velocity(self, x: Tensor, time: Tensor, context: BeatContext) -> Tensor:
        """dx/dt (batch, SIZE) at `x` and `time` (batch,); the linear part is known, as in `Flow`."""
        t = time[:, None]
        spread, centre = self.spread[context.kind], self.centre[context.kind]
        x0 = x - (1 - t) * centre
        total = (1 - t) ** 2 * spread**2 + t**2
        linear = (t - (1 - t) * spread**2) / total * x0 - centre
        root = total.sqrt()
        return linear + spread / root * self._network(x0 / root, time, context)

    def _network(self, x: Tensor, time: Tensor, context: BeatContext) -> Tensor:
        c = context.condition
        rows = 3 * torch.arange(c.statements.shape[1], device=x.device) + c.statements
        severe = torch.isfinite(c.severity) & (c.statements == PRESENT)
        s = torch.where(severe, 2 * c.severity - 1, torch.zeros_like(c.severity))
        powers = torch.cat([severe.to(x.dtype), s, s**2 * severe], dim=1)
        own = (context.own - self.own_centre) / self.own_spread
        said = self.statement(rows).sum(dim=1) + self.severity(powers) + self.numbers(_standard(c.numbers))
        said = said + self.sex(c.sex) + self.kind(context.kind)
        adapt = nn.functional.silu(self.mix(said) + self.time(sinusoid(time, 64)) + self.adapt_own(own))
        h = self.from_x(x) + self.from_own(own)
        for block in self.blocks:
            h = block(h, adapt)
        return self.out(self.norm(h))

    def loss(self, beat: Tensor, context: BeatContext, generator: torch.Generator) -> Tensor:
        """Weighted mean squared velocity error in units of what is unforeseeable of each number."""
        drawn = beat - self.base(context)
        spread = self.spread[context.kind]
        noise = torch.randn(beat.shape, generator=generator, device=beat.device)
        time = torch.sigmoid(torch.randn(len(beat), generator=generator, device=beat.device))
        t = time[:, None]
        error = self.velocity((1 - t) * drawn + t * noise, time, context) - (noise - drawn)
        weight = ((1 - t) ** 2 * spread**2 + t**2) / spread**2
        return (weight * self._importance() * error**2).mean()

    def _importance(self) -> Tensor:
        """Weight (SIZE,) of each number in the loss, 1 on average."""
        size = self.spread[0] / self.spread[0].median()
        size = torch.where(
            torch.arange(SIZE, device=size.device) < SIZE - len(DURATIONS),
            size.clamp(*COMPONENT_WEIGHTS),
            DURATION_WEIGHT,
        )
        return size / size.mean()

    def base(self, context: BeatContext) -> Tensor:
        """What the drawn numbers are added to: the patient's own beat, but nothing for a ventricular one."""
        return context.own * (~_foreign(context.kind))[:, None]

    @torch.no_grad()
    def fit(self, beat: Tensor, context: BeatContext) -> None:
        """Set means and spreads from examples of every kind."""
        drawn = beat - self.base(context)
        for kind in range(len(KINDS)):
            some = drawn[context.kind == kind]
            if len(some):
                self.centre[kind] = some.mean(dim=0)
                self.spread[kind] = some.std(dim=0, correction=0).clamp(min=SMALLEST_SPREAD)
        self.own_centre.copy_(context.own.mean(dim=0))
        self.own_spread.copy_(context.own.std(dim=0, correction=0).clamp(min=SMALLEST_SPREAD))

    @torch.no_grad()
    def draw(self, context: BeatContext, *seeds: int, steps: int = 12, strength: float = 1.0) -> Tensor:
        """A beat vector a seed, (seeds, SIZE), for a context of one; `strength` is guidance of the condition, 1 none."""
        noise = [torch.randn(1, SIZE, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        x = torch.cat(noise).to(context.own.device)
        context = context.repeated(len(seeds))
        weights = [] if strength == 1.0 else [strength - 1.0]
        parts = context.joined(context.without_condition()) if weights else context

        def velocity(at: Tensor, time: float) -> Tensor:
            return self.velocity(at, torch.full((len(at),), time, device=at.device), parts)

        *_, (drawn, _) = dpm_solver_2m(guided(velocity, weights), x, evenly_spaced(steps))
        return drawn + self.base(context)


def _foreign(kind: Tensor) -> Tensor:
    """Which kinds begin in the ventricles and share nothing with the patient's own beat."""
    return (kind > 0) & (kind <= 2 * len(VENTRICULAR_SITES))


def _standard(numbers: Tensor) -> Tensor:
    """Numbers near unit size beside whether they are known, (batch, 12)."""
    centre, spread = (torch.tensor(v, device=numbers.device) for v in zip(*NUMBERS.values(), strict=True))
    known = torch.isfinite(numbers)
    values = torch.where(known, (numbers - centre) / spread, torch.zeros_like(numbers))
    return torch.cat([values, known.to(values.dtype)], dim=1)

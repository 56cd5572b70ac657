"""The rhythm model: composes a rhythm score from the condition, one activation after the other.

An autoregressive network over the events of a score. From the condition, all events so far and the clocks of the
heart (`rhythm_clock`) it tells what the next event is, and when: a mixture of normals about the clocks, in cycles
of the asked rate. What a strip's atria do as a whole (`RhythmScore.atrial`) follows from the condition, and the
turns of a flutter loop from the beats that keep step with it (`heart.rhythm.atrial_waves.with_flutter_waves`): neither is composed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.ecg.beat.score import ATRIAL_ORIGINS, VENTRICULAR_SITES, Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, PRESENT, ConditionBatch
from ecgtwin_app.generators.ecgtwin.rhythm_clock import ANCHORS, CLOCK_FEATURES, START, Clock
from ecgtwin_app.heart.rhythm.processes import mean_rate

_SITES = ("", *VENTRICULAR_SITES)
#: What an event can be: chamber, origin and site. After them comes the end of the strip.
KINDS = (
    *(("P", origin, "") for origin in ATRIAL_ORIGINS),
    *(("QRS", origin, "") for origin in ("conducted", "aberrant")),
    *(("QRS", origin, site) for origin, site in product(("ventricular", "paced"), _SITES)),
)
END = len(KINDS)
BEGIN = END + 1
_VENTRICULAR = torch.tensor([chamber == "QRS" for chamber, _, _ in KINDS] + [False, False])
#: Normals about each clock, and how narrow one may be, in cycles: 0.5 ms at 75/min.
PER_ANCHOR = 3
NARROWEST = 6e-4
#: Heart rate, age and PR: the numbers of a condition that a rhythm depends on, with their usual mean and spread.
_NUMBERS = [list(NUMBERS).index(name) for name in ("heart rate", "age", "PR")]
_CENTRE, _SPREAD = (torch.tensor(v)[_NUMBERS] for v in zip(*NUMBERS.values(), strict=True))
#: Closest (s) that two QRS, or two P, follow each other: refractory periods, with room for rounding.
CLOSEST = {"QRS": 0.201, "P": 0.151}
#: An event that begins later (s) than this after the strip's end does not show.
LEAD_OUT = 0.03
MOST_EVENTS = 128
#: Scores drawn at once; the one nearest to the asked rate is kept.
DRAWS = 8
#: Powers to which the shares of kinds and of times are raised before one is drawn: a slip of one event spoils a
#: sequence, yet a rare premature beat has to come. Right sequences of eight rhythms, 24 draws each: 90 % with
#: kinds as they are and times at 1 / 0.6, 94 % with these; kinds at 1 / 0.6 lost a third of premature beats.
SHARPER_KIND, SHARPER_TIME = 1 / 0.8, 1 / 0.5
#: Times drawn anew when they lie before the last event.
_REDRAWS = 8


@dataclass(frozen=True, eq=False)
class Rhythms:
    """A batch of scores as tensors.

    Attributes
    ----------
    times : Tensor, shape (batch, events)
        Seconds, in order; anything behind a row's length.
    kinds : Tensor, shape (batch, events), int64
        Rows of `KINDS`; `END` behind a row's length.
    lengths : Tensor, shape (batch,), int64
        Events of each score.
    """

    times: Tensor
    kinds: Tensor
    lengths: Tensor

    def rows(self, rows: Tensor) -> Rhythms:
        """The scores of some rows, no wider than the longest needs."""
        lengths = self.lengths[rows]
        widest = int(lengths.max())
        return Rhythms(self.times[rows, :widest], self.kinds[rows, :widest], lengths)

    def to(self, device: torch.device) -> Rhythms:
        """The same on a device."""
        return Rhythms(self.times.to(device), self.kinds.to(device), self.lengths.to(device))


def pack(scores: list[RhythmScore], widest: int = 0) -> Rhythms:
    """Scores as tensors of at least `widest` columns; turns of a loop, and events that the strip does not show, are left out."""
    rows = [[event for event in score.events if _shows(event, score)][:MOST_EVENTS] for score in scores]
    lengths = torch.tensor([len(row) for row in rows])
    times = torch.zeros(len(rows), max(widest, int(lengths.max())))
    kinds = torch.full(times.shape, END)
    for k, row in enumerate(rows):
        times[k, : len(row)] = torch.tensor([event.time for event in row])
        kinds[k, : len(row)] = torch.tensor([KINDS.index((e.chamber, e.origin, e.site)) for e in row])
    return Rhythms(times, kinds, lengths)


def _shows(event: Event, score: RhythmScore) -> bool:
    return event.origin != "flutter" and START < event.time < score.duration + LEAD_OUT


class RhythmModel(nn.Module):
    """A recurrent network over events.

    Parameters
    ----------
    statements : int
        How many statements a condition has.
    width : int
    """

    def __init__(self, statements: int, width: int = 96):
        super().__init__()
        inputs = 4 * statements + 2 * len(_NUMBERS) + 3
        self.condition = nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width))
        self.kind = nn.Embedding(len(KINDS) + 2, 32)  # with the end and the beginning
        self.enter = nn.Linear(32 + CLOCK_FEATURES + width, width)
        self.memory = nn.GRU(width, width, batch_first=True)
        self.first = nn.Linear(width, width)
        self.trunk = nn.Sequential(nn.Linear(2 * width + CLOCK_FEATURES, width), nn.SiLU())
        self.next_kind = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, len(KINDS) + 1))
        self.when = nn.Sequential(
            nn.Linear(width + 32 + CLOCK_FEATURES, width), nn.SiLU(), nn.Linear(width, 3 * ANCHORS * PER_ANCHOR)
        )  # fmt: skip

    def loss(self, rhythms: Rhythms, condition: ConditionBatch, duration: float = 10.0) -> Tensor:
        """Negative log-likelihood of what comes next and when, a number for an event."""
        known = self._known(condition)
        clocks, anchors = self._clocks(rhythms, condition, duration)
        begin = torch.full_like(rhythms.kinds[:, :1], BEGIN)
        before = self.kind(torch.cat([begin, rhythms.kinds], dim=1))
        known_each = known[:, None].expand(-1, clocks.shape[1], -1)
        entered = F.silu(self.enter(torch.cat([before, clocks, known_each], dim=-1)))
        memory, _ = self.memory(entered, self._begin(known))
        # From here on the steps of all rows, up to each row's end, lie in one long batch.
        step = torch.arange(clocks.shape[1], device=clocks.device)
        told = step <= rhythms.lengths[:, None]
        seen = clocks[told]
        trunk = self.trunk(torch.cat([memory[told], seen, known_each[told]], dim=-1))
        kinds = F.pad(rhythms.kinds, (0, 1), value=END)[told]
        kind_loss = F.cross_entropy(self.next_kind(trunk), kinds)
        cycle = Clock.start(condition.numbers[:, 0], duration).cycle[:, None]
        offset = ((F.pad(rhythms.times, (0, 1))[..., None] - anchors) / cycle[..., None])[told]
        there = kinds != END
        weight, mean, spread = self._mixture(trunk[there], kinds[there], seen[there])
        off = (offset[there].repeat_interleave(PER_ANCHOR, dim=1) - mean) / spread
        logs = weight - 0.5 * off**2 - spread.log() - 0.5 * math.log(2 * math.pi)
        return kind_loss - logs.logsumexp(dim=1).sum() / len(kinds)

    @torch.no_grad()
    def draw(
        self,
        condition: ConditionBatch,
        seed: int,
        atrial: str = "waves",
        duration: float = 10.0,
        draws: int = DRAWS,
    ) -> RhythmScore:
        """Compose a score.

        Parameters
        ----------
        condition : ConditionBatch
            Of one patient.
        seed : int
            The same seed gives the same score.
        atrial : str
            One of `ecg.beat.score.ATRIAL_RHYTHMS`; it says which P there can be.
        duration : float
            Seconds.
        draws : int
            Composed at once; of those that `check` lets pass, the nearest to the asked rate is kept (the
            first when the rate is open).

        Raises
        ------
        EcgError
            No draw has two beats.
        """
        one = torch.zeros(draws, dtype=torch.int64, device=condition.sex.device)
        times, kinds = self._compose(condition.rows(one), seed, atrial, duration)
        scores = [
            RhythmScore(
                tuple(Event(float(t), *KINDS[k]) for t, k in zip(*row, strict=True) if k < END),
                duration,
                atrial,
            )
            for row in zip(times.tolist(), kinds.tolist(), strict=True)
        ]
        rate = float(condition.numbers[0, 0])
        misses = [abs(mean_rate(score) - rate) if np.isfinite(rate) else 0.0 for score in scores]
        scored = [(miss, k) for k, (miss, s) in enumerate(zip(misses, scores)) if np.isfinite(mean_rate(s))]
        if not scored:
            raise EcgError(
                "The model composed a rhythm without beats; take another seed or the rhythm process."
            )
        return scores[min(scored)[1]]

    def _compose(
        self, condition: ConditionBatch, seed: int, atrial: str, duration: float
    ) -> tuple[Tensor, Tensor]:
        """Times (draws, events) and kinds of a batch of scores, each ended by `END`."""
        generator = torch.Generator().manual_seed(seed)
        device = condition.sex.device
        known = self._known(condition)
        clock = Clock.start(condition.numbers[:, 0], duration)
        ventricular = _VENTRICULAR.to(device)
        barred = torch.tensor([not _possible(kind, atrial) for kind in KINDS] + [False], device=device)
        kind = torch.full_like(condition.sex, BEGIN)
        ended = torch.zeros_like(kind, dtype=torch.bool)
        memory = self._begin(known)
        times, kinds = [], []
        for _ in range(MOST_EVENTS):
            seen = clock.features()
            entered = F.silu(self.enter(torch.cat([self.kind(kind), seen, known], dim=-1)))
            out, memory = self.memory(entered[:, None], memory)
            trunk = self.trunk(torch.cat([out[:, 0], seen, known], dim=-1))
            shares = self.next_kind(trunk).masked_fill(barred, -torch.inf).softmax(dim=-1)
            kind = _choose(shares**SHARPER_KIND, generator)
            weight, mean, spread = self._mixture(trunk, kind, seen)
            beat = ventricular[kind]
            earliest = torch.where(
                beat,
                torch.where(clock.beats > 0, clock.qrs + CLOSEST["QRS"], clock.now),
                torch.where(clock.waves > 0, clock.p + CLOSEST["P"], clock.now),
            ).maximum(clock.now)
            anchors = clock.anchors().repeat_interleave(PER_ANCHOR, dim=1)
            time = torch.full_like(clock.now, -torch.inf)
            for _ in range(_REDRAWS):
                row = _choose((SHARPER_TIME * weight).exp(), generator)[:, None]
                noise = torch.randn(len(row), 1, generator=generator).to(device)
                offset = mean.gather(1, row) + spread.gather(1, row) * noise
                drawn = (anchors.gather(1, row) + clock.cycle[:, None] * offset)[:, 0]
                time = torch.where(time < earliest, drawn, time)
            time = time.maximum(earliest)
            ended = ended | (kind == END) | (time >= duration + LEAD_OUT)
            kind = kind.masked_fill(ended, END)
            times.append(time)
            kinds.append(kind)
            if bool(ended.all()):
                break
            clock = clock.after(time, beat)
        return torch.stack(times, dim=1), torch.stack(kinds, dim=1)

    def _known(self, condition: ConditionBatch) -> Tensor:
        """The condition as a vector (batch, width)."""
        states = F.one_hot(condition.statements, 3).flatten(1)
        marked = torch.isfinite(condition.severity) & (condition.statements == PRESENT)
        severity = torch.where(marked, 2 * condition.severity - 1, 0.0)
        numbers = condition.numbers[:, _NUMBERS]
        value = (numbers - _CENTRE.to(numbers)) / _SPREAD.to(numbers)
        known = torch.isfinite(value)
        value = torch.where(known, value, 0.0)
        sex = F.one_hot(condition.sex, 3)
        return self.condition(torch.cat([states, severity, value, known, sex], dim=1).float())

    def _begin(self, known: Tensor) -> Tensor:
        return self.first(known)[None].contiguous()

    def _mixture(self, trunk: Tensor, kind: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log share, mean and spread (batch, normals) of the time of an event of this kind, in cycles from its anchor."""
        out = self.when(torch.cat([trunk, self.kind(kind), seen], dim=-1))
        share, mean, spread = out.chunk(3, dim=-1)
        # The normals about one clock begin at different widths.
        begin = torch.linspace(-1.5, -5.5, PER_ANCHOR, device=out.device).repeat(ANCHORS)
        return share.log_softmax(dim=-1), 0.3 * mean, NARROWEST + (begin + spread).clamp(max=1.5).exp()

    def _clocks(self, rhythms: Rhythms, condition: ConditionBatch, duration: float) -> tuple[Tensor, Tensor]:
        """Features and anchors (batch, events + 1, …) after each event, beginning with none."""
        clock = Clock.start(condition.numbers[:, 0], duration)
        ventricular = _VENTRICULAR.to(rhythms.kinds.device)[rhythms.kinds]
        features, anchors = [clock.features()], [clock.anchors()]
        for k in range(rhythms.kinds.shape[1]):
            clock = clock.after(rhythms.times[:, k], ventricular[:, k])
            features.append(clock.features())
            anchors.append(clock.anchors())
        return torch.stack(features, dim=1), torch.stack(anchors, dim=1)


def _possible(kind: tuple[str, str, str], atrial: str) -> bool:
    """Whether such an event can stand in a strip whose atria do this."""
    chamber, origin, _ = kind
    if chamber == "QRS":
        return True
    return atrial == "waves" and origin != "flutter"


def _choose(shares: Tensor, generator: torch.Generator) -> Tensor:
    """A column of each row (batch, columns), as likely as its share."""
    uniform = torch.rand(len(shares), 1, generator=generator).to(shares)
    return (
        (shares.cumsum(dim=1) < uniform * shares.sum(dim=1, keepdim=True))
        .sum(dim=1)
        .clamp(max=shares.shape[1] - 1)
    )

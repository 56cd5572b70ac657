"""The rhythm model: composes a rhythm score from the condition, one activation after the other.

An autoregressive network over the events of a score. From the condition, all events so far and the clocks of the
heart (`rhythm_clock`) it tells what the next event is, and when: a mixture of normals about the clocks, in cycles
of the asked rate. What a strip's atria do as a whole (`RhythmScore.atrial`) follows from the condition, and the
turns of a flutter loop from the beats that keep step with it (`heart.rhythm.atrial_waves.with_flutter_waves`): neither is composed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, PRESENT, ConditionBatch
from ecgtwin_app.generators.ecgtwin.rhythm_clock import ANCHORS, CLOCK_FEATURES, START, Clock
from ecgtwin_app.generators.ecgtwin.rhythm_events import BEGIN, END, KINDS, LEAD_OUT, MOST_EVENTS, PER_ANCHOR

_VENTRICULAR = torch.tensor([chamber == "QRS" for chamber, _, _ in KINDS] + [False, False])
#: How narrow a normal about a clock may be, in cycles: 0.5 ms at 75/min.
NARROWEST = 6e-4
#: Heart rate, age and PR: the numbers of a condition that a rhythm depends on, with their usual mean and spread.
_NUMBERS = [list(NUMBERS).index(name) for name in ("heart rate", "age", "PR")]
_CENTRE, _SPREAD = (torch.tensor(v)[_NUMBERS] for v in zip(*NUMBERS.values(), strict=True))


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
        known = self.known(condition)
        clocks, anchors = self._clocks(rhythms, condition, duration)
        begin = torch.full_like(rhythms.kinds[:, :1], BEGIN)
        before = self.kind(torch.cat([begin, rhythms.kinds], dim=1))
        known_each = known[:, None].expand(-1, clocks.shape[1], -1)
        entered = F.silu(self.enter(torch.cat([before, clocks, known_each], dim=-1)))
        memory, _ = self.memory(entered, self.begin(known))
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
        weight, mean, spread = self.mixture(trunk[there], kinds[there], seen[there])
        off = (offset[there].repeat_interleave(PER_ANCHOR, dim=1) - mean) / spread
        logs = weight - 0.5 * off**2 - spread.log() - 0.5 * math.log(2 * math.pi)
        return kind_loss - logs.logsumexp(dim=1).sum() / len(kinds)

    def known(self, condition: ConditionBatch) -> Tensor:
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

    def begin(self, known: Tensor) -> Tensor:
        """What is remembered before the first event (1, batch, width)."""
        return self.first(known)[None].contiguous()

    def step(
        self, kind: Tensor, seen: Tensor, known: Tensor, memory: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What comes of one event (batch, …): what the rest is told from, the shares of the next kind (logits), memory."""
        entered = F.silu(self.enter(torch.cat([self.kind(kind), seen, known], dim=-1)))
        out, memory = self.memory(entered[:, None], memory)
        trunk = self.trunk(torch.cat([out[:, 0], seen, known], dim=-1))
        return trunk, self.next_kind(trunk), memory

    def mixture(self, trunk: Tensor, kind: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
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

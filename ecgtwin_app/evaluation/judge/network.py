"""The judge's network: each stage looks through windows of three lengths at once, then the strip is pooled.

After InceptionTime (Ismail Fawaz et al., Data Min Knowl Discov 2020;34:1936), narrower and with strides, so that two
cores train it in minutes.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN

STEPS, BATCH, RATE, DECAY = 1500, 32, 2e-3, 0.02
#: Weight of the running mean of the weights, which is what judges.
_MEAN = 0.995
_WINDOWS = (5, 13, 27)


class _Stage(nn.Module):
    def __init__(self, inside: int, each: int, stride: int):
        super().__init__()
        self.narrow = nn.Conv1d(inside, each, 1)
        self.windows = nn.ModuleList(nn.Conv1d(each, each, k, stride, k // 2) for k in _WINDOWS)
        self.pooled = nn.Conv1d(inside, each, 1)
        self.skip = nn.Conv1d(inside, 4 * each, 1)
        self.norm = nn.GroupNorm(8, 4 * each)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        small = self.narrow(x)
        most = nn.functional.max_pool1d(x, 3, self.stride, 1)
        wide = torch.cat([*(window(small) for window in self.windows), self.pooled(most)], dim=1)
        kept = nn.functional.avg_pool1d(x, self.stride, ceil_mode=True) if self.stride > 1 else x
        return nn.functional.gelu(self.norm(wide) + self.skip(kept))


class JudgeNetwork(nn.Module):
    """Strips (batch, 8, 1000), microvolts at 100 Hz, to one logit a finding."""

    def __init__(self, findings: int):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(8, 32, 15, 2, 7), nn.GroupNorm(8, 32), nn.GELU())
        self.stages = nn.Sequential(
            _Stage(32, 16, 2), _Stage(64, 16, 1), _Stage(64, 24, 2), _Stage(96, 24, 1)
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(3 * 96, findings))

    def forward(self, strips: Tensor) -> Tensor:
        """Logits (batch, findings)."""
        h = self.stages(self.stem(strips / 500))
        pooled = torch.cat([h.mean(dim=2), h.amax(dim=2), h.std(dim=2)], dim=1)
        return self.head(pooled)


def fit(strips: np.ndarray, states: np.ndarray, seed: int, steps: int = STEPS) -> JudgeNetwork:
    """Train on labels; what a database does not say does not count.

    Parameters
    ----------
    strips : ndarray, shape (n, 8, 1000)
        Microvolts.
    states : ndarray, shape (n, findings), int8

    Returns
    -------
    JudgeNetwork
        In evaluation mode.
    """
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    x = torch.from_numpy(np.asarray(strips, np.float32))
    present = torch.from_numpy((states == PRESENT).astype(np.float32))
    known = torch.from_numpy((states != UNKNOWN).astype(np.float32))
    # Rare findings weigh more by the root of their rarity.
    weight = ((known - present).sum(dim=0) / present.sum(dim=0).clamp(min=1)).sqrt().clamp(1, 10)
    network, mean = JudgeNetwork(states.shape[1]), JudgeNetwork(states.shape[1])
    mean.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.15)
    for step in range(steps):
        rows = torch.randint(len(x), (BATCH,), generator=rng)
        loss = nn.functional.binary_cross_entropy_with_logits(
            network(_varied(x[rows], rng)), present[rows], pos_weight=weight, reduction="none"
        )
        loss = (loss * known[rows]).sum() / known[rows].sum().clamp(min=1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        keep = min(_MEAN, step / (step + 10))
        with torch.no_grad():
            for average, own in zip(mean.parameters(), network.parameters(), strict=True):
                average.lerp_(own, 1 - keep)
    return mean.eval().requires_grad_(False)


def _varied(batch: Tensor, rng: torch.Generator) -> Tensor:
    """Another moment, gain, noise and a hidden stretch: what no finding depends on."""
    n = len(batch)
    batch = torch.roll(batch, int(torch.randint(SHIFT, (), generator=rng)), dims=2)
    batch = batch * (1 + 0.08 * torch.randn(n, 1, 1, generator=rng))
    batch = batch * (1 + 0.04 * torch.randn(n, 8, 1, generator=rng))
    batch = batch + 8 * torch.rand(n, 1, 1, generator=rng) * torch.randn(batch.shape, generator=rng)
    first = int(torch.randint(batch.shape[2] - 100, (), generator=rng))
    batch[: n // 4, :, first : first + 100] = 0
    return batch


#: A strip begins anywhere within so many samples.
SHIFT = 1000


@torch.inference_mode()
def logits_of(network: nn.Module, strips: np.ndarray) -> np.ndarray:
    """Logits (n, findings), float64."""
    parts = [
        network(torch.from_numpy(np.asarray(strips[i : i + 64], np.float32)))
        for i in range(0, len(strips), 64)
    ]
    return torch.cat(parts).double().numpy() if parts else np.zeros((0, 0))

"""A small network that reads the condition from a strip: feature extractor and classifier of the evaluation.

It has nothing of the generator in it: eight leads at 100 Hz, four strided convolutions, and a narrow layer
whose numbers are the features. Trained here, seeded, on labels alone.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN

#: Numbers of the narrow layer.
FEATURES = 16
STEPS, BATCH, RATE = 400, 64, 2e-3


class LabelEncoder(nn.Module):
    """Strips (batch, 8, 1000) in microvolts at 100 Hz to features and to one logit a label."""

    def __init__(self, labels: int):
        super().__init__()
        widths = (8, 24, 32, 48, 64)
        self.layers = nn.Sequential(
            *(
                nn.Sequential(nn.Conv1d(a, b, 9, stride=2, padding=4), nn.GroupNorm(4, b), nn.GELU())
                for a, b in pairwise(widths)
            )
        )
        self.narrow = nn.Linear(2 * widths[-1], FEATURES)
        self.heads = nn.Linear(FEATURES, labels)

    def features(self, strips: Tensor) -> Tensor:
        """Features (batch, FEATURES)."""
        h = self.layers(strips.float() / 500)
        return self.narrow(torch.cat([h.mean(dim=2), h.amax(dim=2)], dim=1))

    def forward(self, strips: Tensor) -> Tensor:
        """Logits (batch, labels)."""
        return self.heads(nn.functional.gelu(self.features(strips)))


def fit(
    strips: np.ndarray, states: np.ndarray, seed: int, steps: int = STEPS, heads_only: bool = False
) -> LabelEncoder:
    """Train on labels; unknown ones do not count.

    Parameters
    ----------
    strips : ndarray, shape (n, 8, 1000), int16
        Microvolts at 100 Hz.
    states : ndarray, shape (n, labels)
        States of the statements.
    heads_only : bool
        Layers stay as they were drawn: what the labels teach without any features learned.

    Returns
    -------
    LabelEncoder
        In evaluation mode; the same seed gives the same network on one machine.
    """
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    x = torch.from_numpy(np.array(strips))
    present = torch.from_numpy((states == PRESENT).astype(np.float32))
    known = torch.from_numpy((states != UNKNOWN).astype(np.float32))
    # Rare labels weigh more, but not without bound.
    weight = ((known - present).sum(dim=0) / present.sum(dim=0).clamp(min=1)).clamp(1, 20)
    network = LabelEncoder(states.shape[1])
    if heads_only:
        network.layers.requires_grad_(False)
    taught = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(taught, lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(steps):
        rows = torch.randint(len(x), (BATCH,), generator=rng)
        # A shift in time and a little gain, so that nothing is learned by heart.
        batch = torch.roll(x[rows], int(torch.randint(1000, (), generator=rng)), dims=2).float()
        batch = batch * (1 + 0.1 * torch.randn(BATCH, 1, 1, generator=rng))
        loss = nn.functional.binary_cross_entropy_with_logits(
            network(batch), present[rows], pos_weight=weight, reduction="none"
        )
        loss = (loss * known[rows]).sum() / known[rows].sum().clamp(min=1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval().requires_grad_(False)


def fit_once(
    path: Path,
    strips: np.ndarray,
    states: np.ndarray,
    seed: int,
    steps: int = STEPS,
    heads_only: bool = False,
) -> LabelEncoder:
    """The network in `path`, trained and kept there when it is not there yet."""
    network = LabelEncoder(states.shape[1]).eval().requires_grad_(False)
    if path.exists():
        network.load_state_dict(load_file(path))
        return network
    network = fit(strips, states, seed, steps, heads_only)
    part = path.with_suffix(".part")
    save_file(network.state_dict(), part)
    part.replace(path)
    return network


def features_of(network: LabelEncoder, strips: np.ndarray) -> np.ndarray:
    """Features (n, FEATURES), float64, of strips (n, 8, 1000)."""
    return _in_batches(network.features, strips)


def scores_of(network: LabelEncoder, strips: np.ndarray) -> np.ndarray:
    """Logits (n, labels), float64, of strips (n, 8, 1000)."""
    return _in_batches(network, strips)


@torch.inference_mode()
def _in_batches(call, strips: np.ndarray) -> np.ndarray:
    parts = [call(torch.from_numpy(np.array(strips[i : i + 128]))) for i in range(0, len(strips), 128)]
    return torch.cat(parts).double().numpy() if parts else np.zeros((0, 0))

"""Told from real at a glance: how well a small fresh network tells twins from real recordings it has not seen.

The classifier two-sample test of Lopez-Paz and Oquab (ICLR 2017): where the two sets have one distribution, no
classifier does better than chance on strips that it was not trained on. The network is trained anew for every
question, on filtered leads that are each brought to unit spread, so that neither voltage nor a missing filter tells them apart.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.evaluation.metrics.auroc import auroc

#: What the network sees (Hz): the whole of it, and its parts.
BANDS = {"whole": (0.5, 40.0), "slow": (0.5, 4.0), "middle": (4.0, 12.0), "fast": (12.0, 40.0)}
FOLDS, EPOCHS, BATCH, RATE = 5, 20, 16, 3e-3
#: Every so many samples are looked at: nothing above 40 Hz is left.
STEP = 4


class Glance(nn.Module):
    """Strips (batch, 8, samples) at 125 Hz to one logit each."""

    def __init__(self):
        super().__init__()
        widths = (8, 16, 24, 32)
        self.layers = nn.Sequential(
            *(
                nn.Sequential(nn.Conv1d(a, b, 11, stride, 5), nn.GroupNorm(4, b), nn.GELU())
                for (a, b), stride in zip(pairwise(widths), (4, 2, 2), strict=True)
            )
        )
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * widths[-1], 1))

    def forward(self, strips: Tensor) -> Tensor:
        """Logits (batch,)."""
        h = self.layers(strips)
        return self.head(torch.cat([h.mean(dim=2), h.amax(dim=2)], dim=1))[:, 0]


def told_from_real(
    ours: np.ndarray, real: np.ndarray, seed: int, bands: tuple[str, ...] = tuple(BANDS)
) -> dict[str, float]:
    """Area under the curve by which twins are told from real recordings, by cross-validation.

    Parameters
    ----------
    ours, real : ndarray, shape (n, 8, samples)
        Millivolts at 500 Hz; no patient on both sides, nor twice on one.
    seed : int
        Of folds, weights and order.
    bands : tuple of str
        Of `BANDS`.

    Returns
    -------
    dict of str to float
        By band. 0.5 is chance; only beside the same figure of real against other real recordings does it mean
        anything, because 200 strips are few.
    """
    rng = np.random.default_rng(seed)
    is_ours = np.repeat([True, False], [len(ours), len(real)])
    # As many of either kind in every fold.
    fold = np.concatenate([rng.permutation(len(one)) % FOLDS for one in (ours, real)])
    found = {}
    for band in bands:
        strips = torch.from_numpy(np.concatenate([_seen(one, *BANDS[band]) for one in (ours, real)]))
        areas = []
        for k in range(FOLDS):
            scores = _scores(strips, is_ours, fold == k, seed * FOLDS + k)
            area = auroc(scores, is_ours[fold == k])
            if area is not None:
                areas.append(area)
        found[band] = float(np.mean(areas))
    return found


def real_floor(
    real: np.ndarray, size: int, seed: int, splits: int = 3, bands: tuple[str, ...] = tuple(BANDS)
) -> dict[str, list[float]]:
    """The same of two random sets of `size` real recordings: by band, one area for each split."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {band: [] for band in bands}
    for k in range(splits):
        order = rng.permutation(len(real))
        told = told_from_real(real[order[:size]], real[order[size : 2 * size]], seed + k, bands)
        for band, area in told.items():
            found[band].append(area)
    return found


def _seen(strips: np.ndarray, low: float, high: float) -> np.ndarray:
    """The strips between two frequencies, each lead at unit spread, at 125 Hz; (n, 8, samples), float32."""
    spectrum = np.fft.rfft(strips - strips.mean(axis=2, keepdims=True), axis=2)
    at = np.fft.rfftfreq(strips.shape[2], 1 / MODEL_RATE)
    # Edges of a tenth of the frequency: sharp ones ring.
    rise, fall = (np.clip((at / edge - 0.95) / 0.1, 0, 1) for edge in (low, high))
    kept = np.fft.irfft(spectrum * (rise * (1 - fall)), strips.shape[2], axis=2)[:, :, ::STEP]
    return (kept / np.maximum(kept.std(axis=2, keepdims=True), 1e-9)).astype(np.float32)


def _scores(strips: Tensor, is_ours: np.ndarray, tested: np.ndarray, seed: int) -> np.ndarray:
    """Logits of the tested strips by a network that saw the others."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    x, y = strips[~tested], torch.from_numpy(is_ours[~tested].astype(np.float32))
    network = Glance()
    steps = EPOCHS * -(-len(x) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x), generator=rng).split(BATCH):
            # A shift in time, so that no strip is known by where its beats lie.
            shift = int(torch.randint(x.shape[2], (), generator=rng))
            logits = network(torch.roll(x[rows], shift, dims=2))
            loss = nn.functional.binary_cross_entropy_with_logits(logits, y[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    network.eval()
    with torch.inference_mode():
        return network(strips[tested]).double().numpy()

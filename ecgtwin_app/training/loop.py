"""One training loop for every network: resume, warm-up, constant rate, linear decay, EMA, a log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from ecgtwin_app.training import parallel
from ecgtwin_app.training.checkpoint import Average, load_checkpoint, save_checkpoint

log = logging.getLogger(__name__)


def rate_factor(step: int, steps: int, warm_up: int = 150, decay: float = 0.3) -> float:
    """Learning-rate factor: linear warm-up, constant, linear to zero over the last `decay` share."""
    return min((step + 1) / warm_up, 1.0, max((steps - step) / (decay * steps), 0.0))


def train(
    module: nn.Module,
    batch_loss: Callable[[int, torch.Generator], Tensor],
    steps: int,
    checkpoint: Path,
    rate: float,
    seed: int,
    every: int = 250,
    name: str = "",
) -> Average:
    """Train `module` to `steps`, going on from `checkpoint` if it exists.

    Parameters
    ----------
    batch_loss : callable (step, generator) -> scalar Tensor
        Draws its batch from the generator, which is seeded by (seed, process, step): a resumed run sees
        the same batches as one that was never stopped.
    every : int
        Steps between checkpoints.

    Returns
    -------
    Average
        The moving average that is the trained model.
    """
    optimizer = torch.optim.AdamW(module.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    average = Average(module)
    start = load_checkpoint(checkpoint, module, average, optimizer)
    module.train()
    smooth, clock = None, time.monotonic()
    for step in range(start, steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * rate_factor(step, steps)
        generator = torch.Generator().manual_seed((seed * 64 + parallel.rank()) * 1_000_003 + step)
        loss = batch_loss(step, generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        parallel.average_gradients(module)
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        average.update(module, step)
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        if (step + 1) % 25 == 0:
            pace = (time.monotonic() - clock) / (step + 1 - start)
            log.info("%s step %d of %d, loss %.4f, %.2f s a step", name, step + 1, steps, smooth, pace)
        if parallel.rank() == 0 and ((step + 1) % every == 0 or step + 1 == steps):
            save_checkpoint(checkpoint, module, average, optimizer, step + 1)
    return average

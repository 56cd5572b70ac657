"""One training loop for every network: resume, warm-up, constant rate, linear decay, EMA, a log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path

import torch
from torch import Tensor, nn

from ecgtwin_app.training import parallel
from ecgtwin_app.training.checkpoint import Average, load_checkpoint, save_checkpoint

log = logging.getLogger(__name__)


def rate_factor(step: int, steps: int, warm_up: int = 150, decay: float = 0.3) -> float:
    """Learning-rate factor: linear warm-up, constant, linear to zero over the last `decay` share."""
    return min((step + 1) / warm_up, 1.0, max((steps - step) / (decay * steps), 0.0))


class _StepLoss(nn.Module):
    """The loss of a step as a module's forward pass, which is where precision and gradients are looked after."""

    def __init__(self, module: nn.Module, batch_loss: Callable[[int, torch.Generator], Tensor]):
        super().__init__()
        self.module, self.batch_loss = module, batch_loss

    def forward(self, step: int, generator: torch.Generator) -> Tensor:
        return self.batch_loss(step, generator)


def train(
    module: nn.Module,
    batch_loss: Callable[[int, torch.Generator], Tensor],
    steps: int,
    checkpoint: Path,
    rate: float,
    seed: int,
    every: int = 250,
    name: str = "",
    kept: Collection[int] = (),
) -> Average:
    """Train `module` to `steps`, going on from `checkpoint` if it exists.

    It moves to the device of `parallel.engine` and stays there.

    Parameters
    ----------
    batch_loss : callable (step, generator) -> scalar Tensor
        Draws its batch from the generator, which is seeded by (seed, process, step): a resumed run sees
        the same batches as one that was never stopped.
    every : int
        Steps between checkpoints.
    kept : collection of int
        Steps whose checkpoint stays, beside the last one's; see `kept_checkpoint`.

    Returns
    -------
    Average
        The moving average that is the trained model.
    """
    engine = parallel.engine()
    loss_of = _StepLoss(module, batch_loss)
    optimizer = torch.optim.AdamW(module.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    loss_of, optimizer = engine.prepare(loss_of, optimizer)
    average = Average(module)
    start = load_checkpoint(checkpoint, module, average, optimizer)
    module.train()
    smooth, clock = None, time.monotonic()
    for step in range(start, steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * rate_factor(step, steps)
        loss = loss_of(step, generator_of(seed, step))
        optimizer.zero_grad(set_to_none=True)
        engine.backward(loss)
        engine.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        average.update(module, step)
        # Read only when it is written down: reading waits for the device.
        smooth = loss.detach() if smooth is None else smooth.lerp(loss.detach(), 0.02)
        if (step + 1) % 25 == 0:
            pace = (time.monotonic() - clock) / (step + 1 - start)
            log.info("%s step %d of %d, loss %.4f, %.2f s a step", name, step + 1, steps, smooth, pace)
        if parallel.rank() == 0 and ((step + 1) % every == 0 or step + 1 == steps):
            save_checkpoint(checkpoint, module, average, optimizer, step + 1)
        if parallel.rank() == 0 and step + 1 in kept:
            save_checkpoint(kept_checkpoint(checkpoint, step + 1), module, average, optimizer, step + 1)
    return average


def kept_checkpoint(checkpoint: Path, step: int) -> Path:
    """Where the checkpoint of a step stays."""
    return checkpoint.with_name(f"{checkpoint.stem}_{step}{checkpoint.suffix}")


def generator_of(seed: int, step: int) -> torch.Generator:
    """The random numbers of one step in this process."""
    return torch.Generator().manual_seed((seed * 64 + parallel.rank()) * 1_000_003 + step)

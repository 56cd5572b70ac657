"""Data parallel training under `torchrun`: every process draws its share of a batch, gradients are averaged.

One process a core beats one process with many threads on a busy machine: the processes meet once a step
instead of at every layer. On GPUs the same start gives one process a GPU.
"""

from __future__ import annotations

import os

import torch
import torch.distributed as dist
from torch import nn


def start() -> None:
    """Join the group that `torchrun` announces; alone, do nothing."""
    if "WORLD_SIZE" in os.environ and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def processes() -> int:
    """How many train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """The number of this process; 0 writes files."""
    return dist.get_rank() if dist.is_initialized() else 0


def wait() -> None:
    """Go on when all have come here."""
    if dist.is_initialized():
        dist.barrier()


def average_gradients(module: nn.Module) -> None:
    """Give every process the mean of all gradients, in one exchange."""
    if processes() == 1:
        return
    gradients = [p.grad for p in module.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= processes()
    for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients])):
        gradient.copy_(mean.view_as(gradient))

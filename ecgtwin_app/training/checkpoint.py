"""Checkpoints in safetensors and JSON: a run can stop anywhere and go on as if it had not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ecgtwin_app.ecg.signal.recording import EcgError


class Average:
    """Exponential moving average of a module's parameters and floating buffers, with a warm-up."""

    def __init__(self, module: nn.Module, decay: float = 0.9985):
        self.decay = decay
        self.values = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards the module's present values."""
        keep = min(self.decay, (1 + step) / (10 + step))
        for name, value in module.state_dict().items():
            self.values[name].lerp_(value, 1 - keep)


def save_checkpoint(
    path: Path, module: nn.Module, average: Average, optimizer: torch.optim.Optimizer, step: int
) -> None:
    """Write atomically: the old checkpoint stays until the new one is whole."""
    tensors: dict[str, Tensor] = {f"module/{k}": v for k, v in module.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in average.values.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{k}": torch.as_tensor(v) for k, v in state.items()}
    part = path.with_suffix(".part")
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    save_file(tensors, part, metadata={"step": json.dumps(step)})
    os.replace(part, path)


def load_checkpoint(path: Path, module: nn.Module, average: Average, optimizer: torch.optim.Optimizer) -> int:
    """Restore what `save_checkpoint` wrote; returns the step to go on from (0 when there is none).

    Raises
    ------
    EcgError
        The checkpoint is of another network.
    """
    step = checkpoint_step(path)
    if step == 0:
        return 0
    tensors = load_file(path)
    state: dict[int, dict] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer/"):
            _, index, key = name.split("/")
            state.setdefault(int(index), {})[key] = value
    try:
        module.load_state_dict(_part(tensors, "module/"))
        for name, value in average.values.items():
            value.copy_(tensors[f"average/{name}"])
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    except (RuntimeError, KeyError, ValueError) as error:
        raise EcgError(
            "{file} in the work folder is of a network of another size; use a new work folder.",
            file=path.name,
        ) from error
    return step


def checkpoint_step(path: Path) -> int:
    """How many steps a checkpoint has been trained; 0 when there is none. `EcgError` when it is damaged."""
    if not path.exists():
        return 0
    try:
        with safe_open(path, "pt") as file:
            return int(json.loads(file.metadata()["step"]))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise EcgError(
            "{file} in the work folder is no checkpoint; delete it, and its stage starts again.",
            file=path.name,
        ) from error


def load_averages(path: Path, module: nn.Module) -> None:
    """Give `module` the moving averages of a checkpoint: the trained network.

    Raises
    ------
    EcgError
        The checkpoint is of another network.
    """
    try:
        module.load_state_dict(_part(load_file(path), "average/"))
    except RuntimeError as error:
        raise EcgError(
            "{file} in the work folder is of a network of another size; use a new work folder.",
            file=path.name,
        ) from error


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

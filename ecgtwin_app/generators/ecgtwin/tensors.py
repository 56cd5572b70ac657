"""Arrays as tensors, where a module of torch is asked directly."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import torch


def as_tensors(part: Any, device: str | torch.device = "cpu") -> Any:
    """An array, or a dataclass of arrays, as tensors on a device; tensors are moved there."""
    if isinstance(part, np.ndarray):
        return torch.from_numpy(part).to(device)
    if isinstance(part, torch.Tensor):
        return part.to(device)
    return replace(
        part, **{field.name: as_tensors(getattr(part, field.name), device) for field in fields(part)}
    )

"""A network's weights as a safetensors file of half precision, and back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import nn

from ecgtwin_app.generators.manifest import WeightsError

#: Parameters with fewer numbers stay in single precision: the systems' steps and frequencies are among them.
LEAST_HALVED = 2048


def write_state(network: nn.Module, path: Path, name: str) -> str:
    """Write the weights, whole or not at all; returns the file's SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        key: value.detach()
        .cpu()
        .to(torch.float16 if value.numel() >= LEAST_HALVED else value.dtype)
        .contiguous()
        for key, value in network.state_dict().items()
    }
    part = path.with_suffix(f"{path.suffix}.part")
    save_file(tensors, part, metadata={"model": name})
    part.chmod(0o644)
    part.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_state(network: nn.Module, content: bytes, file: str) -> None:
    """Give a network the weights of a file, in single precision and in evaluation mode; `WeightsError` when they are of
    another network."""
    try:
        state = {key: value.float() for key, value in load(content).items()}
        network.load_state_dict(state, assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError("The weights file {file} cannot be used: train it again.", file=file) from error
    network.eval().requires_grad_(False)

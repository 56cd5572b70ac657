"""The weights on disk as a module of torch, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file

from ecgtwin_app.generators.manifest import WeightsError, verified, write_manifest
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.sssd.weights import FILE, FOLDER, FORMAT, config_of, described

#: Parameters with fewer numbers stay in single precision: the systems' steps and frequencies are among them.
LEAST_HALVED = 2048


def save(network: Sssd, folder: Path, name: str, about: Mapping[str, Any]) -> None:
    """Write weights and manifest into `folder`.

    Parameters
    ----------
    about : mapping
        What the manifest says beside the hashes: training data, steps, seed, measured figures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        key: value.detach()
        .cpu()
        .to(torch.float16 if value.numel() >= LEAST_HALVED else value.dtype)
        .contiguous()
        for key, value in network.state_dict().items()
    }
    path, part = folder / FILE, folder / f"{FILE}.part"
    save_file(tensors, part, metadata={"model": name})
    part.chmod(0o644)
    part.replace(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    write_manifest(
        folder,
        {
            "format": FORMAT,
            "generator": FOLDER,
            "name": name,
            "config": described(network.config),
            "files": {FILE: digest},
            **about,
        },
    )


def load_module(folder: Path, manifest: Mapping[str, Any]) -> Sssd:
    """The network of a manifest, in evaluation mode; `WeightsError` when its file is not as the manifest says."""
    content = verified(folder, FILE, manifest["files"])
    with torch.device("meta"):
        network = Sssd(config_of(manifest))
    try:
        state = {key: value.float() for key, value in load(content).items()}
        network.load_state_dict(state, assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError("The weights file {file} cannot be used: train it again.", file=FILE) from error
    return network.eval().requires_grad_(False)

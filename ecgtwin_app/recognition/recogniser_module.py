"""The recogniser as a module of torch: written when it is trained, read where torch is to run it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load, save_file

from ecgtwin_app.recognition.network import Recogniser
from ecgtwin_app.recognition.weights import FORMAT, WEIGHTS, Trained, write_manifest


def module_of(content: bytes, labels: int) -> Recogniser:
    """The network of a weights file."""
    network = Recogniser(labels)
    network.load_state_dict({name: value.float() for name, value in load(content).items()})
    return network.eval().requires_grad_(False)


def save_recogniser(network: Recogniser, trained: Trained, folder: Path, about: dict) -> None:
    """Write half-precision weights and the manifest into `folder`.

    Parameters
    ----------
    about : dict
        What the manifest says beside: training, and figures by label.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WEIGHTS
    part = path.with_suffix(".part")
    tensors = {name: value.to(torch.float16).contiguous() for name, value in network.state_dict().items()}
    save_file(tensors, part)
    part.chmod(0o644)
    part.replace(path)
    labels = [
        {
            "name": name,
            "scale": round(float(scale), 4),
            "offset": round(float(offset), 4),
            "claims": round(trained.thresholds[name].claims, 4),
            "supports": round(trained.thresholds[name].supports, 4),
        }
        for name, scale, offset in zip(trained.labels, trained.scale, trained.offset, strict=True)
    ]
    manifest = {
        "format": FORMAT,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "labels": labels,
        **about,
    }
    write_manifest(folder, manifest)

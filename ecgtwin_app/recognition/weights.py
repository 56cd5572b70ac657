"""The trained recogniser on disk: one safetensors file, and a manifest of its own with its SHA-256 and thresholds.

It loads without the generator, and is loaded when it is first asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.recognition.network import Recogniser
from ecgtwin_app.recognition.probabilities import Threshold
from ecgtwin_app.resources import weight_path

WEIGHTS, MANIFEST = "recogniser.safetensors", "recogniser.json"
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Trained:
    """The network with what turns its logits into probabilities.

    Attributes
    ----------
    network : Recogniser
    labels : tuple of str
    scale, offset : ndarray, shape (labels,)
        The probability is the logistic of ``scale * logit + offset``.
    thresholds : mapping of str to Threshold
    """

    network: Recogniser
    labels: tuple[str, ...]
    scale: np.ndarray
    offset: np.ndarray
    thresholds: Mapping[str, Threshold]

    @torch.inference_mode()
    def probabilities(self, strips: np.ndarray) -> dict[str, float]:
        """By label, the mean over strips (n, 8, 1000) as `recognition.strip` makes them."""
        logits = self.network(torch.from_numpy(strips)).double().numpy()
        shares = calibrated(logits, self.scale, self.offset).mean(0)
        return dict(zip(self.labels, map(float, shares), strict=True))


def calibrated(logits: np.ndarray, scale: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Probabilities (n, labels) of logits."""
    return 1 / (1 + np.exp(-np.clip(scale * logits + offset, -30, 30)))


def save_recogniser(trained: Trained, folder: Path, about: dict) -> None:
    """Write half-precision weights and the manifest into `folder`.

    Parameters
    ----------
    about : dict
        What the manifest says beside: training, and figures by label.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WEIGHTS
    part = path.with_suffix(".part")
    tensors = {
        name: value.to(torch.float16).contiguous() for name, value in trained.network.state_dict().items()
    }
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
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


@lru_cache(maxsize=1)
def load_recogniser() -> Trained | None:
    """The recogniser that comes with the program; None where it has none."""
    try:
        path = weight_path(MANIFEST)
    except FileNotFoundError:
        return None
    return read_recogniser(path.parent)


def read_recogniser(folder: Path) -> Trained:
    """Read and verify the recogniser in `folder`; `EcgError` when anything is not as its manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        intact = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest() == manifest["sha256"]
        if not intact or manifest["format"] != FORMAT:
            raise ValueError("another file")
        labels = manifest["labels"]
        network = Recogniser(len(labels))
        network.load_state_dict({name: value.float() for name, value in load_file(folder / WEIGHTS).items()})
        return Trained(
            network.eval().requires_grad_(False),
            tuple(label["name"] for label in labels),
            np.array([label["scale"] for label in labels]),
            np.array([label["offset"] for label in labels]),
            {label["name"]: Threshold(label["claims"], label["supports"]) for label in labels},
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise EcgError(
            "The weights file {file} is damaged: reinstall the application.", file=WEIGHTS
        ) from error

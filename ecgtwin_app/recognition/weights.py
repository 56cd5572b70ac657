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
from typing import Any

import numpy as np
from safetensors import SafetensorError

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.inference import USUAL_BACKEND, Network, OnnxNetwork, TorchNetwork, chosen
from ecgtwin_app.recognition.probabilities import Threshold
from ecgtwin_app.recognition.rhythm import evenness
from ecgtwin_app.resources import weight_path

WEIGHTS, ONNX, MANIFEST = "recogniser.safetensors", "recogniser.onnx", "recogniser.json"
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Trained:
    """The network with what turns its logits into probabilities.

    Attributes
    ----------
    network : Network
        Inputs "strips" and "rhythm", output "logits".
    labels : tuple of str
    scale, offset : ndarray, shape (labels,)
        The probability is the logistic of ``scale * logit + offset``.
    thresholds : mapping of str to Threshold
    """

    network: Network
    labels: tuple[str, ...]
    scale: np.ndarray
    offset: np.ndarray
    thresholds: Mapping[str, Threshold]

    def probabilities(self, strips: np.ndarray) -> dict[str, float]:
        """By label, the mean over strips (n, 8, 1000) as `recognition.strip` makes them."""
        (logits,) = self.network({"strips": strips, "rhythm": evenness(strips)}, ("logits",))
        shares = calibrated(logits.astype(np.float64), self.scale, self.offset).mean(0)
        return dict(zip(self.labels, map(float, shares), strict=True))


def calibrated(logits: np.ndarray, scale: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Probabilities (n, labels) of logits."""
    return 1 / (1 + np.exp(-np.clip(scale * logits + offset, -30, 30)))


@lru_cache(maxsize=2)
def load_recogniser(backend: str = USUAL_BACKEND) -> Trained | None:
    """The recogniser that comes with the program; None where it has none."""
    try:
        path = weight_path(MANIFEST)
    except FileNotFoundError:
        return None
    return read_recogniser(path.parent, backend)


def read_recogniser(folder: Path, backend: str = USUAL_BACKEND) -> Trained:
    """Read and verify the recogniser in `folder`; `EcgError` when anything is not as its manifest says."""
    manifest = read_manifest(folder)
    exported = isinstance(manifest.get("onnx_sha256"), str) and (folder / ONNX).is_file()
    backend, _ = chosen(backend, "cpu", exported)
    try:
        labels = manifest["labels"]
        if backend == "onnx":
            network: Network = OnnxNetwork(folder / ONNX, manifest["onnx_sha256"])
        else:
            network = _by_torch((folder / WEIGHTS).read_bytes(), manifest["sha256"], len(labels))
        return Trained(
            network,
            tuple(label["name"] for label in labels),
            np.array([label["scale"] for label in labels]),
            np.array([label["offset"] for label in labels]),
            {label["name"]: Threshold(label["claims"], label["supports"]) for label in labels},
        )
    except EcgError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise _damaged(WEIGHTS) from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest in `folder` says; `EcgError` where it cannot be read or is of another version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ValueError("another version")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(WEIGHTS) from error
    return manifest


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest into `folder`."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _by_torch(content: bytes, sha256: str, labels: int) -> Network:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError("another file")
    from ecgtwin_app.recognition.recogniser_module import module_of

    return TorchNetwork(module_of(content, labels))


def _damaged(file: str) -> EcgError:
    return EcgError("The weights file {file} is damaged: reinstall the application.", file=file)

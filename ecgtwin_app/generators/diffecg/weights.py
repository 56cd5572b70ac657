"""Weights on disk: a safetensors file of half precision, a file for ONNX Runtime made of it, and their manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecgtwin_app.generators.diffecg.config import DiffecgConfig
from ecgtwin_app.generators.manifest import MANIFEST, ONNX, WeightsError, digest_of, verified
from ecgtwin_app.inference import Network, OnnxNetwork, TorchNetwork, chosen
from ecgtwin_app.resources import weight_path

#: The folder of those that ship, below `weights/`; and the files in it.
FOLDER, FILE, ONNX_FILE = "diffecg", "diffecg.safetensors", "diffecg.onnx"
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Weights:
    """The network, ready to be asked.

    Attributes
    ----------
    config : DiffecgConfig
    network : Network
        Inputs and output as `graphs` names them.
    spread : mapping of str to float
        By kind of hiding (`config.KINDS`), by how much draws are spread about their middle so that bands are as wide as they have to be; measured on
        training patients of which nothing was learned.
    name, sha256 : str
    backend, device : str
    """

    config: DiffecgConfig
    network: Network
    spread: Mapping[str, float]
    name: str
    sha256: str
    backend: str
    device: str


def folder_of(weights: Path | None) -> Path:
    """The folder that is meant; `WeightsError` where it holds no manifest."""
    try:
        folder = weights or weight_path(FOLDER)
        if (folder / MANIFEST).is_file():
            return folder
    except FileNotFoundError:
        pass
    raise WeightsError(
        "The weights of the generator 'diffecg' are not there; train them with 'ecgtwin train diffecg', or choose the"
        " folder that holds them."
    )


def is_folder(folder: Path) -> bool:
    """Whether a folder holds weights of this generator."""
    try:
        read_manifest(folder)
    except WeightsError:
        return False
    return True


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest in `folder` says; `WeightsError` when it cannot be read or is of another kind."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] == FORMAT and manifest["generator"] == FOLDER:
            config_of(manifest)
            return manifest
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise WeightsError(
        "The manifest in {folder} is none of the generator 'diffecg'; choose its folder.", folder=folder.name
    )


def config_of(manifest: Mapping[str, Any]) -> DiffecgConfig:
    """Sizes of the weights."""
    return DiffecgConfig(**manifest["config"])


def described(config: DiffecgConfig) -> dict[str, Any]:
    """A network's sizes as a manifest has them."""
    return asdict(config)


def load(weights: Path | None, backend: str, device: str) -> Weights:
    """Read and verify the weights in a folder, or those that ship.

    Raises
    ------
    WeightsError
        They are missing, or anything is not as the manifest says.
    EcgError
        Backend or device are not there.
    """
    folder = folder_of(weights)
    manifest = read_manifest(folder)
    exported = ONNX_FILE in manifest.get(ONNX, {}) and (folder / ONNX_FILE).is_file()
    backend, device = chosen(backend, device, exported)
    network: Network
    if backend == "onnx":
        verified(folder, FILE, manifest["files"])
        network = OnnxNetwork(folder / ONNX_FILE, manifest[ONNX][ONNX_FILE], device)
    else:
        from ecgtwin_app.generators.diffecg.graphs import Prediction
        from ecgtwin_app.generators.diffecg.module import load_module

        network = TorchNetwork(Prediction(load_module(folder, manifest).to(device)), device)
    spread = {name: float(value) for name, value in manifest.get("spread", {}).items()}
    return Weights(
        config_of(manifest), network, spread, manifest["name"], digest_of(manifest), backend, device
    )

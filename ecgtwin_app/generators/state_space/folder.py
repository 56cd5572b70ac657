"""The folder of a generator's weights: one network in half precision, its file for ONNX Runtime, and their manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecgtwin_app.generators.manifest import MANIFEST, ONNX, WeightsError, digest_of, verified
from ecgtwin_app.inference import Network, OnnxNetwork, TorchNetwork, chosen
from ecgtwin_app.resources import weight_path

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Weights:
    """A network, ready to be asked.

    Attributes
    ----------
    config : object
        What the network is like, of the generator's own kind.
    network : Network
        Inputs and output as the generator's `graphs` name them.
    manifest : mapping
    name, sha256 : str
    backend, device : str
    """

    config: Any
    network: Network
    manifest: Mapping[str, Any]
    name: str
    sha256: str
    backend: str
    device: str


@dataclass(frozen=True)
class WeightsFolder:
    """Where a generator has its weights, and how they are read.

    Attributes
    ----------
    id : str
        The generator, the folder of what ships below `weights/`, and the stem of its files.
    config : callable
        What a network is like, of the manifest's numbers by name; `KeyError` or `TypeError` for others.
    """

    id: str
    config: Callable[..., Any]

    @property
    def file(self) -> str:
        """Of the weights."""
        return f"{self.id}.safetensors"

    @property
    def onnx_file(self) -> str:
        """For ONNX Runtime."""
        return f"{self.id}.onnx"

    def find(self, weights: Path | None) -> Path:
        """The folder that is meant; `WeightsError` where it holds no manifest."""
        try:
            folder = weights or weight_path(self.id)
            if (folder / MANIFEST).is_file():
                return folder
        except FileNotFoundError:
            pass
        raise WeightsError(
            "The weights of the generator '{generator}' are not there; train them with 'ecgtwin train {generator}', or"
            " choose the folder that holds them.",
            generator=self.id,
        )

    def holds(self, folder: Path) -> bool:
        """Whether a folder holds weights of this generator."""
        try:
            self.manifest(folder)
        except WeightsError:
            return False
        return True

    def manifest(self, folder: Path) -> dict[str, Any]:
        """What the manifest in `folder` says; `WeightsError` when it cannot be read or is of another kind."""
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] == FORMAT and manifest["generator"] == self.id:
                self.config_of(manifest)
                return manifest
        except (OSError, ValueError, KeyError, TypeError):
            pass
        raise WeightsError(
            "The manifest in {folder} is none of the generator '{generator}'; choose its folder.",
            folder=folder.name,
            generator=self.id,
        )

    def config_of(self, manifest: Mapping[str, Any]) -> Any:
        """What the network of a manifest is like; lists of the file are tuples."""
        return self.config(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in manifest["config"].items()}
        )

    def described(self, name: str, config: Any, digest: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """What a manifest says of weights whose file has a hash."""
        return {
            "format": FORMAT,
            "generator": self.id,
            "name": name,
            "config": asdict(config),
            "files": {self.file: digest},
            **about,
        }

    def load(
        self,
        weights: Path | None,
        backend: str,
        device: str,
        module: Callable[[Path, Mapping[str, Any]], Any],
    ) -> Weights:
        """Read and verify the weights in a folder, or those that ship.

        Parameters
        ----------
        module : callable (folder, manifest) -> torch.nn.Module
            Reads the network of torch, where that is asked; it can be given other devices, and answers by name.

        Raises
        ------
        WeightsError
            They are missing, or anything is not as the manifest says.
        EcgError
            Backend or device are not there.
        """
        folder = self.find(weights)
        manifest = self.manifest(folder)
        exported = self.onnx_file in manifest.get(ONNX, {}) and (folder / self.onnx_file).is_file()
        backend, device = chosen(backend, device, exported)
        network: Network
        if backend == "onnx":
            verified(folder, self.file, manifest["files"])
            network = OnnxNetwork(folder / self.onnx_file, manifest[ONNX][self.onnx_file], device)
        else:
            network = TorchNetwork(module(folder, manifest).to(device), device)
        config = self.config_of(manifest)
        return Weights(config, network, manifest, manifest["name"], digest_of(manifest), backend, device)

"""Weights on disk as modules of torch: safetensors files of half precision, beside their manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file

from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.manifest import FORMAT, OPTIONAL, PARTS, config_of, read_manifest
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.manifest import WeightsError, digest_of, verified, write_manifest


@dataclass(eq=False)
class TwinModel:
    """The networks and what identifies them.

    Attributes
    ----------
    ensemble : Ensemble
    rhythm : RhythmModel or None
        None where no rhythm model was trained. It stays on the CPU: its many small steps are faster there.
    name : str
    sha256 : str
        Hash over the hashes of all files, short for provenance.
    """

    ensemble: Ensemble
    name: str
    sha256: str
    rhythm: RhythmModel | None = None

    @property
    def config(self) -> AdaXConfig:
        """Sizes and statements."""
        return self.ensemble.config

    def to(self, device: str) -> TwinModel:
        """Move all parts to a device, in evaluation mode."""
        self.ensemble.to(device).eval().requires_grad_(False)
        if self.rhythm is not None:
            self.rhythm.to("cpu").eval().requires_grad_(False)
        return self


def build(config: AdaXConfig, name: str = "untrained", sha256: str = "") -> TwinModel:
    """A model with fresh weights, without a rhythm model."""
    return TwinModel(Ensemble(config), name, sha256)


def save(model: TwinModel, folder: Path, about: dict) -> None:
    """Write half-precision safetensors and the manifest into `folder`.

    Parameters
    ----------
    about : dict
        What the manifest says beside the hashes: training data, steps, seed, measured figures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for part in PARTS:
        if part == OPTIONAL and model.rhythm is None:
            continue
        tensors = {k: v.to(torch.float16).contiguous() for k, v in getattr(model, part).state_dict().items()}
        path = folder / f"{part}.safetensors"
        part_path = path.with_suffix(".part")
        save_file(tensors, part_path, metadata={"model": model.name, "part": part})
        part_path.chmod(0o644)
        part_path.replace(path)
        files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = {
        "format": FORMAT,
        "name": model.name,
        "config": model.config.to_json(),
        "files": files,
        **about,
    }
    write_manifest(folder, manifest)


def load_modules(folder: Path) -> TwinModel:
    """Read and verify the weights in `folder`; `WeightsError` when anything is not as the manifest says."""
    manifest = read_manifest(folder)
    model = build(config_of(manifest), manifest["name"], digest_of(manifest))
    if f"{OPTIONAL}.safetensors" in manifest["files"]:
        model.rhythm = RhythmModel(len(model.config.statements))
    for part in PARTS:
        if part == OPTIONAL and model.rhythm is None:
            continue
        name = f"{part}.safetensors"
        content = verified(folder, name, manifest["files"])
        try:
            getattr(model, part).load_state_dict({k: v.float() for k, v in load(content).items()})
        except (KeyError, SafetensorError, RuntimeError) as error:
            raise WeightsError(
                "The weights file {file} cannot be used: reinstall the application.", file=name
            ) from error
    return model.to("cpu")

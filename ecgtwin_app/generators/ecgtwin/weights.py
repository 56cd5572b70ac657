"""Weights on disk: safetensors files, and a manifest with their SHA-256. Nothing else is ever loaded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import AdaXConfig
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel

MANIFEST = "manifest.json"
FORMAT = 6
PARTS = ("ensemble", "rhythm")
#: Part that weights can lack.
OPTIONAL = "rhythm"


class WeightsError(EcgError):
    """The weights are missing, damaged or of another kind. One sentence for the user."""


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
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def load(folder: Path) -> TwinModel:
    """Read and verify the weights in `folder`; `WeightsError` when anything is not as the manifest says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WeightsError(
            "The model's weights are not there: reinstall the application or run 'ecgtwin train'."
        ) from None
    except (OSError, ValueError):
        raise WeightsError(
            "The manifest of the model's weights cannot be read: reinstall the application."
        ) from None
    if manifest.get("format") != FORMAT:
        raise WeightsError("The model's weights are of another version: reinstall the application.")
    sizes: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in manifest["config"].items()}
    config = AdaXConfig(**sizes)
    digest = hashlib.sha256(
        "".join(manifest["files"][k] for k in sorted(manifest["files"])).encode()
    ).hexdigest()
    model = build(config, manifest["name"], digest)
    if f"{OPTIONAL}.safetensors" in manifest["files"]:
        model.rhythm = RhythmModel(len(config.statements))
    for part in PARTS:
        if part == OPTIONAL and model.rhythm is None:
            continue
        path = folder / f"{part}.safetensors"
        try:
            intact = hashlib.sha256(path.read_bytes()).hexdigest() == manifest["files"][path.name]
            if not intact:
                raise WeightsError(
                    "The weights file {file} is damaged: reinstall the application.", file=path.name
                )
            tensors = {k: v.float() for k, v in load_file(path).items()}
            getattr(model, part).load_state_dict(tensors)
        except (OSError, KeyError, SafetensorError, RuntimeError) as error:
            raise WeightsError(
                "The weights file {file} cannot be used: reinstall the application.", file=path.name
            ) from error
    return model.to("cpu")

"""The networks run by ONNX Runtime. Torch is not needed but for gradients, and imported only then."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.numpy import load

from ecgtwin_app.generators.ecgtwin.loaded import Networks
from ecgtwin_app.generators.ecgtwin.manifest import config_of
from ecgtwin_app.generators.ecgtwin.rhythm_drawing import RhythmComposer
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.generators.manifest import ONNX, WeightsError, digest_of, verified
from ecgtwin_app.inference import OnnxNetwork

if TYPE_CHECKING:
    from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble

#: Files of the ensemble and of the rhythm model, in the order of `WaveDrawer` and `RhythmComposer`.
OF_ENSEMBLE = ("identity.onnx", "velocity.onnx")
OF_RHYTHM = ("rhythm_known.onnx", "rhythm_step.onnx", "rhythm_when.onnx")


def exported(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the weights have files for ONNX Runtime."""
    files = manifest.get(ONNX, {})
    return all(name in files and (folder / name).is_file() for name in OF_ENSEMBLE)


def read_with_onnx(folder: Path, manifest: Mapping[str, Any], device: str) -> Networks:
    """The networks of a folder, each file verified; `WeightsError` where one is another than the manifest says."""
    name = "ensemble.safetensors"
    try:
        numbers = load(verified(folder, name, manifest["files"]))
    except SafetensorError as error:
        raise WeightsError(
            "The weights file {file} cannot be used: reinstall the application.", file=name
        ) from error
    files = manifest[ONNX]
    identity, velocity = (OnnxNetwork(folder / file, files[file], device) for file in OF_ENSEMBLE)
    rhythm = None
    if all(file in files for file in OF_RHYTHM):
        # Its many small steps are faster on the processor.
        rhythm = RhythmComposer(*(OnnxNetwork(folder / file, files[file]) for file in OF_RHYTHM))
    drawer = WaveDrawer(config_of(manifest), numbers, identity, velocity)
    read = None if find_spec("torch") is None else cache(partial(_ensemble, folder))
    return Networks(drawer, rhythm, manifest["name"], digest_of(manifest), "onnx", device, read_ensemble=read)


def _ensemble(folder: Path) -> Ensemble:
    from ecgtwin_app.generators.ecgtwin.weights import load_modules  # not earlier: torch

    return load_modules(folder).ensemble

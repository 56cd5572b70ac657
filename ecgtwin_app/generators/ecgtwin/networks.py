"""Loads the networks with what is to run them. Torch is imported only where it is that."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.generators.ecgtwin.loaded import Networks
from ecgtwin_app.generators.ecgtwin.manifest import read_manifest
from ecgtwin_app.generators.ecgtwin.onnx_networks import exported
from ecgtwin_app.inference import chosen


def load(folder: Path, backend: str, device: str) -> Networks:
    """Read and verify the weights in `folder`.

    Parameters
    ----------
    backend, device : str
        As they are asked for; see `inference.chosen`.

    Raises
    ------
    WeightsError
        Anything is not as the manifest says.
    EcgError
        Backend or device are not there.
    """
    manifest = read_manifest(folder)
    backend, device = chosen(backend, device, exported(folder, manifest))
    if backend == "onnx":
        from ecgtwin_app.generators.ecgtwin.onnx_networks import read_with_onnx

        return read_with_onnx(folder, manifest, device)
    from ecgtwin_app.generators.ecgtwin.torch_networks import read_with_torch

    return read_with_torch(folder, device)

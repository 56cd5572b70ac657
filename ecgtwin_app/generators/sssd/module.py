"""The weights on disk as a module of torch, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ecgtwin_app.generators.manifest import verified, write_manifest
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.sssd.weights import FOLDER
from ecgtwin_app.generators.state_space.stored import read_state, write_state


def save(network: Sssd, folder: Path, name: str, about: Mapping[str, Any]) -> None:
    """Write weights and manifest into `folder`.

    Parameters
    ----------
    about : mapping
        What the manifest says beside the hashes: training data, steps, seed, measured figures.
    """
    digest = write_state(network, folder / FOLDER.file, name)
    write_manifest(folder, FOLDER.described(name, network.config, digest, about))


def load_module(folder: Path, manifest: Mapping[str, Any]) -> Sssd:
    """The network of a manifest, in evaluation mode; `WeightsError` when its file is not as the manifest says."""
    content = verified(folder, FOLDER.file, manifest["files"])
    with torch.device("meta"):
        network = Sssd(FOLDER.config_of(manifest))
    read_state(network, content, FOLDER.file)
    return network

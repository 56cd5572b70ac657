"""Where the generator's weights are, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgtwin_app.generators.sssd.config import SssdConfig
from ecgtwin_app.generators.state_space.folder import Weights, WeightsFolder

FOLDER = WeightsFolder("sssd", SssdConfig)


def load(weights: Path | None, backend: str, device: str) -> Weights:
    """The weights in a folder, or those that ship; see `WeightsFolder.load`."""
    return FOLDER.load(weights, backend, device, _module)


def _module(folder: Path, manifest: Mapping[str, Any]):
    from ecgtwin_app.generators.sssd.graphs import Prediction
    from ecgtwin_app.generators.sssd.module import load_module

    return Prediction(load_module(folder, manifest))

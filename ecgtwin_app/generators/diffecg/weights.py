"""Where the generator's weights are, and how they are read.

Beside what every manifest says theirs has "spread": by kind of hiding (`config.KINDS`), by how much draws are spread about their
middle so that bands are as wide as they have to be; measured on training patients of whom nothing was learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgtwin_app.generators.diffecg.config import DiffecgConfig
from ecgtwin_app.generators.state_space.folder import Weights, WeightsFolder

FOLDER = WeightsFolder("diffecg", DiffecgConfig)


def load(weights: Path | None, backend: str, device: str) -> Weights:
    """The weights in a folder, or those that ship; see `WeightsFolder.load`."""
    return FOLDER.load(weights, backend, device, _module)


def _module(folder: Path, manifest: Mapping[str, Any]):
    from ecgtwin_app.generators.diffecg.graphs import Prediction
    from ecgtwin_app.generators.diffecg.module import load_module

    return Prediction(load_module(folder, manifest))

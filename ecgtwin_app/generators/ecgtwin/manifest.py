"""The manifest of the weights: its version, the networks that there are, and their sizes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.manifest import MANIFEST, WeightsError

FORMAT = 7
PARTS = ("ensemble", "rhythm")
#: Part that weights can lack.
OPTIONAL = "rhythm"


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest in `folder` says; `WeightsError` when it is not there or of another version."""
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
    return manifest


def config_of(manifest: Mapping[str, Any]) -> AdaXConfig:
    """Sizes and statements of the weights."""
    sizes: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in manifest["config"].items()}
    return AdaXConfig(**sizes)

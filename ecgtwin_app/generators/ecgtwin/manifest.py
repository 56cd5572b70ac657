"""The manifest of the weights: which files there are, with their SHA-256. Nothing else is ever loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig

MANIFEST = "manifest.json"
FORMAT = 7
PARTS = ("ensemble", "rhythm")
#: Part that weights can lack.
OPTIONAL = "rhythm"
#: Key of the files that ONNX Runtime reads.
ONNX = "onnx"


class WeightsError(EcgError):
    """The weights are missing, damaged or of another kind. One sentence for the user."""


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


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest into `folder`."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def config_of(manifest: Mapping[str, Any]) -> AdaXConfig:
    """Sizes and statements of the weights."""
    sizes: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in manifest["config"].items()}
    return AdaXConfig(**sizes)


def digest_of(manifest: Mapping[str, Any]) -> str:
    """Hash over the hashes of all files; those made of them for ONNX Runtime are the same weights."""
    files = manifest["files"]
    return hashlib.sha256("".join(files[name] for name in sorted(files)).encode()).hexdigest()


def verified(folder: Path, name: str, files: Mapping[str, str]) -> bytes:
    """A file's content; `WeightsError` when it is not the one that `files` has the hash of."""
    try:
        content = (folder / name).read_bytes()
        intact = hashlib.sha256(content).hexdigest() == files[name]
    except (OSError, KeyError) as error:
        raise WeightsError(
            "The weights file {file} cannot be used: reinstall the application.", file=name
        ) from error
    if not intact:
        raise WeightsError("The weights file {file} is damaged: reinstall the application.", file=name)
    return content

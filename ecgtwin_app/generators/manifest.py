"""What the manifests of all weights share: a JSON file that names the weights' files with their SHA-256.

Nothing but the files that it names is ever loaded, and none that is another than it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgtwin_app.ecg.signal.recording import EcgError

MANIFEST = "manifest.json"
#: Key of the files that ONNX Runtime reads.
ONNX = "onnx"


class WeightsError(EcgError):
    """The weights are missing, damaged or of another kind. One sentence for the user."""


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest into `folder`."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


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

"""Standard output: JSON for scripts, aligned text for people."""

from __future__ import annotations

import json


def print_json(document) -> None:
    """A document on standard output, for scripts."""
    print(json.dumps(document, indent=1, ensure_ascii=False))


def text_of(value) -> str:
    """A measured value as people read it."""
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)

"""JSON of anybody, for sessions, courses and presets."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """What a text says.

    Raises
    ------
    ValueError
        It is no JSON, nests without end, or holds halves of characters, which could not be written again.
    """
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nests too deep") from None
    return found

"""The full evaluation as a document: written by the command, read again under the names that keys have today."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

#: Keys of documents that earlier versions wrote, and what they are called now.
RENAMED = {"untouched": "preservation", "copies": "memorisation", "utility": "tstr"}


def write_report(path: Path, report: dict) -> dict[str, Any]:
    """Write a report; returns it as it can be read again."""
    plain = rounded(report)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return plain


def read_report(path: Path) -> dict[str, Any]:
    """Read a report of this version or of an earlier one."""
    return _renamed(json.loads(path.read_text(encoding="utf-8")))


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {RENAMED.get(key, key): _renamed(one) for key, one in value.items()}
    return [_renamed(one) for one in value] if isinstance(value, list) else value


def rounded(value: Any) -> Any:
    """Numbers to four digits, everything plain, NaN as null."""
    if isinstance(value, dict):
        return {str(k): rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(value) if isinstance(value, int) or number.is_integer() else float(f"{number:.4g}")

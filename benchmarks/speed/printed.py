"""What every part of this folder prints: a line a figure, or all of them as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any


def print_found(
    about: str, measured: Callable[[], Mapping[str, Any]], line: Callable[[str, Any], str]
) -> None:
    """Measure, and print what was found by name.

    Parameters
    ----------
    about : str
        The script's docstring.
    measured : callable
    line : callable (name, values) -> str
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    found = measured()
    if as_json:
        print(json.dumps(found))
        return
    for name, values in found.items():
        print(line(name, values))

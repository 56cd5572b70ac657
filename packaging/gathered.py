"""What was collected into an application, told by package: of Python, and of the system it was built on."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

import linux


@dataclass(frozen=True)
class Gathered:
    """The packages that travel.

    Attributes
    ----------
    python : dict of str to Distribution
        By name.
    system : dict of str to list of str
        Debian's packages and the libraries taken from them; elsewhere empty, for there all comes with
        packages of Python or is Microsoft's runtime.
    """

    python: dict[str, Distribution]
    system: dict[str, list[str]]


def gather(path: Path) -> Gathered:
    """Read the list that the recipe wrote; each file belongs to a package, or it is an error."""
    sources = {
        Path(source).resolve() for _, source in json.loads(path.read_text("utf-8")) if source not in ("", "-")
    }
    python, owned = {}, set()
    for distribution in distributions():
        files = {Path(str(distribution.locate_file(file))).resolve() for file in distribution.files or ()}
        if files & sources:
            python[distribution.metadata["Name"].lower()] = distribution
        owned |= files
    system: dict[str, list[str]] = {}
    ours, base = Path(__file__).resolve().parents[1], Path(sys.base_prefix).resolve()
    for source in sorted(sources - owned):
        if (
            not source.is_absolute()
            or source.is_relative_to(ours)
            or source.is_relative_to(base)
            or _is_made(source)
        ):
            continue
        package = linux.owner(source) if sys.platform == "linux" else None
        if package is None and sys.platform == "linux":
            raise SystemExit(f"Nobody is known to have made {source}; its licence cannot be told.")
        if package is not None:
            system.setdefault(package, []).append(source.name)
    return Gathered(dict(sorted(python.items())), dict(sorted(system.items())))


def _is_made(source: Path) -> bool:
    """Whether PyInstaller wrote it while it collected, or it is byte code of the environment."""
    return "pyinstaller" in str(source).lower() or source.is_relative_to(Path(sys.prefix).resolve())

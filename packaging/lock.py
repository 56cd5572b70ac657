"""Lock what an edition and the documentation's site are built from: exact versions and hashes, for all three systems.

    python packaging/lock.py [--also WHEEL...] [--only docs]

Writes packaging/locked/standard.txt, research.txt and docs.txt from pyproject.toml with `uv pip compile`. `--also`
names wheels whose hash counts as well: torch for processors lies on an index of its makers', under the
version that PyPI has for CUDA. To be run whenever a dependency in pyproject.toml changes;
tests/packaging/test_locked.py says when it was forgotten.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import parts

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "packaging" / "locked"
#: The site imports the program for its docstrings, so this one is installed beside the program's own packages.
LOCKS = (*parts.EDITIONS, "docs")
#: Asked for by torch for CUDA, which nothing is built with.
_FOR_CUDA = re.compile(r"nvidia-|cuda-|triton")


def wanted(edition: str) -> list[str]:
    """What an edition asks for by name: the program's own dependencies and the builder's tools; of "docs" the site's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    if edition == "docs":
        return project["optional-dependencies"]["docs"]
    there = [one for one in project["dependencies"] if name_of(one) not in parts.left_out(edition)]
    return [*there, *project["optional-dependencies"]["packaging"]]


def name_of(requirement: str) -> str:
    """The name of the package that a requirement asks for, in small letters."""
    return re.split(r"[=<>!\[; ]", requirement)[0].lower()


def blocks(text: str) -> dict[str, list[str]]:
    """The entries of a lock file by name: a version, a marker, the hashes.

    A name has several where the version depends on Python's.
    """
    entries = re.split(
        r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    )
    found: dict[str, list[str]] = {}
    for entry in filter(str.strip, entries):
        found.setdefault(name_of(entry), []).append(entry.strip())
    return found


def lock(edition: str, also: dict[str, list[str]]) -> str:
    """The text of a lock file.

    Parameters
    ----------
    edition : str
    also : dict of str to list of str
        SHA-256 by package that count beside those of the index.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("Locking needs uv; pip install uv.")
    command = [uv, "pip", "compile", "-", "--native-tls", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    done = subprocess.run(
        command, input="\n".join(wanted(edition)), capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    found = {name: entries for name, entries in blocks(done.stdout).items() if not _FOR_CUDA.match(name)}
    for name, hashes in also.items():
        for place, entry in enumerate(found.get(name, [])):
            more = [f"--hash=sha256:{one}" for one in hashes if one not in entry]
            found[name][place] = " \\\n    ".join([entry, *more])
    return "\n".join(entry for name in sorted(found) for entry in found[name]) + "\n"


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(prog="packaging/lock.py")
    parser.add_argument("--also", nargs="*", type=Path, default=[], metavar="WHEEL")
    parser.add_argument("--only", nargs="*", choices=LOCKS, default=LOCKS)
    chosen = parser.parse_args()
    also: dict[str, list[str]] = {}
    for wheel in chosen.also:
        name = wheel.name.split("-")[0].lower()
        also.setdefault(name, []).append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    FOLDER.mkdir(exist_ok=True)
    for edition in chosen.only:
        path = FOLDER / f"{edition}.txt"
        path.write_text(lock(edition, also), "utf-8", newline="\n")
        print(f"{path.relative_to(ROOT)}: {len(blocks(path.read_text('utf-8')))} packages")


if __name__ == "__main__":
    main()

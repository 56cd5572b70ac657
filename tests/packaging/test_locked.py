"""Builds install what was locked: every package at one version, with hashes, as pyproject.toml asks for it."""

from __future__ import annotations

import re
import sys

import pytest
from packaging.markers import Marker
from places import ROOT

sys.path.insert(0, str(ROOT / "packaging"))
import lock


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(params=lock.LOCKS)
def edition(request):
    return request.param


@pytest.fixture
def locked(edition):
    return lock.blocks((lock.FOLDER / f"{edition}.txt").read_text("utf-8"))


def test_every_package_has_one_version_and_hashes(locked):
    assert len(locked) > 30
    for name, block in [(name, entry) for name, entries in locked.items() for entry in entries]:
        first, *hashes = [line.strip(" \\") for line in block.splitlines()]
        assert re.fullmatch(rf"{re.escape(name)}==[\w.+!]+( ; .+)?", first), first
        assert hashes and all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), name


@pytest.mark.parametrize("python", ["3.11.7", "3.12.9", "3.13.5"])
def test_every_package_has_a_version_for_each_python(locked, python):
    """Two entries of one name, each for some versions of Python, are both kept."""
    for name, entries in locked.items():
        markers = [re.search(r" ; (.+?) *\\?$", entry.splitlines()[0]) for entry in entries]
        of_python = [found[1] for found in markers if found and "python" in found[1]]
        if len(of_python) == len(entries):
            there = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
            assert sum(Marker(one).evaluate(there) for one in of_python) == 1, name


def test_what_is_asked_for_is_locked_as_it_is_pinned(edition, locked):
    """Fails when a dependency changed and packaging/lock.py was not run."""
    versions = {name: re.search(r"==([\w.+!]+)", entries[0])[1] for name, entries in locked.items()}
    for requirement in lock.wanted(edition):
        name, version = re.fullmatch(r"([\w-]+)(?:\[[\w-]+\])?==([\w.]+)", requirement).groups()
        assert versions[_normal(name)] == version, f"{requirement}: run packaging/lock.py"


def test_torch_is_locked_for_the_researchers_and_nothing_of_cuda(edition, locked):
    assert ("torch" in locked) == (edition == "research") == ("captum" in locked)
    assert not [name for name in locked if name.startswith(("nvidia", "cuda", "triton"))]


def test_hashes_of_wheels_from_elsewhere_count_as_well(monkeypatch):
    def compiled(*_, **__):
        text = (
            "numpy==2.0\\\n    --hash=sha256:"
            + "a" * 64
            + "\n# a word\nnvidia-x==1 \\\n    --hash=sha256:"
            + "b" * 64
        )
        return lock.subprocess.CompletedProcess([], 0, text, "")

    monkeypatch.setattr(lock.shutil, "which", lambda name: name)
    monkeypatch.setattr(lock.subprocess, "run", compiled)
    text = lock.lock("standard", {"numpy": ["c" * 64], "torch": ["d" * 64]})
    assert text.count("--hash") == 2 and "c" * 64 in text and "nvidia" not in text and "word" not in text

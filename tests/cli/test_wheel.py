"""The wheel is whole: installed where the source tree is not, the program makes a twin with the weights in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy
import pytest
from places import ROOT

_SOURCES = ("ecgtwin_app", "resources", "weights", "pyproject.toml", "README.md", "LICENSE", "NOTICE")


def _run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, so that nothing is left in the source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in _SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    build = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    _run(*build, "--wheel-dir", folder, source)
    (path,) = folder.glob("*.whl")
    return path


def test_weights_resources_and_licences_are_in_it(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("weights", "resources"):
        there = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        packed = {f"ecgtwin_app/_data/{path.relative_to(ROOT).as_posix()}" for path in there}
        assert packed <= names, packed - names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "packaging/", "docs/"))]


def test_it_runs_in_a_bare_environment(wheel, tmp_path):
    """The libraries are those of this run, through a path file: their install takes minutes, and no hook of an editable
    install comes along that way."""
    environment = tmp_path / "bare"
    _run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = Path(_run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile")
    _run(*install, "--prefix", environment, "--ignore-installed", wheel)
    (packages / "libraries.pth").write_text(str(Path(numpy.__file__).parents[1]))
    where = _run(python, "-c", "import ecgtwin_app; print(ecgtwin_app.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(packages)
    _run(
        python,
        "-m",
        "ecgtwin_app",
        "generate",
        "example",
        "--condition",
        "LBBB",
        "--out",
        "twins",
        cwd=tmp_path,
    )
    twins = json.loads((tmp_path / "twins" / "twins.json").read_text("utf-8"))
    assert len(twins["twins"]) == 1

"""What is packaged is what is there, and the pins keep known breakages out."""

import re
import tomllib
from importlib.metadata import version

import pytest
from places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_every_room_is_packaged():
    rooms = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "ecgtwin_app").rglob("__init__.py")
    }
    listed = {name for name in PROJECT["tool"]["setuptools"]["packages"] if "._data" not in name}
    assert listed == rooms


def test_resources_and_weights_go_into_the_wheel():
    folders = PROJECT["tool"]["setuptools"]["package-dir"]
    assert folders == {"ecgtwin_app._data.resources": "resources", "ecgtwin_app._data.weights": "weights"}
    assert set(folders) <= set(PROJECT["tool"]["setuptools"]["packages"])


@pytest.mark.parametrize("requirement", PROJECT["project"]["dependencies"])
def test_dependencies_are_pinned_and_those_tested(requirement):
    name, exact = re.fullmatch(r"([\w-]+)==([\w.]+)", requirement).groups()
    assert version(name).split("+")[0] == exact


def test_qt_is_not_the_version_that_loses_references_to_none():
    # PySide6 6.12.0 drops one reference to None in each call, which ends Python 3.11 after a while.
    import sys

    from PySide6.QtGui import QPen

    pen = QPen()
    before = sys.getrefcount(None)
    for _ in range(2000):
        pen.setWidthF(1.0)
    assert abs(sys.getrefcount(None) - before) < 1000

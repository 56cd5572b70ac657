"""One record a heat-map method: what comes of it, and a stand-in generator that can be asked by every method."""

from __future__ import annotations

import ast
import re

import pytest
from places import PACKAGE

from ecgtwin_app.attribution.methods import CHECKS, METHODS
from ecgtwin_app.generators.base import Ability

FOLDER = PACKAGE / "attribution"


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_a_record_names_the_function_that_makes_it(method):
    tree = ast.parse((FOLDER / f"{method.module}.py").read_text("utf-8"))
    assert method.name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert method.title.endswith(" map") and not method.meaning.endswith(".")
    assert method.ability in Ability


def test_every_check_of_a_heat_map_has_words_and_a_meaning():
    """What the methods check is found in their sources, so that a new check cannot come without words."""
    sources = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py") if path.name != "methods.py")
    checks = set(re.findall(r'"(\w+)": ', sources))
    assert checks == set(CHECKS)
    assert all(check.meaning.endswith(".") for check in CHECKS.values())

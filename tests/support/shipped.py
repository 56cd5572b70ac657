"""Fixtures of tests that make twins: the engine with the weights that ship, and the example. Imported by their conftest."""

import pytest


@pytest.fixture(scope="module")
def engine():
    """The engine with the weights that ship."""
    from ecgtwin_app.engine.engine import TwinEngine

    return TwinEngine.load()


@pytest.fixture(scope="module")
def reference():
    """The recording that comes with pydicom: plain sinus rhythm, 61/min."""
    from ecgtwin_app.formats.example import example_path
    from ecgtwin_app.formats.registry import read_ecg

    return read_ecg(example_path())

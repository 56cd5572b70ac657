"""What all tests share: no display, no network, no settings of the user, and where real recordings lie."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from places import SHARED_DATA

# Before anything imports Qt or torch: draw off screen, and let idle OpenMP threads sleep.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
if "PYTEST_XDIST_WORKER" in os.environ:
    # As many workers as cores: threads of each would wait for those of the others.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
if sys.platform == "win32":
    import torch  # noqa: F401  torch's libraries fail to load on Windows once Qt is there

import pytest
from held import HELD
from offline import Guard


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings beside the source tree; the test is skipped where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real recordings, which are not part of the project")
    return SHARED_DATA


@pytest.fixture(scope="session")
def patient():
    """The heart of the recording that comes with pydicom."""
    from ecgtwin_app.ecg.signal.resampling import resample
    from ecgtwin_app.formats.example import example_path
    from ecgtwin_app.formats.registry import read_ecg
    from ecgtwin_app.heart.virtual_patient import VirtualPatient

    return VirtualPatient.from_recording(resample(read_ecg(example_path()), 500.0))


_GUARD = Guard()


@pytest.fixture(autouse=True)
def guard(request):
    """The app is offline by design: a socket of the internet fails the test, unless it is marked `sockets`."""
    if request.node.get_closest_marker("sockets"):
        yield None
        return
    with _GUARD.watching():
        yield _GUARD


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path_factory):
    """Settings and sessions go to a folder of the test's own, never to the user's."""
    home = tmp_path_factory.mktemp("home")
    for name in (
        "HOME",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "APPDATA",
    ):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("LOCALAPPDATA", str(home))


def pytest_terminal_summary(terminalreporter, config):
    """Say how long the window's event loop was held; no test depends on the clock, so none fails by it."""
    held = config.stash.get(HELD, {})
    for name, milliseconds in held.items():
        terminalreporter.write_line(
            f"event loop held at most {milliseconds:3.0f} ms of processor time: {name}"
        )
    if held:
        terminalreporter.write_line(f"longest: {max(held.values()):.0f} ms; the aim is 50 ms")

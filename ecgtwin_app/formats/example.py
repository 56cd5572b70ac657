"""The example ECG: a real 12-lead recording that comes with pydicom (10 s, 1000 Hz)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError


def example_path() -> Path:
    """Where the example lies on disk.

    Raises
    ------
    EcgError
        This installation of pydicom was stripped of its test files.
    """
    # Found without importing pydicom, which takes half a second.
    found = find_spec("pydicom")
    path = Path(found.origin or "").parent / "data" / "test_files" / "waveform_ecg.dcm" if found else None
    if path is None or not path.is_file():
        raise EcgError("The example ECG is missing from this installation; install pydicom again.")
    return path

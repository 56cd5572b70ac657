"""The example ECG: a real 12-lead recording that comes with pydicom (10 s, 1000 Hz)."""

from __future__ import annotations

from pathlib import Path

from pydicom.data import get_testdata_file

from ecgtwin_app.ecg.recording import EcgError


def example_path() -> Path:
    """Where the example lies on disk.

    Raises
    ------
    EcgError
        This installation of pydicom was stripped of its test files.
    """
    # Without download=False pydicom would fetch a missing file from the network.
    path = get_testdata_file("waveform_ecg.dcm", download=False)
    if path is None:
        raise EcgError("The example ECG is missing from this installation; install pydicom again.")
    return Path(path)

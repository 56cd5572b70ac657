"""BDF and BDF+ (BioSemi): EDF with samples of 24 bits."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.edf import file_of_records
from ecgtwin_app.formats.edf_header import read_header
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, parsing

NAME = "BDF"
ANNOTATIONS = "BDF Annotations"


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with the byte 255 and "BIOSEMI"."""
    return head[:8] == b"\xffBIOSEMI"


def open_file(path: Path) -> EcgFile:
    """Read the ECG signals; annotations, the trigger channel and other signals stay in the file.

    Raises
    ------
    EcgError
        The file is damaged or has no ECG.
    """
    with parsing(path, NAME):
        return file_of_records(path, NAME, read_header(path, 3), ANNOTATIONS)


FORMAT = Format(
    id="bdf",
    name=NAME,
    suffixes=(".bdf",),
    sniff=sniff,
    open=open_file,
    holds="channels at any rate, interruptions, patient, time",
    after="BioSemi's description of BDF",
    largest=MAX_BYTES_IN_PIECES,
)

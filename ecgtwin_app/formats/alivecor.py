"""AliveCor Kardia's own files (ATC): the Alive File Format Specification, versions 1.6 and 1.7.

A signature and a version, then blocks of a name, a length, bytes and a checksum: "info", "fmt ", "ecg " and "ecg2" to "ecg6"
for the further leads.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.table_head import moment_in

NAME = "AliveCor ATC"

_SIGNATURE = b"ALIVE\0\0\0"
_LEADS = {b"ecg ": "I", b"ecg2": "II", b"ecg3": "III", b"ecg4": "aVR", b"ecg5": "aVL", b"ecg6": "aVF"}
_MOST_BLOCKS = 1000


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file begins with the signature."""
    return head[:8] == _SIGNATURE


def open_file(path: Path) -> EcgFile:
    """Read the leads.

    Raises
    ------
    EcgError
        The file is damaged: a block ends beyond it, or its bytes do not add up to its checksum.
    """
    with parsing(path, NAME):
        blocks = _blocks(path.name, path.read_bytes())
        if b"fmt " not in blocks or not any(name in blocks for name in _LEADS) or len(blocks[b"fmt "]) < 5:
            raise EcgError("{file} holds no ECG; copy it again from where it came from.", file=path.name)
        _, rate, nanovolts = struct.unpack_from("<BHH", blocks[b"fmt "])
        if nanovolts == 0:
            raise EcgError(
                "{file} does not say how many millivolts a sample is, so it cannot be drawn to scale.",
                file=path.name,
            )
        names = tuple(lead for name, lead in _LEADS.items() if name in blocks)
        rows = [
            np.frombuffer(blocks[name][: len(blocks[name]) // 2 * 2], "<i2")
            for name in _LEADS
            if name in blocks
        ]
        if len({row.size for row in rows}) != 1:
            raise EcgError("{file} has leads of different lengths; copy it again.", file=path.name)
        check_shape(path.name, len(rows), rate, rows[0].size)
        check_values(path.name, len(rows), rows[0].size)
        signal = np.stack(rows) * (nanovolts * 1e-6)
        recorded = moment_in(blocks.get(b"info", b"")[:32].split(b"\0")[0].decode("latin-1"))
        return EcgFile(
            path, NAME, names, float(rate), signal.shape[1], lambda first, last: signal[:, first:last],
            {"recorded": recorded},
        )  # fmt: skip


def _blocks(name: str, data: bytes) -> dict[bytes, bytes]:
    """The blocks by their names."""
    blocks, at = {}, 12
    while at + 8 <= len(data) and len(blocks) < _MOST_BLOCKS:
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or at + 12 + length > len(data):
            raise EcgError("{file} is cut short; copy it again from where it came from.", file=name)
        (checksum,) = struct.unpack_from("<I", data, at + 8 + length)
        if (
            int(np.frombuffer(data[at : at + 8 + length], np.uint8).sum(dtype=np.uint64)) & 0xFFFFFFFF
            != checksum
        ):
            raise EcgError("{file} is damaged: its checksum is another; copy it again.", file=name)
        blocks.setdefault(kind, body)
        at += 12 + length
    return blocks


FORMAT = Format(
    id="alivecor",
    name=NAME,
    suffixes=(".atc",),
    sniff=sniff,
    open=open_file,
    holds="up to six leads, time",
    after="Alive File Format Specification 1.6, 1.7",
)

"""MATLAB files of versions 4 and 5 to 7 (not 7.3): one numeric array, and what stands beside it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.arrays import OPTIONS, file_of_array
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Recognised
from ecgtwin_app.formats.guard import MAX_VALUES, parsing
from ecgtwin_app.formats.xml_ import number_in

NAME = "MATLAB"

_NUMERIC = frozenset(
    ["double", "single", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))]
)
_RATES = ("fs", "rate", "samplerate", "sampling_rate", "samplingrate", "sample_rate", "frequency")
_UNITS = ("unit", "units")
_LEADS = ("leads", "lead_names", "leadnames", "labels", "sig_name", "channels")
_LARGEST_INFLATED = 16 * MAX_VALUES
_LARGEST_BESIDE = 10_000
_COMPRESSED = 15


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is MATLAB's by its text, or by its name and the head of version 4."""
    if head.startswith((b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file")):
        return True
    if path.suffix.lower() != ".mat" or len(head) < 20:
        return False
    kinds = [struct.unpack_from(order + "5i", head) for order in "<>"]
    return any(0 <= kind[0] <= 4052 and 0 < kind[4] <= 64 and min(kind[1:3]) >= 0 for kind in kinds)


def open_file(
    path: Path, rate: float | None = None, unit: str | None = None, lead_order: Sequence[str] | None = None
) -> EcgFile:
    """Read the largest numeric table of the file.

    Rate, unit and leads are taken from variables called "fs", "units" or "leads" (and the like) where there
    are any.

    Parameters
    ----------
    path : Path
    rate, unit, lead_order
        As for `csv_.open_file`; they win over what the file states.

    Raises
    ------
    EcgError
        The file is damaged, of version 7.3, holds no table, or its rate, unit or leads are not stated.
    """
    # Imported here because it takes a while, and few files are MATLAB's.
    from scipy.io import loadmat, whosmat

    with parsing(path, NAME):
        with path.open("rb") as file:
            head = file.read(128)
        if head.startswith(b"MATLAB 7.3"):
            raise EcgError(
                "{file} is a MATLAB file of version 7.3; save it again with the option -v7.", file=path.name
            )
        if head.startswith(b"MATLAB 5.0"):
            _check_inflated(path, ">" if head[126:128] == b"MI" else "<")
        there = {name: (shape, kind) for name, shape, kind in whosmat(path)}
        tables = {
            name: int(np.prod(shape, dtype=np.float64))
            for name, (shape, kind) in there.items()
            if kind in _NUMERIC and len(shape) == 2
        }
        name = max(tables, key=lambda one: tables[one], default=None)
        if name is None or not 0 < tables[name] <= MAX_VALUES:
            raise EcgError("{file} holds no table of numbers of a size that is read.", file=path.name)
        small = [n for n, (shape, _) in there.items() if np.prod(shape, dtype=np.float64) <= _LARGEST_BESIDE]
        variables = loadmat(
            path, variable_names=[name, *(n for n in small if n.lower() in _RATES + _UNITS + _LEADS)]
        )
        beside = {n.lower(): value for n, value in variables.items() if n != name}
        return file_of_array(
            path,
            NAME,
            variables[name],
            rate or _first(beside, _RATES, _number),
            unit or _first(beside, _UNITS, _text),
            lead_order or _first(beside, _LEADS, _texts),
        )


def _check_inflated(path: Path, order: str) -> None:
    """`EcgError` when the compressed variables unpack to more than a recording may take."""
    total = 0
    with path.open("rb") as file:
        file.seek(128)
        while len(tag := file.read(8)) == 8:
            kind, size = struct.unpack(order + "II", tag)
            if kind != _COMPRESSED:
                file.seek(size, 1)
                continue
            inflater, left = zlib.decompressobj(), size
            while left > 0 and (piece := file.read(min(left, 1 << 16))):
                left -= len(piece)
                while piece:
                    total += len(inflater.decompress(piece, 1 << 20))
                    piece = inflater.unconsumed_tail
                    if total > _LARGEST_INFLATED:
                        raise EcgError(
                            "{file} would unpack to more than is read; save a part of it.", file=path.name
                        )


def _first(variables: dict, names: Sequence[str], convert):
    """The first of the named variables that can be converted, or None."""
    found = (convert(variables[name]) for name in names if name in variables)
    return next((value for value in found if value is not None), None)


def _number(value: np.ndarray) -> float | None:
    return number_in(str(value.flat[0])) if value.size == 1 and value.dtype.kind in "iuf" else None


def _text(value: np.ndarray) -> str | None:
    texts = _texts(value)
    return texts[0] if texts and len(set(texts)) == 1 else None


def _texts(value: np.ndarray) -> list[str] | None:
    """The texts of a character array or of a cell array of such."""
    if value.dtype.kind == "U":
        return [str(text).strip() for text in value.flat]
    cells = [
        cell
        for cell in value.flat
        if isinstance(cell, np.ndarray) and cell.dtype.kind == "U" and cell.size == 1
    ]
    return [str(cell.flat[0]).strip() for cell in cells] if cells and len(cells) == value.size else None


FORMAT = Format(
    id="mat",
    name=NAME,
    suffixes=(".mat",),
    sniff=sniff,
    open=open_file,
    holds="one numeric array, rate, unit and leads where stated",
    after="MATLAB MAT-file, versions 4 to 7",
    recognised=Recognised.BY_ITS_CONTENT,
    options=OPTIONS,
)

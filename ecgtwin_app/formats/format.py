"""What a format is to the rest of the program: one record in the format's own module.

The registry, the dialogs, `ecgtwin convert` and the table of docs/formats.md are made from these records. A further
format is a module of this folder with a `FORMAT` in it, and its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.guard import MAX_BYTES, MAX_BYTES_IN_PIECES
from ecgtwin_app.formats.pieces import Pieces


class Recognised(IntEnum):
    """What a format is recognised by; a file is asked about in this order."""

    BY_A_MARK = 0
    BY_A_HEADER_BESIDE = 1
    BY_ITS_CONTENT = 2
    #: Any text might be one.
    AS_A_LAST_RESORT = 3


@dataclass(frozen=True)
class Writer:
    """How a format is written.

    Attributes
    ----------
    suffix : str
        The ending that a file is given.
    title : str
        In dialogs.
    write : callable
        Writes a recording to a path, with its identifiers or without, and names the file to open again.
    place : int
        Among the formats in dialogs and on the command line.
    also : tuple of str
        Further endings that mean it.
    in_pieces : bool
        Whether a recording of any length can be written, as `Pieces`.
    remark : callable
        What the format cannot hold of a recording as it is, in words; "" for nothing.
    """

    suffix: str
    title: str
    write: Callable[..., Path]
    place: int
    also: tuple[str, ...] = ()
    in_pieces: bool = False
    remark: Callable[[Recording | Pieces], str] | None = None


@dataclass(frozen=True)
class Format:
    """A format that is read, and perhaps written.

    Attributes
    ----------
    id : str
        On the command line and in documents.
    name : str
        In sentences, and `Recording.source`.
    suffixes : tuple of str
        The endings that its files usually have, for dialogs; what a file is, its content decides.
    sniff : callable
        Of a path and the first bytes: whether the file is of this format.
    open : callable
        Of a path and the `options` that are given: the `EcgFile`.
    holds : str
        What its files can say beside the samples, as far as it is read.
    after : str
        The description that the reader was written after.
    recognised : Recognised
    options : tuple of str
        What `open` takes because files of this format do not state it.
    largest : int
        Bytes that a file may have.
    writer : Writer or None
    """

    id: str
    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Path, bytes], bool]
    open: Callable[..., EcgFile]
    holds: str
    after: str
    recognised: Recognised = Recognised.BY_A_MARK
    options: tuple[str, ...] = ()
    largest: int = MAX_BYTES
    writer: Writer | None = None

    @property
    def in_pieces(self) -> bool:
        """Whether files of a day are mapped from the disk, and only a piece is read."""
        return self.largest >= MAX_BYTES_IN_PIECES

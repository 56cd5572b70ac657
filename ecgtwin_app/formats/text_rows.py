"""The lines of a text file of any length: decoded, found again by their number, read a piece at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.guard import check_file

#: Text in two bytes a character, or with the line ends of the first Macintosh, is turned in memory.
_LARGEST_TURNED = 100_000_000
#: Rows between two places that are remembered, and bytes that are searched at once.
BLOCK = 1024
_CHUNK = 1 << 23
_NEWLINE, _RETURN, _SPACE, _TAB, _SLASH = b"\n\r \t/"
#: How lines begin that are remarks, in tables of NumPy, MATLAB and C.
REMARKS = ("#", "%", "//")


def encoding_of(head: bytes) -> str | None:
    """The encoding of a text by its first bytes; None when it is no text.

    Without a mark, two bytes a character show by the zeros of plain letters and digits.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    ):  # fmt: skip
        if head.startswith(mark):
            return None if encoding == "utf-32" else encoding
    if b"\0" not in head:
        return "utf-8"
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 4 and odd > 0.9 * half and even == 0:
        return "utf-16-le"
    if half >= 4 and even > 0.9 * half and odd == 0:
        return "utf-16-be"
    return None


def text_bytes(path: Path) -> np.ndarray:
    """The bytes of a text in UTF-8 or a code page that contains ASCII, lines ending in a newline.

    They are mapped from the disk where they are so already.

    Raises
    ------
    EcgError
        The file is no text, or too large to be turned.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    encoding = encoding_of(head)
    if encoding is None:
        raise EcgError("{file} is not a text table; export it as CSV in UTF-8.", file=path.name)
    returns = b"\r" in head and b"\n" not in head.replace(b"\0", b"")
    if encoding == "utf-8" and not returns:
        return np.memmap(path, np.uint8, "r")
    check_file(path, _LARGEST_TURNED)
    text = path.read_bytes().decode(encoding, "replace").lstrip("\ufeff")
    return np.frombuffer((text.replace("\r", "\n") if returns else text).encode("utf-8"), np.uint8)


def decode(data: bytes) -> str:
    """Text of UTF-8; where it is none, each byte is a character, so that only remarks can come out wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    # Typesetters' minus signs.
    return text if text.isascii() else text.replace("\u2212", "-")


def is_row(line: str) -> bool:
    """Whether a line of the body holds values: it is neither blank nor a remark."""
    return bool(line.strip()) and not line.lstrip().startswith(REMARKS)


class Rows:
    """The rows of a text from some byte on, without those that are blank or remarks.

    Parameters
    ----------
    name : str
        The file, for messages.
    data : ndarray of uint8
        As from `text_bytes`.
    start : int
        The byte at which they begin.
    """

    def __init__(self, name: str, data: np.ndarray, start: int):
        self._data, self._end = data, data.size
        marks, self.count, at = [], 0, start
        while at < data.size:
            chunk = np.asarray(data[at : at + _CHUNK])
            ends = np.flatnonzero(chunk == _NEWLINE)
            if at + chunk.size < data.size:
                if not ends.size:
                    raise EcgError(
                        "{file} has a line of more than {most:,} characters; it is no table.",
                        file=name,
                        most=_CHUNK,
                    )
                chunk = chunk[: ends[-1] + 1]
            elif chunk[-1] != _NEWLINE:
                ends = np.append(ends, chunk.size)
            starts = np.concatenate([[0], ends[:-1] + 1])
            starts = starts[_holds_values(chunk, starts, ends)] + at
            marks.append(starts[-self.count % BLOCK :: BLOCK])
            self.count += starts.size
            at += chunk.size
        self._marks = np.concatenate(marks) if marks else np.zeros(0, np.int64)

    def lines(self, first: int, last: int) -> list[str]:
        """The rows from one number up to another."""
        last = min(last, self.count)
        if first >= last:
            return []
        before, after = first // BLOCK, -(-last // BLOCK)
        end = int(self._marks[after]) if after < self._marks.size else self._end
        text = decode(self._data[int(self._marks[before]) : end].tobytes())
        found = [line for line in text.split("\n") if is_row(line)]
        return found[first - before * BLOCK : last - before * BLOCK]

    def marked(self) -> tuple[np.ndarray, list[str]]:
        """The numbers of the rows that are found at once, every `BLOCK`, and the rows."""
        rows = []
        for at in self._marks.tolist():
            size, piece = 1024, b""
            while b"\n" not in piece and size <= _CHUNK:
                piece, size = self._data[at : at + size].tobytes(), size * 8
            rows.append(decode(piece.split(b"\n", 1)[0]))
        return np.arange(self._marks.size) * BLOCK, rows


def _holds_values(chunk: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """`is_row` of all lines between `starts` and `ends`."""
    padded = np.append(chunk, np.uint8(_NEWLINE))
    first, lengths = padded[starts], ends - starts
    kept = (lengths > 0) & ~((lengths == 1) & (first == _RETURN))
    for sign in REMARKS:
        remark = first == ord(sign[0])
        kept &= ~(remark & (padded[np.minimum(starts + 1, chunk.size)] == _SLASH) if sign == "//" else remark)
    for k in np.flatnonzero(kept & ((first == _SPACE) | (first == _TAB))):
        kept[k] = is_row(decode(chunk[starts[k] : ends[k]].tobytes()))
    return kept

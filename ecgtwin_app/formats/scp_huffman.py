"""Huffman codes of SCP-ECG (EN 1064, section 2 and annex C), decoded as text of zeros and ones."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from ecgtwin_app.ecg.signal.recording import EcgError

#: Stands in section 2 for the default table.
DEFAULT = 19999
_MOST_TABLES, _MOST_CODES = 16, 4096


@dataclass(frozen=True)
class Table:
    """A prefix code.

    Attributes
    ----------
    codes : dict
        By prefix: (further bits that hold the value itself, value, whether the value is the next table instead).
    """

    codes: dict[str, tuple[int, int, bool]]

    def pattern(self) -> re.Pattern:
        """Matches one code: group 1 the prefix, group 2 what follows it."""
        # Prefix codes start differently, so the order of the alternatives does not matter.
        parts = [f"(?:(?={p})([01]{{{len(p)}}})([01]{{{more}}}))" for p, (more, _, _) in self.codes.items()]
        return re.compile("|".join(parts))


def default_table() -> Table:
    """Table C.1: small differences as ones, a zero and a sign; large ones written out in 8 or 16 bits."""
    codes = {"0": (0, 0, False)}
    for size in range(1, 9):
        codes["1" * size + "00"] = (0, size, False)
        codes["1" * size + "01"] = (0, -size, False)
    return Table(codes | {"1" * 9 + "0": (8, 0, False), "1" * 10: (16, 0, False)})


def tables(section: bytes) -> list[Table]:
    """The tables of section 2, without its 16 bytes of header.

    Raises
    ------
    EcgError
        The section is damaged.
    """
    (count,) = struct.unpack_from("<H", section)
    if count == DEFAULT:
        return [default_table()]
    if not 1 <= count <= _MOST_TABLES:
        raise EcgError("This SCP-ECG file has damaged Huffman tables; copy it again.")
    found, at = [], 2
    for _ in range(count):
        (size,) = struct.unpack_from("<H", section, at)
        at += 2
        if not 1 <= size <= _MOST_CODES:
            raise EcgError("This SCP-ECG file has damaged Huffman tables; copy it again.")
        codes = {}
        for _ in range(size):
            prefix_bits, total_bits, mode, value, code = struct.unpack_from("<BBBhI", section, at)
            at += 9
            if not 1 <= prefix_bits <= total_bits <= 32:
                raise EcgError("This SCP-ECG file has damaged Huffman tables; copy it again.")
            # Codes are stored with their first bit lowest.
            prefix = f"{code & ((1 << prefix_bits) - 1):0{prefix_bits}b}"[::-1]
            codes[prefix] = (total_bits - prefix_bits, value, mode == 0)
        found.append(Table(codes))
    return found


def decode(data: bytes, coded: list[Table], count: int) -> list[int]:
    """Up to `count` values; fewer when the data end before."""
    bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
    patterns = [table.pattern() for table in coded]
    values: list[int] = []
    at = current = 0
    while len(values) < count and (found := patterns[current].match(bits, at)):
        prefix, more = (group for group in found.groups() if group is not None)
        _, value, switches = coded[current].codes[prefix]
        at = found.end()
        if switches:
            if not 1 <= value <= len(coded):
                raise EcgError("This SCP-ECG file has damaged Huffman tables; copy it again.")
            current = value - 1
        elif more:
            written = int(more, 2)
            values.append(written - (1 << len(more)) if more[0] == "1" else written)
        else:
            values.append(value)
    return values

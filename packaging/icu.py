"""Linux: the words of the world's languages that Qt's ICU library brings, without those that nobody asks for.

Of the 32 MB of `libicudata` Qt asks for the order of letters (names in the file dialog) and for names of time zones. Dates,
numbers and the program's words are Qt's own and the program's. Kept are the common tables and those of the program's
languages; another language sorts as ICU's root does, which Unicode made for all.
"""

from __future__ import annotations

import re
import struct
import subprocess
import tempfile
from pathlib import Path

#: Languages of the program's words (`resources/words`).
_LANGUAGES = ("en", "de")
#: Encodings of other times, borders of words, transliteration, spelled numbers, names of characters.
_NEVER = re.compile(r"(\.cnv|\.spp|\.cfu)$|^(brkitr|translit|rbnf)/|^unames\.icu$")
#: A table of one language, alone or in a folder of its kind: "de.res", "coll/de_AT.res".
_OF_A_LANGUAGE = re.compile(r"^(?:\w+/)?(?!res_index)([a-z]{2,3})(?:_\w+)?\.res$")
_MAGIC, _KIND = b"\xda\x27", b"CmnD"


def slim_data(folder: Path) -> None:
    """Make the data of ICU small where Qt brings them."""
    for library in folder.glob("_internal/PySide6/Qt/lib/libicudata.so.*"):
        if not library.is_symlink():
            slim_library(library)


def slim_library(library: Path) -> None:
    """Link a library of ICU's data anew, with fewer tables, under the same name and with the same symbol."""
    whole = library.read_bytes()
    data = _slim(whole[_beginning(whole) :])
    version = library.name.rpartition(".")[2]
    with tempfile.TemporaryDirectory() as temporary:
        (Path(temporary) / "data").write_bytes(data)
        for command in (
            ["ld", "-r", "-b", "binary", "-o", "raw.o", "data"],
            [
                "objcopy", "--rename-section", ".data=.rodata,alloc,load,readonly,data,contents",
                "--set-section-alignment", ".rodata=16", "--strip-symbol", "_binary_data_end",
                "--strip-symbol", "_binary_data_size",
                "--redefine-sym", f"_binary_data_start=icudt{version}_dat", "raw.o", "data.o",
            ],
            ["ld", "-shared", "-z", "noexecstack", "-soname", library.name, "-o", "made", "data.o"],
        ):  # fmt: skip
            subprocess.run(command, check=True, cwd=temporary)
        made = (Path(temporary) / "made").read_bytes()
    # Beside it and then in its place: it may be a hard link to the environment's.
    new = library.with_suffix(".new")
    new.write_bytes(made)
    new.chmod(library.stat().st_mode)
    new.replace(library)


def is_kept(name: str) -> bool:
    """Whether a table is of use, by its name without the package's: "coll/de.res"."""
    of_language = _OF_A_LANGUAGE.match(name)
    return not _NEVER.search(name) and (of_language is None or of_language[1] in _LANGUAGES)


def tables(data: bytes) -> dict[str, bytes]:
    """The tables of a package of ICU's by their names, with the package's before them: "icudt73l/coll/de.res"."""
    start = struct.unpack_from("<H", data)[0]
    (count,) = struct.unpack_from("<I", data, start)
    places = [struct.unpack_from("<II", data, start + 4 + 8 * index) for index in range(count)]
    ends = [place for _, place in places[1:]] + [len(data) - start]
    found = {}
    for (name, begins), ends_at in zip(places, ends, strict=True):
        text = data[start + name : data.index(b"\0", start + name)].decode("ascii")
        found[text] = data[start + begins : start + ends_at]
    return found


def _slim(data: bytes) -> bytes:
    kept = {name: table for name, table in tables(data).items() if is_kept(name.partition("/")[2])}
    header = data[: struct.unpack_from("<H", data)[0]]
    names, offsets = b"", []
    first_name = 4 + 8 * len(kept)
    for name in kept:  # in the order that it has, which is that of its names
        offsets.append(first_name + len(names))
        names += name.encode("ascii") + b"\0"
    contents, begins = b"", []
    after = _rounded(first_name + len(names))
    for table in kept.values():
        begins.append(after + len(contents))
        contents += table + bytes(_rounded(len(table)) - len(table))
    index = b"".join(struct.pack("<II", *pair) for pair in zip(offsets, begins, strict=True))
    front = struct.pack("<I", len(kept)) + index + names
    return header + front + bytes(after - len(front)) + contents


def _rounded(size: int) -> int:
    """Tables begin at multiples of 16 bytes."""
    return -(-size // 16) * 16


def _beginning(library: bytes) -> int:
    """Where in a library the package begins."""
    place = library.find(_MAGIC)
    while place != -1 and library[place + 10 : place + 14] != _KIND:
        place = library.find(_MAGIC, place + 1)
    if place == -1:
        raise SystemExit("Qt's ICU is of another kind than packaging/icu.py knows.")
    return place - 2

"""The table of docs/formats.md, made from the formats' records.

`python -m ecgtwin_app.formats.docs_table docs/formats.md` writes it between its marks.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.registry import formats

BEGIN, END = "<!-- formats: begin -->", "<!-- formats: end -->"


def table() -> str:
    """A row a format, in Markdown."""
    head = ("format", "endings", "read", "written", "holds", "after")
    rows = [head, ["---"] * len(head), *map(_row, sorted(formats(), key=lambda one: one.name.lower()))]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(one: Format) -> list[str]:
    writer = one.writer
    written = "–"
    if writer is not None:
        written = f"`--format {one.id}` ({', '.join((writer.suffix, *writer.also))})"
    read = "in pieces" if one.in_pieces else "whole"
    return [one.name, ", ".join(one.suffixes), read, written, one.holds, one.after]


def with_table(text: str) -> str:
    """A document with the table between its marks made anew."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_table(document.read_text(encoding="utf-8")), encoding="utf-8")

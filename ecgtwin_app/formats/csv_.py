"""Text tables: CSV and TSV with a column for each lead, and what watches, phones and laboratories export.

A table says less of itself than any ECG format: the sampling rate and the unit are often missing. They
are never guessed; what the file does not state the caller must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.channels import NotStated, known_leads, require_stated
from ecgtwin_app.formats.csv_write import write
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Recognised, Writer
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.marking import read_comment_lines
from ecgtwin_app.formats.table_clock import Stretch, UnevenClock, scale_of
from ecgtwin_app.formats.table_columns import columns_of
from ecgtwin_app.formats.table_head import Head, read_head
from ecgtwin_app.formats.table_layout import Column, Layout, find_layout
from ecgtwin_app.formats.table_rows import TableRows, gaps_between, values_of
from ecgtwin_app.formats.table_text import millivolts_of
from ecgtwin_app.formats.table_turned import TurnedRows, is_listed, is_turned, listed_rows, turned_rows
from ecgtwin_app.formats.text_rows import decode, encoding_of, text_bytes
from ecgtwin_app.i18n.message import Message

NAME = "CSV"
_SUFFIXES = (".csv", ".tsv", ".txt")

#: Bytes in which the head of a table ends.
_HEAD = 262_144
#: A time column and a stated rate may differ this much: clocks drift.
_RATES_AGREE = 0.02


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is text that may be a table; try it after the formats that mark themselves."""
    encoding = encoding_of(head)
    if encoding is None:
        return False
    plain = head.replace(b"\0", b"") if encoding != "utf-8" else head
    return path.suffix.lower() in _SUFFIXES or b"<" not in plain[:100]


def open_file(
    path: Path,
    rate: float | None = None,
    unit: str | None = None,
    lead_order: Sequence[str] | None = None,
    separator: str | None = None,
    decimal: str | None = None,
) -> EcgFile:
    """Read a table of numbers, one column a lead, or one row a lead where there are hundreds of columns.

    Lines above the numbers may state rate, unit, lead, date and patient (`table_head`), among them what
    `marking` writes. A row of names may state units ("II (uV)"), or a row of units follow it; a column of times gives
    the rate, and one of times or sample numbers shows where samples are missing. Cells that are empty at the end are
    left out, and so are lines of prose above and below the table; the history says each.

    Parameters
    ----------
    path : Path
    rate : float, optional
        Hz; wins over what the file states.
    unit : str, optional
        "mV", "uV", "nV" or "V", or a multiple such as "4.88 uV"; wins over what the file states.
    lead_order : sequence of str, optional
        Names of the columns, for a table without a header (a time column is named "time").
    separator, decimal : str, optional
        Found from the first rows unless given: "," ";" "|" tab or space, and "." or ",".

    Raises
    ------
    NotStated
        The rate, unit or lead order is neither in the file nor given.
    EcgError
        The table holds anything but numbers, or its clock is not even.
    """
    with parsing(path, NAME):
        data = text_bytes(path)
        top = data[:_HEAD].tobytes()
        lines = decode(top).split("\n")
        if len(top) == _HEAD and len(lines) > 20:
            lines.pop()  # cut off
        if is_listed(lines):
            table = listed_rows(path.name, data)
        elif is_turned(lines, separator):
            table = turned_rows(path.name, data, separator, decimal, lead_order)
        else:
            table = TableRows(path.name, data, find_layout(path.name, lines, separator, decimal))
        return _Reading(path, table, rate, unit, lead_order).file()


@dataclass
class _Reading:
    """A table on its way to an `EcgFile`."""

    path: Path
    table: TableRows | TurnedRows
    rate: float | None
    unit: str | None
    lead_order: Sequence[str] | None

    def file(self) -> EcgFile:
        """Columns, unit, clock and padding, each from the file or as given."""
        name, layout = self.path.name, self.table.layout
        head = read_head(layout.head)
        comments = list(layout.head)
        columns = columns_of(name, self.table, head, self.lead_order)
        leads = [k for k, column in enumerate(columns) if column.role == "lead"]
        self.table.use(leads)
        notes = []
        stretches, clock_rate = self._clock(columns, head, notes)
        units = [self.unit or columns[k].unit or head.unit for k in leads]
        if self.rate is None and head.rate and clock_rate and abs(head.rate / clock_rate - 1) > _RATES_AGREE:
            raise NotStated(
                ("rate",),
                "{file} states {stated:g} Hz, but its time column gives {found:g} Hz; give the rate.",
                file=name,
                stated=head.rate,
                found=clock_rate,
            )
        rate = self.rate if self.rate is not None else head.rate or clock_rate
        known = all(units) if units else self.unit or head.unit
        require_stated(name, rate=rate, unit=known or None, lead_order=leads or None)
        assert rate is not None
        step = (
            head.step if self.unit is None and head.step and not any(columns[k].unit for k in leads) else 1.0
        )
        scales = np.array([millivolts_of(name, text) * step for text in units if text])
        there = self._without_padding(rate, notes)
        stretches = [
            Stretch(s.row, s.sample, min(s.count, there - s.row)) for s in stretches if s.row < there
        ]
        samples = stretches[-1].sample + stretches[-1].count
        check_shape(name, len(leads), rate, samples)
        self._say_what_stays_out(columns, layout, head, notes)
        fields = read_comment_lines(comments)
        fields["history"] = (*notes, *fields["history"])
        said: Patient = fields["patient"]
        fields["patient"] = Patient(
            said.age if said.age is not None else head.patient.age,
            said.sex or head.patient.sex,
            said.name or head.patient.name,
            said.identifier or head.patient.identifier,
        )
        fields["recorded"] = fields["recorded"] or head.recorded
        if head.statements and not fields.get("statements"):
            fields["statements"] = head.statements
        return EcgFile(
            self.path,
            NAME,
            tuple(columns[k].name for k in leads),
            rate,
            samples,
            values_of(self.table, scales, np.zeros(len(leads)), stretches),
            fields,
            gaps=gaps_between(stretches),
        )

    def _clock(
        self, columns: list[Column], head: Head, notes: list[str]
    ) -> tuple[list[Stretch], float | None]:
        """Where the rows lie in time, and the rate where a column of times gives it."""
        name, table = self.path.name, self.table
        stamps = [kind == "t" for kind in table.layout.kinds]
        refused = None
        # Numbers before time stamps: these have fewer digits.
        for k in sorted(range(len(columns)), key=stamps.__getitem__):
            if columns[k].role != "time":
                continue
            try:
                scale, note = (
                    (1.0, "") if stamps[k] else scale_of(name, table.first_values(k, 5000), columns[k].unit)
                )
                rate, stretches = table.by_times(k, scale)
            except EcgError as error:
                refused = error
                continue
            if note:
                notes.append(note)
            return stretches, rate
        if refused is not None:
            if isinstance(refused, UnevenClock) or not (self.rate or head.rate):
                raise refused
            notes.append(Message("left out the time column, whose unit is not stated"))
        for k, column in enumerate(columns):
            if column.role == "counter" and table.layout.kinds[k] == "n" and (found := table.by_counts(k)):
                return found, None
        return [Stretch(0, 0, table.count)], None

    def _without_padding(self, rate: float, notes: list[str]) -> int:
        """How many rows are left when those at the end are taken off in which a lead has no value."""
        there, none = self.table.filled()
        if there == 0:
            raise EcgError("{file} has a header but no numbers below it.", file=self.path.name)
        if there < none:
            notes.append(
                Message(
                    "left out the last {seconds:.6g} s, in which not every lead has a value",
                    seconds=(none - there) / rate,
                )
            )
        if none < self.table.count:
            notes.append(Message("left out empty rows at the end: {count:,}", count=self.table.count - none))
        return there

    def _say_what_stays_out(
        self, columns: list[Column], layout: Layout, head: Head, notes: list[str]
    ) -> None:
        prose = layout.prose
        if prose:
            notes.append(
                Message.counted(
                    "left out {n:,} line above the table", "left out {n:,} lines above the table", prose
                )
            )
        below = self.table.below
        if below:
            notes.append(
                Message.counted(
                    "left out {n:,} line below the table", "left out {n:,} lines below the table", below
                )
            )
        empty = [column.name for column in columns if column.role == "empty lead"]
        if empty:
            notes.append(
                Message("left out {leads}, which has no values", leads=", ".join(known_leads(empty)))
            )
        others = sum(column.role == "other" for column in columns)
        if others:
            notes.append(
                Message.counted(
                    "left out {n:,} column not called like an ECG lead",
                    "left out {n:,} columns not called like an ECG lead",
                    others,
                )
            )


FORMAT = Format(
    id="csv",
    name=NAME,
    suffixes=_SUFFIXES,
    sniff=sniff,
    open=open_file,
    holds="a column or a row a lead, a clock with gaps",
    after="docs/formats.md, “Text tables”",
    recognised=Recognised.AS_A_LAST_RESORT,
    options=("rate", "unit", "lead_order", "separator", "decimal"),
    largest=MAX_BYTES_IN_PIECES,
    writer=Writer(".csv", "CSV (.csv)", write, 5, also=(".tsv",), in_pieces=True),
)

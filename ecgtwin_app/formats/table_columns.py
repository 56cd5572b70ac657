"""Which columns of a table are leads, by the names given, its own, or those of its head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.table_head import Head
from ecgtwin_app.formats.table_layout import Column
from ecgtwin_app.formats.table_rows import TableRows
from ecgtwin_app.formats.table_turned import TurnedRows

#: Rows by which a column of row numbers is told from a lead: "i" may be either.
_RAMP = 200


def columns_of(
    name: str, table: TableRows | TurnedRows, head: Head, lead_order: Sequence[str] | None
) -> list[Column]:
    """The columns of a table, each with its role; those without any value are "empty" or "empty lead".

    Without names from anywhere all roles are "other".

    Parameters
    ----------
    name : str
        The file, for messages.
    table : TableRows or TurnedRows
    head : Head
    lead_order : sequence of str, optional
        Names that win over those of the file.

    Raises
    ------
    NotStated
        There are names, and none is that of a lead.
    EcgError
        A line below the names is none of numbers, or as many names are given as there are no columns.
    """
    layout = table.layout
    if layout.spoilt is not None:
        raise EcgError(
            "{file} has something other than numbers in row {row}; every row needs numbers only.",
            file=name,
            row=layout.spoilt,
        )
    empty = [k for k, kind in enumerate(layout.kinds) if kind == "e" and table.is_empty(k, every_row=False)]
    names = _names(name, table, head, lead_order, empty)
    if names is None and not layout.names:
        return [Column("", None, "other")] * layout.width
    columns = layout.columns(names)
    if lead_order is None and not any(column.role == "lead" for column in columns):
        others = [k for k, c in enumerate(columns) if c.role == "other" and layout.kinds[k] == "n"]
        if head.leads and len(others) == len(head.leads):
            for k, lead in zip(others, head.leads, strict=True):
                columns[k] = Column(lead, columns[k].unit, "lead")
    columns = [_seen(table, k, column, k in empty) for k, column in enumerate(columns)]
    if not any(column.role in ("lead", "empty lead") for column in columns):
        raise NotStated(
            ("lead_order",),
            "{file} names no ECG lead in its first row; it should read like I, II, III, aVR …, or give the "
            "lead order.",
            file=name,
        )
    if any(c.role == "lead" and layout.kinds[k] not in ("n", "e") for k, c in enumerate(columns)):
        raise EcgError(
            "{file} has something other than numbers in row {row}; every row needs numbers only.",
            file=name,
            row=1,
        )
    return columns


def _names(name, table, head, lead_order, empty) -> list[str] | None:
    """The names given, or those of the head where the table has none; None for its own."""
    width = table.layout.width
    filled = width - len(empty)
    if lead_order:
        names = list(lead_order)
        if len(names) not in (width, filled):
            raise EcgError(
                "{file} has {columns} columns, but {named} are named; name them all.",
                file=name,
                columns=filled,
                named=len(names),
            )
    elif not table.layout.names and len(head.leads) in (width, filled):
        names = list(head.leads)
    else:
        return None
    if len(names) < width:
        for k in empty:
            names.insert(k, "")
    return names


def _seen(table, k: int, column: Column, is_empty: bool) -> Column:
    """A column with its role in the light of what its cells hold."""
    kind = table.layout.kinds[k]
    if is_empty:
        if column.role != "lead":
            return Column(column.name, None, "empty")
        return replace(column, role="empty lead") if table.is_empty(k) else column
    if kind == "t" and column.role == "other":
        return Column(column.name, None, "time")
    if kind == "s" and column.role in ("time", "counter"):
        return replace(column, role="other")
    if column.role == "lead" and kind == "n":
        steps = np.diff(table.first_values(k, _RAMP))
        if steps.size > 20 and steps[0] and np.all(steps == steps[0]):
            return replace(column, role="counter")
    return column

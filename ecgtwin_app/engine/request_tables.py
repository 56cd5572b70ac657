"""The table of request fields as a page and as a JSON schema: ``python -m ecgtwin_app.engine.request_tables``.

The page, docs/request.md, is for readers. The schema, resources/request.schema.json, is for programs that write
presets or read `twins.json`, and tells this one what a file may state as a request (`formats.marking`).
"""

from __future__ import annotations

import json
from pathlib import Path

from ecgtwin_app.engine.request import FIELDS
from ecgtwin_app.engine.request_fields import RequestField
from ecgtwin_app.resources import resource_path

_HEAD = """# What can be asked of a twin

Written by `python -m ecgtwin_app.engine.request_tables` from the table in `ecgtwin_app/engine/request.py`; a test
holds both against each other. Names are those of `TwinRequest`, of `twins.json`, presets and session files.

| field | flag | default | accepted | usual | what it is |
|---|---|---|---|---|---|
"""
_TYPES = {
    "number": "number",
    "whole": "integer",
    "choice": "string",
    "switch": "boolean",
    "conditions": "array",
    "score": "object",
}


def page() -> str:
    """The fields as a Markdown page."""
    return _HEAD + "".join(f"| {' | '.join(_cells(record))} |\n" for record in FIELDS.values())


def schema() -> dict:
    """A JSON schema (draft 2020-12) of a request as files hold it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A request for digital twins",
        "type": "object",
        "properties": {name: _property(record) for name, record in FIELDS.items()},
    }


def write() -> tuple[Path, Path]:
    """Write both into the source tree; where they lie."""
    to_schema = resource_path("request.schema.json")
    to_page = to_schema.parents[1] / "docs" / "request.md"
    to_page.write_text(page(), encoding="utf-8")
    to_schema.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return to_page, to_schema


def _cells(record: RequestField) -> tuple[str, ...]:
    default = ", ".join(record.default) or "none" if isinstance(record.default, tuple) else record.default
    if isinstance(default, bool):
        default = "yes" if default else "no"
    default = record.unset if default is None else f"{default}"
    return (
        f"`{record.name}`", f"`{record.flag}`", default, _accepted(record), _range(record.slider, record),
        f"{record.noun}: {record.help}".rstrip("."),
    )  # fmt: skip


def _accepted(record: RequestField) -> str:
    if record.kind in ("number", "whole"):
        return _range(record.limits, record)
    if record.kind == "choice":
        return ", ".join(f"`{value}`" for value in record.values if value is not None)
    if record.kind == "switch":
        return "yes, no"
    return "names of conditions" if record.kind == "conditions" else "a rhythm score"


def _range(limits: tuple[float, float] | None, record: RequestField) -> str:
    if limits is None:
        return ""
    low, high = (f"{value:.16g}" for value in limits)
    return f"{low} to {high}{record.spaced_unit}"


def _property(record: RequestField) -> dict:
    kind = _TYPES[record.kind]
    described: dict = {
        "description": record.help,
        "type": [kind, "null"] if record.default is None else kind,
        "default": record.to_json(record.default),
    }
    if record.kind in ("number", "whole"):
        described["minimum"], described["maximum"] = record.limits
    elif record.kind == "choice":
        described["enum"] = [*record.values, *record.unoffered]
    elif record.kind == "conditions":
        described["items"] = {"type": "string"}
    return described


if __name__ == "__main__":
    for written in write():
        print(written)

"""What the command line offers and writes, in a form that can be compared: option tables and `twins.json`."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from unittest import mock

from ecgtwin_app.cli.main import main

HERE = Path(__file__).resolve().parent
OPTIONS = HERE / "options.json"
DOCUMENTS = HERE / "twins_documents.json"
#: The commands of this version; "" is the window.
COMMANDS = ("", "generate", "attribute", "measure", "convert", "conditions", "benchmark", "train", "evaluate")
SCORE = HERE / "score.json"
#: Arguments of ``ecgtwin generate`` by a name of their own.
GENERATE = {
    "two twins at their own rate": [
        "--condition", "ventricular premature complex", "--samples", "2", "--seed", "11",
    ],
    "a combination with all that can be set": [
        "--condition", "first-degree AV block", "--condition", "LBBB", "--heart-rate", "68", "--age", "71",
        "--sex", "F", "--severity", "0.6", "--pr", "240", "--qrs", "150", "--seed", "12", "--steps", "2",
        "--best-of", "2",
    ],
    "a score from a file": ["--condition", "ventricular premature complex", "--score", str(SCORE), "--seed", "13"],
}  # fmt: skip


def option_tables() -> dict[str, dict]:
    """Flags and arguments of every command, read from the parser that prints its ``--help``."""
    return {command: _table(_parser(command)) for command in COMMANDS}


def documents() -> dict[str, dict]:
    """`twins.json` and the exit status of every request, without what differs from run to run."""
    made = {}
    for name, arguments in GENERATE.items():
        with tempfile.TemporaryDirectory() as folder:
            status = main(["generate", "example", *arguments, "--out", folder])
            document = json.loads((Path(folder) / "twins.json").read_text(encoding="utf-8"))
            files = sorted(os.listdir(folder))
        made[name] = {"status": status, "files": files, "twins.json": _stable(document)}
    return made


def _stable(document: dict) -> dict:
    """The document without seconds and versions."""
    document["provenance"].pop("versions")
    for twin in document["twins"]:
        twin.pop("seconds")
    return document


def _parser(command: str) -> argparse.ArgumentParser:
    shown = []
    printing = argparse.ArgumentParser.print_help

    def note(parser, file=None):
        shown.append(parser)
        printing(parser, file)

    with (
        mock.patch.object(argparse.ArgumentParser, "print_help", note),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        main([*([command] if command else []), "--help"])
    (parser,) = shown
    return parser


def _table(parser: argparse.ArgumentParser) -> dict:
    table = {"arguments": [], "options": {}}
    for action in parser._actions:
        row = {
            "metavar": action.metavar,
            "choices": None if action.choices is None else list(action.choices),
            "nargs": action.nargs,
            "required": action.required,
            "default": _plain(action.default),
        }
        if action.option_strings:
            table["options"].update((flag, row) for flag in action.option_strings)
        else:
            table["arguments"].append(row)
    return table


def _plain(value):
    """A default as JSON keeps it; of a path only that it is one."""
    if isinstance(value, os.PathLike):
        return "path"
    return value if value is None or isinstance(value, str | int | float | list) else type(value).__name__

"""`ecgtwin evaluate compare`: the same references and requests by every generator, side by side, with the referee."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ecgtwin_app.conditions.vocabulary import find_condition, is_healthy
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.choice import EngineChoice
from ecgtwin_app.engine.comparison import COMPARED, Cell, iter_comparison
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.evaluation.report.comparison import comparison_page
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.whole_files import why, write_whole

log = logging.getLogger(__name__)
#: Conditions that are asked where none is named: a rhythm, a block, a muscle and an infarct, and nothing at all.
USUAL = ("healthy", "AF", "LBBB", "LVH", "IMI")
EXAMPLE = "example"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin evaluate compare`."""
    parser.add_argument(
        "refs",
        metavar="REF",
        nargs="*",
        default=[EXAMPLE],
        help=f'ECG files; "{EXAMPLE}", the built-in one, when left out',
    )
    parser.add_argument(
        "--condition",
        action="append",
        metavar="NAME",
        help=f'a row; "NAME + NAME" asks for both; repeatable; {", ".join(USUAL)} when left out',
    )
    parser.add_argument(
        "--generator",
        action="append",
        choices=tuple(COMPARED),
        help="a column; repeatable; all when left out",
    )
    parser.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="weights of a generator: published=DIR for the authors' files; those that ship when left out",
    )
    parser.add_argument("--heart-rate", type=float, metavar="N", help=FIELDS["heart_rate"].flag_help)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="cpu")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for compare.html and compare.json"
    )


def main(args: argparse.Namespace) -> int:
    """Draw all, write the page; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    requests = [_request(text, args) for text in args.condition or USUAL]
    references = [read_ecg(example_path() if name == EXAMPLE else Path(name)) for name in args.refs]
    generators = tuple(dict.fromkeys(args.generator or COMPARED))
    folders = _folders(args.weights)
    cells = []
    for item in iter_comparison(partial(_load, folders, args.device), generators, references, requests):
        if isinstance(item, Cell):
            cells.append(item)
            log.info("%s", _line(item, requests))
    names = [Path(name).stem if name != EXAMPLE else EXAMPLE for name in args.refs]
    _write(args.out, names, references, requests, generators, cells)
    return 0


def _load(folders: dict[str, Path], device: str, id: str):
    return EngineChoice(folders.get(id), device, id).load()


def _folders(texts: Sequence[str]) -> dict[str, Path]:
    folders = {}
    for text in texts:
        id, sign, folder = text.partition("=")
        if not sign or id not in COMPARED:
            raise EcgError(
                "--weights says NAME=DIR, and NAME is one of {known}; '{text}' does not.",
                known=", ".join(COMPARED),
                text=text,
            )
        folders[id] = Path(folder)
    return folders


def _request(text: str, args: argparse.Namespace) -> TwinRequest:
    names = tuple(part.strip() for part in text.split("+"))
    known = tuple(name if is_healthy(name) else find_condition(name).name for name in names)
    request = TwinRequest(known, heart_rate=args.heart_rate, seed=args.seed)
    for name in ("heart_rate", "seed"):
        FIELDS[name].check(getattr(request, name))
    return request


def _line(cell: Cell, requests: Sequence[TwinRequest]) -> str:
    asked = " + ".join(requests[cell.request].conditions)
    if cell.twin is None:
        return f"{cell.generator}: {asked}: {cell.reason}"
    met = f"{sum(bool(line.met) for line in cell.twin.judged)} of {len(cell.twin.judged)} criteria"
    return f"{cell.generator}: {asked}: {met}, {cell.twin.seconds:.2f} s"


def _write(
    folder: Path,
    names: Sequence[str],
    references: Sequence[Recording],
    requests: Sequence[TwinRequest],
    generators: Sequence[str],
    cells: Sequence[Cell],
) -> None:
    page = comparison_page(names, references, requests, generators, cells)
    rows = [
        {
            "generator": cell.generator,
            "reference": names[cell.reference],
            "conditions": list(requests[cell.request].conditions),
            "of_nobody": cell.of_nobody,
            "reason": str(cell.reason),
            **_found(cell),
        }
        for cell in cells
    ]
    document = json.dumps({"synthetic": True, "cells": rows}, indent=1, ensure_ascii=False) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("compare.html", page), ("compare.json", document)):
            write_whole(folder / name, text.encode())
    except OSError as error:
        raise EcgError(
            "The folder cannot be written ({reason}); choose another one.", reason=why(error)
        ) from None


def _found(cell: Cell) -> dict:
    if cell.twin is None:
        return {"met": None}
    twin = cell.twin
    return {
        "met": twin.met,
        "criteria": len(twin.judged),
        "criteria_met": sum(bool(line.met) for line in twin.judged),
        "missed": [str(line.name) for line in twin.judged if not line.met],
        "unlike_real": [
            str(line.name) for line in twin.asked_got if line.met is False and line not in twin.judged
        ],
        "heart_rate": twin.measurements.get("heart_rate"),
        "identity_similarity": twin.identity_similarity,
        "seconds": round(twin.seconds, 3),
        "seed": twin.seed,
        "weights_sha256": twin.recording.provenance["weights_sha256"],
    }

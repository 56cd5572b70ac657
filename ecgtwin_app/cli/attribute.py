"""`ecgtwin attribute`: a twin and the heat map of what its condition changed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ecgtwin_app.attribution.methods import DEFAULT_METHOD, METHODS
from ecgtwin_app.cli.asking import (
    add_recording_arguments,
    add_request_arguments,
    load_engine,
    output_folder,
    read_reference,
    request_from,
)
from ecgtwin_app.cli.generate import make_twins, summary
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.cli.settling import settle
from ecgtwin_app.engine.request import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin attribute`."""
    add_recording_arguments(parser)
    add_request_arguments(parser)
    parser.add_argument(
        "--method",
        choices=tuple(METHODS),
        default=DEFAULT_METHOD,
        help="; ".join(f"{method.name}: {method.meaning}" for method in METHODS.values()),
    )
    parser.add_argument(
        "--of",
        action="append",
        metavar="NAME",
        help="the map of one of the conditions beside the others, or of one that is removed; repeatable; of all that is"
        " asked when left out",
    )
    parser.add_argument(
        "--format", choices=("npz", "csv"), default="npz", help="how maps are written; npz as a rule"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for twins and heat maps"
    )


def main(args: argparse.Namespace) -> int:
    """Make twins and maps and write them; returns the exit status."""
    from ecgtwin_app.attribution.question import asked_about
    from ecgtwin_app.cli.main import CANCELLED, DONE, MISSED
    from ecgtwin_app.engine.save import save_twins
    from ecgtwin_app.engine.save_maps import map_name, save_heatmap

    request = request_from(args)
    reference = read_reference(args)
    settled = settle(request, reference)
    what = settled.what
    for of in args.of or ():
        asked_about(of, what.present, what.kept, what.removed)  # said before the slow part begins
    folder = output_folder(args.out)
    engine = load_engine(args)
    settled.known_to(engine.known).say()
    twins, complete = make_twins(engine, reference, request)
    files = save_twins(twins, folder) if twins else []
    for line in summary(twins, files, folder):
        print(line, file=sys.stderr)
    if not complete:
        return CANCELLED
    for number, twin in enumerate(twins, start=1):
        for of in args.of or [""]:
            heatmap = _heatmap(engine, reference, twin, args.method, of)
            path = save_heatmap(heatmap, twin, folder / f"{map_name(heatmap, number)}.{args.format}")
            print(f"{path.name}: {heatmap.name}, checks {json.dumps(heatmap.checks)}", file=sys.stderr)
    return DONE if all(twin.met for twin in twins) else MISSED


def _heatmap(engine, reference, twin, method: str, of: str):
    with ProgressBar() as bar:
        for item in engine.iter_attribute(reference, twin, method, **({"of": of} if of else {})):
            if not isinstance(item, Progress):
                return item
            bar.update(item.step, item.total, item.message)
    raise RuntimeError(f"The engine ended without a heat map for {method}.")

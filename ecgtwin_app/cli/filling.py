"""What `ecgtwin impute` and `ecgtwin continue` share: how many proposals, which generator, and the files they write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ecgtwin_app.cli.output import print_json
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.proposals import Proposals
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.formats.writing import format_of, remarks
from ecgtwin_app.generators.catalogue import FILLING, load_generator, usual_filler
from ecgtwin_app.generators.progress import Progress

#: So many are drawn at least, for the band that says how sure they are.
DRAWN = 10


def add_filling_arguments(parser: argparse.ArgumentParser, seed: int = 1) -> None:
    """Options of both commands."""
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="whose suffix decides the format; of K proposals FILE_1 …",
    )
    parser.add_argument(
        "--samples", type=int, default=1, metavar="K", help="write so many proposals, each a file of its own"
    )
    parser.add_argument("--seed", type=int, default=seed, help="of the first proposal")
    parser.add_argument(
        "--generator",
        choices=tuple(FILLING),
        default=None,
        help="which model fills in; the best that is there as a rule",
    )
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="folder of other weights than those that ship"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument(
        "--keep-identity",
        action="store_true",
        help="keep name, identifier and date, which are left out otherwise",
    )
    parser.add_argument("--json", action="store_true", help="what was filled in on standard output as JSON")


def how_of(args: argparse.Namespace) -> How:
    """How the generator is asked; the suffix of --out is checked, too."""
    format_of(args.out)
    if not args.out.parent.is_dir():
        raise EcgError("There is no folder {folder}; make it first.", folder=args.out.parent)
    How(args.samples)
    return How(max(args.samples, DRAWN), args.seed)


def filler_of(args: argparse.Namespace):
    """The generator that fills in."""
    return load_generator(args.generator or usual_filler(), args.weights, args.device)


def proposals_of(steps: Iterable[Progress | Proposals]) -> Proposals:
    """Run the job with a progress bar."""
    found = None
    with ProgressBar() as bar:
        for item in steps:
            if isinstance(item, Progress):
                bar.update(item.step, item.total, item.message)
            else:
                found = item
    if found is None:
        raise RuntimeError("no proposals")
    return found


def write_proposals(proposals: Proposals, args: argparse.Namespace) -> int:
    """Write the proposals that were asked for and say what they are; returns the exit status."""
    low, high = proposals.band
    widths = {
        lead: round(float(np.nanmedian(up - down)), 4)
        for lead, down, up, row in zip(proposals.recording.leads, low, high, proposals.mask, strict=True)
        if row.any()
    }
    files = []
    for number in range(args.samples):
        recording = proposals.repaired(number)
        written = write_ecg(recording, _name(args.out, number, args.samples), args.keep_identity)
        for remark in (*recording.history, *remarks(recording, written)) if number == 0 else ():
            print(remark, file=sys.stderr)
        print(f"Wrote {written}, partly synthetic.", file=sys.stderr)
        files.append(
            {
                "file": str(written),
                "seed": proposals.seeds[number],
                "filled": [
                    {"lead": one.lead, "start": one.start, "end": one.end} for one in recording.filled
                ],
            }
        )
    if args.json:
        print_json({"generator": proposals.by, "band_mv": widths, "proposals": files})
    return 0


def _name(path: Path, number: int, count: int) -> Path:
    return path if count == 1 else path.with_name(f"{path.stem}_{number + 1}{path.suffix}")

"""`ecgtwin continue`: a recording goes on by some seconds, under its own rhythm or another."""

from __future__ import annotations

import argparse

from ecgtwin_app.cli.asking import add_recording_arguments, open_recording
from ecgtwin_app.cli.filling import add_filling_arguments, filler_of, how_of, proposals_of, write_proposals
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.other_rhythm import TWINS, continue_under
from ecgtwin_app.engine.repair.repair import continue_recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin continue`."""
    add_recording_arguments(parser, "rec", piece=False)
    parser.add_argument("--seconds", type=float, required=True, metavar="S", help="by how much it goes on")
    parser.add_argument(
        "--condition",
        action="append",
        default=[],
        dest="conditions",
        metavar="NAME",
        help="under this rhythm or finding, as a twin of the patient; its own rhythm unless named; repeatable",
    )
    add_filling_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Continue and write; returns the exit status."""
    how = how_of(args)
    recording = open_recording(args, "rec").recording()
    if args.conditions:
        find_conditions(args.conditions)  # said before anything is loaded
        how = How(max(args.samples, TWINS), args.seed)
        engine = TwinEngine.load(device=args.device, shares=False)
        steps = continue_under(engine, filler_of(args), recording, args.seconds, tuple(args.conditions), how)
        return write_proposals(proposals_of(steps), args)
    return write_proposals(
        proposals_of(continue_recording(filler_of(args), recording, args.seconds, how)), args
    )

"""`ecgtwin continue`: a recording goes on by some seconds, under its own rhythm or another."""

from __future__ import annotations

import argparse

from ecgtwin_app.cli.asking import add_recording_arguments, open_recording
from ecgtwin_app.cli.filling import add_filling_arguments, filler_of, how_of, proposals_of, write_proposals
from ecgtwin_app.engine.repair.repair import continue_recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin continue`."""
    add_recording_arguments(parser, "rec", piece=False)
    parser.add_argument("--seconds", type=float, required=True, metavar="S", help="by how much it goes on")
    add_filling_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Continue and write; returns the exit status."""
    how = how_of(args)
    recording = open_recording(args, "rec").recording()
    return write_proposals(
        proposals_of(continue_recording(filler_of(args), recording, args.seconds, how)), args
    )

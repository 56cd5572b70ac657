"""`ecgtwin impute`: fill in leads or spans that are bad or missing; what is visible stays to the bit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.cli.asking import add_recording_arguments, read_recording
from ecgtwin_app.cli.filling import add_filling_arguments, filler_of, how_of, proposals_of, write_proposals
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.repair.mask import mask_of, proposed_mask
from ecgtwin_app.engine.repair.repair import complete, repair


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin impute`."""
    add_recording_arguments(parser, "rec")
    what = parser.add_argument_group("what is filled in")
    what.add_argument(
        "--leads", metavar="NAMES", help="V3, or I,V3 and so on; all leads over the spans unless named"
    )
    what.add_argument(
        "--span",
        action="append",
        default=[],
        metavar="FROM:TO",
        help="seconds, 3.2:4.8; repeatable; the whole recording unless named",
    )
    what.add_argument("--proposed", action="store_true", help="what the quality check finds bad")
    what.add_argument("--complete", action="store_true", help="the leads that are missing to twelve")
    add_filling_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Fill in and write; returns the exit status."""
    ways = [bool(args.leads or args.span), args.proposed, args.complete]
    if sum(ways) != 1:
        raise EcgError("Say what is to be filled in: --leads and --span, or --proposed, or --complete.")
    how = how_of(args)
    recording = read_recording(args, "rec")
    if args.complete:
        steps = complete(filler_of(args), recording, how)
    else:
        mask = _proposed(recording) if args.proposed else _named(recording, args)
        steps = repair(filler_of(args), recording, mask, how)
    return write_proposals(proposals_of(steps), args)


def _named(recording: Recording, args: argparse.Namespace) -> np.ndarray:
    leads = [name.strip() for name in args.leads.split(",")] if args.leads else ()
    return mask_of(recording, leads, [span_of(text) for text in args.span])


def _proposed(recording: Recording) -> np.ndarray:
    mask, spans = proposed_mask(recording)
    for one in spans:
        print(f"{one.lead} {one.start:.2f} to {one.end:.2f} s: {one.note}", file=sys.stderr)
    if not spans:
        raise EcgError("The quality check finds nothing bad in this recording; name leads or spans yourself.")
    return mask


def span_of(text: str) -> tuple[float, float]:
    """ "3.2:4.8" as two numbers."""
    parts: Sequence[str] = text.split(":")
    try:
        start, end = (float(part) for part in parts)
    except ValueError:
        raise EcgError("“{text}” is no span; write it as 3.2:4.8, in seconds.", text=text) from None
    return start, end

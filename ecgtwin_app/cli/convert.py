"""`ecgtwin convert`: any readable format to any writable one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ecgtwin_app.cli.asking import add_recording_arguments, read_recording
from ecgtwin_app.ecg.recording import EcgError
from ecgtwin_app.formats.registry import write_ecg


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin convert`."""
    add_recording_arguments(parser, "input")
    parser.add_argument("output", metavar="OUTPUT", type=Path, help="the suffix decides: .hea, .csv or .tsv")
    parser.add_argument(
        "--keep-identity",
        action="store_true",
        help="keep name, identifier and date, which are left out otherwise",
    )


def main(args: argparse.Namespace) -> int:
    """Read and write; returns the exit status."""
    source, target = Path(args.input).resolve(), args.output.resolve()
    # A WFDB record is two files of one stem, so writing beside the source could overwrite half of it.
    if source.with_suffix("") == target.with_suffix("") and target.suffix.lower() in (
        source.suffix,
        ".hea",
        ".dat",
    ):
        raise EcgError(f"{args.output} would overwrite the recording it is made from; choose another name.")
    recording = read_recording(args, "input")
    written = write_ecg(recording, args.output, args.keep_identity)
    for remark in recording.history:
        print(remark, file=sys.stderr)
    print(f"Wrote {written}.", file=sys.stderr)
    return 0

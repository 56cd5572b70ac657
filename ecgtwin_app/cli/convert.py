"""`ecgtwin convert`: any readable format to any writable one, a file or all files of a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ecgtwin_app.cli.asking import (
    EXAMPLE,
    add_recording_arguments,
    open_file,
    open_recording,
)
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.folders import recordings_in
from ecgtwin_app.formats.pieces import fits_into_memory, pieces_of
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.formats.writing import check_read_back, format_of, remarks, writers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin convert`."""
    add_recording_arguments(parser, "input")
    known = ", ".join(writer.suffix for writer in writers().values())
    parser.add_argument(
        "output",
        metavar="OUTPUT",
        type=Path,
        help=f"a file, whose suffix decides ({known}, .tsv), or a folder",
    )
    parser.add_argument("--format", choices=tuple(writers()), help="needed when OUTPUT is a folder")
    parser.add_argument(
        "--keep-identity",
        action="store_true",
        help="keep name, identifier and date, which are left out otherwise; in a folder also the file names",
    )


def main(args: argparse.Namespace) -> int:
    """Read and write; returns the exit status."""
    source = Path(args.input)
    if source.is_dir():
        return _convert_folder(args, source)
    target = args.output
    if target.is_dir() or (args.format and not target.suffix):
        target = target / _name(source, 1, args)
    elif args.format and format_of(target) != args.format:
        raise EcgError(
            "{target} has not the suffix of {format}; leave out --format or change the name.",
            target=target.name,
            format=args.format,
        )
    _refuse_overwriting(source, target)
    _convert(open_recording(args, "input"), target, args)
    return 0


def _convert_folder(args: argparse.Namespace, source: Path) -> int:
    """Convert every ECG of a folder; what cannot be read is named, and the rest is converted."""
    from ecgtwin_app.cli.main import BAD_INPUT, DONE

    if not args.format:
        raise EcgError("{source} is a folder; say with --format what to write.", source=source)
    if args.output.suffix and not args.output.is_dir():
        raise EcgError("{source} is a folder; name a folder to write to, too.", source=source)
    if args.output.resolve() == source.resolve():
        raise EcgError("{output} is the folder that is read; choose another one.", output=args.output)
    files = recordings_in(source)
    if not files:
        raise EcgError("{source} holds no files; name a folder with ECG files.", source=source)
    status, number = DONE, 0
    for file in files:
        try:
            opened = open_file(args, file)
            number += 1
            print(f"{file.name}:", file=sys.stderr)
            _convert(opened, args.output / _name(file, number, args), args)
        except EcgError as error:
            print(f"ecgtwin: {error}", file=sys.stderr)
            status = BAD_INPUT
    return status


def _name(source: Path, number: int, args: argparse.Namespace) -> str:
    """A file name in a folder. The source's own may be the name of a patient, so it is kept only on wish."""
    if not args.format:
        raise EcgError("{output} is a folder; say with --format what to write.", output=args.output)
    suffix = writers()[args.format].suffix
    if not args.keep_identity:
        return f"ecg_{number:03d}{suffix}"
    stem = "".join(c if c.isalnum() and c.isascii() else "_" for c in source.stem)
    return f"{stem if str(source) != EXAMPLE else EXAMPLE}{suffix}"


def _refuse_overwriting(source: Path, target: Path) -> None:
    # A WFDB record is several files of one stem, so writing beside the source could overwrite half of it.
    source, target = source.resolve(), target.resolve()
    same_stem = source.with_suffix("") == target.with_suffix("")
    if same_stem and target.suffix.lower() in (source.suffix.lower(), ".hea", ".dat"):
        raise EcgError(
            "{target} would overwrite the recording it is made from; choose another name.", target=target.name
        )


def _convert(file: EcgFile, target: Path, args: argparse.Namespace) -> None:
    """Write all that was asked for, however long; tell what was done to the samples and where they are."""
    start = args.start or 0.0
    if fits_into_memory(file, start, args.seconds):
        recording = file.recording(start, args.seconds)
        history = recording.history
    else:
        first, last = file.span(start, args.seconds)
        check_read_back(target, len(file.leads) * (last - first))
        recording = pieces_of(file, start, args.seconds)
        history = recording.said.history
    written = write_ecg(recording, target, args.keep_identity)
    for remark in (*history, *remarks(recording, target)):
        print(remark, file=sys.stderr)
    print(f"Wrote {written}.", file=sys.stderr)

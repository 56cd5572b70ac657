"""`ecgtwin generate`: twins of a recording, or new patients, as files and `twins.json`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from ecgtwin_app.cli import new_patient
from ecgtwin_app.cli.asking import (
    add_recording_arguments,
    add_request_arguments,
    load_engine,
    output_folder,
    read_reference,
    request_from,
)
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.cli.settling import settle
from ecgtwin_app.conditions.verdict import KEPT
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.new_patients import new_patient as check_new_patient
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.whole_files import why, write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin generate`."""
    reference = add_recording_arguments(parser)
    add_request_arguments(parser)
    new_patient.add_arguments(parser, reference)
    parser.add_argument(
        "--also",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="more recordings of the same patient, pooled with the reference to what is personal",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the twins")
    parser.add_argument(
        "--format", choices=tuple(writers()), default="wfdb", help="of the twins; WFDB as a rule"
    )
    parser.add_argument(
        "--picture", action="store_true", help="also a PNG of each twin over its reference, if it has one"
    )
    parser.add_argument("--json", action="store_true", help="print twins.json on standard output")


def main(args: argparse.Namespace) -> int:
    """Make the twins and write them; returns the exit status."""
    from ecgtwin_app.cli.main import CANCELLED, DONE, MISSED

    new_patient.check_arguments(args)
    request = request_from(args)
    if args.new_patient:
        check_new_patient(request)
        reference, settled = None, None
    else:
        reference = read_reference(args)
        settled = settle(request, reference)
    folder = output_folder(args.out)
    others = [read_ecg(path) for path in args.also]
    engine = load_engine(args)
    if settled is None or reference is None:
        job = new_patient.patients(engine, request, args.unlike)
    else:
        settled.known_to(engine.known).say()
        job = engine.iter_generate(reference, request, others)
    twins, complete = made_by(job)
    files = save(twins, reference, folder, args.picture, args.format) if twins else []
    if args.score is not None and request.score is None and twins and twins[0].score is not None:
        files.append(write_score_file(args.score, twins[0].score))
    for line in summary(twins, files, folder):
        print(line, file=sys.stderr)
    if args.json and twins:
        print((folder / "twins.json").read_text(encoding="utf-8"), end="")
    if not complete:
        print(f"ecgtwin: Cancelled after {len(twins)} of {request.samples} twins.", file=sys.stderr)
        return CANCELLED
    left_out = new_patient.too_alike(len(twins), request)
    if left_out:
        print(f"ecgtwin: {left_out}", file=sys.stderr)
    return DONE if all(twin.met for twin in twins) and not left_out else MISSED


def make_twins(
    engine, reference: Recording, request: TwinRequest, others: Sequence[Recording] = ()
) -> tuple[list[Twin], bool]:
    """The twins finished, and whether they are all: Ctrl+C keeps those made so far."""
    return made_by(engine.iter_generate(reference, request, others))


def made_by(job: Iterator[Progress | Twin]) -> tuple[list[Twin], bool]:
    """What a job made, and whether it is all; Ctrl+C keeps what was finished."""
    twins: list[Twin] = []
    try:
        with ProgressBar() as bar:
            for item in job:
                if isinstance(item, Progress):
                    bar.update(item.step, item.total, item.message)
                else:
                    twins.append(item)
    except KeyboardInterrupt:
        return twins, False
    finally:
        if isinstance(job, Generator):
            job.close()
    return twins, True


def save(
    twins: list[Twin], reference: Recording | None, folder: Path, pictures: bool, kind: str = "wfdb"
) -> list[Path]:
    """Write everything; the files."""
    from ecgtwin_app.engine.save import save_twins

    files = save_twins(twins, folder, kind)
    if pictures:
        files += save_pictures(twins, reference, folder)
    return files


def write_score_file(path: Path, score: RhythmScore) -> Path:
    """The score of a twin as JSON, to be edited and performed again; `EcgError` when it cannot be written."""
    try:
        write_whole(path, (json.dumps(score.to_json(), indent=1) + "\n").encode())
    except OSError as error:
        raise EcgError(
            "The score cannot be written to {file}: {reason}; name another file.",
            file=path,
            reason=why(error),
        ) from None
    return path


def save_pictures(twins: list[Twin], reference: Recording | None, folder: Path) -> list[Path]:
    """`twin_001.png` …, each twin over its reference if it has one; `EcgError` where Qt cannot be loaded."""
    try:
        from ecgtwin_app.report.export import save_png
    except ImportError as error:
        raise EcgError(
            "The twins are in {folder}, but no picture can be drawn because a system library of Qt is missing "
            "({reason}); on Debian and Ubuntu run .ci/system-libraries as root.",
            folder=folder,
            reason=error,
        ) from error
    paths = [folder / f"twin_{number:03d}.png" for number in range(1, len(twins) + 1)]
    for path, twin in zip(paths, twins, strict=True):
        save_png(path, reference or twin.recording, twin if reference else None)
    return paths


def summary(twins: list[Twin], files: list[Path], folder: Path) -> list[str]:
    """What was asked and got, a line a twin with its rate and set-points, and where it lies."""
    lines = []
    for number, twin in enumerate(twins, start=1):
        judged = twin.judged
        missed = [_asked_and_got(line) for line in judged if not line.met]
        # The rate and the numbers that were asked are told whether they are met or not.
        told = [_asked_and_got(line) for line in judged if line.met and _is_number_asked(line)]
        # What could not be judged is no line that is missed, and is not met either.
        usual = "all met" if twin.met else "the others could not be judged"
        beyond = [line for line in twin.asked_got if line.met is False and line not in judged]
        unlike = [_asked_and_got(line) for line in beyond if line.kind != KEPT]
        unlike = [f"unlike real recordings: {', '.join(unlike)}"] if unlike else []
        unlike += [f"{line.name} asked, lost: {line.got}" for line in beyond if line.kind == KEPT]
        verdict = "; ".join([*(missed or [usual]), *told, *unlike])
        lines.append(f"twin_{number:03d}: {len(judged) - len(missed)} of {len(judged)} criteria, {verdict}")
    if files:
        records = any(path.suffix == ".hea" for path in files)
        also = " (each record also has a .dat)" if records else ""
        lines.append(f"{len(files)} files in {folder}{also}; all twins are synthetic")
    return lines


def _is_number_asked(line) -> bool:
    return isinstance(line.asked, Message) and "tolerance" in line.asked.values


def _asked_and_got(line) -> str:
    return f"{line.name} asked {line.asked}, got {_text(line.got)} {line.unit}".rstrip()


def _text(value) -> str:
    return (
        "nothing measurable" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    )

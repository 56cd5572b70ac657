"""`ecgtwin cohort`: twins of many recordings under many conditions, over several processes, resumable."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from ecgtwin_app.cli.asking import (
    EXAMPLE,
    add_engine_arguments,
    add_field_arguments,
    add_kept_arguments,
    add_recording_arguments,
    doubt_of,
    output_folder,
    read_file,
    recordings_in,
    request_from,
)
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import FIELDS
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.writing import writers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin cohort`."""
    add_recording_arguments(parser, "refs", many=True)
    parser.add_argument(
        "--conditions",
        nargs="+",
        required=True,
        metavar="NAME",
        help='each makes twins of its own; "A + B" asks for both in one twin',
    )
    parser.add_argument(
        "--per-condition", type=int, default=1, metavar="N", help="twins of each reference in each condition"
    )
    parser.add_argument(
        "--processes", type=int, default=1, metavar="N", help="so many twins at a time, each on one thread"
    )
    parser.add_argument(
        "--ray", action="store_true", help="lay the work over a Ray cluster (pip install ray)"
    )
    add_kept_arguments(parser, leave_out=("conditions",))
    # A cohort counts by --per-condition, and a rhythm score belongs to one recording.
    add_field_arguments(parser, leave_out=("samples",))
    add_engine_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for twins and table")
    parser.add_argument(
        "--format", choices=tuple(writers()), default="wfdb", help="of the twins; WFDB as a rule"
    )
    parser.add_argument("--json", action="store_true", help="print a line of the table for each new twin")


def main(args: argparse.Namespace) -> int:
    """Make what is missing; returns the exit status."""
    from ecgtwin_app.cli.main import BAD_INPUT, CANCELLED, DONE, MISSED
    from ecgtwin_app.engine.cohort import iter_cohort
    from ecgtwin_app.engine.cohort_table import TABLE, CohortRow
    from ecgtwin_app.engine.cohort_worker import CohortFailure

    # Processes that share the cores, each with threads for all of them, hinder each other.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    cohort = _cohort(args)
    output_folder(args.out)
    made, failures = 0, 0
    job = iter_cohort(cohort, _choice(args), lambda path: _read(args, path), args.processes, args.ray)
    try:
        with ProgressBar() as bar:
            for item in job:
                if isinstance(item, CohortRow):
                    made += 1
                    if args.json:
                        print(json.dumps(asdict(item), ensure_ascii=False), flush=True)
                elif isinstance(item, CohortFailure):
                    failures += 1
                    told = f" ({item.conditions})" if item.conditions else ""
                    print(f"ecgtwin: {item.reference.name}{told}: {item.reason}", file=sys.stderr)
                else:
                    bar.update(item.step, item.total, f"{item.step} of {item.total} twins")
    except KeyboardInterrupt:
        print(
            f"ecgtwin: Cancelled after {made} new twins; the same command goes on from there.",
            file=sys.stderr,
        )
        return CANCELLED
    finally:
        job.close()
    met = _met(args.out)
    print(
        f"{made} new twins; {len(met)} in {args.out / TABLE}, {sum(met)} met; all are synthetic",
        file=sys.stderr,
    )
    if failures:
        return BAD_INPUT
    return DONE if all(met) else MISSED


def _cohort(args: argparse.Namespace):
    """What is asked, checked before the slow part begins."""
    from ecgtwin_app.engine.cohort import Cohort

    for count, flag, most in (
        (args.per_condition, "--per-condition", 100_000),
        (args.processes, "--processes", 1024),
    ):
        if not 1 <= count <= most:
            raise EcgError(f"{flag} must be between 1 and {most:,}, not {count}.")
    tasks = tuple(tuple(name.strip() for name in text.split("+")) for text in args.conditions)
    requests = [request_from(args, names) for names in tasks]
    FIELDS["seed"].check(requests[0].seed + args.per_condition - 1)
    return Cohort(_references(args.refs), tasks, requests[0], args.per_condition, args.out, args.format)


def _references(texts: list[str]) -> tuple[Path, ...]:
    """The files named, and those of the folders named."""
    paths: list[Path] = []
    for text in texts:
        path = Path(text)
        if path.is_dir():
            there = recordings_in(path)
            if not there:
                raise EcgError(f"{path} holds no files; name a folder with ECG files.")
            paths += there
        else:
            paths.append(example_path() if text == EXAMPLE and not path.exists() else path)
    return tuple(dict.fromkeys(paths))


def _choice(args: argparse.Namespace):
    from ecgtwin_app.engine.cohort_worker import EngineChoice

    return EngineChoice(args.weights, args.device, args.generator, args.backend)


def _read(args: argparse.Namespace, path: Path) -> Recording:
    reference = read_file(args, path)
    if doubt := doubt_of(reference, args.force):
        print(f"ecgtwin: {path.name}: mind the signal: {doubt}", file=sys.stderr)
    return reference


def _met(folder: Path) -> list[bool]:
    """Of each twin in the table, whether it meets all that was asked."""
    from ecgtwin_app.engine.cohort_table import LINES

    return [json.loads(line)["met"] for line in (folder / LINES).read_text(encoding="utf-8").splitlines()]

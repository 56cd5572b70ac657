"""`ecgtwin cohort`: twins of many recordings by a plan's quotas or under many conditions, over processes, resumable."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ecgtwin_app.cli.asking import (
    add_engine_arguments,
    add_field_arguments,
    add_kept_arguments,
    add_recording_arguments,
    doubt_of,
    output_folder,
    read_file,
    request_from,
)
from ecgtwin_app.cli.progress import ProgressBar
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.cohorts.spec import CohortSpec, forms
from ecgtwin_app.engine.cohorts.time_left import TimeLeft
from ecgtwin_app.engine.request import FIELDS
from ecgtwin_app.generators.catalogue import USUAL

#: What a plan says itself, besides the fields of a request; an argument of the same name would be a second opinion.
_OF_THE_PLAN = {"conditions": None, "per_condition": 1, "generator": USUAL}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin cohort`."""
    add_recording_arguments(parser, "refs", many=True)
    parser.add_argument(
        "--conditions",
        nargs="+",
        metavar="NAME",
        help='each makes twins of its own; "A + B" asks for both in one twin',
    )
    parser.add_argument(
        "--per-condition", type=int, default=1, metavar="N", help="twins of each reference in each condition"
    )
    parser.add_argument(
        "--workers",
        "--processes",
        type=int,
        default=1,
        metavar="N",
        help="so many twins at a time, each on one thread",
    )
    parser.add_argument(
        "--ray",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help='lay the work over a Ray cluster, "local" for one on this machine (needs the extra "ray")',
    )
    add_kept_arguments(parser, leave_out=("conditions",))
    # A cohort counts by --per-condition, and a rhythm score belongs to one recording.
    add_field_arguments(parser, leave_out=("samples",))
    add_engine_arguments(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help="folder for twins and table")
    where.add_argument(
        "--verify", action="store_true", help="hold the cohort in a folder against its checksums"
    )
    parser.add_argument(
        "--form",
        "--format",
        choices=forms(),
        help="of the twins; WFDB as a rule, Parquet and Zarr for training",
    )
    parser.add_argument("--json", action="store_true", help="print a line of the table for each new twin")


def main(args: argparse.Namespace) -> int:
    """Make what is missing; returns the exit status."""
    from ecgtwin_app.cli.main import CANCELLED
    from ecgtwin_app.engine.cohorts.run import iter_cohort

    if args.verify:
        return _verify(args.refs)
    # Processes that share the cores, each with threads for all of them, hinder each other.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if not 1 <= args.workers <= 1024:
        raise EcgError(f"--workers must be between 1 and 1,024, not {args.workers}.")
    spec = _plan(args)
    telling = _Telling(args.json)
    cohort, choice = _cohort(args, spec, telling)
    output_folder(args.out)
    job = iter_cohort(cohort, choice, lambda path: _read(args, path), _pool(args, choice, cohort.form))
    try:
        with ProgressBar() as bar:
            for item in job:
                telling.tell(item, bar)
    except KeyboardInterrupt:
        print(
            f"ecgtwin: Cancelled after {telling.made} new twins; the same command goes on from there.",
            file=sys.stderr,
        )
        return CANCELLED
    finally:
        job.close()
    return _ended(args.out, telling, len(cohort.plan), spec is not None)


class _Telling:
    """Says what happens, and counts it."""

    def __init__(self, as_json: bool):
        self.made = self.failures = 0
        self._json, self._left, self._said = as_json, TimeLeft(), time.monotonic()

    def tell(self, item, bar: ProgressBar) -> None:
        """One item of `iter_cohort`."""
        from ecgtwin_app.engine.cohorts.table import CohortRow
        from ecgtwin_app.engine.cohorts.worker import CohortFailure

        if isinstance(item, CohortRow):
            self.made += 1
            self._left.made()
            if self._json:
                print(json.dumps(asdict(item), ensure_ascii=False), flush=True)
        elif isinstance(item, CohortFailure):
            self.fail(item)
        else:
            left = self._left.words(item.total - item.step)
            words = f"{item.step} of {item.total} twins" + (f", {left} left" if left else "")
            bar.update(item.step, item.total, words)
            # A log file of a night's run has a line a minute instead of a bar.
            if not bar.shown and time.monotonic() - self._said > 60:
                self._said = time.monotonic()
                print(words, file=sys.stderr)

    def fail(self, failure) -> None:
        """A reference of which something cannot be made."""
        self.failures += 1
        told = f" ({failure.conditions})" if failure.conditions else ""
        print(f"ecgtwin: {failure.reference.name}{told}: {failure.reason}", file=sys.stderr)


def _ended(folder: Path, telling: _Telling, total: int, by_quotas: bool) -> int:
    """Say what there is now; the exit status."""
    from ecgtwin_app.cli.main import BAD_INPUT, DONE, MISSED
    from ecgtwin_app.engine.cohorts.table import TABLE, rows_in

    met = [row.met for row in rows_in(folder)]
    print(
        f"{telling.made} new twins; {len(met)} in {folder / TABLE}, {sum(met)} met; all are synthetic",
        file=sys.stderr,
    )
    if by_quotas and len(met) < total:
        print(
            f"ecgtwin: {total - len(met)} of {total} twins could not be made with any of the references; the quotas are"
            " not met.",
            file=sys.stderr,
        )
    # Where another reference took the place of one that failed, the quotas are met all the same.
    if telling.failures if not by_quotas else len(met) < total:
        return BAD_INPUT
    return DONE if all(met) else MISSED


def _verify(folders: list[str]) -> int:
    """Hold cohorts against their checksums; the exit status."""
    from ecgtwin_app.cli.main import BAD_INPUT, DONE
    from ecgtwin_app.engine.cohorts.sums import iter_verify
    from ecgtwin_app.engine.cohorts.table import rows_in

    bad = 0
    for folder in map(Path, folders):
        for sentence in iter_verify(folder):
            bad += 1
            print(f"ecgtwin: {folder.name}: {sentence}", file=sys.stderr)
        print(f"{folder}: {sum(1 for _ in rows_in(folder))} twins, {bad or 'no'} faults", file=sys.stderr)
    return BAD_INPUT if bad else DONE


def _plan(args: argparse.Namespace) -> CohortSpec | None:
    """The plan that is named in the place of references; None where recordings are."""
    from ecgtwin_app.engine.cohorts.toml_plan import read_plan

    plans = [text for text in args.refs if text.lower().endswith(".toml")]
    if not plans:
        if not args.conditions:
            raise EcgError("No condition is named; add --conditions NAME, or name a plan (PLAN.toml).")
        return None
    if len(args.refs) > 1:
        raise EcgError("A plan names its references itself; name nothing beside it.")
    usual = _OF_THE_PLAN | {
        name: record.default for name, record in FIELDS.items() if record.name != "conditions"
    }
    for name, value in usual.items():
        said = getattr(args, name, None)
        if said not in (None, value, False):
            raise EcgError(f"--{name.replace('_', '-')} is what a plan says itself; write it there.")
    return read_plan(Path(plans[0]))


def _cohort(args: argparse.Namespace, spec: CohortSpec | None, telling: _Telling):
    """What is made and by which engine, checked before the slow part begins."""
    from ecgtwin_app.engine.choice import EngineChoice
    from ecgtwin_app.engine.cohorts.plan import Product, paths_of
    from ecgtwin_app.engine.cohorts.run import Cohort

    if spec is not None:
        choice = EngineChoice(args.weights, args.device, spec.generator, args.backend)
        return _by_quotas(args, spec, telling), choice
    if not 1 <= args.per_condition <= 100_000:
        raise EcgError(f"--per-condition must be between 1 and 100,000, not {args.per_condition}.")
    tasks = tuple(tuple(name.strip() for name in text.split("+")) for text in args.conditions)
    requests = [request_from(args, names) for names in tasks]
    request = requests[0]
    FIELDS["seed"].check(request.seed + args.per_condition - 1)
    plan = Product(paths_of(args.refs), tasks, request, args.per_condition)
    choice = EngineChoice(args.weights, args.device, args.generator, args.backend)
    return Cohort(plan, request, args.out, args.form or "wfdb"), choice


def _by_quotas(args: argparse.Namespace, spec: CohortSpec, telling: _Telling):
    from ecgtwin_app.engine.cohorts.plan import ByQuotas, Known, known_of, paths_of
    from ecgtwin_app.engine.cohorts.run import Cohort, quotas_of

    known = []
    for one in known_of(paths_of(spec.references), lambda path: _read(args, path)):
        if isinstance(one, Known):
            known.append(one)
        else:
            telling.fail(one)
    plan = ByQuotas(spec, known)
    return Cohort(plan, spec.request, args.out, args.form or spec.form, spec.shard, quotas_of(spec))


def _pool(args: argparse.Namespace, choice, form: str) -> Callable:
    from ecgtwin_app.engine.cohorts.pools import LocalPool, RayPool

    if args.ray is not None:
        return lambda: RayPool(choice, form, args.workers, args.ray)
    return lambda: LocalPool(choice, form, args.workers)


def _read(args: argparse.Namespace, path: Path) -> Recording:
    reference = read_file(args, path)
    if doubt := doubt_of(reference, args.force):
        print(f"ecgtwin: {path.name}: mind the signal: {doubt}", file=sys.stderr)
    return reference

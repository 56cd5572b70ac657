"""`ecgtwin train`: from a folder of recordings to weights, in one resumable command, or stage by stage."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.large_data import LargeData, is_large
from ecgtwin_app.training.cases.pairs import Mix
from ecgtwin_app.training.cases.small_data import SmallData
from ecgtwin_app.training.cases.training_data import CaseOptions
from ecgtwin_app.training.machine import add_machine_arguments, begin
from ecgtwin_app.training.run import Run
from ecgtwin_app.training.stages import BY_NAME, DEFAULTS, STAGES, Stage, check_earlier, described

log = logging.getLogger(__name__)
#: Scores in a batch of the rhythm model.
_RHYTHMS = 96


class _ListStages(argparse.Action):
    """Print the stages and end."""

    def __init__(self, option_strings, dest, **options):
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, default=argparse.SUPPRESS, **options)

    def __call__(self, parser, namespace, values, option_string=None):
        print(described())
        parser.exit()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin train`; the numbers' defaults are those of the stages."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument("--work", type=Path, required=True, help="folder for cases, checkpoints and the log")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished weights")
    parser.add_argument(
        "--synthetic",
        type=int,
        default=DEFAULTS["synthetic"],
        help="synthetic normal hearts beside the real ones",
    )
    parser.add_argument(
        "--per-patient", type=int, default=DEFAULTS["per-patient"], help="versions made of each heart"
    )
    parser.add_argument(
        "--rhythms", type=int, default=DEFAULTS["rhythms"], help="rhythm scores that the rhythm model sees"
    )
    parser.add_argument(
        "--rhythm-steps", type=int, default=DEFAULTS["rhythm-steps"], help="steps of the rhythm model"
    )
    parser.add_argument("--steps", type=int, default=DEFAULTS["steps"], help="steps of the ensemble")
    parser.add_argument("--batch", type=int, default=DEFAULTS["batch"], help="waves in a step")
    parser.add_argument(
        "--virtual-share",
        type=float,
        default=DEFAULTS["virtual-share"],
        metavar="X",
        help="share of virtual patients in each batch; the rest are real recordings",
    )
    parser.add_argument("--workers", type=int, default=2, help="processes that make the cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--from",
        dest="start",
        type=Path,
        metavar="DIR",
        help="start from these weights instead of from nothing",
    )
    parser.add_argument("--name", default="ecgtwin-1")
    stages = parser.add_argument_group("stage by stage")
    names = [stage.name for stage in STAGES]
    which = stages.add_mutually_exclusive_group()
    which.add_argument(
        "--only", nargs="+", choices=names, metavar="STAGE", help=f"only these: {', '.join(names)}"
    )
    which.add_argument("--from-stage", choices=names, metavar="STAGE", help="this one and all after it")
    stages.add_argument(
        "--list", action=_ListStages, help="print what each stage learns, reads and writes, and end"
    )
    _add_large_arguments(parser)


def _add_large_arguments(parser: argparse.ArgumentParser) -> None:
    """Options beyond one CPU and a small data set."""
    group = parser.add_argument_group("large data and many devices")
    add_machine_arguments(group)
    group.add_argument(
        "--hearts",
        type=int,
        default=DEFAULTS["hearts"],
        metavar="N",
        help="normal recordings that become virtual patients",
    )
    group.add_argument("--width", type=int, default=AdaXConfig.width, help="width of the transformer")
    group.add_argument("--depth", type=int, default=AdaXConfig.depth, help="its blocks")


def main(args: argparse.Namespace) -> int:
    """Run or resume the training, whole or some stages of it; returns the exit status."""
    launched = begin(args)
    if launched is not None:
        return launched
    with parallel.without_denormals():
        perform(chosen_stages(args), run_of(args))
    return 0


def perform(stages: tuple[Stage, ...], run: Run) -> None:
    """Some stages, one after the other; `EcgError` when one needs what is not there yet."""
    for stage in stages:
        check_earlier(stage, run)
        log.info("stage %s", stage.name)
        if not stage.alone or parallel.rank() == 0:
            stage.run(run)
        parallel.wait()


def chosen_stages(args: argparse.Namespace) -> tuple[Stage, ...]:
    """The stages that were asked for, in their order."""
    if args.only:
        return tuple(stage for stage in STAGES if stage.name in args.only)
    return STAGES[STAGES.index(BY_NAME[args.from_stage]) if args.from_stage else 0 :]


def run_of(args: argparse.Namespace) -> Run:
    """The run that the arguments describe."""
    options = CaseOptions(
        per_patient=args.per_patient,
        synthetic=args.synthetic,
        hearts=args.hearts,
        rhythms=args.rhythms,
        seed=args.seed,
        workers=args.workers,
    )
    if not 0 <= args.virtual_share <= 1:
        raise EcgError("--virtual-share is a share, from 0 to 1.")
    return Run(
        data=LargeData(args.data, options) if is_large(args.data) else SmallData(args.data, options),
        config=AdaXConfig(STATEMENTS, width=args.width, depth=args.depth),
        mix=Mix(virtual=args.virtual_share),
        work=args.work,
        out=args.out,
        start=args.start,
        name=args.name,
        seed=args.seed,
        steps={"ensemble": args.steps, "rhythm": args.rhythm_steps},
        batch={"ensemble": args.batch, "rhythm": _RHYTHMS},
    )

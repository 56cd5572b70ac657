"""`ecgtwin train`: from a folder of recordings to weights, in one resumable command, or stage by stage."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch

from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.large_data import LargeData, is_large
from ecgtwin_app.training.cases.small_data import SmallData
from ecgtwin_app.training.cases.training_data import CaseOptions
from ecgtwin_app.training.run import Run
from ecgtwin_app.training.stages import BY_NAME, DEFAULTS, STAGES, Stage, check_earlier, described

log = logging.getLogger(__name__)
#: Batches that no flag changes; small data has too few patients for the contrast that `--extractor-batch` asks for.
_BATCHES = {"beats": 384, "rhythm": 96}
_SMALL_CONTRAST = 64


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
        "--per-patient", type=int, default=DEFAULTS["per-patient"], help="cases made of each heart"
    )
    parser.add_argument("--extractor-steps", type=int, default=DEFAULTS["extractor-steps"])
    parser.add_argument(
        "--beat-steps", type=int, default=DEFAULTS["beat-steps"], help="steps of the beat model"
    )
    parser.add_argument(
        "--rhythms", type=int, default=DEFAULTS["rhythms"], help="rhythm scores that the rhythm model sees"
    )
    parser.add_argument(
        "--rhythm-steps", type=int, default=DEFAULTS["rhythm-steps"], help="steps of the rhythm model"
    )
    parser.add_argument("--steps", type=int, default=DEFAULTS["steps"], help="steps of the flow")
    parser.add_argument("--batch", type=int, default=DEFAULTS["batch"])
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the choice to torch")
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
    group.add_argument(
        "--processes", type=int, default=1, metavar="N", help="train in N processes, one GPU each"
    )
    group.add_argument(
        "--device", choices=("auto", "cpu"), default="auto", help="auto takes a GPU if there is one"
    )
    group.add_argument(
        "--precision", choices=parallel.PRECISIONS, default="auto", help="auto is bf16 on a GPU"
    )
    group.add_argument(
        "--extractor-batch",
        type=int,
        default=DEFAULTS["extractor-batch"],
        metavar="N",
        help="patients in a contrast",
    )
    group.add_argument(
        "--hearts",
        type=int,
        default=DEFAULTS["hearts"],
        metavar="N",
        help="normal recordings that become virtual patients",
    )
    group.add_argument(
        "--virtual-share",
        type=float,
        default=DEFAULTS["virtual-share"],
        metavar="X",
        help="share of virtual pairs in each batch",
    )


def main(args: argparse.Namespace) -> int:
    """Run or resume the training, whole or some stages of it; returns the exit status."""
    launched = parallel.launch(args.processes)
    if launched is not None:
        return launched
    large = is_large(args.data)
    parallel.start(*((args.device, args.precision) if large else ()))
    args.work.mkdir(parents=True, exist_ok=True)
    _log_to(args.work / "train.log")
    torch.set_flush_denormal(True)
    if args.threads:
        torch.set_num_threads(args.threads)
    perform(chosen_stages(args), run_of(args, large))
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


def run_of(args: argparse.Namespace, large: bool) -> Run:
    """The run that the arguments describe."""
    options = CaseOptions(
        per_patient=args.per_patient,
        synthetic=args.synthetic,
        hearts=args.hearts,
        virtual_share=args.virtual_share,
        rhythms=args.rhythms,
        seed=args.seed,
        workers=args.workers,
    )
    return Run(
        data=LargeData(args.data, options) if large else SmallData(args.data, options),
        work=args.work,
        out=args.out,
        start=args.start,
        name=args.name,
        seed=args.seed,
        workers=args.workers,
        steps={
            "extractor": args.extractor_steps,
            "flow": args.steps,
            "beats": args.beat_steps,
            "rhythm": args.rhythm_steps,
        },
        batch={
            "extractor": args.extractor_batch if large else _SMALL_CONTRAST,
            "flow": args.batch,
            **_BATCHES,
        },
    )


def _log_to(path: Path) -> None:
    """Log to the terminal and to a file, the first process everything and the others warnings."""
    logging.basicConfig(
        level=logging.INFO if parallel.rank() == 0 else logging.WARNING,
        format="%(asctime)s %(message)s",
        handlers=[logging.StreamHandler(), logging.FileHandler(path)],
    )

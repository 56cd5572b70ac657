"""What every training is told of the machine it runs on, and how it begins there."""

from __future__ import annotations

import argparse

import torch

from ecgtwin_app.training import parallel
from ecgtwin_app.training.logs import log_to


def add_machine_arguments(parser: argparse._ArgumentGroup | argparse.ArgumentParser) -> None:
    """Options that all trainings share."""
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the choice to torch")
    parser.add_argument(
        "--processes", type=int, default=1, metavar="N", help="train in N processes, one GPU each"
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu"), default="auto", help="auto takes a GPU if there is one"
    )
    parser.add_argument(
        "--precision", choices=parallel.PRECISIONS, default="auto", help="auto is bf16 on a GPU"
    )


def begin(args: argparse.Namespace) -> int | None:
    """Start the processes, the log in `args.work` and torch's threads; the exit status where other processes did it all."""
    launched = parallel.launch(args.processes)
    if launched is not None:
        return launched
    parallel.start(args.device, args.precision)
    args.work.mkdir(parents=True, exist_ok=True)
    log_to(args.work / "train.log")
    if args.threads:
        torch.set_num_threads(args.threads)
    return None

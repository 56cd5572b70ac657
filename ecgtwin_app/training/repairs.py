"""`ecgtwin train diffecg`: from a folder of recordings to the weights of the generator that fills in, resumable.

The strips are those that the generator of new patients is trained on; pieces of them are hidden and guessed as they are
wanted, so that training begins at once.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import torch

from ecgtwin_app.generators.diffecg.config import DiffecgConfig
from ecgtwin_app.generators.diffecg.module import save
from ecgtwin_app.generators.diffecg.network import Diffecg
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.hidden_pieces import Strips, load_signals
from ecgtwin_app.training.checkpoint import load_averages
from ecgtwin_app.training.loop import train
from ecgtwin_app.training.machine import add_machine_arguments, begin
from ecgtwin_app.training.networks.diffecg import Batches, spread_of
from ecgtwin_app.training.new_patients import STRIPS, make_strips

log = logging.getLogger(__name__)
CHECKPOINT = "diffecg.safetensors"
#: Of Adam.
RATE = 3e-3
#: So many steps are lost at most.
EVERY = 100
_OWN = DiffecgConfig()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin train diffecg`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument("--work", type=Path, required=True, help="folder for strips, checkpoint and the log")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished weights")
    parser.add_argument(
        "--strips", type=Path, metavar="DIR", help="strips that are there already, as 'train sssd' makes them"
    )
    parser.add_argument("--virtual", type=int, default=3000, metavar="N", help="strips of virtual patients")
    parser.add_argument(
        "--synthetic",
        type=int,
        default=200,
        help="synthetic normal hearts that virtual patients are made of, too",
    )
    parser.add_argument(
        "--virtual-share",
        type=float,
        default=0.15,
        metavar="X",
        help="share of virtual patients in each batch",
    )
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=16, help="strips in a step, of all processes together")
    parser.add_argument("--name", default="diffecg-1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes that make the strips")
    add_machine_arguments(parser)
    network = parser.add_argument_group("the network")
    for name in ("width", "blocks", "state", "groups"):
        network.add_argument(f"--{name}", type=int, default=getattr(_OWN, name))


def main(args: argparse.Namespace) -> int:
    """Run or resume the training; returns the exit status."""
    launched = begin(args)
    if launched is not None:
        return launched
    if args.strips is None and parallel.rank() == 0:
        make_strips(args)
    parallel.wait()
    strips = load_signals(args.strips or args.work / STRIPS)
    log.info("%d strips, %d of virtual patients", len(strips.virtual), strips.virtual.sum())
    torch.manual_seed(args.seed)
    network = Diffecg(DiffecgConfig(args.width, args.blocks, args.state, args.groups))
    batches = Batches(strips, args.batch // parallel.processes(), args.virtual_share)
    checkpoint = args.work / CHECKPOINT
    with parallel.without_denormals():
        train(
            network, lambda step, generator: batches.loss(network, generator), args.steps, checkpoint, RATE, args.seed,
            EVERY, "diffecg",
        )  # fmt: skip
    if parallel.rank() == 0:
        load_averages(checkpoint, network.cpu())
        network.eval()
        save(
            network,
            args.out,
            args.name,
            {"spread": spread_of(network, strips), "training": about(args, strips)},
        )
        log.info("weights written to %s", args.out)
    parallel.wait()
    return 0


def about(args: argparse.Namespace, strips: Strips) -> dict[str, Any]:
    """What the weights' manifest says of the training."""
    learned = ~strips.set_aside
    real = ~strips.virtual & learned
    return {
        "real strips": int(real.sum()),
        "real patients": len(set(strips.patients[real])),
        "virtual strips": int((strips.virtual & learned).sum()),
        "virtual share": args.virtual_share,
        "steps": args.steps,
        "batch": args.batch,
        "seed": args.seed,
    }

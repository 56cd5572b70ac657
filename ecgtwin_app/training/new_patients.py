"""`ecgtwin train sssd`: from a folder of recordings to the weights of the generator of new patients, resumable.

Strips of the real recordings and of virtual patients are made, the network is trained on them, and its moving average is
written. Each goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ecgtwin_app.conditions.states import PRESENT, UNKNOWN
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.sssd.config import CLEAN, NOISE, SssdConfig, published
from ecgtwin_app.generators.sssd.module import load_module, save
from ecgtwin_app.generators.sssd.names import EMBEDDINGS
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.sssd.weights import FOLDER
from ecgtwin_app.generators.state_space.names import KERNELS
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.labelled_strips import (
    Described,
    LabelledStrips,
    Reader,
    load_strips,
    make_real,
    make_virtual,
    virtual_missing,
)
from ecgtwin_app.training.cases.large_data import is_large, normal_hearts, read_collection
from ecgtwin_app.training.cases.real_labels import LABELS, WIDER, likelihoods_of, states_of
from ecgtwin_app.training.checkpoint import load_averages
from ecgtwin_app.training.collections.collection import Entry
from ecgtwin_app.training.collections.normals import deepfake_normals
from ecgtwin_app.training.collections.records import RealRecord, load_low_rate, load_real, normal
from ecgtwin_app.training.loop import train
from ecgtwin_app.training.machine import add_machine_arguments, begin
from ecgtwin_app.training.networks.sssd import Batches

log = logging.getLogger(__name__)
STRIPS, CHECKPOINT = "strips", "sssd.safetensors"
#: Of Adam; as published 2e-4, for a network of seven times the width.
RATE = 1e-3
#: Seconds are long on a processor: so many steps are lost at most.
EVERY = 100
_OWN = SssdConfig(LABELS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin train sssd`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument("--work", type=Path, required=True, help="folder for strips, checkpoint and the log")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished weights")
    parser.add_argument("--strips", type=Path, metavar="DIR", help="folder of strips that are made already")
    parser.add_argument("--virtual", type=int, default=12000, metavar="N", help="strips of virtual patients")
    parser.add_argument(
        "--synthetic",
        type=int,
        default=500,
        help="synthetic normal hearts that virtual patients are made of, too",
    )
    parser.add_argument(
        "--virtual-share",
        type=float,
        default=0.5,
        metavar="X",
        help="share of virtual patients in each batch",
    )
    parser.add_argument("--steps", type=int, default=14000)
    parser.add_argument(
        "--keep",
        type=int,
        nargs="+",
        default=[],
        metavar="N",
        help="steps whose checkpoint stays beside the last",
    )
    parser.add_argument("--batch", type=int, default=16, help="strips in a step, of all processes together")
    parser.add_argument("--from", dest="start", type=Path, metavar="DIR", help="start from these weights")
    parser.add_argument("--name", default="sssd-1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes that make the strips")
    add_machine_arguments(parser)
    _add_network(parser.add_argument_group("the network"))


def _add_network(network: argparse._ArgumentGroup) -> None:
    network.add_argument(
        "--published",
        action="store_true",
        help="as it was published: 36 blocks of S4 at every sample; needs a GPU",
    )
    network.add_argument("--embedding", choices=EMBEDDINGS, default=_OWN.embedding, help="of the labels")
    network.add_argument("--kernel", choices=KERNELS, default=_OWN.kernel, help="of the state-space layers")
    network.add_argument(
        "--predicts",
        choices=(CLEAN, NOISE),
        default=_OWN.predicts,
        help="the clean strip, or the noise as published",
    )
    network.add_argument(
        "--no-score", action="store_true", help="as published: it is told no rhythm, and has to find one"
    )
    for name in ("width", "blocks", "state", "stride", "groups"):
        network.add_argument(f"--{name}", type=int, default=getattr(_OWN, name))


def main(args: argparse.Namespace) -> int:
    """Run or resume the training; returns the exit status."""
    launched = begin(args)
    if launched is not None:
        return launched
    config = config_of(args)
    if parallel.rank() == 0 and args.strips is None:
        make_strips(args)
    parallel.wait()
    strips = load_strips(args.strips or args.work / STRIPS)
    log.info("%d strips, %d of virtual patients", len(strips.virtual), strips.virtual.sum())
    torch.manual_seed(args.seed)
    network = Sssd(config)
    if args.start is not None:
        carry_over(network, load_module(args.start, FOLDER.manifest(FOLDER.find(args.start))))
    batches = Batches(strips, args.batch // parallel.processes(), args.virtual_share)
    checkpoint = args.work / CHECKPOINT
    with parallel.without_denormals():
        train(
            network, lambda step, generator: batches.loss(network, generator), args.steps, checkpoint, RATE, args.seed,
            EVERY, "sssd", args.keep,
        )  # fmt: skip
    if parallel.rank() == 0:
        load_averages(checkpoint, network.cpu())
        save(network, args.out, args.name, {"training": about(args, strips)})
        log.info("weights written to %s", args.out)
    parallel.wait()
    return 0


def config_of(args: argparse.Namespace) -> SssdConfig:
    """The network that the arguments describe."""
    if args.published:
        return published(LABELS, args.embedding)
    told = {
        name: getattr(args, name) for name in ("embedding", "kernel", "predicts", "width", "blocks", "state")
    }
    config = SssdConfig(LABELS, **told, stride=args.stride, groups=args.groups, score=not args.no_score)
    if config.groups and 2 * config.width % config.groups:
        raise EcgError("--groups must divide twice --width, or be 0.")
    return config


def about(args: argparse.Namespace, strips: LabelledStrips) -> dict[str, Any]:
    """What the weights' manifest says of the training."""
    real = ~strips.virtual
    return {
        "real strips": int(real.sum()),
        "real patients": len(set(strips.patients[real])),
        "virtual strips": int(strips.virtual.sum()),
        "virtual share": args.virtual_share,
        "real strips by label": {
            name: int(count) for name, count in zip(LABELS, (strips.states[real] == PRESENT).sum(0), strict=True) if count
        },
        "steps": args.steps,
        "batch": args.batch,
        "seed": args.seed,
    }  # fmt: skip


def make_strips(args: argparse.Namespace) -> None:
    """Make the strips that are not there yet, of a large collection or of the small data set."""
    folder, how = args.work / STRIPS, {"workers": args.workers}
    if is_large(args.data):
        names = LABELS[: len(LABELS) - len(WIDER)]
        entries = [entry for entry in read_collection(args.data, names) if not entry.held_out]
        make_real(folder, entries, of_entry, **how)
        hearts = normal_hearts(entries, max(1, args.virtual), args.seed) if args.virtual else []
        make_virtual(folder, hearts, of_entry, args.virtual, args.seed, **how)
        return
    records = [record for record in [*load_real(args.data), *load_low_rate(args.data)] if not record.held_out]
    read: Reader = partial(of_record, likelihoods_of(args.data))
    make_real(folder, records, read, **how)
    if not virtual_missing(folder, args.virtual):
        return
    drawn = deepfake_normals(args.synthetic, args.seed) if args.synthetic else []
    synthetic = [
        RealRecord(f"deepfake-ecg/{k}", "deepfake-ecg", f"deepfake-ecg/{k}", (), one)
        for k, one in enumerate(drawn)
    ]
    hearts = [*(record for record in records if normal(record)), *synthetic]
    make_virtual(folder, hearts, read, args.virtual, args.seed, **how)


def of_record(likelihoods: dict[str, dict[str, float]], record: RealRecord) -> Described:
    """A record of the small data set. A synthetic heart says nothing: what is made of it is told otherwise."""
    states = states_of(record, likelihoods.get(record.key, {}))
    held_out = record.held_out and not record.recording.synthetic
    return Described(record.key, record.patient, record.recording, states, held_out)


def of_entry(entry: Entry) -> Described:
    """Read a recording of a large collection, which says nothing of the wider statements but that it is normal."""
    wider = np.full(len(WIDER), UNKNOWN, np.int8)
    if entry.normal:
        wider[list(WIDER).index("normal ECG")] = PRESENT
    states = np.concatenate([entry.statements, wider])
    return Described(entry.key, entry.patient, entry.read(), states, entry.held_out)


def carry_over(network: Sssd, source: Sssd) -> None:
    """Begin with the weights of another network of the same sizes; `EcgError` where they are others."""
    if replace(source.config, predicts=network.config.predicts) != network.config:
        raise EcgError("The weights to start from are of a network of another size; train without --from.")
    network.load_state_dict(source.state_dict())

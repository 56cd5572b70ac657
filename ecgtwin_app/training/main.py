"""`ecgtwin train`: from a folder of recordings to weights, in one resumable command."""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from ecgtwin_app.generators.ecgtwin.adax import DitConfig
from ecgtwin_app.generators.ecgtwin.weights import build, load, save
from ecgtwin_app.training import large, parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.dataset import load_cases
from ecgtwin_app.training.cases.virtual_pairs import make_real, make_virtual
from ecgtwin_app.training.collections.normals import deepfake_normals
from ecgtwin_app.training.collections.records import load_real
from ecgtwin_app.training.networks.beats import finish_beats, make_beats
from ecgtwin_app.training.networks.rhythms import finish_rhythms, make_rhythms
from ecgtwin_app.training.networks.strip import (
    fit_autoencoder,
    latent_spread,
    reference_identity,
    train_extractor,
    train_flow,
)
from ecgtwin_app.training.warm_start import carry_over

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin train`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument("--work", type=Path, required=True, help="folder for cases, checkpoints and the log")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished weights")
    parser.add_argument(
        "--synthetic", type=int, default=1500, help="synthetic normal hearts beside the real ones"
    )
    parser.add_argument("--per-patient", type=int, default=10, help="cases made of each heart")
    parser.add_argument("--extractor-steps", type=int, default=500)
    parser.add_argument("--beat-steps", type=int, default=8000, help="steps of the beat model")
    parser.add_argument("--rhythms", type=int, default=32000, help="rhythm scores that the rhythm model sees")
    parser.add_argument("--rhythm-steps", type=int, default=4000, help="steps of the rhythm model")
    parser.add_argument("--steps", type=int, default=5000, help="steps of the diffusion transformer")
    parser.add_argument("--batch", type=int, default=32)
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
    large.add_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Run or resume the whole training; returns the exit status."""
    launched = parallel.launch(args.processes)
    if launched is not None:
        return launched
    is_large = large.recognised(args.data)
    parallel.start(*((args.device, args.precision) if is_large else ()))
    first = parallel.rank() == 0
    args.work.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(), logging.FileHandler(args.work / "train.log")]
    logging.basicConfig(
        level=logging.INFO if first else logging.WARNING, format="%(asctime)s %(message)s", handlers=handlers
    )
    torch.set_flush_denormal(True)
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    if is_large:
        return large.main(args)
    began = time.monotonic()

    model = build(DitConfig(STATEMENTS), args.name)
    folder, fitted = args.work / "cases", args.work / "autoencoder.safetensors"
    known_beat = args.start is not None and carry_over(model, load(args.start))
    if first:
        _make_all_cases(folder, args)
        if args.start is None:
            _fit_once(fitted, folder, model.config.components)
        elif not fitted.exists():
            save_file(model.autoencoder.state_dict(), fitted)
        model.autoencoder.load_state_dict(load_file(fitted))
        load_cases(folder, model.autoencoder)  # encodes them, for the other processes to find
    parallel.wait()
    model.autoencoder.load_state_dict(load_file(fitted))
    cases = load_cases(folder, model.autoencoder)
    log.info("%d cases of %d references", len(cases), len(cases.ref_latent))
    train_extractor(
        model.extractor, cases, args.extractor_steps, args.work / "extractor.safetensors", args.seed
    )
    identity = reference_identity(model.extractor, cases)
    model.flow.spread.copy_(latent_spread(cases))
    average = train_flow(
        model.flow,
        cases,
        identity,
        args.steps,
        args.work / "flow.safetensors",
        args.seed,
        args.batch // parallel.processes(),
    )
    model.flow.load_state_dict(average.values)
    beats = finish_beats(model.beats, args.work, args.beat_steps, args.seed, fit=not known_beat)
    finish_rhythms(model, args.work, args.rhythm_steps, args.seed)
    about = {
        "training": {
            "cases": len(cases),
            "references": len(cases.ref_latent),
            "beats": beats,
            "extractor_steps": args.extractor_steps,
            "beat_steps": args.beat_steps,
            "rhythms": args.rhythms,
            "rhythm_steps": args.rhythm_steps,
            "steps": args.steps,
            "batch": args.batch,
            "seed": args.seed,
            "hours": round((time.monotonic() - began) / 3600, 2),
        }
    }
    if first:
        save(model, args.out, about)
        log.info("weights written to %s", args.out)
    return 0


def _make_all_cases(folder: Path, args: argparse.Namespace) -> None:
    if (folder / "done").exists():
        return
    real = [record for record in load_real(args.data) if not record.held_out]
    hearts = [record.recording for record in real] + deepfake_normals(args.synthetic, args.seed)
    make_virtual(folder, hearts, args.per_patient, args.seed, args.workers)
    make_real(folder, real, len(hearts), args.workers)
    make_beats(folder.parent / "beats", hearts, args.seed, args.workers)
    make_rhythms(folder.parent / "rhythms", real, args.rhythms, args.seed, args.workers)
    (folder / "done").touch()


def _fit_once(path: Path, folder: Path, components: int) -> None:
    """Fit the autoencoder unless this run did so before: a resumed run must keep its latent."""
    if not path.exists():
        save_file(fit_autoencoder(_signals(folder), components).state_dict(), path)


def _signals(folder: Path) -> list[np.ndarray]:
    """A share of the targets and all references, for fitting the autoencoder."""
    targets, references = [], []
    for path in sorted(folder.glob("cases_*.npz")):
        with np.load(path, allow_pickle=False) as z:
            targets.append(z["target"][::8])
            references.append(z["ref_latent"])
    return [np.concatenate(targets), np.concatenate(references)]

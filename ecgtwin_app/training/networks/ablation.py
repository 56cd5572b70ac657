"""What each part of the model adds: the same training with a part left out, measured the same way.

`python -m ecgtwin_app.training.networks.ablation --data DATA --work WORK --out OUT` takes the versions that a training
made in WORK. It trains the ensemble of each variant from nothing, with the same seed and steps, and hands its weights
to the protocols of `ecgtwin evaluate`. All variants share the rhythm process, the components of beats (they depend on
the versions alone) and the held-out references.

With `--of WEIGHTS` nothing is trained: a part of finished networks is not listened to. That says what they lean on, not
what could stand in its place.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.config import (
    CONDITION,
    IDENTITY,
    PATHWAYS,
    TOGETHER,
    AdaXConfig,
)
from ecgtwin_app.generators.ecgtwin.ensemble import SMALLEST_SPREAD, Ensemble
from ecgtwin_app.generators.ecgtwin.strip_context import WAVES
from ecgtwin_app.generators.ecgtwin.weights import build, load_modules, save
from ecgtwin_app.generators.manifest import MANIFEST
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.pairs import USUAL, Mix
from ecgtwin_app.training.cases.training_data import VERSIONS
from ecgtwin_app.training.networks.ensemble import train_ensemble

log = logging.getLogger(__name__)
#: Protocols of `ecgtwin evaluate` that every variant is put through.
PROTOCOLS = ("criteria", "identity", "seen", "removal")


def _without(*ways: str) -> tuple[str, ...]:
    return tuple(way for way in PATHWAYS if way not in ways)


@dataclass(frozen=True)
class Ablation:
    """One variant of the training.

    Attributes
    ----------
    name : str
    pathways : tuple of str
        How knowledge reaches the waves, see `AdaXConfig`.
    mix : Mix
        What it is trained on.
    anybody : bool
        True never tells it of the patient, in training or drawing.
    transformer : bool
        False trains nothing: the patient's own beats are laid along the score as they are.
    """

    name: str
    pathways: tuple[str, ...] = PATHWAYS
    mix: Mix = USUAL
    anybody: bool = False
    transformer: bool = True

    @property
    def slug(self) -> str:
        """The name as a folder."""
        return self.name.replace(" ", "-")


ABLATIONS = (
    Ablation("whole"),
    Ablation("no transformer", transformer=False),
    Ablation("nobody in particular", anybody=True),
    Ablation("no identity attention", _without(IDENTITY)),
    Ablation("no condition attention", _without(CONDITION)),
    Ablation("beats drawn alone", _without(TOGETHER)),
    Ablation("no virtual pairs", mix=Mix(virtual=0.0)),
    Ablation("no real recordings", mix=Mix(virtual=1.0)),
    Ablation("no removal", mix=Mix(removal=False)),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the ablations."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument(
        "--work", type=Path, required=True, help="work folder of a training that has made its cases"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for weights, evaluations and ablation.json"
    )
    parser.add_argument(
        "--of", type=Path, metavar="WEIGHTS", help="take the part out of these weights instead of training"
    )
    parser.add_argument("--variants", nargs="+", metavar="NAME", help="only these; all when left out")
    parser.add_argument("--steps", type=int, default=2000, help="steps of each training")
    parser.add_argument("--batch", type=int, default=320, help="waves in a step")
    parser.add_argument("--width", type=int, default=AdaXConfig.width, help="width of the transformer")
    parser.add_argument("--depth", type=int, default=AdaXConfig.depth, help="its blocks")
    parser.add_argument(
        "--references", type=int, default=8, metavar="N", help="held-out patients of each protocol"
    )
    parser.add_argument(
        "--part",
        action="append",
        help="a protocol of `ecgtwin evaluate`; " + ", ".join(PROTOCOLS) + " when left out",
    )
    parser.add_argument("--train-only", action="store_true", help="write the weights, measure nothing")
    parser.add_argument("--seed", type=int, default=1)


def main(args: argparse.Namespace) -> int:
    """Train and measure every variant, going on where it was stopped; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    # One thread: the order of additions, and so every variant, is the same on every machine of a kind.
    torch.set_num_threads(1)
    parallel.start()
    about = {name: getattr(args, name) for name in ("steps", "batch", "width", "depth", "seed", "references")}
    chosen = chosen_ablations(args.variants)
    with parallel.without_denormals():
        _run(chosen, args, about)
    return 0


def _run(chosen: tuple[Ablation, ...], args: argparse.Namespace, about: dict) -> None:
    summary: dict[str, dict] = {}
    for ablation in chosen:
        folder = args.out / ablation.slug
        if not (folder / "weights" / MANIFEST).exists():
            if args.of is None:
                train_ablation(ablation, folder, args)
            else:
                take_out(ablation, folder, args.of)
        if not args.train_only:
            summary[ablation.name] = evaluate(ablation, folder, args)
            text = json.dumps({**about, "variants": summary}, indent=1, ensure_ascii=False) + "\n"
            (args.out / "ablation.json").write_text(text, encoding="utf-8")


def chosen_ablations(names: list[str] | None) -> tuple[Ablation, ...]:
    """The variants of these names, all unless some are named; `EcgError` for a name that is none."""
    known = {ablation.name: ablation for ablation in ABLATIONS}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise EcgError(
            "No ablation is called {unknown!r}; choose among {known}.",
            unknown=unknown[0],
            known=", ".join(known),
        )
    return tuple(known[name] for name in names or known)


def train_ablation(ablation: Ablation, folder: Path, args: argparse.Namespace) -> None:
    """Train one variant from nothing, or go on with it, and write its weights.

    Raises
    ------
    EcgError
        The work folder holds no versions, or none of those that the variant is taught by.
    """
    torch.manual_seed(args.seed)
    config = AdaXConfig(
        STATEMENTS, args.width, args.depth, pathways=ablation.pathways, anybody=ablation.anybody
    )
    model = build(config, f"ablation: {ablation.name}")
    folder.mkdir(parents=True, exist_ok=True)
    steps = args.steps if ablation.transformer else 0
    train_ensemble(
        model.ensemble, args.work / VERSIONS, steps, folder / "ensemble.safetensors", args.seed, args.batch,
        mix=ablation.mix,
    )  # fmt: skip
    if not ablation.transformer:
        lay_own_beats(model.ensemble)
    training = {"steps": steps, "batch": args.batch, "seed": args.seed}
    save(model.to("cpu"), folder / "weights", {"ablation": ablation.name, "training": training})


def take_out(ablation: Ablation, folder: Path, weights: Path) -> None:
    """Write finished weights less the pathways that a variant leaves out, or told of nobody.

    Raises
    ------
    EcgError
        The variant is another training, not a part of the networks.
    """
    if not ablation.transformer or ablation.mix != USUAL:
        raise EcgError(
            "{ablation!r} is trained and cannot be taken out of finished weights.", ablation=ablation.name
        )
    whole = load_modules(weights)
    config = replace(whole.config, pathways=ablation.pathways, anybody=ablation.anybody)
    model = build(config, f"ablation: {ablation.name}")
    model.ensemble.load_state_dict(whole.ensemble.state_dict(), strict=False)
    model.rhythm = whole.rhythm
    save(model.to("cpu"), folder / "weights", {"ablation": ablation.name, "of": whole.sha256})


@torch.no_grad()
def lay_own_beats(ensemble: Ensemble) -> None:
    """Make an untrained ensemble give back what its flow begins from: the patient's own beat, unchanged.

    Beats of other origin begin from nothing; they become the mean beat of their kind.
    """
    ensemble.spread.fill_(SMALLEST_SPREAD)
    own = [not kind.startswith(("ventricular", "paced")) for kind in WAVES]
    ensemble.centre[torch.tensor(own)] = 0.0


def evaluate(ablation: Ablation, folder: Path, args: argparse.Namespace) -> dict:
    """Put the weights of a variant through the protocols, in a process of its own.

    Returns
    -------
    dict
        By protocol: value, interval and n of each of its lines.
    """
    parts = args.part or list(PROTOCOLS)
    # One work folder for all: it holds what was measured on the real recordings, and the judge.
    work = args.out / "evaluation"
    options = [
        "--data", args.data, "--weights", folder / "weights", "--out", folder / "evaluation", "--work", work,
        "--references", args.references, "--seed", args.seed,
        *(option for part in parts for option in ("--part", part)),
    ]  # fmt: skip
    # What a pathway adds is hidden where physiology stands in for a network that fails.
    command = [sys.executable, "-m", "ecgtwin_app", "evaluate", *map(str, options), "--networks-alone"]
    if subprocess.run(command, check=False).returncode != 0:
        raise EcgError(
            "The evaluation of {ablation!r} ended early; run the same command again.", ablation=ablation.name
        )
    outcomes = (
        work / f"{load_modules(folder / 'weights').sha256[:12]}_{args.seed}_networks_alone" / "protocols"
    )
    return {part: _lines(outcomes / f"{part}.outcome.json") for part in parts}


def _lines(path: Path) -> dict[str, dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["lines"]
    return {one["name"]: {name: one[name] for name in ("value", "low", "high", "n")} for one in found}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train and measure the model with parts left out.")
    add_arguments(parser)
    sys.exit(main(parser.parse_args()))

"""What each part of the model adds: the same short training with a part left out, measured the same way.

`python -m ecgtwin_app.training.networks.ablation --data DATA --work WORK --out OUT` goes on from the cases, the
autoencoder and the extractor of a training in WORK, which all variants share. It trains the flow of each
variant from nothing, with the same seed and steps, and hands its weights to `ecgtwin evaluate`. Steps of the
sampler need no training: `ecgtwin evaluate --steps N`.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import CONDITION, IDENTITY, NORMALISATION, PATHWAYS, DitConfig
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, build, save
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS, case_weights
from ecgtwin_app.training.cases.dataset import CaseTable, load_cases
from ecgtwin_app.training.cases.table_source import TableSource, draw_context, reference_identity
from ecgtwin_app.training.checkpoint import load_averages
from ecgtwin_app.training.loop import train
from ecgtwin_app.training.networks.flow import RATE

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ablation:
    """One variant of the training.

    Attributes
    ----------
    name : str
    pathways : tuple of str
        How identity and condition reach the network, see `DitConfig`.
    cases : {"all", "real", "virtual"}
        What it is trained on.
    score : bool
        False trains and measures without the rhythm score, and so without the beat laid along it.
    """

    name: str
    pathways: tuple[str, ...] = PATHWAYS
    cases: str = "all"
    score: bool = True

    @property
    def slug(self) -> str:
        """The name as a folder."""
        return self.name.replace(" ", "-")


ABLATIONS = (
    Ablation("whole"),
    Ablation("no identity tokens", (NORMALISATION, CONDITION)),
    Ablation("normalisation only", (NORMALISATION,)),
    Ablation("attention only", (CONDITION, IDENTITY)),
    Ablation("no score", score=False),
    Ablation("no virtual pairs", cases="real"),
    Ablation("no real data", cases="virtual"),
    # What text-to-ECG models such as DiffuSETS (Lai et al., Patterns 2025) give theirs: no reference, no rhythm.
    Ablation("condition tokens alone", (CONDITION,), score=False),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the ablations."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument("--work", type=Path, required=True, help="work folder of a training that has ended")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for weights, evaluations and ablation.json"
    )
    parser.add_argument("--variants", nargs="+", metavar="NAME", help="only these; all when left out")
    parser.add_argument("--steps", type=int, default=800, help="steps of each training")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument(
        "--references", type=int, default=10, metavar="N", help="held-out patients of each evaluation"
    )
    parser.add_argument("--seed", type=int, default=1)


def main(args: argparse.Namespace) -> int:
    """Train and evaluate every variant, going on where it was stopped; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_flush_denormal(True)
    parallel.start()
    chosen = chosen_ablations(args.variants)
    base = shared_parts(args.work)
    cases = load_cases(args.work / "cases", base.autoencoder)
    real = real_rows(args.work / "cases")
    summary: dict[str, dict] = {}
    for ablation in chosen:
        folder = args.out / ablation.slug
        if not (folder / "weights" / "manifest.json").exists():
            train_ablation(ablation, base, cases, real, folder, args)
        summary[ablation.name] = evaluate(ablation, folder, args)
        about = {"steps": args.steps, "batch": args.batch, "seed": args.seed, "references": args.references}
        text = json.dumps({**about, "variants": summary}, indent=1) + "\n"
        (args.out / "ablation.json").write_text(text, encoding="utf-8")
        log.info("%s: %s", ablation.name, summary[ablation.name]["all"].get("pass_rate"))
    return 0


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


def shared_parts(work: Path) -> TwinModel:
    """Autoencoder, extractor and beat model of a training; `EcgError` when it has not come so far."""
    model = build(DitConfig(STATEMENTS))
    fitted, extractor, beats = (
        work / f"{part}.safetensors" for part in ("autoencoder", "extractor", "beats")
    )
    if not (fitted.is_file() and extractor.is_file() and beats.is_file()):
        raise EcgError(
            "{folder} holds no finished training; run 'ecgtwin train' with this work folder first.",
            folder=work.name,
        )
    model.autoencoder.load_state_dict(load_file(fitted))
    load_averages(extractor, model.extractor, "extractor.")
    load_averages(beats, model.beats)
    for part in (model.extractor, model.beats):
        part.eval().requires_grad_(False)
    return model


def real_rows(folder: Path) -> Tensor:
    """Which rows (cases,), bool, of the case table come from real recordings."""
    parts = []
    for path in sorted(folder.glob("cases_*.npz")):
        with np.load(path, allow_pickle=False) as z:
            parts.append(torch.full((len(z["patient"]),), path.name.startswith("cases_real")))
    return torch.cat(parts)


def train_ablation(
    ablation: Ablation,
    base: TwinModel,
    cases: CaseTable,
    real: Tensor,
    folder: Path,
    args: argparse.Namespace,
) -> None:
    """Train the flow of one variant and write the weights."""
    torch.manual_seed(args.seed)
    config = replace(base.config, pathways=ablation.pathways)
    model = build(config, f"ablation: {ablation.name}")
    model.autoencoder, model.extractor, model.beats = base.autoencoder, base.extractor, base.beats
    identity = reference_identity(base.extractor, cases)
    model.flow.spread.copy_(TableSource(cases).spread(args.seed))
    weights = torch.from_numpy(case_weights(cases.statements.numpy()))
    weights = weights * {"all": torch.ones_like(real), "real": real, "virtual": ~real}[ablation.cases]
    if not weights.any():
        raise EcgError(
            "The work folder has no cases for {ablation!r}; leave that variant out.", ablation=ablation.name
        )

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        rows = torch.multinomial(weights, args.batch, replacement=True, generator=rng)
        context = draw_context(cases, identity, rows, rng)
        if not ablation.score:
            context = replace(
                context, rendered=torch.zeros_like(context.rendered), score=torch.zeros_like(context.score)
            )
        return model.flow.loss(cases.target[rows].float(), context, rng)

    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "flow.safetensors"
    average = train(model.flow, batch_loss, args.steps, checkpoint, RATE, args.seed, name=ablation.name)
    model.flow.load_state_dict(average.values)
    about = {
        "ablation": ablation.name,
        "training": {"steps": args.steps, "batch": args.batch, "seed": args.seed},
    }
    save(model, folder / "weights", about)


def evaluate(ablation: Ablation, folder: Path, args: argparse.Namespace) -> dict:
    """First draws of a variant by `ecgtwin evaluate` in a process of its own.

    Returns
    -------
    dict
        "all": the figures of all conditions together; "pass_rates": by condition, each with n and interval.
    """
    options = [
        "--data", args.data, "--weights", folder / "weights", "--out", folder / "evaluation",
        # One work folder for all: it holds what was measured on the real recordings.
        "--work", args.out / "evaluation", "--references", args.references, "--seed", args.seed,
        "--sets", "conditions", "--no-utility", "--no-gallery",
    ]  # fmt: skip
    if not ablation.score:
        options += ["--rhythm", "none"]
    command = [sys.executable, "-m", "ecgtwin_app", "evaluate", *map(str, options)]
    if subprocess.run(command, check=False).returncode != 0:
        raise EcgError(
            "The evaluation of {ablation!r} ended early; run the same command again.", ablation=ablation.name
        )
    report = json.loads((folder / "evaluation" / "evaluation.json").read_text(encoding="utf-8"))
    (figures,) = report["variants"].values()
    rates = {name: found["pass_rate"] for name, found in figures["conditions"].items()}
    return {"all": figures["groups"].get("all", {}), "pass_rates": rates}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train and measure the model with parts left out.")
    add_arguments(parser)
    sys.exit(main(parser.parse_args()))

"""`ecgtwin evaluate`: first draws on real references that no training saw, measured by the referee."""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.recording import EcgError, Recording
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.evaluation.figures import condition_figures, retrieval, wilson
from ecgtwin_app.training.records import load_real, normal

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin evaluate`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for evaluation.json and pass_rates.json"
    )
    parser.add_argument("--weights", type=Path, help="folder of the weights; those that ship when left out")
    parser.add_argument("--references", type=int, default=20, help="how many held-out normal recordings")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=TwinRequest.steps)
    parser.add_argument("--strength", type=float, default=TwinRequest.strength)


def main(args: argparse.Namespace) -> int:
    """Measure every condition; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    engine = TwinEngine.load(args.weights)
    references = held_out_normals(args.data, args.references)
    bases = np.array([engine.base_vector(recording) for _, recording in references])
    report = {
        "model": engine.model_name,
        "weights_sha256": engine.weights_sha256,
        "references": [key for key, _ in references],
        "settings": {"seed": args.seed, "steps": args.steps, "strength": args.strength, "best_of": 1},
        "conditions": {},
    }
    for condition in load_vocabulary():
        twins = _draw(engine, references, condition, args)
        figures = condition_figures(twins, references)
        bases_of_twins = np.array([engine.base_vector(twin.recording) for twin in twins])
        figures |= retrieval(bases_of_twins, bases, np.random.default_rng(args.seed))
        report["conditions"][condition.name] = figures
        log.info(
            "%-32s met %5.1f %%   heart-rate error %.2f/min   top-1 %5.1f %% (shuffled %4.1f %%)   %.2f s",
            condition.name,
            100 * figures["pass_rate"],
            figures["heart_rate_error"],
            100 * figures["top1"],
            100 * figures["top1_shuffled"],
            figures["seconds_median"],
        )
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "evaluation.json").write_text(
        json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    rates = {name: figures["pass_rate"] for name, figures in report["conditions"].items()}
    (args.out / "pass_rates.json").write_text(json.dumps(rates, indent=1) + "\n", encoding="utf-8")
    low, high = wilson(sum(figures["met"] for figures in report["conditions"].values()), sum(
        figures["n"] for figures in report["conditions"].values()
    ))  # fmt: skip
    log.info("all conditions together: %.1f to %.1f %% met (95 %% interval)", 100 * low, 100 * high)
    return 0


def held_out_normals(folder: Path, count: int) -> list[tuple[str, Recording]]:
    """The first `count` held-out normal recordings by key, with their keys; `EcgError` if there are fewer."""
    found = sorted((r for r in load_real(folder) if r.held_out and normal(r)), key=lambda r: r.key)
    if len(found) < count:
        raise EcgError(f"Only {len(found)} held-out normal recordings are there; ask for at most so many.")
    return [(record.key, record.recording) for record in found[:count]]


def _draw(engine: TwinEngine, references, condition, args: argparse.Namespace) -> list[Twin]:
    """One first draw for each reference, at a heart rate drawn from the condition's range."""
    twins = []
    for number, (_, recording) in enumerate(references):
        rng = np.random.default_rng([args.seed, number])
        low, high = condition.rate_range
        rate = float(np.round(rng.uniform(max(low, 45), min(high, 130))))
        request = TwinRequest(
            (condition.name,), rate, seed=args.seed + number, steps=args.steps, strength=args.strength
        )
        twins.extend(engine.generate(recording, request))
    return twins

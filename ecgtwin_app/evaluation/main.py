"""`ecgtwin evaluate`: first draws on real references that no training saw, measured by the referee.

Drawing and figures are apart: raw results are appended to the work folder as they come, so that an
evaluation can be made in pieces and stopped anywhere; figures are computed from all that is there.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import time
from collections import Counter
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.evaluation.experiments.command import EXPERIMENTS, run_experiment
from ecgtwin_app.evaluation.figures.assemble import assemble
from ecgtwin_app.evaluation.figures.bar import bar
from ecgtwin_app.evaluation.protocols.command import PROTOCOLS, run_protocols
from ecgtwin_app.evaluation.report.document import write_report
from ecgtwin_app.evaluation.report.gallery import gallery
from ecgtwin_app.evaluation.report.page import page
from ecgtwin_app.evaluation.report.summary import summary
from ecgtwin_app.evaluation.runs.draws import (
    AND,
    SETS,
    chosen,
    combination,
    combinations,
    condition_draws,
    known_conditions,
    realism_draws,
)
from ecgtwin_app.evaluation.runs.patients import add_patients
from ecgtwin_app.evaluation.runs.perform import (
    ModelPerformer,
    VirtualPerformer,
    perform_all,
    perform_deepfake,
)
from ecgtwin_app.evaluation.runs.real_set import measure_real
from ecgtwin_app.evaluation.runs.references import held_out_normals, second_recordings
from ecgtwin_app.evaluation.runs.speed import time_twins
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.evaluation.runs.variants import DEEPFAKE, variant_of
from ecgtwin_app.generators.catalogue import GENERATORS, USUAL
from ecgtwin_app.generators.ecgtwin.weights import load_modules
from ecgtwin_app.resources import weight_path
from ecgtwin_app.training.collections.records import load_real

log = logging.getLogger(__name__)
#: Unconditional recordings drawn for a comparison.
_COMPARED = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin evaluate`."""
    _add_experiment(parser)
    parser.add_argument("--data", type=Path, required=True, help="folder with the real recordings")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder for evaluation.md (a table) and evaluation.json (every figure); of --part, any_patient.md "
        "and pass_rates.json",
    )
    parser.add_argument("--page", type=Path, help="the readable page; OUT/evaluation.html when left out")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("ecgtwin-output/evaluation"),
        help="folder of the raw results, which a later run goes on from",
    )
    parser.add_argument("--weights", type=Path, help="folder of the weights; those that ship when left out")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="cpu")
    parser.add_argument(
        "--part",
        action="append",
        choices=tuple(PROTOCOLS),
        help="one protocol of any reference, by name; repeatable, resumable, small with --references 8",
    )
    what = parser.add_argument_group("what is drawn")
    what.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="parts of the evaluation")
    what.add_argument(
        "--condition", action="append", metavar="NAME", help='only this one, or "NAME + NAME"; repeatable'
    )
    what.add_argument(
        "--references", type=int, default=40, metavar="N", help="how many held-out normal patients"
    )
    what.add_argument("--seed", type=int, default=1)
    what.add_argument("--minutes", type=float, default=math.inf, help="stop drawing after so long")
    what.add_argument("--draw-only", action="store_true", help="compute no figures")
    what.add_argument("--figures-only", action="store_true", help="draw nothing")
    # TSTR is a protocol of its own now, `--part tstr`; the flags that left it out here do nothing.
    what.add_argument("--no-tstr", "--no-utility", action="store_true", help=argparse.SUPPRESS)
    what.add_argument("--no-gallery", action="store_true", help="leave out the plots of the example's twins")
    what.add_argument("--speed", action="store_true", help="time a twin by steps and threads")
    what.add_argument("--compare", choices=(DEEPFAKE,), help="draw another generator's recordings, too")
    _add_performer(parser.add_argument_group("who performs, and with what switched off"))


def _add_experiment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "experiment",
        nargs="?",
        choices=tuple(EXPERIMENTS),
        help="an experiment of SSSD-ECG with the generator that is named: resumable, small with --references 2",
    )
    parser.add_argument(
        "--generator",
        choices=tuple(GENERATORS),
        default=USUAL,
        help="of an experiment; its weights with --weights",
    )
    parser.add_argument(
        "--networks",
        type=int,
        metavar="N",
        help="of an experiment: networks trained on each set, if not five",
    )
    parser.add_argument(
        "--strips",
        type=Path,
        metavar="DIR",
        help="of the experiment embeddings: strips of `ecgtwin train sssd`, which are made if not named",
    )


def _add_performer(how: argparse._ArgumentGroup) -> None:
    how.add_argument(
        "--virtual", action="store_true", help="virtual patients instead of the model: the ceiling"
    )
    how.add_argument(
        "--networks-alone",
        action="store_true",
        help="with --part: what the networks draw first, whatever it misses; no other trial, no physiology",
    )
    how.add_argument("--no-identity", action="store_true", help="identity dial at 0")
    rhythm = how.add_mutually_exclusive_group()
    rhythm.add_argument(
        "--rhythm", choices=FIELDS["rhythm"].values, default=TwinRequest.rhythm, help="who writes the rhythm"
    )
    rhythm.add_argument(
        "--no-score",
        dest="rhythm",
        action="store_const",
        const="learned",
        help=argparse.SUPPRESS,  # the older name of --rhythm learned
    )
    how.add_argument("--strength", type=float, metavar="X", help=FIELDS["strength"].flag_help)
    how.add_argument("--steps", type=int, metavar="N", help=FIELDS["steps"].flag_help)


def main(args: argparse.Namespace) -> int:
    """Draw what is missing, compute the figures; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if args.experiment:
        return run_experiment(args)
    if args.generator != USUAL:
        raise EcgError(
            "Only experiments measure the generator '{generator}'; name one of them, such as tstr.",
            generator=args.generator,
        )
    if args.part:
        return run_protocols(args)
    if args.draw_only and args.figures_only:
        raise EcgError("Nothing is left to do with --draw-only and --figures-only; leave one out.")
    if args.references < 2:
        raise EcgError("--references must be at least 2: identity is found among several patients.")
    deadline = time.monotonic() + 60 * args.minutes
    engine = TwinEngine.load(args.weights, args.device)
    model = load_modules(args.weights or weight_path(""))
    statements = model.config.statements
    records = load_real(args.data)
    references = held_out_normals(records, args.references)
    work = args.work / f"{engine.weights_sha256[:12]}_{args.seed}"
    store = Store(work, "draws")
    add_patients(engine, references, second_recordings(records), store)
    real = None
    if "realism" in args.sets or not args.draw_only:
        # Figures wait until every real recording is measured.
        real = measure_real(records, args.work, deadline if args.draw_only else math.inf)
    if not args.figures_only:
        left = _draw(args, engine, statements, references, real, store, deadline)
        if args.speed:
            timed = time_twins(model, references[0].recording)
            (work / "speed.json").write_text(json.dumps(timed), encoding="utf-8")
        if left:
            log.info("%d draws are left; the same command goes on.", left)
    if not args.draw_only:
        report = {
            "model": engine.model_name,
            "weights_sha256": engine.weights_sha256,
            "references": [record.key for record in references],
            "reference_databases": dict(Counter(record.database for record in references)),
            "settings": {
                "seed": args.seed,
                "steps": TwinRequest.steps,
                "strength": TwinRequest.strength,
                "best_of": 1,
            },
            **assemble(store, real, statements, work, args.seed),
        }
        if (work / "speed.json").exists():
            report["speed"] = json.loads((work / "speed.json").read_text(encoding="utf-8"))
        report["bar"] = bar(report)
        names = [] if args.no_gallery else [*known_conditions(statements), *map(AND.join, combinations())]
        plots = gallery(engine, names, work / "gallery", args.seed) if names else {}
        _write(args.out, args.page or args.out / "evaluation.html", report, plots)
    return 0


def _draw(args, engine, statements, references, real, store, deadline) -> int:
    """Perform what the arguments ask for; how many draws are left."""
    names = known_conditions(statements)
    draws = []
    if "conditions" in args.sets:
        draws += condition_draws(names, len(references), args.seed)
    if "combinations" in args.sets:
        named = [combination(text) for text in args.condition or () if AND.strip() in text]
        possible = [AND.join(c) for c in dict.fromkeys([*combinations(), *named]) if set(c) <= set(names)]
        draws += condition_draws(possible, len(references), args.seed, "combinations")
    if "realism" in args.sets and real is not None:
        draws += realism_draws(real, names, len(references), args.seed)
    if args.condition:
        draws = chosen(draws, args.condition)
    variant = variant_of(args.steps, args.strength, not args.no_identity, args.rhythm, args.virtual)
    performer = (
        VirtualPerformer(engine, references) if args.virtual else ModelPerformer(engine, references, variant)
    )
    if args.compare == DEEPFAKE:
        perform_deepfake(_COMPARED, args.seed, store)
    return perform_all(performer, draws, references, variant, store, deadline)


def _write(folder: Path, page_path: Path, report: dict, plots: dict[str, str]) -> None:
    plain = write_report(folder / "evaluation.json", report)
    files = {folder / "evaluation.md": summary(plain), page_path: page(plain, plots)}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for line in plain["bar"]:
        log.info("%-70s aim %-8s got %s %s", line["name"], line["aim"], line["value"], line["unit"])

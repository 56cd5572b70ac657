"""`ecgtwin evaluate EXPERIMENT --generator NAME`: one experiment, resumable; the page of all that were done so far."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from ecgtwin_app.evaluation.experiments import (
    added_positives,
    embeddings,
    filling,
    training_on_synthetic,
    without_reference,
)
from ecgtwin_app.evaluation.protocols.command import keep_outcome, setting_of, setting_with
from ecgtwin_app.evaluation.protocols.lines import Outcome
from ecgtwin_app.evaluation.protocols.page import Page, write_page
from ecgtwin_app.evaluation.protocols.setting import OutOfTime, Setting

log = logging.getLogger(__name__)
#: Every experiment by name, in the order of the documentation.
EXPERIMENTS: dict[str, Callable[[Setting], Outcome] | None] = {
    training_on_synthetic.TSTR: training_on_synthetic.run_tstr,
    training_on_synthetic.TRTS: training_on_synthetic.run_trts,
    added_positives.PART: added_positives.run,
    embeddings.PART: None,  # trains its own networks: see `_embeddings`
    without_reference.MEMORISATION: without_reference.run_memorisation,
    without_reference.SUITE: without_reference.run_suite,
    filling.PART: filling.run,
}
_ABOUT = (
    "`ecgtwin evaluate EXPERIMENT` writes this page; docs/experiments.md says how each is defined, and "
    "after whom. First draws, no best-of; patients whom no training saw are those who are tested. Intervals are 95 %."
)


def run_experiment(args) -> int:
    """Do what is left of one experiment and write the page; the exit status."""
    began = time.monotonic()
    try:
        setting, found = _embeddings(args) if args.experiment == embeddings.PART else _of_generator(args)
    except OutOfTime:
        log.info("%s is not finished; the same command goes on.", args.experiment)
        return 0
    folder = setting.work.parent / "experiments"
    keep_outcome(folder, args.experiment, found, setting, began)
    name = embeddings.PART if args.experiment == embeddings.PART else setting.engine.spec.id
    page = Page(f"experiments_{name}.md", f"Experiments: {name}", _ABOUT)
    log.info("%s is written", write_page(folder, args.out, page))
    return 0


def _of_generator(args) -> tuple[Setting, Outcome]:
    setting = setting_of(args)
    experiment = EXPERIMENTS[args.experiment]
    assert experiment is not None
    return setting, experiment(setting)


def _embeddings(args) -> tuple[Setting, Outcome]:
    trained = embeddings.trained(
        args.data, args.work / embeddings.PART, args.strips, args.seed, args.references
    )
    setting = setting_with(args, trained.engine(), trained.work)
    return setting, embeddings.run(setting, trained)

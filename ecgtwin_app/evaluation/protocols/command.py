"""`ecgtwin evaluate --part NAME`: the protocols by name, one after the other; what was drawn is kept."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.evaluation.judge.strips import load_both
from ecgtwin_app.evaluation.protocols import (
    criteria,
    flutter,
    gallery,
    medians,
    realism,
    removal,
    seen,
    tstr,
    visits,
)
from ecgtwin_app.evaluation.protocols.lines import Outcome, write_outcome
from ecgtwin_app.evaluation.protocols.page import write_page
from ecgtwin_app.evaluation.protocols.setting import OutOfTime, Setting
from ecgtwin_app.generators.ecgtwin.generator import EcgTwin

log = logging.getLogger(__name__)
#: Every protocol by name, in the order of the page.
PROTOCOLS: dict[str, Callable[[Setting], Outcome]] = {
    removal.PART: removal.run,
    visits.PART: visits.run,
    tstr.PART: tstr.run,
    criteria.PART: criteria.run,
    criteria.IDENTITY: criteria.run_identity,
    seen.PART: seen.run,
    medians.PART: medians.run,
    realism.PART: realism.run,
    realism.SUITE: realism.run_suite,
    flutter.PART: flutter.run,
    gallery.PART: gallery.run,
}


def run_protocols(args) -> int:
    """Run the parts that were named and write the page of all that was found so far; the exit status."""
    setting = setting_of(args)
    for name in dict.fromkeys(args.part):
        began = time.monotonic()
        try:
            found = PROTOCOLS[name](setting)
        except OutOfTime:
            log.info("%s is not finished; the same command goes on.", name)
            break
        keep_outcome(setting.work, name, found, setting, began)
        if name == criteria.PART and not args.networks_alone:
            args.out.mkdir(parents=True, exist_ok=True)
            rates = json.dumps(criteria.pass_rates(found), indent=1) + "\n"
            (args.out / "pass_rates.json").write_text(rates, encoding="utf-8")
    write_page(setting.work, args.out)
    return 0


def keep_outcome(folder: Path, name: str, found: Outcome, setting: Setting, began: float) -> None:
    """Write an outcome with what it was measured on, and its lines into the log.

    Parameters
    ----------
    began : float
        Of the monotonic clock.
    """
    about = {
        "model": setting.engine.model_name,
        "weights_sha256": setting.engine.weights_sha256,
        "seed": setting.seed,
        "references": setting.references,
        "minutes": (time.monotonic() - began) / 60,
    }
    write_outcome(folder / f"{name}.outcome.json", found, about)
    for one in found.lines:
        log.info("%-70s %s", one.name, "–" if one.value is None else f"{one.value:.3f} of {one.n}")


def protocols_folder(work: Path, weights_sha256: str, seed: int, networks_alone: bool) -> Path:
    """Where the raw rows and outcomes of the protocols of some weights lie."""
    alone = "_networks_alone" if networks_alone else ""
    return work / f"{weights_sha256[:12]}_{seed}{alone}" / "protocols"


def setting_of(args) -> Setting:
    """What the arguments ask for."""
    engine = TwinEngine.load(args.weights, args.device, args.generator)
    if args.networks_alone and isinstance(engine.generator, EcgTwin):
        engine.generator.networks_alone = True
    work = protocols_folder(args.work, engine.weights_sha256, args.seed, args.networks_alone)
    return setting_with(args, engine, work)


def setting_with(args, engine: TwinEngine, work: Path) -> Setting:
    """The same with an engine that is loaded, and a folder for raw rows."""
    if args.references < 2:
        raise EcgError("--references must be at least 2: identity is found among several patients.")
    return Setting(
        engine,
        load_both(Path(args.data)),
        work,
        args.work,
        args.seed,
        args.references,
        time.monotonic() + 60 * args.minutes if args.minutes < math.inf else math.inf,
        args.networks,
    )

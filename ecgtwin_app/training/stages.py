"""The stages of the training, in their order: what each learns, reads and writes.

`ecgtwin train` runs them all, `--only STAGE` some, `--from-stage STAGE` those from one on, `--list` prints them. A
stage goes on where it was stopped, and ends at once where it had come to its end. Small and large data share every
stage; how they differ lies behind `TrainingData`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.weights import save
from ecgtwin_app.generators.manifest import MANIFEST
from ecgtwin_app.recognition.recogniser_module import save_recogniser
from ecgtwin_app.recognition.weights import MANIFEST as RECOGNISER_MANIFEST
from ecgtwin_app.training.cases.pairs import USUAL
from ecgtwin_app.training.cases.training_data import RHYTHMS, VERSIONS
from ecgtwin_app.training.cases.version_table import count_versions
from ecgtwin_app.training.networks.ensemble import train_ensemble
from ecgtwin_app.training.networks.recogniser import fit_recogniser, learnable
from ecgtwin_app.training.networks.recogniser_figures import about_training, measured
from ecgtwin_app.training.networks.rhythm import train_rhythm
from ecgtwin_app.training.run import Run

log = logging.getLogger(__name__)
_CASES_MADE = "cases.done"


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes
    ----------
    name : str
        That of the network it trains, if any: so its checkpoint and its file among the weights are called.
    learns : str
    reads, writes : tuple of str
        In the work folder, unless they are DATA or OUT.
    needs : tuple of str
        Stages that come first.
    run, done : callable (Run)
        Do the work; whether it is done.
    alone : bool
        The first process does it while the others wait.
    small, large : mapping
        Flags that small and large data have for it, and their defaults.
    """

    name: str
    learns: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    needs: tuple[str, ...]
    run: Callable[[Run], None]
    done: Callable[[Run], bool]
    alone: bool = False
    small: Mapping[str, float] = field(default_factory=dict)
    large: Mapping[str, float] = field(default_factory=dict)


def _make_cases(run: Run) -> None:
    if not _cases_made(run):
        run.data.make_cases(run.work)
        (run.work / _CASES_MADE).touch()


def _cases_made(run: Run) -> bool:
    return (run.work / _CASES_MADE).exists()


def _train_ensemble(run: Run) -> None:
    # What it starts from knows the components of beats already.
    train_ensemble(
        run.model.ensemble, run.work / VERSIONS, run.steps["ensemble"], run.checkpoint("ensemble"), run.seed,
        run.share("ensemble"), fit=run.start is None, mix=run.mix,
    )  # fmt: skip


def _train_rhythm(run: Run) -> None:
    rhythm = run.model.rhythm
    if rhythm is None:
        raise RuntimeError("A run makes a rhythm model.")
    train_rhythm(
        rhythm.requires_grad_(True), run.work / RHYTHMS, run.steps["rhythm"], run.checkpoint("rhythm"),
        run.seed, run.batch["rhythm"],
    )  # fmt: skip


def _fit_recogniser(run: Run) -> None:
    records = run.data.labelled()
    if records is None or not learnable(records):
        log.info("the recogniser stays as it is: no label has enough patients here")
        return
    fitted = fit_recogniser(records, run.seed)
    about = {"training": about_training(records, run.seed), "held_out": measured(fitted, records)}
    save_recogniser(fitted.network, fitted.trained, run.out, about)
    log.info("recogniser written to %s", run.out)


def _trained(network: str) -> Callable[[Run], bool]:
    return lambda run: run.steps_done(network) >= run.steps[network]


def _write_weights(run: Run) -> None:
    for network in NETWORKS:
        run.trained(network)
    about = {
        "data": run.data.name,
        **count_versions(run.work / VERSIONS),
        "virtual share": run.mix.virtual,
        "steps": dict(run.steps),
        "batch": dict(run.batch),
        "seed": run.seed,
        "hours": run.hours(),
    }
    save(run.model.to("cpu"), run.out, {"training": about})
    log.info("weights written to %s", run.out)


#: Networks of the weights, each trained by the stage of its name.
NETWORKS = ("ensemble", "rhythm")
STAGES = (
    Stage(
        "cases",
        "nothing: makes versions of every heart in DATA, and rhythm scores",
        reads=("DATA",),
        writes=(f"{VERSIONS}/", f"{RHYTHMS}/"),
        needs=(),
        run=_make_cases,
        done=_cases_made,
        alone=True,
        small={"per-patient": 16, "rhythms": 32000, "synthetic": 1200},
        large={"per-patient": 16, "rhythms": 32000, "hearts": 1500},
    ),
    Stage(
        "ensemble",
        "to draw all waves of a strip together: from noise and a patient's own beats, under a condition",
        reads=(f"{VERSIONS}/",),
        writes=("ensemble.safetensors",),
        needs=("cases",),
        run=_train_ensemble,
        done=_trained("ensemble"),
        small={"steps": 12000, "batch": 480, "virtual-share": USUAL.virtual},
        large={"steps": 12000, "batch": 480, "virtual-share": USUAL.virtual},
    ),
    Stage(
        "rhythm",
        "to compose the rhythm score of a condition",
        reads=(f"{RHYTHMS}/",),
        writes=("rhythm.safetensors",),
        needs=("cases",),
        run=_train_rhythm,
        done=_trained("rhythm"),
        small={"rhythm-steps": 4000},
        large={"rhythm-steps": 4000},
    ),
    Stage(
        "recogniser",
        "what a recording shows, from real records and their labels",
        reads=("DATA",),
        writes=("OUT",),
        needs=(),
        run=_fit_recogniser,
        done=lambda run: (run.out / RECOGNISER_MANIFEST).exists(),
        alone=True,
    ),
    Stage(
        "weights",
        "nothing: writes the trained networks with their manifest",
        reads=tuple(f"{network}.safetensors" for network in NETWORKS),
        writes=("OUT",),
        needs=NETWORKS,
        run=_write_weights,
        done=lambda run: (run.out / MANIFEST).exists(),
        alone=True,
    ),
)
BY_NAME = {stage.name: stage for stage in STAGES}
#: Default of every flag that belongs to a stage.
DEFAULTS = {flag: usual for stage in STAGES for flag, usual in (*stage.small.items(), *stage.large.items())}


def check_earlier(stage: Stage, run: Run) -> None:
    """`EcgError` that names the first stage that has to come before this one and is not done."""
    for name in stage.needs:
        if not BY_NAME[name].done(run):
            far = f" (step {run.steps_done(name)} of {run.steps[name]})" if name in run.steps else ""
            raise EcgError(
                "The stage {stage!r} needs {name!r}, which is not finished in {work}{far}; run "
                "'ecgtwin train --only {name}' with the same folders first.",
                stage=stage.name,
                name=name,
                work=run.work.name,
                far=far,
            )


def described() -> str:
    """All stages in lines for a reader."""
    lines = []
    for stage in STAGES:
        lines += [f"{stage.name:12} {stage.learns}", f"    reads    {', '.join(stage.reads)}"]
        lines.append(f"    writes   {', '.join(stage.writes)}")
        for size, flags in (("small", stage.small), ("large", stage.large)):
            if flags:
                lines.append(
                    f"    {size}    " + " ".join(f"--{flag} {value:g}" for flag, value in flags.items())
                )
    return "\n".join(lines)

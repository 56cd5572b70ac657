"""The stages of the training, in their order: what each learns, reads and writes.

`ecgtwin train` runs them all, `--only STAGE` some, `--from-stage STAGE` those from one on, `--list` prints them. A
stage goes on where it was stopped, and ends at once where it had come to its end. Small and large data share every
stage; how they differ lies behind `TrainingData`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from safetensors.torch import save_file

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.weights import MANIFEST, save
from ecgtwin_app.training.networks.autoencoder import fit_autoencoder
from ecgtwin_app.training.networks.beats import train_beats
from ecgtwin_app.training.networks.extractor import train_extractor
from ecgtwin_app.training.networks.flow import train_flow
from ecgtwin_app.training.networks.rhythm import train_rhythm
from ecgtwin_app.training.run import Run

log = logging.getLogger(__name__)
#: What earlier versions left in a work folder when all cases, and all latents, were made.
_OLD_MARKS = {"cases": ("made", "cases/done"), "latents": ("made",)}


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
        (run.work / "cases.done").touch()


def _cases_made(run: Run) -> bool:
    return any((run.work / mark).exists() for mark in ("cases.done", *_OLD_MARKS["cases"]))


def _fit_autoencoder(run: Run) -> None:
    # Once fitted it stays: what is encoded with another one would mean something else.
    if not _autoencoder_fitted(run):
        autoencoder = run.model.autoencoder
        if run.start is None:
            autoencoder = fit_autoencoder(run.data.strips(run.work), run.model.config.components)
        save_file(autoencoder.state_dict(), run.checkpoint("autoencoder"))


def _autoencoder_fitted(run: Run) -> bool:
    return run.checkpoint("autoencoder").exists()


def _encode(run: Run) -> None:
    if not _encoded(run):
        run.data.encode(run.work, run.checkpoint("autoencoder"))


def _encoded(run: Run) -> bool:
    return run.data.is_encoded(run.work) or any((run.work / mark).exists() for mark in _OLD_MARKS["latents"])


def _train_extractor(run: Run) -> None:
    log.info("%s", run.source.about())
    train_extractor(
        run.model.extractor, run.source, run.steps["extractor"], run.checkpoint("extractor"), run.seed,
        run.share("extractor"), run.workers,
    )  # fmt: skip


def _train_flow(run: Run) -> None:
    run.trained("extractor")
    train_flow(
        run.model.flow, run.model.extractor, run.source, run.steps["flow"], run.checkpoint("flow"), run.seed,
        run.share("flow"), run.workers,
    )  # fmt: skip


def _train_beats(run: Run) -> None:
    if run.data.has_hearts:
        train_beats(
            run.model.beats, run.work / "beats", run.steps["beats"], run.checkpoint("beats"), run.seed,
            run.batch["beats"], fit=not run.starts_with_beats,
        )  # fmt: skip


def _train_rhythm(run: Run) -> None:
    rhythm = run.model.rhythm
    if run.data.has_hearts and rhythm is not None:
        train_rhythm(
            rhythm.requires_grad_(True), run.work / "rhythms", run.steps["rhythm"], run.checkpoint("rhythm"),
            run.seed, run.batch["rhythm"],
        )  # fmt: skip


def _trained(network: str) -> Callable[[Run], bool]:
    return lambda run: run.steps_done(network) >= run.steps[network]


def _trained_on_hearts(network: str) -> Callable[[Run], bool]:
    return lambda run: not run.data.has_hearts or run.steps_done(network) >= run.steps[network]


def _write_weights(run: Run) -> None:
    model = run.model.to("cpu")
    _ = run.autoencoder
    for network in ("extractor", "flow", *(("beats", "rhythm") if run.data.has_hearts else ())):
        run.trained(network)
    about = {
        **run.data.about(run.work),
        **run.source.about(),
        "steps": dict(run.steps),
        "batch": dict(run.batch),
        "seed": run.seed,
        "hours": run.hours(),
    }
    save(model, run.out, {"training": about})
    log.info("weights written to %s", run.out)


STAGES = (
    Stage(
        "cases",
        "nothing: makes virtual pairs, beats and rhythm scores of the hearts in DATA",
        reads=("DATA",),
        writes=("cases/", "beats/", "rhythms/"),
        needs=(),
        run=_make_cases,
        done=_cases_made,
        alone=True,
        small={"per-patient": 10, "rhythms": 32000, "synthetic": 1500},
        large={"per-patient": 10, "rhythms": 32000, "hearts": 1500, "virtual-share": 0.5},
    ),
    Stage(
        "autoencoder",
        "the principal components of strips: millivolts to a latent and back",
        reads=("cases/ or DATA",),
        writes=("autoencoder.safetensors",),
        needs=("cases",),
        run=_fit_autoencoder,
        done=_autoencoder_fitted,
        alone=True,
    ),
    Stage(
        "latents",
        "nothing: encodes every recording and case once",
        reads=("cases/", "autoencoder.safetensors", "DATA"),
        writes=("cases/encoded.safetensors", "records/"),
        needs=("cases", "autoencoder"),
        run=_encode,
        done=_encoded,
        alone=True,
    ),
    Stage(
        "extractor",
        "to tell patients apart, by contrast: who somebody is, whatever the condition",
        reads=("latents",),
        writes=("extractor.safetensors",),
        needs=("latents",),
        run=_train_extractor,
        done=_trained("extractor"),
        small={"extractor-steps": 500},
        large={"extractor-steps": 500, "extractor-batch": 256},
    ),
    Stage(
        "flow",
        "to perform a rhythm score in somebody's beat under a condition: from noise to a strip",
        reads=("latents", "extractor.safetensors"),
        writes=("flow.safetensors",),
        needs=("latents", "extractor"),
        run=_train_flow,
        done=_trained("flow"),
        small={"steps": 5000, "batch": 32},
        large={"steps": 5000, "batch": 32},
    ),
    Stage(
        "beats",
        "one beat of a patient under a condition, or of another origin",
        reads=("beats/",),
        writes=("beats.safetensors",),
        needs=("cases",),
        run=_train_beats,
        done=_trained_on_hearts("beats"),
        small={"beat-steps": 8000},
        large={"beat-steps": 8000},
    ),
    Stage(
        "rhythm",
        "to compose the rhythm score of a condition",
        reads=("rhythms/",),
        writes=("rhythm.safetensors",),
        needs=("cases",),
        run=_train_rhythm,
        done=_trained_on_hearts("rhythm"),
        small={"rhythm-steps": 4000},
        large={"rhythm-steps": 4000},
    ),
    Stage(
        "weights",
        "nothing: writes the trained networks with their manifest",
        reads=("autoencoder, extractor, flow, beats, rhythm .safetensors",),
        writes=("OUT",),
        needs=("autoencoder", "extractor", "flow", "beats", "rhythm"),
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

"""Convergence of the three label embeddings: three networks on the same strips with the same seed, measured at several steps.

SSSD-ECG-nle (Skorik and Avetisyan 2024, arXiv 2407.11108) shows that an embedding which tells what is absent learns in
fewer steps than the sum of what is present. Ours has *unknown* beside both (`generators.sssd.labels`).
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ecgtwin_app.conditions.states import PRESENT
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.twin import Twin
from ecgtwin_app.evaluation.experiments.records import share_of
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.metrics.reading import patient_weights, with_interval
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.generators.sssd.config import LEADS, SAMPLES
from ecgtwin_app.generators.sssd.module import load_module, save
from ecgtwin_app.generators.sssd.names import EMBEDDINGS, POSITIVES, THREE_STATES
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.sssd.weights import FOLDER
from ecgtwin_app.training import new_patients
from ecgtwin_app.training.cases.labelled_strips import LabelledStrips, load_strips, real_shard
from ecgtwin_app.training.cases.real_labels import LABELS, likelihoods_of
from ecgtwin_app.training.checkpoint import checkpoint_step, load_averages
from ecgtwin_app.training.loop import kept_checkpoint
from ecgtwin_app.training.networks.sssd import LOGIT_TIME, Batches, clean_errors

log = logging.getLogger(__name__)
PART = "embeddings"
#: What is measured at which steps, and sizes of the network: small, so that three are trained in an hour of one core.
STEPS, SIZES = (125, 250, 500, 1000), {"width": 64, "blocks": 4}
#: Draws of each condition that so many real training strips have, of the last step and of those before.
DRAWS, DRAWS_BEFORE, FEWEST_STRIPS = 8, 3, 20
#: Every held-out strip is noised so often.
NOISED = 2
GUIDED = f"{THREE_STATES}, guided"


@dataclass(frozen=True, eq=False)
class Measured:
    """A network after so many steps.

    Attributes
    ----------
    loss, of_others : ndarray, shape (strips,)
        Flow loss of held-out strips, told their labels, and told those of others.
    met : dict of str to list of bool
        By condition: whether each first draw met its criteria.
    """

    loss: np.ndarray
    of_others: np.ndarray
    met: dict[str, list[bool]]

    @property
    def every(self) -> list[bool]:
        """All draws."""
        return [one for own in self.met.values() for one in own]


@dataclass(frozen=True)
class Trained:
    """Three networks with the checkpoints that are measured.

    Attributes
    ----------
    data, strips, work : Path
        Folders of the real recordings, of the training strips, and of the networks, one below it by embedding.
    steps : tuple of int
    """

    data: Path
    strips: Path
    work: Path
    steps: tuple[int, ...]

    def weights(self, embedding: str, step: int) -> Path:
        """The moving average after some steps as a folder of weights."""
        work = self.work / embedding
        folder = work / f"weights_{step}"
        if not (folder / "manifest.json").exists():
            manifest = FOLDER.manifest(work / "weights")
            network = load_module(work / "weights", manifest)
            load_averages(kept_checkpoint(work / new_patients.CHECKPOINT, step), network)
            save(network, folder, f"{manifest['name']}, {step} of {self.steps[-1]} steps", {})
        return folder

    def engine(self, embedding: str = THREE_STATES, step: int | None = None) -> TwinEngine:
        """An engine of one of them; after the last step unless another is named."""
        weights = self.weights(embedding, self.steps[-1] if step is None else step)
        return TwinEngine.load(weights, "cpu", "sssd", backend="torch")


def trained(data: Path, work: Path, strips: Path | None, seed: int, references: int) -> Trained:
    """The three networks, trained by `ecgtwin train sssd` as far as they are not.

    Parameters
    ----------
    strips : Path or None
        Folder of strips that the command made; None: they are made in `work`.
    references : int
        How much is asked for, see `records.share_of`: fewer steps.
    """
    steps = tuple(max(1, round(share_of(references) * step)) for step in STEPS)
    sizes = "_".join(map(str, (seed, steps[-1], *SIZES.values())))
    found = Trained(data, strips or work / new_patients.STRIPS, work / f"networks_{sizes}", steps)

    def asked(work: Path, embedding: str, *more: str) -> argparse.Namespace:
        told = {"data": data, "work": work, "out": work / "weights", "name": f"sssd-{embedding}", "embedding": embedding,
                "steps": steps[-1], "seed": seed, "workers": 0, "device": "cpu", **SIZES}  # fmt: skip
        parser = argparse.ArgumentParser()
        new_patients.add_arguments(parser)
        return parser.parse_args([*(f"--{name}={value}" for name, value in told.items()), *more])

    if strips is None:
        new_patients.make_strips(asked(work, POSITIVES))
    for embedding in EMBEDDINGS:
        own = found.work / embedding
        if checkpoint_step(own / new_patients.CHECKPOINT) < steps[-1] or not (own / "weights").is_dir():
            log.info("training %s, %d steps", embedding, steps[-1])
            new_patients.main(asked(own, embedding, f"--strips={found.strips}", "--keep", *map(str, steps)))
    return found


def run(setting: Setting, networks: Trained) -> Outcome:
    """Draw and measure what is missing."""
    unseen, conditions = _held_out(setting, networks.data), _conditions(load_strips(networks.strips))
    part, last = share_of(setting.references), networks.steps[-1]
    found: dict[str, dict[int, Measured]] = {}
    for embedding in EMBEDDINGS:
        for step in networks.steps:
            weights, engine = networks.weights(embedding, step), networks.engine(embedding, step)
            count = max(1, round(part * (DRAWS if step == last else DRAWS_BEFORE)))
            met = _draw(setting, engine, Store(weights, "met", {}), conditions, count, 1.0)
            network = load_module(weights, FOLDER.manifest(weights))
            loss, others = (flow_loss(network, unseen, setting.seed, shuffled) for shuffled in (False, True))
            found.setdefault(embedding, {})[step] = Measured(loss, others, met)
            if (embedding, step) == (THREE_STATES, last):
                store, strength = Store(weights, "met_guided", {}), TwinRequest().strength
                guided = _draw(setting, engine, store, conditions, count, strength)
                found[GUIDED] = {step: Measured(loss, others, guided)}
    return outcome(found, unseen.patients.tolist(), setting.seed)


def _held_out(setting: Setting, data: Path) -> LabelledStrips:
    """Strips of the recordings of patients whom no training saw, as those of training are made."""
    path = setting.cache / "held_out_strips" / "real_0000.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        likelihoods = likelihoods_of(data)
        unseen = [record for record in setting.records if record.held_out]
        real_shard(path, unseen, lambda record: new_patients.of_record(likelihoods, record), held_out=True)
    return load_strips(path.parent)


def _conditions(strips: LabelledStrips) -> list[str]:
    """Those of the vocabulary that enough real strips have."""
    often = (strips.states[~strips.virtual] == PRESENT).sum(0)
    known = {condition.name for condition in load_vocabulary()}
    return [name for name, n in zip(LABELS, often, strict=True) if n >= FEWEST_STRIPS and name in known]


def _draw(
    setting: Setting, engine: TwinEngine, store: Store, conditions: Sequence[str], count: int, strength: float
) -> dict[str, list[bool]]:
    """Whether first draws of each condition meet its criteria; one without a beat does not."""
    there = {row["key"]: row["met"] for row in store.rows}
    found: dict[str, list[bool]] = {}
    for name in conditions:
        for number in range(count):
            key = f"{name}/{number}"
            if key not in there:
                setting.check_time()
                there[key] = _met(engine, TwinRequest((name,), seed=setting.seed + number, strength=strength))
                store.append({"key": key, "met": there[key]})
            found.setdefault(name, []).append(there[key])
    return found


def _met(engine: TwinEngine, request: TwinRequest) -> bool:
    if "strength" not in engine.spec.dials:
        request = TwinRequest(request.conditions, seed=request.seed)
    try:
        (made,) = (one for one in engine.iter_new_patients(request, previews=False) if isinstance(one, Twin))
    except EcgError:
        return False
    return bool(made.met and made.first_draw)


@torch.inference_mode()
def flow_loss(network: Sssd, strips: LabelledStrips, seed: int, shuffled: bool = False) -> np.ndarray:
    """The loss of training (n,) on strips, told all their labels; the same noise and times for every network.

    Parameters
    ----------
    shuffled : bool
        Each strip is told the labels of another: what is lost then is what the labels are worth to the network.
    """
    count = len(strips.virtual)
    batches = Batches(strips, count, 0.0)
    order = np.random.default_rng([seed, 7]).permutation(count) if shuffled else np.arange(count)
    generator = torch.Generator().manual_seed(seed)
    found = np.zeros((NOISED, count))
    for number in range(NOISED):
        mean, spread = LOGIT_TIME
        time = torch.sigmoid(mean + spread * torch.randn(count, generator=generator))
        noise = torch.randn((count, LEADS, SAMPLES), generator=generator)
        rows = np.arange(count)
        # Sum of positives leaves nothing out: what is known is told.
        present, absent, *others = batches.told(rows, POSITIVES, generator)
        told = [present[order], absent[order], *others]
        if network.config.score:
            told.append(batches.scores(rows, generator))
        clean = torch.from_numpy(strips.signals.astype(np.float32)) / network.config.scale
        for k in range(0, count, 32):
            part = slice(k, k + 32)
            errors = clean_errors(network, clean[part], noise[part], time[part], [one[part] for one in told])
            found[number, part] = errors.mean((1, 2)).numpy()
    return found.mean(0)


def outcome(found: dict[str, dict[int, Measured]], patients: Sequence[str], seed: int) -> Outcome:
    """Lines of the last step, and tables over steps and by condition.

    Parameters
    ----------
    found : dict
        By embedding and step.
    patients : sequence of str
        Of the held-out strips.
    """
    last = max(found[POSITIVES])
    ends = {name: own[last] for name, own in found.items()}
    weights = patient_weights(patients, seed)
    lines: list[Line] = [
        line(f"criteria met in first draws after {last} steps, {name}", share(one.every)) for name, one in ends.items()
    ]  # fmt: skip
    for name in EMBEDDINGS:
        one = ends[name]
        lines.append(
            line(
                f"held-out flow loss after {last} steps, {name}", _mean(one.loss, weights), unit="", less=True
            )
        )
        lines.append(
            line(f"what labels of others cost, {name}", _mean(one.of_others - one.loss, weights), unit="")
        )
    for name in EMBEDDINGS[1:]:
        less = _mean(ends[name].loss - ends[POSITIVES].loss, weights)
        lines.append(
            line(f"held-out flow loss, {name} less {POSITIVES}", less, unit="", floor=0.0, less=True)
        )
    rows = [
        (name, step, float(one.loss.mean()), float((one.of_others - one.loss).mean()), len(one.every),
         float(np.mean(one.every)))
        for name, own in found.items() for step, one in own.items()
    ]  # fmt: skip
    conditions = [
        (condition, len(ends[POSITIVES].met[condition]), *(float(np.mean(one.met[condition])) for one in ends.values()))
        for condition in ends[POSITIVES].met
    ]  # fmt: skip
    sizes = ", ".join(f"{name} {value}" for name, value in SIZES.items())
    return Outcome(
        PART,
        "How soon do the three label embeddings learn what a label means?",
        f"Three networks ({sizes}) by `ecgtwin train sssd --embedding NAME` on the same strips in the same order, seed {seed}. "
        f"Criteria by the referee, first draws of conditions that {FEWEST_STRIPS} real training strips have, strength 1 but where it "
        f"is said; flow loss on {len(weights[0])} strips of {len(set(patients))} held-out patients, the same noise for all, told their "
        "labels, and told those of other strips.",
        tuple(lines),
        (
            Table("By step", ("embedding", "step", "held-out flow loss", "labels of others cost", "draws", "met"), tuple(rows)),
            Table(f"Criteria met after {last} steps, by condition", ("condition", "draws of each", *ends), tuple(conditions)),
        ),
    )  # fmt: skip


def _mean(values: np.ndarray, weights: np.ndarray) -> dict:
    return with_interval(weights @ values / weights.sum(1), len(values))

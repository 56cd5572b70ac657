"""Examples for the rhythm model: scores of the rhythm processes, and those that real recordings perform."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import load_vocabulary, with_atria
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, PRESENT, statement_states
from ecgtwin_app.generators.ecgtwin.rhythm_events import MOST_EVENTS
from ecgtwin_app.generators.ecgtwin.rhythm_model import pack
from ecgtwin_app.heart.rhythm.processes import mean_rate, write_score
from ecgtwin_app.heart.rhythm.severity import rhythm_severity
from ecgtwin_app.training.cases.case_distribution import RHYTHMS, STATEMENTS, draw_morphologies
from ecgtwin_app.training.cases.real_scores import performed_score, pr_of
from ecgtwin_app.training.cases.workers import results
from ecgtwin_app.training.collections.labels import SEXES, statements_of
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
#: Slowest and fastest ventricular rates (1/min) asked of the processes, and how far beyond a rhythm's own range.
RATES, BEYOND = (30.0, 210.0), 1.2
#: How often two rhythms come together, how often a morphology comes with them, and how often it is one that
#: the score has to know of.
TOGETHER, WITH_MORPHOLOGY, TELLING_SHARE = 0.3, 0.3, 0.5
_TELLING = tuple(c.name for c in load_vocabulary() if c.drawn_pr or c.least_pr)
#: Examples a file.
SHARD = 4000


@dataclass(frozen=True)
class Example:
    """A score and what a model is told of it.

    Attributes
    ----------
    score : RhythmScore
    statements : ndarray of int8
    severity : ndarray of float32
    numbers : ndarray of float32
        In the order of `NUMBERS`; heart rate is the mean of the score itself, PR that of its conducted beats.
    sex : int
    """

    score: RhythmScore
    statements: np.ndarray
    severity: np.ndarray
    numbers: np.ndarray
    sex: int = 0


def draw_rhythms(rng: np.random.Generator) -> tuple[tuple[str, ...], float]:
    """Conditions and ventricular rate (1/min) of one example."""
    shares = np.array([share for _, _, share in RHYTHMS.values()])
    while True:
        count = 1 + (rng.random() < TOGETHER)
        rhythms = [str(r) for r in rng.choice(list(RHYTHMS), count, False, shares / shares.sum())]
        names = tuple(rhythms)
        if rng.random() < WITH_MORPHOLOGY:
            telling = rng.random() < TELLING_SHARE
            names += (str(rng.choice(_TELLING)),) if telling else draw_morphologies(rng)
        try:
            check_combination(names)
        except EcgError:
            continue
        low, high = max(RHYTHMS[r][0] for r in rhythms), min(RHYTHMS[r][1] for r in rhythms)
        if low > high:
            low, high = high, low
        if rng.random() < 0.3:
            low, high = low / BEYOND, high * BEYOND
        rate = rng.normal(74, 15) if rng.random() < 0.35 and low < 74 < high else rng.uniform(low, high)
        return names, float(np.clip(rate, max(low, RATES[0]), min(high, RATES[1])))


def draw_example(rng: np.random.Generator) -> Example:
    """A score by the rhythm processes, of a patient with a PR of their own."""
    while True:
        names, rate = draw_rhythms(rng)
        age = float(rng.uniform(15, 95)) if rng.random() < 0.85 else None
        own = SimpleNamespace(
            has_p=True,
            pr=float(rng.normal(0.156, 0.018)),
            rr=float(rng.uniform(0.65, 1.1)),
            qrs_duration=float(rng.uniform(0.08, 0.11)),
        )
        try:
            score, _ = write_score(names, rate, rng, own, age=age)
        except EcgError:
            continue
        if np.isfinite(mean_rate(score)):
            statements = statement_states(STATEMENTS, names)
            return _example(score, statements, names, age, ("", "F", "M")[rng.integers(3)])


def real_examples(records: list[RealRecord]) -> list[Example]:
    """The scores that real recordings perform, as far as they can be delineated well.

    Flutter is left out, whose loop a delineation does not see, and so are sinus beats whose P it lost.
    """
    found = []
    for record in records:
        statements = statements_of(record.labels, record.database, STATEMENTS)
        states = dict(zip(STATEMENTS, statements, strict=True))
        if states[with_atria("flutter").name] == PRESENT:
            continue
        fibrillation = states[with_atria("fibrillation").name] == PRESENT
        score = performed_score(record.recording, fibrillation)
        if score is None or not np.isfinite(mean_rate(score)):
            continue
        if not fibrillation and not np.isfinite(pr_of(score)):
            continue
        found.append(
            _example(score, statements, (), record.recording.patient.age, record.recording.patient.sex)
        )
    return found


def _example(
    score: RhythmScore, statements: np.ndarray, names: tuple[str, ...], age: float | None, sex: str | None
) -> Example:
    known = rhythm_severity(score)
    severity = [known[n] if n in names and n in known else np.nan for n in STATEMENTS]
    told = {"heart rate": mean_rate(score), "age": np.nan if age is None else age, "PR": 1000 * pr_of(score)}
    numbers = [told.get(name, np.nan) for name in NUMBERS]
    number = SEXES.get(sex or "", 0)
    return Example(score, statements, np.array(severity, np.float32), np.array(numbers, np.float32), number)


def _drawn_shard(path: Path, seed: int, number: int, count: int) -> None:
    rng = np.random.default_rng([seed, 7, number])
    _write(path, [draw_example(rng) for _ in range(count)])


def _write(path: Path, examples: list[Example]) -> None:
    """Write a file of examples whole or not at all."""
    rhythms = pack([example.score for example in examples], MOST_EVENTS)
    part = path.with_suffix(".part.npz")
    columns: dict[str, Any] = {
        name: np.stack([getattr(example, name) for example in examples])
        for name in ("statements", "severity", "numbers", "sex")
    }
    columns |= {"times": rhythms.times.numpy(), "kinds": rhythms.kinds.numpy().astype(np.uint8)}
    np.savez_compressed(part, lengths=rhythms.lengths.numpy(), **columns)
    part.replace(path)


def make_rhythms(folder: Path, records: list[RealRecord], count: int, seed: int, workers: int) -> None:
    """Make all files of examples that are not there yet: `count` drawn ones and those of the records."""
    folder.mkdir(parents=True, exist_ok=True)
    real = folder / "rhythms_real.npz"
    jobs = []
    for number in range(-(-count // SHARD)):
        path = folder / f"rhythms_{number:04d}.npz"
        if not path.exists():
            jobs.append((path, seed, number, min(SHARD, count - number * SHARD)))
    for _ in results(_drawn_shard, jobs, workers):
        pass
    examples = [] if real.exists() else real_examples(records)
    if examples:
        _write(real, examples)
        log.info("%d rhythms of real recordings", len(examples))

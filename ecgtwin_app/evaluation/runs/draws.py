"""What is drawn: for each reference and condition a request, with rate and seed of its own.

A draw does not depend on which others are drawn, so that an evaluation can be made in pieces.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import FIELDS
from ecgtwin_app.evaluation.runs.real_set import RealSet

#: Between the names of a combination.
AND = " + "
SETS = ("conditions", "combinations", "realism")
#: Labels with fewer real records have no twins drawn for comparison; others at most so many, but normals.
FEWEST_OF_LABEL, MOST_OF_LABEL = 10, 20


@dataclass(frozen=True)
class Draw:
    """One draw.

    Attributes
    ----------
    kind : str
        One of `SETS`.
    name : str
        The condition, or several joined by `AND`.
    reference : int
        Row among the references.
    rate : float
        Asked, 1/min.
    seed : int
    age : float or None
    sex : str or None
        None: the reference's.
    """

    kind: str
    name: str
    reference: int
    rate: float
    seed: int
    age: float | None = None
    sex: str | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the vocabulary."""
        return tuple(self.name.split(AND))

    @property
    def key(self) -> str:
        """What no other draw of the same variant has."""
        return f"{self.kind}/{self.name}/{self.seed}"


def known_conditions(statements: tuple[str, ...]) -> list[str]:
    """Names of the vocabulary that the weights know, in its order."""
    return [c.name for c in load_vocabulary() if c.statement in statements]


def combinations() -> list[tuple[str, ...]]:
    """What is always measured together: each condition with the one that its record says it often comes with."""
    return [
        (condition.measured_with, condition.name)
        for condition in load_vocabulary()
        if condition.measured_with
    ]


def rate_range(names: tuple[str, ...]) -> tuple[float, float]:
    """Ventricular rates (1/min) that all the conditions allow."""
    conditions = [find_condition(name) for name in names]
    ranges = [limits for one in conditions for limits in (one.rate_range, one.rate_limits) if limits]
    low, high = max(r[0] for r in ranges), min(r[1] for r in ranges)
    slowest, _ = FIELDS["heart_rate"].limits
    return max(low, slowest), max(high, low, slowest)


def condition_draws(names: list[str], references: int, seed: int, kind: str = "conditions") -> list[Draw]:
    """Each reference under each condition, at a rate drawn from the condition's range."""
    draws = []
    for name in names:
        check_combination(tuple(name.split(AND)))
        low, high = rate_range(tuple(name.split(AND)))
        for number in range(references):
            rng = np.random.default_rng([seed, number, zlib.crc32(name.encode())])
            rate = float(np.round(rng.uniform(low, high)))
            draws.append(Draw(kind, name, number, rate, _seed(seed, name, number)))
    return draws


def realism_draws(real: RealSet, names: list[str], references: int, seed: int) -> list[Draw]:
    """For each real record of a label a twin of that condition at its rate, for its age and sex.

    So that a twin set and the real one differ in nothing that was asked. Each reference stands for a label
    only once: real sets are as many patients as recordings, too.
    """
    draws = []
    for name in names:
        rows = real.of_label(name)
        if len(rows) < FEWEST_OF_LABEL:
            continue
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        most = references if name == NORMAL else MOST_OF_LABEL
        patients = rng.permutation(references)[:most]
        for number, (reference, row) in enumerate(zip(patients, rng.permutation(rows))):
            record, rate = real.records[row], real.rows[row]["measurements"]["heart_rate"]
            if rate is None:
                continue
            patient = record.recording.patient
            draws.append(
                Draw("realism", name, int(reference), float(np.clip(round(rate), *rate_range((name,)))),
                     _seed(seed, name, 1000 + number), patient.age, patient.sex)
            )  # fmt: skip
    return draws


def combination(text: str) -> tuple[str, ...]:
    """Names of the vocabulary that "NAME + NAME" means; `UnknownCondition` for what is none."""
    return tuple(find_condition(part).name for part in text.split(AND.strip()))


def chosen(draws: list[Draw], wanted: list[str] | None) -> list[Draw]:
    """Draws of the conditions that were named; all of them when none is.

    Raises
    ------
    EcgError
        When a name fits none of them.
    """
    if not wanted:
        return draws
    plain = {AND.join(combination(text)) for text in wanted}
    missing = plain - {draw.name for draw in draws}
    if missing:
        raise EcgError(
            "'{missing}' is not among these draws; choose other --sets or leave it out.", missing=min(missing)
        )
    return [draw for draw in draws if draw.name in plain]


def _seed(seed: int, name: str, number: int) -> int:
    """A seed of this draw's own, below 2**31."""
    return (zlib.crc32(name.encode()) + 1_000_003 * seed + 7919 * number) % 2**31

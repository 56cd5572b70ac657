"""Networks that read labels, trained on each of several sets and tested on one: figures by label, over patients and seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.states import PRESENT
from ecgtwin_app.evaluation.experiments.records import Labelled
from ecgtwin_app.evaluation.judge.labels import NAMES
from ecgtwin_app.evaluation.metrics.encoder import scores_of
from ecgtwin_app.evaluation.metrics.reading import (
    AREA,
    F1,
    G_MEAN,
    by_label,
    enough_of,
    over_seeds,
    patient_weights,
    with_interval,
)
from ecgtwin_app.evaluation.protocols.lines import Line, Table, line
from ecgtwin_app.evaluation.protocols.readers import readers
from ecgtwin_app.evaluation.protocols.setting import Setting

FIGURES = (AREA, F1, G_MEAN)
#: What reads without having looked says: area a half; F1 and G-mean of "absent" for all, which no label's majority exceeds.
MAJORITY = {AREA: 0.5, F1: 0.0, G_MEAN: 0.0}
#: How the figures come about, for the reader of a page.
METHOD = (
    "A small convolutional network reads the labels from eight leads at 100 Hz (`metrics.encoder`). A label is called present "
    "above the score at which F1 (or the G-mean) of the records that the network was trained on is largest; no tested record "
    "chooses a threshold. Labels count that eight tested records have and as many do not; the mean over them is macro. "
    "Intervals: patients drawn anew 500 times, networks' mean."
)


@dataclass(frozen=True, eq=False)
class Read:
    """What networks trained on one set read in the tested records.

    Attributes
    ----------
    by_label : dict of str to ndarray, shape (sets of weights, labels)
        Mean over the networks, see `metrics.reading.by_label`.
    by_seed : dict of str to ndarray, shape (networks,)
        Macro.
    """

    by_label: dict[str, np.ndarray]
    by_seed: dict[str, np.ndarray]

    def macro(self, figure: str) -> np.ndarray:
        """The mean over labels, by set of weights."""
        return np.nanmean(self.by_label[figure], axis=1)


@dataclass(frozen=True, eq=False)
class Tested:
    """Records on which networks are tested.

    Attributes
    ----------
    records : Labelled
    weights : ndarray
        See `metrics.reading.patient_weights`.
    labels : ndarray
        Columns of the labels that can be tested.
    """

    records: Labelled
    weights: np.ndarray
    labels: np.ndarray

    @property
    def names(self) -> list[str]:
        """Of those labels."""
        return [NAMES[k] for k in self.labels]

    @property
    def counts(self) -> list[int]:
        """How many records have each."""
        return [int((self.records.states[:, k] == PRESENT).sum()) for k in self.labels]


def tested_on(records: Labelled, seed: int) -> Tested:
    """Records, their patients drawn anew, and the labels that enough of them have."""
    return Tested(records, patient_weights(records.patients, seed), enough_of(records.states))


def read(
    setting: Setting,
    name: str,
    trained: Labelled,
    tested: Tested,
    seeds: Sequence[int],
    heads_only: bool = False,
) -> Read:
    """Train a network for each seed, unless they are there, and test it."""
    networks = readers(setting, name, trained.strips, trained.states, seeds, heads_only)
    found = [
        by_label(
            scores_of(network, tested.records.strips),
            tested.records.states,
            tested.weights,
            (scores_of(network, trained.strips), trained.states),
            list(tested.labels),
        )
        for network in networks
    ]
    by_seed = {figure: np.array([np.nanmean(one[figure][0]) for one in found]) for figure in FIGURES}
    return Read(over_seeds(found), by_seed)


def ratio_line(name: str, ours: Read, real: Read, figure: str, n: int, **more) -> Line:
    """A macro figure over that of networks trained and tested on real records; the spread of the seeds in its note."""
    apart = ours.by_seed[figure] / real.by_seed[figure]
    note = f"{len(apart)} seeds, {apart.min():.3f} to {apart.max():.3f}"
    value = with_interval(ours.macro(figure) / real.macro(figure), n)
    return line(f"{name}, {figure}", value, unit="", floor=1.0, note=note, **more)


def macro_line(name: str, one: Read, figure: str, n: int, **more) -> Line:
    """A macro figure."""
    return line(f"{name}, macro {figure}", with_interval(one.macro(figure), n), unit="", **more)


def tables(tested: Tested, found: Mapping[str, Read], ours: str, real: str) -> tuple[Table, ...]:
    """A table for each figure: by label, of every training set, and ours over real."""
    made = []
    for figure in FIGURES:
        columns = {name: one.by_label[figure][0] for name, one in found.items()}
        rows = [
            (label, n, *(float(values[k]) for values in columns.values()), MAJORITY[figure],
             float(columns[ours][k] / columns[real][k]) if columns[real][k] else None)
            for k, (label, n) in enumerate(zip(tested.names, tested.counts, strict=True))
        ]  # fmt: skip
        macro = [float(one.macro(figure)[0]) for one in found.values()]
        ratio = float(found[ours].macro(figure)[0] / found[real].macro(figure)[0])
        rows.append(("macro", len(tested.records.states), *macro, MAJORITY[figure], ratio))
        head = ("label", "n", *found, "the majority", f"{ours} over {real}")
        made.append(Table(f"{figure} by label", head, tuple(rows)))
    return tuple(made)

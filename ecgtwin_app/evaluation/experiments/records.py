"""What the experiments train on and are tested on: real records, synthetic ones of the same label sets, and normals.

All strips are those of the judge (`judge.strips`): eight leads at 100 Hz, 0.5 to 40 Hz, whole microvolts.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.states import PRESENT
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.evaluation.judge.labels import NAMES, NORMAL
from ecgtwin_app.evaluation.judge.strips import real_strips, strip_of
from ecgtwin_app.evaluation.protocols import tstr
from ecgtwin_app.evaluation.protocols.label_sets import (
    Made,
    healthy_pool,
    labelled,
    made_all,
    training_records,
)
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.training.collections.normals import deepfake_normals
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
#: Seconds of one core that a recording of each generator takes, and a network that reads labels.
_SECONDS, _SECONDS_OF_ANY, SECONDS_OF_READER = {"ecgtwin": 0.6, "sssd": 1.5}, 1.5, 45.0


@dataclass(frozen=True, eq=False)
class Labelled:
    """Records as a network reads them.

    Attributes
    ----------
    strips : ndarray, shape (n, 8, 1000), int16
    states : ndarray, shape (n, findings), int8
    patients : tuple of str
    """

    strips: np.ndarray
    states: np.ndarray
    patients: tuple[str, ...]

    @property
    def only_normal(self) -> np.ndarray:
        """Whether a record is called normal, and nothing else."""
        there = self.states == PRESENT
        return there[:, NAMES.index(NORMAL)] & (there.sum(1) == 1)

    def with_strips(self, rows: np.ndarray, strips: np.ndarray) -> Labelled:
        """The same labels, with other strips in some rows."""
        own = np.array(self.strips)
        own[rows] = strips
        return Labelled(own, self.states, self.patients)

    def joined(self, other: Labelled) -> Labelled:
        """Both."""
        return Labelled(
            np.concatenate([self.strips, other.strips]),
            np.concatenate([self.states, other.states]),
            (*self.patients, *other.patients),
        )


def share_of(references: int) -> float:
    """How much of an experiment is asked for: all of it with as many references as the bar names."""
    return min(1.0, references / tstr.REFERENCES)


def seeds_of(setting: Setting) -> list[int]:
    """Of the networks: five in the whole experiment, two at least, or as many as are asked for."""
    return list(range(1, (setting.networks or max(2, round(tstr.SEEDS * share_of(setting.references)))) + 1))


def to_train_on(setting: Setting) -> list[RealRecord]:
    """Real records of training patients, of every finding some, as the protocol `tstr` chooses them."""
    return training_records(
        setting.records, max(20, round(tstr.FULL * share_of(setting.references))), setting.seed
    )


def to_test_on(setting: Setting) -> list[RealRecord]:
    """All labelled records of held-out patients."""
    return [record for record in setting.records if record.held_out and labelled(record)]


def of_real(records: Sequence[RealRecord]) -> Labelled:
    """Real records as they are."""
    found = real_strips(records)
    return Labelled(np.round(found.strips).astype(np.int16), found.states, found.patients)


def made_like_all(setting: Setting, records: Sequence[RealRecord], held_out: bool = False) -> Made:
    """One synthetic recording for each record, with its label set, age and sex; drawn unless it is there.

    Parameters
    ----------
    held_out : bool
        Twins are made of references of patients who are in no training; otherwise, of training patients.
    """
    store = setting.store(tstr.PART)
    there = {row["key"] for row in store.rows}
    left = sum(f"{record.key}/0" not in there for record in records)
    if left:
        seconds = left * _SECONDS.get(setting.engine.spec.id, _SECONDS_OF_ANY)
        log.info("%d recordings to draw, about %.0f minutes of one core", left, seconds / 60)
    return made_all(
        setting, store, healthy_pool(setting.records, held_out), [(record, 0) for record in records]
    )


def of_made(made: Made) -> Labelled:
    """Synthetic recordings under the labels that they were asked for."""
    return Labelled(made.strips, made.states, tuple(record.patient for record in made.records))


def deepfake_strips(setting: Setting, count: int) -> np.ndarray | None:
    """Strips (count, 8, 1000) of normal recordings by `deepfake-ecg`; None where the package is not installed."""
    path = setting.cache / f"deepfake_{count}_{setting.seed}.npy"
    if not path.exists():
        try:
            made = deepfake_normals(count, setting.seed)
        except EcgError:
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, np.round([strip_of(one) for one in made]).astype(np.int16))
    return np.load(path, allow_pickle=False)

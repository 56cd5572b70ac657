"""Synthetic recordings that carry the label sets of real records: one for each, with all that it shows, its age and sex.

As SSSD-ECG is evaluated (Alcaraz and Strodthoff 2023, arXiv 2301.08227): the synthetic set is as large as the real one
and has the same labels.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.states import PRESENT, UNKNOWN
from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.labels import asked_for, states_of
from ecgtwin_app.evaluation.protocols.references import in_turn, one_a_patient
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.training.collections.records import RealRecord, normal


@dataclass(frozen=True, eq=False)
class Made:
    """Synthetic recordings that could be made and measured.

    Attributes
    ----------
    records : tuple of RealRecord
        Whose label sets they carry.
    rows : tuple of dict
        As `Setting.draw` gives them.
    strips : ndarray, shape (n, 8, 1000), int16
        Microvolts at 100 Hz.
    failed : int
        How many could not be.
    """

    records: tuple[RealRecord, ...]
    rows: tuple[dict, ...]
    strips: np.ndarray
    failed: int

    @property
    def states(self) -> np.ndarray:
        """States (n, findings) that were asked for: those of the records."""
        return np.stack([states_in(record) for record in self.records])


def training_records(records: Sequence[RealRecord], count: int, seed: int) -> list[RealRecord]:
    """Labelled records of the training patients, the rare findings first in each turn, then in the order of a hash."""
    found = [r for r in records if not r.held_out and labelled(r)]
    found.sort(key=lambda r: zlib.crc32(f"{seed} {r.key}".encode()))
    if count >= len(found):
        return found
    often = np.sum([states_in(r) == PRESENT for r in found], axis=0)

    def rarest(record: RealRecord) -> int:
        present = np.flatnonzero(states_in(record) == PRESENT)
        return int(present[np.argmin(often[present])])

    # Half by turns, so that a small run has every finding; half as they come, so that they stay as frequent as they are.
    turns = in_turn(found, rarest)[: count // 2]
    left = [r for r in found if r not in turns]
    mixed = [one for pair in zip(turns, left, strict=False) for one in pair]
    return (mixed + left[len(turns) :])[:count]


def healthy_pool(records: Sequence[RealRecord], held_out: bool) -> list[RealRecord]:
    """Normal recordings at 500 Hz, one a patient, of training patients or of those held out: references of twins."""
    return one_a_patient(
        [r for r in records if r.held_out == held_out and normal(r) and r.recording.rate == 500]
    )


def made_all(
    setting: Setting, store: Store, pool: Sequence[RealRecord], wanted: Sequence[tuple[RealRecord, int]]
) -> Made:
    """One synthetic recording for each record and number, drawn unless the store has it; see `made_like`."""
    rows = [made_like(setting, store, pool, record, number) for record, number in wanted]
    made = [(record, row) for (record, _), row in zip(wanted, rows, strict=True) if "failed" not in row]
    place = {row["key"]: k for k, row in enumerate(store.rows)}
    return Made(
        tuple(record for record, _ in made),
        tuple(row for _, row in made),
        store.arrays("strip")[[place[row["key"]] for _, row in made]],
        len(rows) - len(made),
    )


def made_like(
    setting: Setting, store: Store, pool: Sequence[RealRecord], record: RealRecord, number: int
) -> dict:
    """The row of one synthetic recording with a record's findings, for its age and sex.

    A twin is made of another patient's healthy reference out of `pool`; a generator of nobody in particular
    (`Ability.POPULATION`) takes none.
    """
    key = f"{record.key}/{number}"
    rng = np.random.default_rng([setting.seed, zlib.crc32(key.encode())])
    reference = None
    if Ability.TWIN in setting.engine.spec.abilities:
        reference = pool[int(rng.integers(len(pool)))]
        while reference.patient == record.patient:
            reference = pool[int(rng.integers(len(pool)))]
    conditions, left = together(asked_for(record.labels, states_in(record)))
    patient = record.recording.patient
    wanted = TwinRequest(conditions, age=patient.age, sex=patient.sex, seed=int(rng.integers(2**31)))
    about = {
        "reference": None if reference is None else reference.key,
        "record": record.key,
        "asked": list(conditions),
        "left_out": list(left),
    }
    return setting.draw(store, key, None if reference is None else reference.recording, wanted, about)


def together(conditions: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The conditions that go together, in their order, and those that are left out because they do not."""
    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    for name in conditions:
        try:
            check_combination((*kept, name))
            kept = (*kept, name)
        except EcgError:
            left = (*left, name)
    return kept, left


def states_in(record: RealRecord) -> np.ndarray:
    """State (int8) of every finding of `judge.labels`, as far as its database tells."""
    return states_of(record.labels, record.database)


def labelled(record: RealRecord) -> bool:
    """Whether a record says that it shows something, be it that it is normal."""
    states = states_in(record)
    return bool((states == PRESENT).any() and (states != UNKNOWN).any())

"""The real recordings, measured once by the referee's own code and kept in the work folder."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, find_conditions, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.evaluation.runs.measured import measured_arrays, measured_row
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.training.collections.labels import statements_of
from ecgtwin_app.training.collections.records import RealRecord, normal

log = logging.getLogger(__name__)


@dataclass(eq=False)
class RealSet:
    """Real recordings with what was measured on each.

    Attributes
    ----------
    records : list of RealRecord
    rows : list of dict
        As `measured_row`; "failed" where the recording could not be measured.
    strip, beat : ndarray
        See `store.ARRAYS`.
    """

    records: list[RealRecord]
    rows: list[dict]
    strip: np.ndarray
    beat: np.ndarray

    def usable(self) -> np.ndarray:
        """Rows that could be measured and are the first of their patient."""
        seen: set[str] = set()
        chosen = []
        for k, (record, row) in enumerate(zip(self.records, self.rows)):
            if "failed" not in row and record.patient not in seen:
                seen.add(record.patient)
                chosen.append(k)
        return np.array(chosen, int)

    def held_out(self) -> np.ndarray:
        """Whether each recording was kept out of training."""
        return np.array([record.held_out for record in self.records], bool)

    def states(self, statements: tuple[str, ...]) -> np.ndarray:
        """States (recordings, statements) that the labels give."""
        return np.stack([statements_of(r.labels, r.database, statements) for r in self.records])

    def of_label(self, name: str) -> np.ndarray:
        """Rows of usable recordings that their database gives this condition and that meet its criteria.

        Without its criteria a label says little of a recording: of those labelled as left ventricular
        hypertrophy a third has the voltage, of those labelled as incomplete right bundle branch block 7 %.
        """
        return np.array([k for k in self.usable() if name in self.rows[k]["shows"]], int)


def has_label(record: RealRecord, name: str) -> bool:
    """Whether the database says so; sinus rhythm means normal and nothing else."""
    if name == NORMAL:
        return normal(record)
    condition = find_condition(name)
    if condition.told_as:
        return bool({label.lower() for label in record.labels} & set(condition.labels.means))
    # The statement list always holds sinus rhythm, which other rhythms rule out.
    return statements_of(record.labels, record.database, (NORMAL, name))[1] == PRESENT


def target_states(names: tuple[str, ...], statements: tuple[str, ...]) -> np.ndarray:
    """States (statements,) of a recording that was asked for: the asked ones present, the rest absent."""
    states = np.full(len(statements), ABSENT, np.int8)
    for condition in find_conditions(names):
        if condition.statement in statements:
            states[statements.index(condition.statement)] = PRESENT
    if NORMAL in statements and states[statements.index(NORMAL)] == ABSENT:
        states[statements.index(NORMAL)] = UNKNOWN
    return states


def measure_real(records: list[RealRecord], work: Path, deadline: float = float("inf")) -> RealSet | None:
    """Measure what is not measured yet; None when the deadline (monotonic clock) came first."""
    store = Store(work, "real")
    keys = [row["key"] for row in store.rows]
    if keys != [record.key for record in records[: len(keys)]]:
        raise EcgError("The work folder belongs to other data; name another one with --work.")
    for number, record in enumerate(records[len(keys) :], len(keys) + 1):
        if time.monotonic() > deadline:
            log.info("%d of %d real recordings are measured", number - 1, len(records))
            return None
        try:
            measured = measure(record.recording)
        except EcgError as error:
            store.append({"key": record.key, "failed": str(error)})
            continue
        row = {"key": record.key, **measured_row(measured), "shows": _shown(record, measured)}
        store.append(row, measured_arrays(measured))
        if number % 200 == 0:
            log.info("%d of %d real recordings are measured", number, len(records))
    return RealSet(records, store.rows, store.arrays("strip"), store.arrays("beat"))


def _shown(record: RealRecord, measured: Measurements) -> list[str]:
    """The conditions that the database gives a recording and whose criteria it meets; normal ones as labelled."""
    patient = record.recording.patient
    return [
        condition.name
        for condition in load_vocabulary()
        if has_label(record, condition.name)
        and (
            condition.name == NORMAL
            or meets(judge(measured, (condition.name,), age=patient.age, sex=patient.sex))
        )
    ]

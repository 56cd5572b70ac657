"""What every protocol is given: engine, real recordings, judge, work folder, seed, and how many references."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions import referee
from ecgtwin_app.conditions.referee import meets
from ecgtwin_app.conditions.verdict import PLAUSIBILITY
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.evaluation.judge.judge import Judge, trained_judge
from ecgtwin_app.evaluation.judge.strips import EIGHT, real_strips, strip_of
from ecgtwin_app.evaluation.runs.measured import beat_input, measured_row
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
#: What the protocols keep of a recording: the judge's strip in microvolts, the representative beat in millivolts.
KEPT = {"strip": ((8, 1000), np.int16), "beat": ((8, 500), np.float16)}


#: The same with the whole signal in microvolts at 500 Hz.
WHOLE = {**KEPT, "signal": ((8, 5000), np.int16)}


class OutOfTime(Exception):
    """The time that was given is over; the same command goes on."""


@dataclass
class Setting:
    """What a protocol works with.

    Attributes
    ----------
    engine : TwinEngine
    records : list of RealRecord
        Of 500 Hz, then of 100 Hz.
    work : Path
        Of these weights and this seed.
    cache : Path
        Of what does not depend on weights: the judge.
    seed : int
    references : int
        How many of a kind.
    deadline : float
        Of the monotonic clock.
    networks : int or None
        How many an experiment trains on each set; None: as many as the references that are asked for are worth.
    """

    engine: TwinEngine
    records: list[RealRecord]
    work: Path
    cache: Path
    seed: int = 1
    references: int = 40
    deadline: float = math.inf
    networks: int | None = None
    _seen: dict[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def judge(self) -> Judge:
        """Trained where the cache does not hold it."""
        if (self.cache / "judge.safetensors").exists():
            return trained_judge(self.cache, None)
        return trained_judge(self.cache, real_strips(self.records))

    @cached_property
    def by_key(self) -> dict[str, RealRecord]:
        """The real records by key."""
        return {record.key: record for record in self.records}

    def seen(self, record: RealRecord) -> np.ndarray:
        """What the judge says of a real record: probability of each of its findings."""
        if record.key not in self._seen:
            self._seen[record.key] = self.judge.of_recordings([record.recording])[0]
        return self._seen[record.key]

    def store(self, name: str, whole: bool = False) -> Store:
        """Raw rows of a part, as they were left; with the whole signals where they are wanted."""
        return Store(self.work, name, WHOLE if whole else KEPT)

    def check_time(self) -> None:
        """Stop between two twins when the time is over."""
        if time.monotonic() > self.deadline:
            raise OutOfTime

    def draw(
        self, store: Store, key: str, reference: Recording | None, request: TwinRequest, about: dict
    ) -> dict:
        """The row of a twin, or of a new patient where there is no reference, drawn and measured unless the store has it.

        Returns
        -------
        dict
            key and `about`; "failed" with the reason, or what `measured_row` keeps, met, missed, implausible, criteria
            (conditions of the vocabulary that it meets), base and seconds.
        """
        found = next((row for row in store.rows if row["key"] == key), None)
        if found is not None:
            return found
        self.check_time()
        began = time.perf_counter()
        try:
            (twin,) = self._made(reference, request)
            measured = measure(twin.recording)
        except EcgError as error:
            row = {"key": key, **about, "failed": str(error)}
            store.append(row)
            return row
        row = {"key": key, **about, "met": twin.met}
        missed = [one for one in twin.asked_got if one.met is False]
        row["missed"] = [one.name for one in missed if one.kind != PLAUSIBILITY]
        row["implausible"] = [one.name for one in missed if one.kind == PLAUSIBILITY]
        row |= self._of(twin.recording, measured)
        row["seconds"] = round(time.perf_counter() - began, 3)
        store.append(row, _arrays(twin.recording, measured))
        if len(store.rows) % 20 == 0:
            log.info("%d drawn, now %s", len(store.rows), key)
        return row

    def _made(self, reference: Recording | None, request: TwinRequest) -> list[Twin]:
        if reference is not None:
            return self.engine.generate(reference, request)
        made = self.engine.iter_new_patients(request, previews=False)
        return [one for one in made if isinstance(one, Twin)]

    def real_row(self, record: RealRecord) -> dict:
        """The row of a real record, measured unless it is there; "failed" where it cannot be measured."""
        store = self.real
        found = next((row for row in store.rows if row["key"] == record.key), None)
        if found is not None:
            return found
        self.check_time()
        try:
            measured = measure(record.recording)
            row, arrays = {"key": record.key, **self._of(record.recording, measured)}, None
            arrays = _arrays(record.recording, measured)
        except EcgError as error:
            row, arrays = {"key": record.key, "failed": str(error)}, None
        store.append(row, arrays)
        return row

    def judged(self, store: Store, rows: Sequence[dict]) -> list[dict]:
        """Rows that are there, with "judged": the judge's probability by finding. Failed ones stay as they are.

        It is not kept, so that another judge needs no other draws.
        """
        place = {row["key"]: k for k, row in enumerate(store.rows)}
        made = [row for row in rows if "failed" not in row]
        strips = (
            store.arrays("strip")[[place[row["key"]] for row in made]] if made else np.zeros((0, 8, 1000))
        )
        said = self.judge.of_strips(strips) if made else np.zeros((0, len(self.judge.names)))
        by_key = {
            row["key"]: {**row, "judged": dict(zip(self.judge.names, map(float, own), strict=True))}
            for row, own in zip(made, said, strict=True)
        }
        return [by_key.get(row["key"], row) for row in rows]

    def signals(self, store: Store, rows: Sequence[dict]) -> np.ndarray:
        """Signals (n, 8, 5000), mV, of the rows of a whole store that could be measured."""
        wanted = {row["key"] for row in rows if "failed" not in row}
        places = [k for k, row in enumerate(store.rows) if row["key"] in wanted]
        return store.arrays("signal")[places].astype(np.float32) / 1000

    def beat(self, store: Store, key: str) -> np.ndarray:
        """The representative beat (8, 500), mV, of a row that is there."""
        number = next(k for k, row in enumerate(store.rows) if row["key"] == key)
        return np.array(store.arrays("beat")[number], np.float32)

    @cached_property
    def real(self) -> Store:
        """Rows of real records."""
        return self.store("real")

    def _of(self, recording: Recording, measured: Measurements) -> dict:
        patient = recording.patient
        criteria = {}
        for name in (condition.name for condition in load_vocabulary()):
            lines = referee.judge(measured, (name,), age=patient.age, sex=patient.sex)
            criteria[name] = meets(lines) and any(one.met for one in lines)
        try:
            base = {"base": [round(float(x), 4) for x in self.engine.base_vector(recording, measured)]}
        except EcgError:
            # Its beat shows no end of T; such a twin counts in all but identity.
            base = {}
        return {
            **base,
            "criteria": [name for name, there in criteria.items() if there],
            **measured_row(measured),
        }


def _arrays(recording: Recording, measured: Measurements) -> dict[str, np.ndarray]:
    signal = resample(recording, 500.0).signal[EIGHT, :5000]
    return {
        "strip": _microvolts(strip_of(recording)),
        "signal": _microvolts(1000 * np.pad(signal, ((0, 0), (0, 5000 - signal.shape[1])))),
        "beat": beat_input(measured.delineation.representative).astype(np.float16),
    }


def _microvolts(values: np.ndarray) -> np.ndarray:
    return np.clip(np.round(values), -32768, 32767).astype(np.int16)

"""Perform draws and write down what came of each: by the model, by physiology, or by another generator."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.verdict import PLAUSIBILITY
from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.metrics.events import time_events
from ecgtwin_app.evaluation.runs.draws import Draw
from ecgtwin_app.evaluation.runs.measured import measured_arrays, measured_row
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.evaluation.runs.variants import DEEPFAKE, Variant
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
#: A row, and its arrays unless the recording could not be measured.
Performance = tuple[dict, dict | None]


class ModelPerformer:
    """First draws of the model."""

    def __init__(self, engine: TwinEngine, references: list[RealRecord], variant: Variant):
        self._engine, self._references, self._variant = engine, references, variant

    def __call__(self, draw: Draw) -> Performance:
        request = TwinRequest(
            draw.conditions, draw.rate, draw.age, draw.sex, seed=draw.seed, **self._variant.changes
        )
        began = time.perf_counter()
        try:
            (twin,) = self._engine.generate(self._references[draw.reference].recording, request)
        except EcgError as error:
            return {"failed": str(error)}, None
        whole = time.perf_counter() - began
        measured = measure(twin.recording)
        row = _row(measured, twin.asked_got, draw, twin.score, self._engine.base_vector(twin.recording))
        row |= {"met": twin.met, "residual_uv": twin.lead_law_residual_uv}
        row |= {"seconds": round(twin.seconds, 3), "seconds_whole": round(whole, 3)}
        return row, measured_arrays(measured)


class VirtualPerformer:
    """The same draws by virtual patients: the truth, so what referee and extractor say of it is their limit."""

    def __init__(self, engine: TwinEngine, references: list[RealRecord]):
        self._engine, self._references = engine, references
        self._patients: dict[int, VirtualPatient | None] = {}

    def __call__(self, draw: Draw) -> Performance:
        record = self._references[draw.reference].recording
        patient = self._patient(draw.reference)
        if patient is None:
            return {"skipped": "no usable sinus beat in the reference"}, None
        try:
            case = simulate(patient, draw.conditions, draw.rate, np.random.default_rng(draw.seed))
            recording = case.recording(record.patient)
            measured = measure(recording)
        except EcgError as error:
            return {"failed": str(error)}, None
        age, sex = draw.age or record.patient.age, draw.sex or record.patient.sex
        verdicts = judge(measured, draw.conditions, draw.rate, age, sex)
        row = _row(measured, verdicts, draw, case.score, self._engine.base_vector(recording))
        row |= {"met": meets(verdicts), "residual_uv": 1000 * lead_law_residual(recording.signal)}
        return row, measured_arrays(measured)

    def _patient(self, reference: int) -> VirtualPatient | None:
        if reference not in self._patients:
            try:
                patient = VirtualPatient.from_recording(self._references[reference].recording)
            except EcgError:
                patient = None
            self._patients[reference] = patient
        return self._patients[reference]


def perform_all(
    performer: Callable[[Draw], Performance],
    draws: Iterable[Draw],
    references: list[RealRecord],
    variant: Variant,
    store: Store,
    deadline: float = float("inf"),
) -> int:
    """Perform the draws that are not in the store yet, appending each as it comes.

    Returns
    -------
    int
        How many are left when the deadline (monotonic clock) came first.
    """
    done = {(row["variant"], row["key"]) for row in store.rows}
    left = [draw for draw in draws if (variant.name, draw.key) not in done]
    for number, draw in enumerate(left):
        if time.monotonic() > deadline:
            return len(left) - number
        row, arrays = performer(draw)
        about = {"variant": variant.name, "key": draw.key, "kind": draw.kind, "name": draw.name}
        about |= {"reference": references[draw.reference].key, "rate": draw.rate, "seed": draw.seed}
        store.append(about | row, arrays)
        if (number + 1) % 20 == 0:
            log.info("%s: %d of %d drawn, now %s", variant.name, number + 1, len(left), draw.name)
    return 0


def perform_deepfake(count: int, seed: int, store: Store) -> None:
    """Append unconditional normal recordings of the package `deepfake-ecg`, unless they are there."""
    from ecgtwin_app.training.collections.normals import deepfake_normals

    have = sum(row["variant"] == DEEPFAKE for row in store.rows)
    made = deepfake_normals(count, seed) if have < count else []
    for number, recording in enumerate(made[have:], have):
        draw = Draw("realism", NORMAL, 0, 0.0, number)
        about = {"variant": DEEPFAKE, "key": draw.key, "kind": draw.kind, "name": draw.name, "seed": seed}
        try:
            measured = measure(replace(recording, source=DEEPFAKE))
        except EcgError as error:
            store.append({**about, "failed": str(error)})
            continue
        verdicts = judge(measured, draw.conditions)
        row = {**measured_row(measured), **about, "met": meets(verdicts)}
        row["residual_uv"] = 1000 * lead_law_residual(recording.signal)
        store.append(row, measured_arrays(measured))


def _row(measured: Measurements, verdicts, draw: Draw, score: RhythmScore | None, base: np.ndarray) -> dict:
    rate = measured.heart_rate
    missed = [verdict for verdict in verdicts if verdict.met is False]
    return {
        "missed": [verdict.name for verdict in missed if verdict.kind != PLAUSIBILITY],
        "implausible": [verdict.name for verdict in missed if verdict.kind == PLAUSIBILITY],
        "verdicts": [[v.name, v.asked, _plain(v.got), v.met] for v in verdicts],
        "rate_error": None if rate is None else round(rate - draw.rate, 4),
        "timing": None if score is None else time_events(score, measured).to_json(),
        "base": [round(float(x), 4) for x in base],
        **measured_row(measured),
    }


def _plain(value):
    return float(f"{value:.4g}") if isinstance(value, float) else value

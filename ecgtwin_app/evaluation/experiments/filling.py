"""`ecgtwin evaluate filling`: what is hidden of recordings that no training saw, filled in by a generator and by simple ways."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ecgtwin_app.ecg.delineation.beats import detect_qrs
from ecgtwin_app.ecg.imputation.guess import BEST, WAYS, guess
from ecgtwin_app.ecg.imputation.laws import independent_mask
from ecgtwin_app.ecg.imputation.regression import LOWEST
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.engine.repair.proposals import BAND
from ecgtwin_app.engine.tasks import check_abilities
from ecgtwin_app.evaluation.metrics.filled import beats_apart, crps, errors, peaks_apart, within_band
from ecgtwin_app.evaluation.metrics.intervals import bootstrap, figure
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line
from ecgtwin_app.evaluation.protocols.references import findings_of, in_turn, one_a_patient
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.generators.task import Settings, Source, Target, Task
from ecgtwin_app.training.collections.records import RealRecord

log = logging.getLogger(__name__)
PART = "filling"
#: Draws of a generator for one band.
DRAWS = 10
#: What is aimed at: true samples within the band, and seconds of a repair.
IN_BAND, SECONDS = (0.75, 0.85), 2.0
#: Of the held-out patients asked for, this share are sick ones, kinds of sickness in turn.
OF_SICK = 0.5
#: What is measured of a generator: the middle of what it may draw, and one draw.
MIDDLE, ONE = "middle", "one draw"
#: Findings by which records are told apart, and what they are called.
SICK = {
    "atrial fibrillation": "atrial fibrillation",
    "ventricular premature complex": "premature ventricular beats",
    "left bundle branch block": "wide QRS",
    "right bundle branch block": "wide QRS",
    "sinus tachycardia": "fast",
}


def cases() -> dict[str, np.ndarray]:
    """What is hidden (12, 5000), by name."""
    found = {}
    for lead in LEADS[6:]:
        found[f"{lead} from the others"] = _hidden(rows=[LEADS.index(lead)])
    found["V2 to V4 from the others"] = _hidden(rows=[7, 8, 9])
    found["all chest leads from the limb leads"] = _hidden(rows=range(6, 12))
    found["2 s of all leads"] = _hidden(first=2000, after=3000)
    found["the last 2 s"] = _hidden(first=4000)
    return found


def _hidden(rows: Any = None, first: int = 0, after: int = MODEL_SAMPLES) -> np.ndarray:
    mask = np.zeros((len(LEADS), MODEL_SAMPLES), bool)
    mask[slice(None) if rows is None else list(rows), first:after] = True
    return mask


def run(setting: Setting) -> Outcome:
    """Fill in what is missing yet; the outcome of all."""
    check_abilities(
        setting.engine.spec, _task(_signal_of(np.zeros((12, MODEL_SAMPLES))), _hidden([8]), setting)
    )
    simple, own = Store(setting.cache, PART, {}), Store(setting.work, PART, {})
    records = chosen(setting.records, setting.references)
    done = [{row["key"] for row in store.rows} for store in (simple, own)]
    for record in records:
        true = None
        for name, mask in cases().items():
            key = f"{name}/{record.key}"
            if key in done[0] and key in done[1]:
                continue
            setting.check_time()
            true = truth(record) if true is None else true
            if key not in done[0]:
                ways = {way: _measured(true, mask, guess(true, mask, MODEL_RATE, way)) for way in WAYS}
                simple.append({"key": key, "case": name, "record": record.key, "ways": ways})
            if key not in done[1]:
                own.append({"key": key, "case": name, "record": record.key, **_drawn(setting, true, mask)})
        if true is not None:
            log.info("filled in %s", record.key)
    by_key = {row["key"]: row["ways"] for row in simple.rows}
    wanted = {record.key for record in records}
    rows = [{**row, "ways": by_key[row["key"]]} for row in own.rows if row["record"] in wanted]
    return outcome(rows, {record.key: record for record in records}, setting)


def chosen(records: Sequence[RealRecord], count: int) -> list[RealRecord]:
    """Held-out patients, a record of 500 Hz each: of every database in turn, and sick ones of every kind in turn."""
    pool = one_a_patient([r for r in records if r.held_out and r.recording.rate == MODEL_RATE])
    ill = in_turn([record for record in pool if kinds_of(record)], lambda record: kinds_of(record)[0])
    ill = ill[: round(OF_SICK * count)]
    taken = {record.key for record in ill}
    others = in_turn([r for r in pool if r.key not in taken], lambda record: record.database)
    return [*ill, *others[: count - len(ill)]]


def kinds_of(record: RealRecord) -> tuple[str, ...]:
    """What it shows that makes filling in hard."""
    found = [SICK[finding.name] for finding in findings_of(record) if finding.name in SICK]
    words = [label.lower() for label in record.labels]
    found += (
        ["paced"] if any(word == "pace" or "pacing" in word or "pacemaker" in word for word in words) else []
    )
    return tuple(dict.fromkeys(found))


def truth(record: RealRecord) -> np.ndarray:
    """Twelve leads (12, 5000), float32, without the baseline's wander, which nothing tells."""
    signal = independent_leads(ten_seconds(record.recording).signal)
    flat = both_ways(signal, MODEL_RATE, low=LOWEST, padding=int(2 * MODEL_RATE))
    return twelve_leads(flat).astype(np.float32)


def _drawn(setting: Setting, true: np.ndarray, mask: np.ndarray) -> dict:
    """What a generator makes of it: errors of its middle and of one draw, score, share within the band, seconds."""
    generator: Any = setting.engine.generator
    began = time.perf_counter()
    task = _task(_signal_of(np.where(mask, 0, true)), mask, setting)
    patient = generator.prepare(task.source.recordings)
    plans = [generator.plan(patient, task, setting.seed + k) for k in range(DRAWS)]
    *_, last = generator.sample(plans)
    seconds, draws = time.perf_counter() - began, np.asarray(last.preview)
    middles = getattr(generator, "middles", None)
    middle = np.median(draws, axis=0) if middles is None else middles(plans[:1])[0]
    hidden = independent_mask(mask)
    values = np.stack([independent_leads(one)[hidden] for one in draws])
    of_true = independent_leads(true)[hidden]
    return {
        MIDDLE: _measured(true, mask, middle),
        ONE: _measured(true, mask, draws[0]),
        "crps": crps(of_true, values),
        "within": within_band(of_true, values, BAND),
        "visible": bool((draws[:, ~mask] == true[~mask]).all()),
        "seconds": round(seconds, 3),
    }


def _signal_of(signal: np.ndarray) -> Recording:
    return Recording(signal.astype(np.float32), MODEL_RATE)


def _task(recording: Recording, mask: np.ndarray, setting: Setting) -> Task:
    sampler, steps = next(iter(setting.engine.spec.samplers.items()), ("", 1))
    return Task(Target(), Source((recording,), mask=mask), Settings(sampler, steps, seed=setting.seed))


def _measured(true: np.ndarray, mask: np.ndarray, filled: np.ndarray) -> dict:
    """Errors, and timing: of beats where all leads are hidden, else of the hidden leads' largest deflections."""
    hidden = independent_mask(mask)
    one, other = independent_leads(true), independent_leads(filled)
    found: dict[str, Any] = errors(one, other, hidden)
    beats = detect_qrs(one, MODEL_RATE)
    if hidden.all(axis=0).any():
        span = np.flatnonzero(hidden.all(axis=0))
        inside = [
            at[(at >= span[0]) & (at <= span[-1])] / MODEL_RATE
            for at in (beats, detect_qrs(other, MODEL_RATE))
        ]
        found["timing"], found["wrong beats"] = beats_apart(*inside)
        found["beats"] = len(inside[0])
    else:
        found["timing"] = peaks_apart(one, other, hidden, beats, MODEL_RATE)
    return found


def outcome(rows: Sequence[dict], records: dict[str, RealRecord], setting: Setting) -> Outcome:
    """Lines and tables.

    Parameters
    ----------
    rows : sequence of dict
        Of each case and record: `MIDDLE`, `ONE`, "ways" and the rest that `_drawn` gives.
    records : dict
        By key.
    """
    names = list(dict.fromkeys(row["case"] for row in rows))
    lines: list[Line] = []
    for name in names:
        own = [row for row in rows if row["case"] == name]
        best = min(_mean(own, way, "mae") for way in WAYS if way != BEST)
        note = "aim: the best simple way"
        lines.append(
            line(
                f"{name}: error",
                _figure(own, MIDDLE, "mae", setting),
                unit="µV",
                aim=best,
                less=True,
                note=note,
            )
        )
        lines.append(line(f"{name}: score of {DRAWS} draws", _of(own, "crps", setting), unit="µV", aim=best, less=True,
                          note="CRPS; aim: the error of the best simple way"))  # fmt: skip
        within = _of(own, "within", setting)
        lines.append(line(f"{name}: true samples within the band of 80 %", within, note="aim: 75 to 85 %"))
    seconds = [row["seconds"] for row in rows]
    lines.append(
        line("true samples within the band of 80 %", _of(rows, "within", setting), note="aim: 75 to 85 %")
    )
    lines.append(
        line(
            f"seconds of {DRAWS} draws",
            bootstrap(np.median, seconds, seed=setting.seed),
            unit="s",
            aim=SECONDS,
            less=True,
        )
    )
    same = [row["visible"] for row in rows]
    lines.append(
        Line("visible samples unchanged to the bit", float(np.mean(same)), None, None, len(same), aim=1.0)
    )
    return Outcome(
        PART,
        "Is what is filled in nearer to the truth than what simple ways fill in?",
        "Held-out patients, one record of 500 Hz each, half of them sick; the truth is without the baseline's wander (below "
        f"{LOWEST:g} Hz). Error: mean size over the hidden samples of I, II and V1 to V6, of the middle of all draws; "
        "intervals by a bootstrap over patients. Simple ways: straight lines, a sum of the visible leads (weights of the "
        "recording, begun from the population's), the usual beat at its own or its predicted times; best: the two together.",
        tuple(lines),
        (_by_case(rows, names), _of_time(rows, names), _by_record(rows, names), *_by_kind(rows, names, records)),
    )  # fmt: skip


def _values(rows: Sequence[dict], how: str, what: str) -> list[float]:
    found = [(row[how] if how in row else row["ways"][how]).get(what) for row in rows]
    return [value for value in found if value is not None and np.isfinite(value)]


def _mean(rows: Sequence[dict], how: str, what: str) -> float:
    values = _values(rows, how, what)
    return float(np.mean(values)) if values else float("nan")


def _figure(rows: Sequence[dict], how: str, what: str, setting: Setting) -> dict:
    values = _values(rows, how, what)
    return bootstrap(np.mean, values, seed=setting.seed) if values else figure(None, None, None, 0)


def _of(rows: Sequence[dict], what: str, setting: Setting) -> dict:
    """Of the mean of each patient."""
    each: dict[str, list[float]] = {}
    for row in rows:
        each.setdefault(row["record"], []).append(row[what])
    return bootstrap(np.mean, [np.mean(values) for values in each.values()], seed=setting.seed)


_HOW = (MIDDLE, ONE, *WAYS)


def _by_case(rows: Sequence[dict], names: Sequence[str]) -> Table:
    body = []
    for name in names:
        own = [row for row in rows if row["case"] == name]
        body.append((name, "error, µV", len(own), *(_mean(own, how, "mae") for how in _HOW)))
        body.append((name, "correlation", len(own), *(_mean(own, how, "correlation") for how in _HOW)))
    return Table("Errors and correlation, means", ("hidden", "what", "n", *_HOW), tuple(body))


def _of_time(rows: Sequence[dict], names: Sequence[str]) -> Table:
    body = []
    for name in names:
        own = [row for row in rows if row["case"] == name]
        body.append((name, "off, ms", len(own), *(_mean(own, how, "timing") for how in _HOW)))
        if any("beats" in row[MIDDLE] for row in own):
            beats = sum(row[MIDDLE]["beats"] for row in own)
            wrong = [sum(_values(own, how, "wrong beats")) for how in _HOW]
            body.append((name, f"beats missed or added, of {beats}", len(own), *wrong))
    return Table(
        "Times: of beats where no lead is in sight, else of the largest deflection of a hidden lead",
        ("hidden", "what", "n", *_HOW),
        tuple(body),
    )


def _by_record(rows: Sequence[dict], names: Sequence[str]) -> Table:
    """The three patients of each case on whom the generator is worst."""
    body = []
    for name in names:
        own = sorted((row for row in rows if row["case"] == name), key=lambda row: -row[MIDDLE]["mae"])
        body += [(name, row["record"], row[MIDDLE]["mae"], row["ways"][BEST]["mae"]) for row in own[:3]]
    return Table("The worst", ("hidden", "record", "error, µV", BEST), tuple(body))


def _by_kind(
    rows: Sequence[dict], names: Sequence[str], records: dict[str, RealRecord]
) -> tuple[Table, Table]:
    """By what a record shows and by database (the devices): the generator and the best simple way, errors in µV."""
    tables = []
    for title, kinds in (
        ("By what the record shows, error (µV) and that of the best simple way", lambda record: kinds_of(record) or ("none of these",)),
        ("By database, error (µV) and that of the best simple way", lambda record: (record.database,)),
    ):  # fmt: skip
        groups: dict[str, list[dict]] = {}
        for row in rows:
            for kind in kinds(records[row["record"]]):
                groups.setdefault(kind, []).append(row)
        body = []
        for kind, own in sorted(groups.items()):
            cells = []
            for name in names:
                some = [row for row in own if row["case"] == name]
                cells.append(f"{_mean(some, MIDDLE, 'mae'):.0f} ({_mean(some, BEST, 'mae'):.0f})")
            body.append((kind, len({row["record"] for row in own}), *cells))
        tables.append(Table(title, ("kind", "patients", *names), tuple(body)))
    return tables[0], tables[1]

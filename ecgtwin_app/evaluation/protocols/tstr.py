"""TSTR by the published protocol (SSSD-ECG): trained on twins that carry the label sets of the real training records.

For each real training record one twin with its full set of findings, from another patient's healthy reference, so that
both sets are as many and have the same labels; tested on real held-out records. Beside it: real alone, real and twins
together, both with few real records, a network whose layers were never taught, and the majority.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.labels import NAMES, asked_for, states_of
from ecgtwin_app.evaluation.judge.strips import real_strips
from ecgtwin_app.evaluation.metrics.auroc import auroc
from ecgtwin_app.evaluation.metrics.encoder import STEPS, fit, fit_heads, scores_of
from ecgtwin_app.evaluation.metrics.intervals import bootstrap, figure
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, worst
from ecgtwin_app.evaluation.protocols.references import in_turn, one_a_patient
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.training.collections.records import RealRecord, normal

log = logging.getLogger(__name__)
PART = "tstr"
#: Real records with as many references as the bar names, how many are few, and the twins of each of the few.
FULL, REFERENCES, FEW, TWINS_OF_FEW = 1400, 40, 240, 3
SEEDS = 5
#: A finding is tested where so many held-out records have it, and so many that do not.
FEWEST = 8
#: What is trained, and on what.
REAL, TWINS, BOTH, RANDOM = "real", "twins", "real and twins", "layers never taught"
FEW_REAL, FEW_BOTH = "few real", "few real and twins"


def run(setting: Setting) -> Outcome:
    """Draw what is missing, train what is missing, the outcome of all seeds."""
    share = min(1.0, setting.references / REFERENCES)
    chosen = training_records(setting.records, max(20, round(FULL * share)), setting.seed)
    few = chosen[: max(10, round(FEW * share))]
    store = setting.store(PART)
    pool = one_a_patient(
        [r for r in setting.records if not r.held_out and normal(r) and r.recording.rate == 500]
    )
    rows: list[tuple[RealRecord, int, dict]] = []
    for number in range(TWINS_OF_FEW):
        for record in chosen if number == 0 else few:
            rows.append((record, number, twin_of(setting, store, pool, record, number)))
    made = [(record, number, row) for record, number, row in rows if "failed" not in row]
    place = {row["key"]: k for k, row in enumerate(store.rows)}
    blocks = store.arrays("strip")
    twins = np.array([blocks[place[row["key"]]] for *_, row in made])
    of_twins = np.stack([_states(record) for record, *_ in made])
    first = np.array([number == 0 for _, number, _ in made])
    keys = {record.key for record in few}
    of_few = np.array([record.key in keys for record, *_ in made])
    real, test = real_strips(chosen), real_strips([r for r in setting.records if r.held_out and _labelled(r)])
    strips = np.round(real.strips).astype(np.int16)
    sets = {
        REAL: (strips, real.states),
        TWINS: (twins[first], of_twins[first]),
        BOTH: (np.concatenate([strips, twins[first]]), np.concatenate([real.states, of_twins[first]])),
        FEW_REAL: (strips[: len(few)], real.states[: len(few)]),
        FEW_BOTH: (
            np.concatenate([strips[: len(few)], twins[of_few]]),
            np.concatenate([real.states[: len(few)], of_twins[of_few]]),
        ),
    }
    seeds = range(1, max(2, round(SEEDS * share)) + 1)
    areas = _trained(setting, sets, test, [100 * setting.seed + seed for seed in seeds])
    about = {"real": len(chosen), "twins": int(first.sum()), "few": len(few), "few twins": int(of_few.sum())}
    return outcome(areas, test.states, about, len(rows) - len(made))


def training_records(records: Sequence[RealRecord], count: int, seed: int) -> list[RealRecord]:
    """Labelled records of the training patients, the rare findings first in each turn, then in the order of a hash."""
    found = [r for r in records if not r.held_out and _labelled(r)]
    found.sort(key=lambda r: zlib.crc32(f"{seed} {r.key}".encode()))
    if count >= len(found):
        return found
    often = np.sum([_states(r) == PRESENT for r in found], axis=0)

    def rarest(record: RealRecord) -> int:
        present = np.flatnonzero(_states(record) == PRESENT)
        return int(present[np.argmin(often[present])])

    # Half by turns, so that a small run has every finding; half as they come, so that they stay as frequent as they are.
    turns = in_turn(found, rarest)[: count // 2]
    left = [r for r in found if r not in turns]
    mixed = [one for pair in zip(turns, left, strict=False) for one in pair]
    return (mixed + left[len(turns) :])[:count]


def twin_of(setting: Setting, store, pool: Sequence[RealRecord], record: RealRecord, number: int) -> dict:
    """The row of one twin with a record's findings, for its age and sex, from another patient's healthy reference."""
    key = f"{record.key}/{number}"
    rng = np.random.default_rng([setting.seed, zlib.crc32(key.encode())])
    reference = pool[int(rng.integers(len(pool)))]
    while reference.patient == record.patient:
        reference = pool[int(rng.integers(len(pool)))]
    conditions, left = together(asked_for(record.labels, _states(record)))
    patient = record.recording.patient
    wanted = TwinRequest(conditions, age=patient.age, sex=patient.sex, seed=int(rng.integers(2**31)))
    about = {
        "reference": reference.key,
        "record": record.key,
        "asked": list(conditions),
        "left_out": list(left),
    }
    return setting.draw(store, key, reference.recording, wanted, about)


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


def _trained(setting: Setting, sets: dict, test, seeds: Sequence[int]) -> dict[str, list[dict[str, float]]]:
    """Areas by finding of each set's network, by seed; kept in the work folder as they come."""
    path = setting.work / f"{PART}.areas.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    areas: dict[str, list[dict[str, float]]] = {}
    strips = np.round(test.strips).astype(np.int16)
    for seed in seeds:
        for name in (*sets, RANDOM):
            x, states = sets[REAL if name == RANDOM else name]
            key = f"{name}/{seed}/{len(x)}/{zlib.crc32(np.ascontiguousarray(x).tobytes()):08x}"
            if key not in kept:
                setting.check_time()
                log.info("training on %s, %d recordings, seed %d", name, len(x), seed)
                network = (fit_heads if name == RANDOM else fit)(x, states, seed, STEPS)
                kept[key] = areas_of(scores_of(network, strips), test.states)
                path.write_text(json.dumps(kept), encoding="utf-8")
            areas.setdefault(name, []).append(kept[key])
    return areas


def areas_of(scores: np.ndarray, states: np.ndarray) -> dict[str, float]:
    """Area under the curve by finding, where `FEWEST` records have it and as many do not."""
    found = {}
    for k, name in enumerate(NAMES):
        present, absent = states[:, k] == PRESENT, states[:, k] == ABSENT
        if min(present.sum(), absent.sum()) >= FEWEST:
            known = present | absent
            area = auroc(scores[known, k], present[known])
            if area is not None:
                found[name] = area
    return found


def outcome(
    areas: dict[str, list[dict[str, float]]], states: np.ndarray, about: dict, failed: int
) -> Outcome:
    """Lines and tables of TSTR.

    Parameters
    ----------
    areas : dict
        Of each training set by seed: area by finding.
    states : ndarray
        Of the test records.
    about : dict
        How many there were of each.
    """
    findings = list(next(iter(areas.values()))[0])
    macro = {
        name: np.array([np.mean([one[f] for f in findings]) for one in own]) for name, own in areas.items()
    }
    mean = {
        name: {f: float(np.mean([one[f] for one in own])) for f in findings} for name, own in areas.items()
    }
    rows = [
        (f, int((states[:, NAMES.index(f)] == PRESENT).sum()), *(mean[name][f] for name in areas),
         mean[TWINS][f] / mean[REAL][f])
        for f in findings
    ]  # fmt: skip
    last = len(rows[0]) - 1
    bad = worst(rows, last, less=False)
    seeds = len(macro[REAL])
    ratio, by = macro[TWINS] / macro[REAL], f"{about['twins']} twins, {about['real']} real, {seeds} seeds"
    lines = (
        _of("TSTR over TRTR", ratio, aim=0.98, floor=1.0, note=by),
        Line("TSTR over TRTR, the worst finding", bad[last] if bad else None, None, None, seeds, "", 0.93, 1.0,
             note=bad[0] if bad else ""),
        _of(f"real and twins less real alone, {about['real']} real records", macro[BOTH] - macro[REAL], aim=0.01, floor=0.0),
        _of(f"real and twins less real alone, {about['few']} real records", macro[FEW_BOTH] - macro[FEW_REAL], aim=0.06,
            floor=0.0),
        _of("mean area under the curve, trained on real (TRTR)", macro[REAL]),
        _of("the same, trained on twins (TSTR)", macro[TWINS], floor=float(macro[REAL].mean())),
        _of("the same, layers never taught, heads taught on real", macro[RANDOM]),
        Line("the same, the majority", 0.5, None, None, seeds, ""),
        Line("twins that could not be made or measured", float(failed), None, None, about["twins"] + failed, "", less=True),
    )  # fmt: skip
    head = ("finding", "n", *areas, "twins over real")
    everything = ("mean", len(states), *(float(macro[name].mean()) for name in areas), float(ratio.mean()))
    return Outcome(
        PART,
        "Does a network that learns from twins read real recordings?",
        "For each real training record one twin with its full set of findings, from another patient's healthy "
        "reference, for its age and sex; tested on held-out patients. This takes the place of the TSTR of earlier "
        "versions of this evaluation (0.66 against 0.89), which drew single labels from forty healthy patients and so "
        "measured its own protocol.",
        lines,
        (Table("Area under the curve by finding", head, (*rows, everything)),),
    )


def _of(name: str, values: np.ndarray, **more) -> Line:
    if len(values) < 2:
        found = figure(float(values.mean()), None, None, len(values))
    else:
        found = bootstrap(np.mean, values)
    return Line(name, found["value"], found["low"], found["high"], found["n"], "", **more)


def _states(record: RealRecord) -> np.ndarray:
    return states_of(record.labels, record.database)


def _labelled(record: RealRecord) -> bool:
    states = _states(record)
    return bool((states == PRESENT).any() and (states != UNKNOWN).any())

"""TSTR by the published protocol (SSSD-ECG): trained on twins that carry the label sets of the real training records.

For each real training record one twin with its full set of findings, from another patient's healthy reference, so that
both sets are as many and have the same labels; tested on real held-out records. Beside it: real alone, real and twins
together, both with few real records, a network whose layers were never taught, and the majority.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.states import ABSENT, PRESENT
from ecgtwin_app.evaluation.judge.labels import NAMES
from ecgtwin_app.evaluation.judge.strips import real_strips
from ecgtwin_app.evaluation.metrics.auroc import auroc
from ecgtwin_app.evaluation.metrics.encoder import scores_of
from ecgtwin_app.evaluation.metrics.intervals import bootstrap, figure
from ecgtwin_app.evaluation.metrics.reading import FEWEST
from ecgtwin_app.evaluation.protocols.label_sets import healthy_pool, labelled, made_all, training_records
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, worst
from ecgtwin_app.evaluation.protocols.readers import readers
from ecgtwin_app.evaluation.protocols.setting import Setting

PART = "tstr"
#: Real records with as many references as the bar names, how many are few, and the twins of each of the few.
FULL, REFERENCES, FEW, TWINS_OF_FEW = 1400, 40, 240, 3
SEEDS = 5
#: What is trained, and on what.
REAL, TWINS, BOTH, RANDOM = "real", "twins", "real and twins", "layers never taught"
FEW_REAL, FEW_BOTH = "few real", "few real and twins"


def run(setting: Setting) -> Outcome:
    """Draw what is missing, train what is missing, the outcome of all seeds."""
    share = min(1.0, setting.references / REFERENCES)
    chosen = training_records(setting.records, max(20, round(FULL * share)), setting.seed)
    few = chosen[: max(10, round(FEW * share))]
    store, pool = setting.store(PART), healthy_pool(setting.records, held_out=False)
    one = made_all(setting, store, pool, [(record, 0) for record in chosen])
    more = made_all(setting, store, pool, [(r, number) for number in range(1, TWINS_OF_FEW) for r in few])
    real, test = real_strips(chosen), real_strips([r for r in setting.records if r.held_out and labelled(r)])
    strips = np.round(real.strips).astype(np.int16)
    keys = {record.key for record in few}
    of_few = np.array([record.key in keys for record in one.records])
    twins_of_few = np.concatenate([one.strips[of_few], more.strips])
    states_of_few = np.concatenate([one.states[of_few], *([more.states] if more.records else [])])
    sets = {
        REAL: (strips, real.states),
        TWINS: (one.strips, one.states),
        BOTH: (np.concatenate([strips, one.strips]), np.concatenate([real.states, one.states])),
        FEW_REAL: (strips[: len(few)], real.states[: len(few)]),
        FEW_BOTH: (
            np.concatenate([strips[: len(few)], twins_of_few]),
            np.concatenate([real.states[: len(few)], states_of_few]),
        ),
    }
    seeds = range(1, max(2, round(SEEDS * share)) + 1)
    areas = _areas(setting, sets, test, [100 * setting.seed + seed for seed in seeds])
    about = {"real": len(chosen), "twins": len(one.rows), "few": len(few), "few twins": len(twins_of_few)}
    return outcome(areas, test.states, about, one.failed + more.failed)


def _areas(setting: Setting, sets: dict, test, seeds: Sequence[int]) -> dict[str, list[dict[str, float]]]:
    """Areas by finding of each set's networks, by seed."""
    strips = np.round(test.strips).astype(np.int16)
    areas = {}
    for name in (*sets, RANDOM):
        x, known = sets[REAL if name == RANDOM else name]
        networks = readers(setting, name, x, known, seeds, heads_only=name == RANDOM)
        areas[name] = [areas_of(scores_of(network, strips), test.states) for network in networks]
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

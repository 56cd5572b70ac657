"""From raw rows to one document: every figure of every variant."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.record import GROUPS
from ecgtwin_app.conditions.vocabulary import NORMAL, load_vocabulary
from ecgtwin_app.evaluation.figures.by_condition import (
    condition_figures,
    identity,
    pass_rate,
    rate_error,
    timing,
)
from ecgtwin_app.evaluation.figures.realism import RealSide, distributions, memorised, set_distances
from ecgtwin_app.evaluation.metrics.distances import FEWEST
from ecgtwin_app.evaluation.metrics.encoder import features_of, fit_once
from ecgtwin_app.evaluation.runs.draws import known_conditions
from ecgtwin_app.evaluation.runs.patients import REFERENCE, REPEAT, day_to_day, patients_of
from ecgtwin_app.evaluation.runs.real_set import RealSet
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.evaluation.runs.variants import DEEPFAKE, DEFAULT, VIRTUAL
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN

log = logging.getLogger(__name__)
#: A label with fewer records in the training split is not taught to the encoder.
_FEWEST_TAUGHT = 8


def assemble(store: Store, real: RealSet | None, statements: tuple[str, ...], work: Path, seed: int) -> dict:
    """All figures that the rows allow.

    Parameters
    ----------
    store : Store
    real : RealSet or None
        None leaves out what compares with real records.
    work : Path
        Where the encoder is kept.

    Returns
    -------
    dict
        day_to_day, variants by name, and memorisation.
    """
    references = patients_of(store.rows)
    names = [row["variant"] for row in store.rows]
    variants = [n for n in dict.fromkeys(names) if n not in (REFERENCE, REPEAT, DEEPFAKE)]
    virtual = _by_name([row for row in store.rows if row["variant"] == VIRTUAL])
    report = {
        "referees": sorted({row["referee"] for row in store.rows if "referee" in row}),
        "day_to_day": day_to_day(store.rows, references, seed),
        "variants": {
            name: _draws([row for row in store.rows if row["variant"] == name], virtual, references, seed)
            for name in variants
        },
    }
    if real is None:
        return report
    known = known_conditions(statements)
    side, network = RealSide(real, known), _encoder(real, statements, work, seed)
    real_encoded = features_of(network, real.strip)
    for name in dict.fromkeys([*variants, *(n for n in names if n == DEEPFAKE)]):
        keep = _rows(store, variant=name, kind="realism")
        if len(keep) >= FEWEST:
            log.info("comparing with real records: %s, %d recordings", name, len(keep))
            entry = report["variants"].setdefault(name, {})
            entry["realism"] = _realism(store, keep, network, side, real_encoded, seed)
    report["normal_alone"] = _normal_alone(store, network, side, real_encoded, seed)
    keep = _rows(store, variant=DEFAULT)
    if len(keep) >= FEWEST:
        rows = [store.rows[k] for k in keep]
        report["memorisation"] = memorised(rows, np.asarray(store.arrays("beat"))[keep], real, seed)
    return report


def _draws(rows, virtual, references, seed):
    """Figures by condition and by combination, and of each group of conditions together."""
    by_name, result = _by_name(rows), {}
    kinds = {row["name"]: row["kind"] for row in rows if row["kind"] != "realism"}
    for kind in ("conditions", "combinations"):
        result[kind] = {
            name: condition_figures(name, own, virtual.get(name, []), references, seed)
            for name, own in by_name.items()
            if kinds[name] == kind
        }
    group_of = {condition.name: condition.group for condition in load_vocabulary()}
    result["groups"] = {}
    for group in (*GROUPS, "all"):
        own = [r for r in rows if r["kind"] == "conditions" and group in (group_of[r["name"]], "all")]
        if own:
            result["groups"][group] = {
                "pass_rate": pass_rate(own),
                "rate_error": rate_error(own, seed),
                "timing": timing(own, seed),
                "identity": identity(own, references, seed),
            }
    return result


def _by_name(rows: list[dict]) -> dict[str, list[dict]]:
    """Rows of conditions and combinations, those for comparison with real records left out."""
    found: dict[str, list[dict]] = {}
    for row in rows:
        if row["kind"] != "realism":
            found.setdefault(row["name"], []).append(row)
    return found


def _rows(store: Store, **wanted: str) -> np.ndarray:
    """Indices of the rows that hold these values and could be measured."""
    usable = ("measurements" in row and all(row.get(k) == v for k, v in wanted.items()) for row in store.rows)
    return np.flatnonzero(np.fromiter(usable, bool, len(store.rows)))


def _encoder(real: RealSet, statements, work: Path, seed: int):
    """The encoder, taught the labels of the recordings in the training split."""
    rows = real.usable()
    rows = rows[~real.held_out()[rows]]
    states = real.states(statements)[rows]
    labelled = (states != UNKNOWN).any(axis=1)
    rows, states = rows[labelled], states[labelled]
    taught = (states == PRESENT).sum(axis=0) >= _FEWEST_TAUGHT
    log.info("training the encoder on %d real records and %d labels", len(rows), taught.sum())
    return fit_once(work / f"encoder_{seed}.safetensors", real.strip[rows], states[:, taught], seed)


def _realism(store, keep, network, side, real_encoded, seed):
    rows = [store.rows[k] for k in keep]
    encoded = features_of(network, store.arrays("strip")[keep])
    return {
        "n": len(rows),
        "labels": dict(zip(*np.unique([row["name"] for row in rows], return_counts=True))),
        "distributions": distributions(rows, side, seed),
        **set_distances(rows, encoded, side, real_encoded, seed),
    }


def _normal_alone(store, network, side, real_encoded, seed):
    """Normal recordings alone, so that a generator of nothing else can stand beside the model."""
    result = {}
    for name in (DEFAULT, VIRTUAL, DEEPFAKE):
        keep = _rows(store, variant=name, kind="realism", name=NORMAL)
        if len(keep) >= FEWEST:
            rows = [store.rows[k] for k in keep]
            encoded = features_of(network, store.arrays("strip")[keep])
            result[name] = {"n": len(rows), **set_distances(rows, encoded, side, real_encoded, seed)}
    return result

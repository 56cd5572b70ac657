"""Sinus twins among real normal recordings: told at a glance by a fresh network, and by a public suite of metrics.

Beside both stand other real normals, the floor, and in the suite `deepfake-ecg`, a generator of normal recordings.
"""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.strips import EIGHT
from ecgtwin_app.evaluation.metrics.intervals import bootstrap
from ecgtwin_app.evaluation.metrics.public_suite import METRICS, suite_over_floor
from ecgtwin_app.evaluation.metrics.told_from_real import BANDS, real_floor, told_from_real
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line
from ecgtwin_app.evaluation.protocols.references import healthy, in_turn, one_a_patient
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.runs.references import also_normal
from ecgtwin_app.evaluation.runs.variants import DEEPFAKE
from ecgtwin_app.training.collections.normals import deepfake_normals
from ecgtwin_app.training.collections.records import normal

PART, SUITE = "told", "suite"
#: A set of each kind has so many for each reference that is asked for, as far as there are patients.
SETS = 2.5
#: Sets of this many are split anew as often as the bar asks; smaller ones less often.
_ENOUGH, _SPLITS, _SUITE_SPLITS = 40, 3, 20
TITLES = {
    "frechet": "Fréchet distance",
    "sliced_wasserstein": "sliced Wasserstein distance",
    "precision_recall": "precision and recall",
    "mmd": "maximum mean discrepancy",
}


def run(setting: Setting) -> Outcome:
    """How well a fresh network tells twins from other real normals, whole and by bands."""
    twins, real = _twins(setting), _real(setting, 2)
    size = min(len(twins), len(real) // 2)
    splits = _SPLITS if size >= _ENOUGH else 1
    floor = real_floor(real, size, setting.seed, splits)
    rng = np.random.default_rng(setting.seed)
    told: dict[str, list[float]] = {band: [] for band in BANDS}
    for k in range(splits):
        against = real[rng.permutation(len(real))[:size]]
        for band, area in told_from_real(
            twins[rng.permutation(len(twins))[:size]], against, setting.seed + k
        ).items():
            told[band].append(area)
    return told_outcome(told, floor, size, setting.seed)


def told_outcome(
    told: dict[str, list[float]], floor: dict[str, list[float]], size: int, seed: int
) -> Outcome:
    """Lines of the areas by band, one value a split."""
    lines = []
    for band, (low, high) in BANDS.items():
        found = bootstrap(np.mean, told[band], seed=seed)
        lines.append(
            line(f"told from real, {low:g} to {high:g} Hz, area under the curve", {**found, "n": 2 * size}, unit="",
                 aim=0.75 if band == "whole" else 0.65, floor=float(np.mean(floor[band])), less=True,
                 note=f"{len(told[band])} splits")
        )  # fmt: skip
    return Outcome(
        PART,
        "Is a twin known at a glance?",
        "Sinus twins of held-out healthy references against as many real normal recordings of other patients; a small "
        "network that is trained for it, by cross-validation, every lead at unit spread. Floor: the same of real "
        "normals against other real normals.",
        tuple(lines),
    )


def run_suite(setting: Setting) -> Outcome:
    """The public suite on twins and on `deepfake-ecg`, over real recordings against real ones."""
    return suite_outcome(suite_of(setting, {"twins": _twins(setting)}))


def suite_of(setting: Setting, sets: dict[str, np.ndarray]) -> dict[str, dict]:
    """The suite on a set of normal recordings and on as many of `deepfake-ecg`; see `suite_over_floor`."""
    real, (twins,) = _real(setting, 2), sets.values()
    try:
        made = deepfake_normals(len(twins), setting.seed)
        sets[DEEPFAKE] = np.stack([one.signal[EIGHT, :5000] for one in made]).astype(np.float32)
    except EcgError:
        pass  # an extra that is not installed: its column is missing, and the page shows that
    splits = _SUITE_SPLITS if len(twins) >= _ENOUGH else 4
    sets = {name: _without_offset(signals) for name, signals in sets.items()}
    return suite_over_floor(sets, _without_offset(real), setting.seed, splits)


def _without_offset(signals: np.ndarray) -> np.ndarray:
    """Each lead about its mean: one amplifier's offset of millivolts would be all that a distance of moments sees."""
    return signals - signals.mean(axis=-1, keepdims=True)


def suite_lines(found: dict[str, dict], name: str, aims: tuple[float, float]) -> tuple[Line, ...]:
    """Each metric of a set over its floor.

    Parameters
    ----------
    aims : tuple of float
        At most, where less is better, and at least, where more is.
    """
    return tuple(
        Line(f"{TITLES[metric]} over that of real recordings", found[metric][f"{name}/floor"], None, None, found[metric]["n"], "",
             aims[more], 1.0, less=not more)
        for metric, (*_, more) in METRICS.items()
    )  # fmt: skip


def suite_table(found: dict[str, dict], name: str) -> Table:
    """Every metric of a set, of real recordings and of `deepfake-ecg`."""
    rows = tuple(
        (TITLES[metric], own["n"], own["floor"], own[name], own.get(DEEPFAKE), own[f"{name}/floor"],
         own.get(f"{DEEPFAKE}/floor"))
        for metric, own in found.items()
    )  # fmt: skip
    head = ("metric", "n", "real", name, DEEPFAKE, f"{name} over real", f"{DEEPFAKE} over real")
    return Table("Every metric", head, rows)


def suite_outcome(found: dict[str, dict]) -> Outcome:
    """Lines of each metric over its floor."""
    return Outcome(
        SUITE,
        "What does a public suite say?",
        "`ecgen-eval`, hand-made features by lead, sinus twins of held-out healthy references against real normals of "
        "other patients, each lead about its mean; random halves of the real ones are what is compared with and the floor.",
        suite_lines(found, "twins", (1.2, 0.9)),
        (suite_table(found, "twins"),),
    )


def _twins(setting: Setting) -> np.ndarray:
    """Signals (n, 8, 5000), mV, of one sinus twin of each healthy held-out patient."""
    store = setting.store(PART, whole=True)
    chosen = healthy(setting.records, round(SETS * setting.references), 500)
    rows = [
        setting.draw(store, record.key, record.recording, TwinRequest((NORMAL,), seed=setting.seed + k), {})
        for k, record in enumerate(chosen)
    ]
    return setting.signals(store, rows)


def _real(setting: Setting, sets: int) -> np.ndarray:
    """Signals of real normals of training patients at 500 Hz, as many as `sets` sets need."""
    found = [
        r
        for r in setting.records
        if not r.held_out and r.recording.rate == 500 and (normal(r) or also_normal(r))
    ]
    chosen = in_turn(one_a_patient(found), lambda r: r.database)[: round(sets * SETS * setting.references)]
    return np.stack([r.recording.signal[EIGHT, :5000] for r in chosen]).astype(np.float32)

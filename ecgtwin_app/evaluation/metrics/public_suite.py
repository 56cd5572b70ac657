"""The public suite `ecgen-eval` (Thambawita, Apache-2.0) on twins, on other real recordings and on `deepfake-ecg`.

Four of its metrics that need no network of their own: Fréchet distance of eleven hand-made numbers a lead, sliced
Wasserstein distance, precision and recall, and maximum mean discrepancy, each the mean over the leads. None means
anything without its floor, real recordings against other real ones of the same number, in the same run.
"""

from __future__ import annotations

import importlib

import numpy as np

from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError

#: Our name of a metric, the suite's module and class, and whether more is better.
METRICS = {
    "frechet": ("fd", "FDMetric", False),
    "sliced_wasserstein": ("swd", "SWDMetric", False),
    "precision_recall": ("pr_dist", "PRDistMetric", True),
    "mmd": ("mmd", "MMDMetric", False),
}


def suite(ours: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """The suite's four figures.

    Parameters
    ----------
    ours, real : ndarray, shape (n, 8, samples)
        Millivolts at 500 Hz.

    Raises
    ------
    EcgError
        When `ecgen-eval` is not installed.
    """
    found = {}
    for name, (module, metric, _) in METRICS.items():
        try:
            kind = getattr(importlib.import_module(f"ecgen_eval.metrics.{module}"), metric)
        except ImportError:
            raise EcgError(
                "The public suite needs the package ecgen-eval; install the extra 'bench'."
            ) from None
        found[name] = kind().compute(real, ours, list(INDEPENDENT_LEADS)).score
    return found


def suite_over_floor(
    sets: dict[str, np.ndarray], real: np.ndarray, seed: int, splits: int = 20
) -> dict[str, dict]:
    """The suite on several sets against real recordings, beside what other real ones of the same number have.

    Parameters
    ----------
    sets : dict of str to ndarray, shape (n, 8, samples)
        Such as twins and `deepfake-ecg`; no patient of theirs in `real`.
    real : ndarray, shape (n, 8, samples)
        Halved at random, `splits` times: one half is what all are compared with, the other the floor.

    Returns
    -------
    dict
        For each metric: "floor", and for each set its mean over the splits and "<set>/floor". Of a metric that is 0
        or less for the floor (maximum mean discrepancy) the ratio is None.
    """
    rng = np.random.default_rng(seed)
    values: dict[str, dict[str, list[float]]] = {
        name: {key: [] for key in ("floor", *sets)} for name in METRICS
    }
    half = min(len(real) // 2, *(len(one) for one in sets.values()))
    for _ in range(splits):
        order = rng.permutation(len(real))
        against = real[order[:half]]
        others = {"floor": real[order[half : 2 * half]]}
        others |= {key: one[rng.permutation(len(one))[:half]] for key, one in sets.items()}
        for key, one in others.items():
            for name, value in suite(one, against).items():
                values[name][key].append(value)
    found = {}
    for name, by_set in values.items():
        means = {key: float(np.mean(some)) for key, some in by_set.items()}
        ratios = {f"{key}/floor": means[key] / means["floor"] if means["floor"] > 0 else None for key in sets}
        found[name] = {**means, **ratios, "n": half}
    return found

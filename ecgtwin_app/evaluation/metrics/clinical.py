"""A recording as numbers a cardiologist reads, for comparing sets of recordings."""

from __future__ import annotations

import math

import numpy as np

#: What is compared with the real records of the same label: name, unit, where it stands in `measurements`.
QUANTITIES = {
    "PR": ("ms", "pr", None),
    "QRS": ("ms", "qrs", None),
    "QT": ("ms", "qt", None),
    "QTc": ("ms", "qtc_fridericia", None),
    "R in II": ("mV", "r_amplitude", "II"),
    "R in V5": ("mV", "r_amplitude", "V5"),
    "S in V1": ("mV", "s_amplitude", "V1"),
    "S in V2": ("mV", "s_amplitude", "V2"),
    "T in II": ("mV", "t_amplitude", "II"),
    "T in V2": ("mV", "t_amplitude", "V2"),
    "T in V5": ("mV", "t_amplitude", "V5"),
}
#: Further numbers of the clinical feature vector.
_MORE = {
    "R in I": ("r_amplitude", "I"),
    "R in V1": ("r_amplitude", "V1"),
    "S in V5": ("s_amplitude", "V5"),
    "ST in II": ("st_60", "II"),
    "ST in V2": ("st_60", "V2"),
    "ST in V5": ("st_60", "V5"),
    "heart rate": ("heart_rate", None),
    "RR scatter": ("rr_cv_all", None),
}
#: Names of the numbers that `features` gives.
FEATURES = (*(name for name in QUANTITIES if name not in ("PR", "QTc")), *_MORE, "axis cosine", "axis sine")


def quantity(measurements: dict, name: str) -> float:
    """One of `QUANTITIES` in its unit, NaN where it could not be measured."""
    return _number(measurements, *QUANTITIES[name][1:])


def features(measurements: dict) -> np.ndarray:
    """The numbers of `FEATURES`, NaN where one could not be measured.

    PR is left out, because there is none without P waves, and QTc, because it follows from QT and rate.
    """
    values = [quantity(measurements, name) for name in QUANTITIES if name not in ("PR", "QTc")]
    values += [_number(measurements, *where) for where in _MORE.values()]
    axis = math.radians(_number(measurements, "qrs_axis", None))
    return np.array([*values, math.cos(axis), math.sin(axis)])


def standardised(sets: list[np.ndarray], real: np.ndarray) -> list[np.ndarray]:
    """Feature sets at the mean and spread of the real one; what is missing stands at the real mean."""
    mean, spread = np.nanmean(real, axis=0), np.nanstd(real, axis=0)
    return [np.nan_to_num((one - mean) / np.maximum(spread, 1e-9)) for one in sets]


def _number(measurements, name, lead):
    value = measurements.get(name)
    if lead is not None:
        value = (value or {}).get(lead)
    return float("nan") if value is None else float(value)

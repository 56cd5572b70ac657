"""The natural cubic spline, as ``scipy.interpolate.CubicSpline(…, bc_type="natural")`` has it."""

from __future__ import annotations

import numpy as np


def natural_spline(knots: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Cubic pieces through all knots, smooth to the second derivative, without curvature at both ends.

    Parameters
    ----------
    knots : ndarray, shape (n,)
        Ascending, at least two.
    values : ndarray, shape (n, columns)
    at : ndarray, shape (m,)
        Within the knots; beyond them the outermost pieces go on.

    Returns
    -------
    ndarray, shape (m, columns)

    References
    ----------
    Press et al., Numerical Recipes, 3rd ed., 3.3 (the tridiagonal equations).
    """
    knots, values = np.asarray(knots, dtype=float), np.asarray(values, dtype=float)
    step = np.diff(knots)
    slope = np.diff(values, axis=0) / step[:, None]
    bend = _second_derivatives(step, slope)
    piece = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(step) - 1)
    width = step[piece, None]
    right = (at[:, None] - knots[piece, None]) / width
    left = 1 - right
    return (
        left * values[piece]
        + right * values[piece + 1]
        + ((left**3 - left) * bend[piece] + (right**3 - right) * bend[piece + 1]) * width**2 / 6
    )


def _second_derivatives(step, slope):
    """At every knot, by elimination in the tridiagonal system."""
    bend = np.zeros((len(step) + 1, slope.shape[1]))
    if len(step) < 2:
        return bend
    diagonal, right = 2 * (step[:-1] + step[1:]), 6 * np.diff(slope, axis=0)
    for row in range(1, len(diagonal)):
        factor = step[row] / diagonal[row - 1]
        diagonal[row] -= factor * step[row]
        right[row] -= factor * right[row - 1]
    for row in range(len(diagonal) - 1, -1, -1):
        bend[row + 1] = (right[row] - step[row + 1] * bend[row + 2]) / diagonal[row]
    return bend

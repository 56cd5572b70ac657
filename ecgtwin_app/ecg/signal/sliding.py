"""A template held against every place of many windows at once."""

from __future__ import annotations

import numpy as np


def products(windows: np.ndarray, template: np.ndarray) -> np.ndarray:
    """Sums of the products of a template with each window at each of its places.

    Parameters
    ----------
    windows : ndarray, shape (n, leads, samples)
    template : ndarray, shape (leads, width)

    Returns
    -------
    ndarray, shape (n, samples - width + 1)
    """
    leads, width = template.shape
    places = windows.shape[2] - width + 1
    # One product of matrices: column k is the template k samples later.
    moved = np.zeros((places, leads, windows.shape[2]))
    for place in range(places):
        moved[place, :, place : place + width] = template
    return windows.reshape(len(windows), leads * windows.shape[2]) @ moved.reshape(places, -1).T


def sums(values: np.ndarray, width: int) -> np.ndarray:
    """Sums over `width` neighbours along the last axis, shape (..., samples - width + 1)."""
    upto = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, out=upto[..., 1:])
    return upto[..., width:] - upto[..., :-width]

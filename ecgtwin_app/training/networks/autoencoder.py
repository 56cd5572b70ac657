"""Fitting of the autoencoder: principal components, nothing is trained step by step."""

from __future__ import annotations

import numpy as np
import torch

from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder


@torch.no_grad()
def fit_autoencoder(signals: list[np.ndarray], components: int) -> LappedAutoencoder:
    """Principal components of the lapped coefficients of some signals.

    Parameters
    ----------
    signals : list of ndarray, shape (n, 8, 5000), int16
        Whole microvolts; every array weighs the same, whatever its length.
    """
    whole = LappedAutoencoder(8 * 40)
    second = torch.zeros(320, 320, dtype=torch.float64)
    for array in signals:
        part, count = torch.zeros_like(second), 0
        for chunk in torch.from_numpy(array).split(128):
            a = whole.coefficients(chunk.float() / 1000).flatten(0, 1)
            part += (a.T @ a).double()
            count += len(a)
        second += part / count
    variance, vectors = torch.linalg.eigh(second / len(signals))
    variance, vectors = variance.flip(0)[:components], vectors.flip(1)[:, :components]
    autoencoder = LappedAutoencoder(components)
    autoencoder.basis.copy_(vectors.float())
    # Half-way between raw and unit variance, at unit variance on average.
    root = variance.sqrt()
    autoencoder.scale.copy_((root * root.mean()).sqrt().float())
    return autoencoder

"""How a flutter wave looks: components of the waves of virtual loops, drawn with the sizes these have.

The sinus rhythm does not show how a patient's atria would flutter, so a wave is drawn from what loops in
general look like. Counter-clockwise and clockwise loops are two families, told by the lead in which a
flutter is read, II.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ecgtwin_app.sampling.noise import Noise

#: Leads, phases, components and families.
LEADS, POINTS, COMPONENTS, FAMILIES = 8, 64, 10, 2


class FlutterLaw:
    """A Gaussian of principal components for each family of loops, and of the logarithm of their size.

    Parameters
    ----------
    numbers : mapping of str to ndarray
        share (families,), log_size (families, 2: mean and spread), mean (families, 512), basis (families, 10, 512).
    """

    def __init__(self, numbers: Mapping[str, np.ndarray]):
        self._share, self._log_size = numbers["share"], numbers["log_size"]
        self._mean, self._basis = numbers["mean"], numbers["basis"]

    def draw(self, seed: int) -> np.ndarray:
        """One wave (8, 64), float32 mV."""
        noise = Noise(seed)
        family = int(noise.uniform(1)[0] >= self._share[0])
        weights = noise.normal(COMPONENTS)
        # Sizes are uniform in the logarithm, so no draw is far out.
        centre, spread = self._log_size[family].tolist()
        size = np.exp(np.float32(centre + spread * (2 * float(noise.uniform(1)[0]) - 1) * 3**0.5))
        wave = self._mean[family] + weights @ self._basis[family]
        return (size * wave).reshape(LEADS, POINTS)

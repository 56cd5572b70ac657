"""How far a job is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Progress:
    """One step of a job; between two of them it can be cancelled.

    Attributes
    ----------
    step, total : int
    preview : ndarray or None
        (12, samples) mV, the twin as it looks at this step.
    message : str
    """

    step: int
    total: int
    preview: np.ndarray | None = None
    message: str = ""

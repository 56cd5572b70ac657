"""What is written once for arrays and tensors: NumPy where twins are made, torch where networks are trained."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def library(values: Any) -> Any:
    """The module whose functions take these values. Torch is not imported for it: who has a tensor has torch."""
    return np if isinstance(values, (np.ndarray, np.generic)) else sys.modules["torch"]


def like(values: np.ndarray, other: Any) -> Any:
    """The values as what `other` is: an array, or a tensor of its kind on its device."""
    return values if isinstance(other, np.ndarray) else library(other).from_numpy(values).to(other)

"""Beats as vectors: principal components of the windows of P, QRS and T, and durations."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS, WINDOWS, pack_beat, unpack_beat
from ecgtwin_app.sampling.arrays import library

#: Principal components of each part.
COMPONENTS = {"p": 24, "qrs": 88, "t": 44}
SIZE = sum(COMPONENTS.values()) + len(DURATIONS)
#: Which part of the beat each duration belongs to.
_DURATION_OF = {
    "qrs_duration": "qrs", "qrs_peak": "qrs", "jt": "t", "t_peak": "t", "p_duration": "p", "p_peak": "p",
}  # fmt: skip
_ENDS = tuple(accumulate(COMPONENTS.values(), initial=0))


def part_mask(*parts: str) -> np.ndarray:
    """Which numbers (SIZE,) of a beat's vector, bool, belong to some of "p", "qrs" and "t"."""
    components = [part in parts for part, count in COMPONENTS.items() for _ in range(count)]
    return np.array(components + [_DURATION_OF[name] in parts for name in DURATIONS])


class Components:
    """Windows to principal components and back; durations pass as they are.

    Attributes
    ----------
    basis_p, basis_qrs, basis_t : array, shape (8 * length, components)
    mean_p, mean_qrs, mean_t : array, shape (8 * length,)
    """

    def encode(self, waves: Mapping[str, Any], durations: Any) -> Any:
        """Beat vectors (n, SIZE) of windows (n, 8, length) and durations (n, 6)."""
        parts = [
            (waves[part].reshape(len(durations), -1) - self.of("mean", part)) @ self.of("basis", part)
            for part in WINDOWS
        ]
        return library(durations).concatenate([*parts, durations], 1)

    def decode(self, vector: Any) -> tuple[dict[str, Any], Any]:
        """The inverse of `encode`: windows and durations."""
        waves = {}
        for part, (first, end) in zip(WINDOWS, pairwise(_ENDS), strict=True):
            flat = vector[:, first:end] @ self.of("basis", part).T + self.of("mean", part)
            waves[part] = flat.reshape(len(vector), 8, WINDOWS[part][1])
        return waves, vector[:, _ENDS[-1] :]

    def of(self, name: str, part: str) -> Any:
        """The "basis" or "mean" of a part."""
        return getattr(self, f"{name}_{part}")


class Codec(Components):
    """The fitted components as arrays, for templates.

    Parameters
    ----------
    numbers : mapping of str to ndarray
        `Components`' attributes by name.
    """

    def __init__(self, numbers: Mapping[str, np.ndarray]):
        for name in (f"{what}_{part}" for what in ("basis", "mean") for part in WINDOWS):
            setattr(self, name, numbers[name])

    def vector(self, template: BeatTemplate) -> np.ndarray:
        """Beat vector (1, SIZE) of a template."""
        waves, durations = pack_beat(template)
        return self.encode({part: wave[None] for part, wave in waves.items()}, durations[None])

    def templates(self, vectors: np.ndarray, like: BeatTemplate) -> list[BeatTemplate]:
        """Templates of beat vectors (n, SIZE); cycle length and PR are those of `like`."""
        waves, durations = self.decode(vectors)
        return [
            unpack_beat({part: wave[row] for part, wave in waves.items()}, one, like)
            for row, one in enumerate(durations)
        ]

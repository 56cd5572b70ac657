"""Sizes of the network, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass

#: Leads that it draws, samples and Hz: the others follow from I and II.
LEADS, SAMPLES, RATE = 8, 1000, 100.0
#: Samples of a place: learned patches of so many go through the blocks.
STRIDE = 8
#: The switch of three tasks: a beat of nothing, what is hidden in a recording, what comes after its end.
BEAT, IMPUTE, FORECAST = TASKS = ("beat", "impute", "forecast")
#: By how much draws are spread is set for each kind of hiding: some leads in sight all the time, a span with none, the end.
BESIDE, SPAN = "beside", "span"
KINDS = (BESIDE, SPAN, FORECAST)
#: Times of the noise are told from 0 (clean) to so many; and what is told where the middle is asked, not a draw.
TIME_STEPS, MIDDLE = 199, 220
#: Samples of the window and between two windows of the spectrum (Hann), frequencies and frames of a strip.
WINDOW, HOP = 64, 16
BINS, FRAMES = WINDOW // 2 + 1, -(-SAMPLES // HOP)
#: Hz below which nothing is told or drawn: the baseline's wander is each electrode's own.
LOWEST = 0.5


@dataclass(frozen=True)
class DiffecgConfig:
    """What a network is like.

    Attributes
    ----------
    width, blocks, state, groups, kernel
        See `state_space.block.Block`.
    scale : float
        mV that the network is told as 1.
    off : float
        mV by which a guess is off that the network tells as 1.
    """

    width: int = 64
    blocks: int = 3
    state: int = 16
    groups: int = 16
    kernel: str = "s4d"
    scale: float = 0.3
    off: float = 0.1

"""Sizes of the network, and what it predicts."""

from __future__ import annotations

from dataclasses import dataclass

from ecgtwin_app.generators.sssd.names import THREE_STATES

#: Leads that it draws, samples and Hz, as published but for II instead of aVF: the others follow from I and II.
LEADS, SAMPLES, RATE = 8, 1000, 100.0
#: The published diffusion has so many steps; the time 1 of a flow is told as the last.
TIME_STEPS = 200
#: Numbers that a network is told, with the mean and spread that bring each near unit size: years, 1/min.
NUMBERS = {"age": (55.0, 20.0), "heart rate": (80.0, 30.0)}
#: How sex and origin are told: by their places here.
SEXES, ORIGINS = ("", "F", "M"), ("", "person", "virtual patient")
#: What a network can predict: the noise as published, or the clean strip.
NOISE, CLEAN = "noise", "clean"


@dataclass(frozen=True)
class SssdConfig:
    """What a network is like.

    Attributes
    ----------
    statements : tuple of str
        What its labels mean: conditions of the vocabulary, and wider ones that it is taught beside them.
    embedding : str
        One of `names.EMBEDDINGS`.
    kernel : str
        One of `names.KERNELS`.
    predicts : str
        `CLEAN` or `NOISE`.
    width, blocks : int
        Channels of a residual block (its state-space layers have twice as many), and how many blocks there are.
    state : int
        Of the systems, pairs of complex conjugates counted once.
    stride : int
        Samples of a place: learned patches of so many go through the blocks; 1 as published.
    groups : int
        See `s4.DiagonalKernel`; 0: each channel is its own.
    scale : float
        mV that the network is told as 1.
    score : bool
        It hears a rhythm score (see `score_input`); as published it does not.
    pooled : bool
        Each block hears the mean over the whole strip, so that all beats agree on what they are like; as published it
        does not.
    """

    statements: tuple[str, ...]
    embedding: str = THREE_STATES
    kernel: str = "s4d"
    predicts: str = CLEAN
    width: int = 96
    blocks: int = 6
    state: int = 16
    stride: int = 8
    groups: int = 16
    scale: float = 0.3
    score: bool = True
    pooled: bool = True


def published(statements: tuple[str, ...], embedding: str) -> SssdConfig:
    """The network as it was published: 36 blocks of 256 channels, S4 of state 64 at every sample, plain millivolts."""
    return SssdConfig(
        statements, embedding, "s4", NOISE, width=256, blocks=36, state=32, stride=1, groups=0, scale=1.0,
        score=False, pooled=False,
    )  # fmt: skip

"""What a data set gives to the stages of the training, whether it fits into memory or not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.training.cases.source import CaseSource


@dataclass(frozen=True)
class CaseOptions:
    """How many cases are made, and by how many processes.

    Attributes
    ----------
    per_patient : int
        Cases of each virtual patient.
    synthetic : int
        Synthetic normal hearts beside the recordings of small data.
    hearts : int
        Normal recordings of large data that become virtual patients.
    virtual_share : float
        Share of virtual pairs in each batch of large data.
    rhythms : int
        Rhythm scores.
    seed, workers : int
    """

    per_patient: int
    synthetic: int
    hearts: int
    virtual_share: float
    rhythms: int
    seed: int
    workers: int


class TrainingData(Protocol):
    """A folder of recordings, made ready stage by stage in a work folder.

    Attributes
    ----------
    name : str
        For the manifest of the weights.
    has_hearts : bool
        Whether there are virtual patients, from whom beats and rhythms are learned.
    """

    @property
    def name(self) -> str: ...

    @property
    def has_hearts(self) -> bool: ...

    def make_cases(self, work: Path) -> None:
        """Write what needs no autoencoder: virtual pairs, beats, rhythm scores. Goes on where it was stopped."""
        ...

    def strips(self, work: Path) -> list[np.ndarray]:
        """Arrays of strips (n, 8, 5000), int16 microvolts, that the autoencoder is fitted to."""
        ...

    def encode(self, work: Path, autoencoder: Path) -> None:
        """Write the latents of all recordings and cases. Goes on where it was stopped."""
        ...

    def is_encoded(self, work: Path) -> bool:
        """Whether `encode` has come to its end."""
        ...

    def open(self, work: Path, autoencoder: LappedAutoencoder) -> CaseSource:
        """The encoded cases."""
        ...

    def about(self, work: Path) -> dict:
        """What the manifest says of the data beside what the source counts."""
        ...

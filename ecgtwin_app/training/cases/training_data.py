"""What a data set gives to the stages of the training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ecgtwin_app.training.cases.real_labels import LabelledRecords

#: Folders of the versions and of the rhythm scores in a work folder.
VERSIONS, RHYTHMS = "versions", "rhythms"


@dataclass(frozen=True)
class CaseOptions:
    """How many cases are made, and by how many processes.

    Attributes
    ----------
    per_patient : int
        Versions of each virtual patient.
    synthetic : int
        Synthetic normal hearts beside the recordings of small data.
    hearts : int
        Normal recordings of large data that become virtual patients.
    rhythms : int
        Rhythm scores.
    seed, workers : int
    """

    per_patient: int
    synthetic: int
    hearts: int
    rhythms: int
    seed: int
    workers: int


class TrainingData(Protocol):
    """A folder of recordings, made ready in a work folder.

    Attributes
    ----------
    name : str
        For the manifest of the weights.
    """

    @property
    def name(self) -> str: ...

    def labelled(self) -> LabelledRecords | None:
        """Real records with their labels, for the recogniser; None where they are too many for memory."""
        ...

    def make_cases(self, work: Path) -> None:
        """Write the versions of all hearts, and rhythm scores. Goes on where it was stopped."""
        ...

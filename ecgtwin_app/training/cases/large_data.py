"""PTB-XL and MIMIC-IV-ECG: the signals stay on disk, each is read once, by a worker process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.heart_versions import Heart, make_versions
from ecgtwin_app.training.cases.rhythm_examples import make_rhythms
from ecgtwin_app.training.cases.training_data import RHYTHMS, VERSIONS, CaseOptions
from ecgtwin_app.training.collections.collection import Entry
from ecgtwin_app.training.collections.mimic import is_mimic, read_mimic
from ecgtwin_app.training.collections.ptbxl import is_ptbxl, read_ptbxl
from ecgtwin_app.training.collections.records import USUAL_BANDWIDTH

log = logging.getLogger(__name__)
#: Recordings of a shard, and hearts of one: each of these becomes many versions.
RECORDINGS, HEARTS = 512, 32


def is_large(folder: Path) -> bool:
    """Whether `folder` holds one of the large collections in its published layout."""
    return is_ptbxl(folder) or is_mimic(folder)


def read_collection(folder: Path, statements: tuple[str, ...] = STATEMENTS) -> list[Entry]:
    """Every recording of a collection, each patient's together and in order of time.

    Raises
    ------
    EcgError
        The folder is no known collection, or a table of it cannot be used.
    """
    if not is_large(folder):
        raise EcgError(
            "{folder} is neither PTB-XL nor MIMIC-IV-ECG in its published layout.", folder=folder.name
        )
    read = read_ptbxl if is_ptbxl(folder) else read_mimic
    return sorted(read(folder, statements), key=lambda entry: (entry.patient, entry.recorded))


class LargeData:
    """See `TrainingData`.

    Parameters
    ----------
    folder : Path
        One that `is_large`.
    options : CaseOptions
    """

    def __init__(self, folder: Path, options: CaseOptions):
        self.folder, self.options = folder, options
        self.name = "PTB-XL" if is_ptbxl(folder) else "MIMIC-IV-ECG"

    @cached_property
    def entries(self) -> list[Entry]:
        """The recordings of the training split; `EcgError` when there are none."""
        entries = read_collection(self.folder)
        kept = [entry for entry in entries if not entry.held_out]
        if not kept:
            raise EcgError(
                "{folder} lists no recording to train on; check its tables.", folder=self.folder.name
            )
        log.info("%d recordings, %d kept out for measuring", len(entries), len(entries) - len(kept))
        return kept

    def labelled(self) -> None:
        """None: the recogniser is fitted in memory, to the small data set."""

    def make_cases(self, work: Path) -> None:
        """Versions of every recording and of normal recordings' hearts, and rhythm scores."""
        options = self.options
        versions, how = work / VERSIONS, {"seed": options.seed, "workers": options.workers}
        make_versions(versions, "real", self.entries, heart_of, 0, **how, size=RECORDINGS)
        if options.hearts:
            hearts = normal_hearts(self.entries, options.hearts, options.seed)
            make_versions(versions, "virtual", hearts, heart_of, options.per_patient, **how, size=HEARTS)
        make_rhythms(work / RHYTHMS, [], options.rhythms, options.seed, options.workers)


def heart_of(entry: Entry) -> Heart:
    """Read a recording; `EcgError` or `OSError` if it cannot be."""
    return Heart(entry.key, entry.patient, entry.read(), entry.statements, USUAL_BANDWIDTH)


def normal_hearts(entries: Sequence[Entry], count: int, seed: int) -> list[Entry]:
    """Normal recordings of up to `count` patients, one of each, for virtual patients.

    Raises
    ------
    EcgError
        When no recording is called normal.
    """
    normal = [entry for entry in entries if entry.normal]
    if not normal:
        raise EcgError("No recording is called normal, so none can be a virtual patient; use --hearts 0.")
    found: dict[str, Entry] = {}
    for row in np.random.default_rng(seed).permutation(len(normal)):
        found.setdefault(normal[row].patient, normal[row])
    return list(found.values())[:count]

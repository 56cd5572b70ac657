"""PTB-XL and MIMIC-IV-ECG, which stay on disk: pairs of one patient's recordings, and virtual patients."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.training.cases.beat_examples import make_beats
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.dataset import load_cases
from ecgtwin_app.training.cases.pair_source import PairSource
from ecgtwin_app.training.cases.rhythm_examples import make_rhythms
from ecgtwin_app.training.cases.store import RecordStore, case_of, make_store
from ecgtwin_app.training.cases.training_data import CaseOptions
from ecgtwin_app.training.cases.virtual_pairs import make_virtual
from ecgtwin_app.training.collections.collection import Entry
from ecgtwin_app.training.collections.mimic import is_mimic, read_mimic
from ecgtwin_app.training.collections.ptbxl import is_ptbxl, read_ptbxl

log = logging.getLogger(__name__)
#: Recordings that the autoencoder is fitted to.
FITTED = 600


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
        # Beats under a condition are learned from virtual patients: without them there is no beat model.
        self.has_hearts = bool(options.hearts and options.virtual_share)

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

    def make_cases(self, work: Path) -> None:
        """Virtual pairs, beats and rhythm scores of normal recordings' hearts."""
        options = self.options
        if not self.has_hearts:
            return
        hearts = normal_hearts(self.entries, options.hearts, options.seed)
        if not hearts:
            raise EcgError(
                "No recording is called normal, so none can be a virtual patient; use --virtual-share 0."
            )
        workers = max(1, options.workers)
        make_virtual(work / "cases", hearts, options.per_patient, options.seed, workers)
        make_beats(work / "beats", hearts, options.seed, workers)
        make_rhythms(work / "rhythms", [], options.rhythms, options.seed, workers)

    def strips(self, work: Path) -> list[np.ndarray]:
        """Those of some recordings."""
        return [strips_of(self.entries, self.options.seed, FITTED)]

    def encode(self, work: Path, autoencoder: Path) -> None:
        """Encode every recording, and the virtual cases."""
        make_store(work / "records", self.entries, autoencoder, self.options.workers)
        if self.has_hearts:
            tensors = load_file(autoencoder)
            network = LappedAutoencoder(tensors["basis"].shape[1])
            network.load_state_dict(tensors)
            load_cases(work / "cases", network)
        (work / "records" / "done").touch()

    def is_encoded(self, work: Path) -> bool:
        """Whether every recording was encoded."""
        return (work / "records" / "done").exists()

    def open(self, work: Path, autoencoder: LappedAutoencoder) -> PairSource:
        """The encoded records, and the virtual cases unless their share is nothing."""
        virtual = None
        if self.options.virtual_share and any((work / "cases").glob("cases_*.npz")):
            virtual = load_cases(work / "cases", autoencoder)
        return PairSource(RecordStore(work / "records"), autoencoder, virtual, self.options.virtual_share)

    def about(self, work: Path) -> dict:
        """Which collection it is."""
        return {"data": self.name}


def strips_of(entries: Sequence[Entry], seed: int, count: int) -> np.ndarray:
    """Strips (n, 8, 5000), int16 microvolts, of up to `count` usable recordings; `EcgError` when there are none."""
    strips: list[np.ndarray] = []
    for entry in _shuffled(entries, seed):
        case = case_of(entry)
        if case is not None:
            strips.append(np.clip(np.round(1000 * case.signal), -32768, 32767).astype(np.int16))
        if len(strips) == count:
            break
    if not strips:
        raise EcgError("None of the recordings can be read and measured; check that their files are there.")
    return np.stack(strips)


def normal_hearts(entries: Sequence[Entry], count: int, seed: int) -> list[Recording]:
    """Normal recordings of up to `count` different patients, for virtual patients."""
    found, patients = [], set()
    for entry in _shuffled([entry for entry in entries if entry.normal], seed):
        if entry.patient in patients or len(found) == count:
            continue
        try:
            found.append(entry.read())
        except (EcgError, OSError) as error:
            log.debug("%s is no heart: %s", entry.key, error)
            continue
        patients.add(entry.patient)
    return found


def _shuffled(entries: Sequence[Entry], seed: int) -> list[Entry]:
    return [entries[row] for row in np.random.default_rng(seed).permutation(len(entries))]

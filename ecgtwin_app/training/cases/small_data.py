"""The small data set of the project, which fits into memory: real records and virtual patients in one table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.training.cases.beat_examples import count_beats, make_beats
from ecgtwin_app.training.cases.dataset import load_cases
from ecgtwin_app.training.cases.rhythm_examples import make_rhythms
from ecgtwin_app.training.cases.table_source import TableSource
from ecgtwin_app.training.cases.training_data import CaseOptions
from ecgtwin_app.training.cases.virtual_pairs import make_real, make_virtual
from ecgtwin_app.training.collections.normals import deepfake_normals
from ecgtwin_app.training.collections.records import load_real


class SmallData:
    """See `TrainingData`.

    Parameters
    ----------
    folder : Path
        With `real_ecg.csv` and `real_ecg_8lead_500hz_uv.npz`.
    options : CaseOptions
    """

    name, has_hearts = "small", True

    def __init__(self, folder: Path, options: CaseOptions):
        self.folder, self.options = folder, options

    def make_cases(self, work: Path) -> None:
        """Virtual pairs of all hearts, real records, beats and rhythm scores."""
        options = self.options
        real = [record for record in load_real(self.folder) if not record.held_out]
        synthetic = deepfake_normals(options.synthetic, options.seed) if options.synthetic else []
        hearts = [record.recording for record in real] + synthetic
        make_virtual(work / "cases", hearts, options.per_patient, options.seed, options.workers)
        make_real(work / "cases", real, len(hearts), options.workers)
        make_beats(work / "beats", hearts, options.seed, options.workers)
        make_rhythms(work / "rhythms", real, options.rhythms, options.seed, options.workers)

    def strips(self, work: Path) -> list[np.ndarray]:
        """A share of the targets and all references."""
        targets, references = [], []
        for path in sorted((work / "cases").glob("cases_*.npz")):
            with np.load(path, allow_pickle=False) as z:
                targets.append(z["target"][::8])
                references.append(z["ref_latent"])
        return [np.concatenate(targets), np.concatenate(references)]

    def encode(self, work: Path, autoencoder: Path) -> None:
        """Encode the table of cases, for other processes and stages to find."""
        tensors = load_file(autoencoder)
        network = LappedAutoencoder(tensors["basis"].shape[1])
        network.load_state_dict(tensors)
        load_cases(work / "cases", network)

    def is_encoded(self, work: Path) -> bool:
        """Whether the table is there."""
        return (work / "cases" / "encoded.safetensors").exists()

    def open(self, work: Path, autoencoder: LappedAutoencoder) -> TableSource:
        """The table."""
        return TableSource(load_cases(work / "cases", autoencoder))

    def about(self, work: Path) -> dict:
        """How many beats and rhythm scores there are."""
        return {"beats": count_beats(work / "beats"), "rhythms": self.options.rhythms}

"""The small data set of the project: real recordings of 500 Hz and of 100 Hz, and synthetic hearts."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.generators.ecgtwin.conditioning import statement_states
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.heart_versions import Heart, make_versions
from ecgtwin_app.training.cases.real_labels import LabelledRecords, load_labelled
from ecgtwin_app.training.cases.rhythm_examples import make_rhythms
from ecgtwin_app.training.cases.training_data import RHYTHMS, VERSIONS, CaseOptions
from ecgtwin_app.training.collections.labels import statements_of
from ecgtwin_app.training.collections.normals import deepfake_normals
from ecgtwin_app.training.collections.records import (
    LOW_RATE_TABLE,
    RealRecord,
    load_low_rate,
    load_real,
    normal,
)

log = logging.getLogger(__name__)
#: The database that synthetic hearts are called after.
SYNTHETIC = "deepfake-ecg"
#: Hearts of a shard.
SHARD = 32


class SmallData:
    """See `TrainingData`.

    Parameters
    ----------
    folder : Path
        With the tables and arrays of `collections.records`; that of 100 Hz may be missing.
    options : CaseOptions
    """

    name = "small"

    def __init__(self, folder: Path, options: CaseOptions):
        self.folder, self.options = folder, options

    def labelled(self) -> LabelledRecords:
        """Both real sets, held-out patients too."""
        return load_labelled(self.folder)

    def make_cases(self, work: Path) -> None:
        """Versions of every recording and of every heart, and rhythm scores."""
        options = self.options
        usual, low = training_records(self.folder)
        synthetic = deepfake_normals(options.synthetic, options.seed) if options.synthetic else []
        drawn = [
            RealRecord(f"{SYNTHETIC}/{k}", SYNTHETIC, f"{SYNTHETIC}/{k}", (), one)
            for k, one in enumerate(synthetic)
        ]
        versions, how = work / VERSIONS, {"seed": options.seed, "workers": options.workers, "size": SHARD}
        make_versions(versions, "real", usual + low, heart_of, 0, **how)
        hearts = virtual_hearts(usual, low, drawn)
        make_versions(versions, "virtual", hearts, heart_of, options.per_patient, **how)
        make_rhythms(work / RHYTHMS, usual, options.rhythms, options.seed, options.workers)


def training_records(folder: Path) -> tuple[list[RealRecord], list[RealRecord]]:
    """The recordings of 500 Hz and of 100 Hz, these resampled, of patients who are not kept out."""
    usual = [record for record in load_real(folder) if not record.held_out]
    low = load_low_rate(folder) if (folder / LOW_RATE_TABLE).is_file() else []
    low = [record for record in low if not record.held_out]
    return usual, [replace(one, recording=resample(one.recording, MODEL_RATE)) for one in low]


def virtual_hearts(
    usual: list[RealRecord], low: list[RealRecord], synthetic: list[RealRecord]
) -> list[RealRecord]:
    """What virtual patients are sought among, in mixed order, so that the first shards are like all.

    Of 100 Hz only normal ones: there the edges of the waves are blurred.
    """
    every = [
        *(record for record in usual if normal(record)),
        *(record for record in low if normal(record)),
        *synthetic,
        *(record for record in usual if not normal(record)),
    ]
    return [every[row] for row in np.random.default_rng(0).permutation(len(every))]


def heart_of(record: RealRecord) -> Heart:
    """A recording with what its database says of it. A synthetic heart is normal."""
    if record.database == SYNTHETIC:
        states = statement_states(STATEMENTS, (NORMAL,))
    else:
        states = statements_of(record.labels, record.database, STATEMENTS)
    return Heart(record.key, record.patient, record.recording, states, record.bandwidth)

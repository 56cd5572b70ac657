"""Training of the rhythm model, which composes the rhythm score of a condition."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel, Rhythms
from ecgtwin_app.generators.ecgtwin.tensors import as_tensors
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.unknowns import with_unknowns
from ecgtwin_app.training.loop import train

#: How often the PR interval is left out.
PR_DROP = 0.35
#: Batches that are sorted by length together.
POOL = 4
RATE = 2e-3


def load_rhythms(folder: Path) -> tuple[Rhythms, ConditionBatch]:
    """All examples of a folder.

    Raises
    ------
    EcgError
        When the folder holds none.
    """
    paths = sorted(folder.glob("rhythms_*.npz"))
    if not paths:
        raise EcgError(
            "{folder} holds no rhythms to train on; run the stage 'cases' first.", folder=folder.name
        )
    columns: dict[str, list] = {}
    for path in paths:
        with np.load(path, allow_pickle=False) as z:
            for name in z.files:
                columns.setdefault(name, []).append(torch.from_numpy(z[name]))
    joined = {name: torch.cat(parts) for name, parts in columns.items()}
    condition = ConditionBatch(
        joined["statements"].long(),
        joined["severity"].float(),
        joined["numbers"].float(),
        joined["sex"].long(),
    )
    return Rhythms(joined["times"], joined["kinds"].long(), joined["lengths"]), condition


def train_rhythm(
    model: RhythmModel, folder: Path, steps: int, checkpoint: Path, seed: int, batch: int
) -> None:
    """Train the rhythm model in place, to `steps`; severities, numbers and sex are left out at random."""
    rhythms, condition = load_rhythms(folder)

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        # Scores of like length go together: a flutter has three times as many events as most rhythms.
        pool = torch.randint(len(rhythms.lengths), (POOL * batch,), generator=rng)
        pool = pool[rhythms.lengths[pool].argsort()].view(POOL, batch)
        rows = pool[torch.randint(POOL, (), generator=rng)]
        # What is asked for is always known in full: a statement left out would only blur what the others say.
        known = condition.rows(rows)
        told = replace(with_unknowns(known, rng, PR_DROP), statements=known.statements)
        return model.loss(rhythms.rows(rows).to(parallel.device()), as_tensors(told, parallel.device()))

    average = train(model, batch_loss, steps, checkpoint, RATE, seed, name="rhythm")
    model.load_state_dict(average.values)

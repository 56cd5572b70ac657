"""Training of the beat model, which draws one beat of a patient under a condition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.beat_model import BeatContext, BeatModel
from ecgtwin_app.generators.ecgtwin.beat_shape import WINDOWS
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.heart.rhythm.atrial_waves import flutter_wave
from ecgtwin_app.training.cases.dataset import with_unknowns
from ecgtwin_app.training.loop import train

#: How often QRS, QT and axis are each left out: less often than for a strip, for the beat has to obey them.
SET_POINT_DROP = 0.4
RATE = 1.5e-3


def load_beats(folder: Path, model: BeatModel, fit: bool = True) -> tuple[Tensor, BeatContext]:
    """All beats as vectors with their contexts; `fit` sets the codec and the spreads of `model` to them."""
    shards = []
    for path in sorted(folder.glob("beats_*.npz")):
        with np.load(path, allow_pickle=False) as z:
            shards.append({name: torch.from_numpy(z[name]) for name in z.files})
    if not shards:
        raise EcgError(
            "{folder} holds no beats to train on; run the stage 'cases' first.", folder=folder.name
        )

    def windows(side: str, shard: dict, every: int = 1) -> dict[str, Tensor]:
        return {part: shard[f"{side}_{part}"][::every].float() for part in WINDOWS}

    if fit:
        sample = [windows(side, shard, 4) for shard in shards for side in ("to", "own")]
        model.codec.fit({part: torch.cat([one[part] for one in sample]) for part in WINDOWS})
        del sample
    vectors = {
        side: torch.cat(
            [model.codec.encode(windows(side, s), s[f"{side}_durations"].float()) for s in shards]
        )
        for side in ("to", "own")
    }
    columns = {
        name: torch.cat([s[name] for s in shards])
        for name in ("kind", "statements", "severity", "numbers", "sex")
    }
    condition = ConditionBatch(
        columns["statements"].long(),
        columns["severity"].float(),
        columns["numbers"].float(),
        columns["sex"].long(),
    )
    context = BeatContext(condition, columns["kind"].long(), vectors["own"])
    if fit:
        model.fit(vectors["to"], context)
    return vectors["to"], context


def train_beats(
    model: BeatModel, folder: Path, steps: int, checkpoint: Path, seed: int, batch: int, fit: bool
) -> None:
    """Train the beat model in place, to `steps`; parts of the condition are left out at random.

    Parameters
    ----------
    folder : Path
        Of the examples.
    fit : bool
        Fit its components to the examples; False goes on with those that it has.
    """
    beat, context = load_beats(folder, model, fit)
    model.turn.fit(virtual_flutter_waves(seed))
    conducted = torch.nonzero(context.kind == 0).flatten()
    others = torch.nonzero(context.kind > 0).flatten()

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        share = batch * 3 // 4
        rows = torch.cat(
            [
                conducted[torch.randint(len(conducted), (share,), generator=rng)],
                others[torch.randint(len(others), (batch - share,), generator=rng)],
            ]
        )
        drawn = BeatContext(
            with_unknowns(context.condition.rows(rows), rng, SET_POINT_DROP),
            context.kind[rows],
            context.own[rows],
        )
        return model.loss(beat[rows], drawn, rng)

    average = train(model, batch_loss, steps, checkpoint, RATE, seed, every=500, name="beats")
    model.load_state_dict(average.values)


def virtual_flutter_waves(seed: int, count: int = 4000) -> Tensor:
    """Turns (count, 8, points) of virtual flutter loops, mV."""
    rng = np.random.default_rng([seed, 5])
    return torch.from_numpy(np.stack([flutter_wave(rng) for _ in range(count)]))

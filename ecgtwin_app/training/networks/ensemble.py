"""Training of the ensemble: extractor and transformer together, on pairs of versions of one heart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ecgtwin_app.generators.ecgtwin.ensemble import (
    CONTRAST_WEIGHT,
    SMALLEST_SPREAD,
    Ensemble,
    blurred,
)
from ecgtwin_app.generators.ecgtwin.strip_context import SINUS_P, WAVES
from ecgtwin_app.generators.ecgtwin.tensors import as_tensors
from ecgtwin_app.heart.rhythm.atrial_waves import flutter_wave
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.pairs import USUAL, Mix, Pairs
from ecgtwin_app.training.cases.unknowns import with_unknowns
from ecgtwin_app.training.cases.version_table import fit_codec, load_versions
from ecgtwin_app.training.checkpoint import load_averages
from ecgtwin_app.training.loop import train

RATE = 1.2e-3
#: Waves of a strip in a batch, by turns: beats of many hearts teach shapes, long strips how many agree.
WAVES_A_STRIP = (2, 2, 4, 12)
#: Pairs that the spreads are taken from, so many at a time.
FITTED_ON, AT_A_TIME = 40_000, 500
#: Hearts whose base vectors are told apart in a step.
CONTRASTED = 64
#: Fewest waves of a kind that have a spread.
FEWEST = 20


def train_ensemble(
    model: Ensemble,
    folder: Path,
    steps: int,
    checkpoint: Path,
    seed: int,
    batch: int,
    fit: bool = True,
    mix: Mix = USUAL,
) -> None:
    """Train the ensemble in place, to `steps`, going on from `checkpoint`; what is known is left out in parts.

    Parameters
    ----------
    folder : Path
        Of the versions.
    batch : int
        Waves in a step, in this process.
    fit : bool
        Fit components and spreads to the versions; False goes on with those that it has.
    mix : Mix
        What it is trained on.
    """
    if checkpoint.exists():
        # The components that it was begun with: other ones would give the same numbers another meaning.
        load_averages(checkpoint, model)
    elif fit:
        fit_codec(folder, model.codec)
    pairs = Pairs(load_versions(folder, model.codec), mix)
    if fit and not checkpoint.exists():
        fit_spreads(model, pairs, seed)
        model.turn.fit(virtual_flutter_waves(seed))

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        waves = WAVES_A_STRIP[step % len(WAVES_A_STRIP)]
        drawn, context, target = pairs.draw(max(batch // waves, 1), waves, rng)
        context = replace(context, condition=with_unknowns(context.condition, rng))
        some = torch.randperm(len(target), generator=rng)[:CONTRASTED]
        some = some[context.reference.known[some]]
        other, heart = pairs.other_of(target[some], rng), pairs.table.heart[target[some]]
        drawn, context, other, heart = (
            as_tensors(part, parallel.device()) for part in (drawn, context, other, heart)
        )
        reference = blurred(context.reference, model.own_spread, model.parts, rng)
        loss, base = model.loss(drawn, replace(context, reference=reference), rng)
        if len(some) < 2:
            return loss
        other = blurred(other, model.own_spread, model.parts, rng)
        return loss + CONTRAST_WEIGHT * _contrast(base[some], model.identity(other)[1], heart)

    average = train(model, batch_loss, steps, checkpoint, RATE, seed, name="ensemble")
    model.load_state_dict(average.values)


def _contrast(a: Tensor, b: Tensor, heart: Tensor, temperature: float = 0.07) -> Tensor:
    """Symmetric InfoNCE of base vectors; row k of both is the same heart, and a heart's other rows say nothing."""
    target = torch.arange(len(a), device=a.device)
    again = (heart[:, None] == heart[None]) & (target[:, None] != target[None])
    logits = (a @ b.T / temperature).masked_fill(again, float("-inf"))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


@torch.no_grad()
def fit_spreads(model: Ensemble, pairs: Pairs, seed: int) -> None:
    """Set what the flow knows beforehand: means, spreads, and how far the beats of one strip differ."""
    table = pairs.table
    usual = torch.nonzero(table.kind == 0).flatten()
    with_p = table.vectors(usual[table.has_p[usual]])[:, 0]
    usual = table.vectors(usual)[:, 0]
    model.own_centre.copy_(usual.mean(dim=0))
    model.own_centre[model.p_part] = with_p.mean(dim=0)[model.p_part]
    model.own_spread.copy_(usual.std(dim=0).clamp(min=SMALLEST_SPREAD))
    model.own_spread[model.p_part] = with_p.std(dim=0).clamp(min=SMALLEST_SPREAD)[model.p_part]
    rng = torch.Generator().manual_seed(seed)
    drawn, kinds = [], []
    for _ in range(FITTED_ON // AT_A_TIME):
        values, context, _ = pairs.draw(AT_A_TIME, 2, rng)
        known = context.there & context.reference.known[:, None]
        reference = replace(context.reference, blur=torch.zeros_like(context.reference.blur))
        drawn.append((values - model.start(reference, context.kind))[known])
        kinds.append(context.kind[known])
    every, kind = torch.cat(drawn), torch.cat(kinds)
    for number in range(len(WAVES)):
        some = every[kind == number]
        if len(some) < FEWEST:
            continue
        model.centre[number] = some.mean(dim=0) * model.live[number]
        model.spread[number] = some.std(dim=0).clamp(min=SMALLEST_SPREAD)
        rows = torch.nonzero(table.kind == (0 if number == SINUS_P else number)).flatten()
        apart = table.vectors(rows)[:, 1:].var(dim=1).median(dim=0).values
        model.within[number] = (apart / model.spread[number] ** 2).clamp(1e-4, 0.9)


def virtual_flutter_waves(seed: int, count: int = 4000) -> Tensor:
    """Turns (count, 8, points) of virtual flutter loops, mV."""
    rng = np.random.default_rng([seed, 5])
    return torch.from_numpy(np.stack([flutter_wave(rng) for _ in range(count)]))

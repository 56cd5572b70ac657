"""Training of SSSD: to tell the clean strip (or, as published, the noise) of a noisy one, under its labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.conditions.states import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.generators.sssd.config import CLEAN, ORIGINS, RATE, SAMPLES, TIME_STEPS
from ecgtwin_app.generators.sssd.names import THREE_STATES
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.sssd.schedule import published_powers
from ecgtwin_app.generators.sssd.score_input import score_input
from ecgtwin_app.training.cases.labelled_strips import LabelledStrips

#: Mean and spread of the logit of the time a strip is noised to (Esser et al. 2024, arXiv 2403.03206), towards noise:
#: a strip tells the same ten times over, so that little of it is hidden by less.
LOGIT_TIME = (1.0, 1.2)
#: Times nearer to 0 count as this in the loss.
LEAST_TIME = 0.05
#: Share of the strips of which no statement is told; of which some, each as often as a number drawn for the strip; and
#: of ages, rates, sexes and origins that are not told.
NOTHING_TOLD, SOME_TOLD, NOT_TOLD = 0.1, 0.25, 0.15
#: Share of the strips of which the score is not told: the network then finds a rhythm by itself, as it was published.
NO_SCORE = 0.1
#: What counts in the loss outside of a QRS, which lasts so long (s), and in a P, where 1 counts within a QRS: a square error in
#: millivolts hears little but R and S.
OUTSIDE, QRS_LASTS, IN_P, P_LASTS = 3.0, 0.13, 8.0, 0.12
#: A strip's voltage is drawn up to this much larger or smaller.
GAIN = 0.05
#: A statement of n strips is drawn as often as n to this power. Fewer than so many count as these: a single strip drawn
#: as often as a label is would be learned by heart.
RARITY, LEAST_STRIPS = 0.5, 20


class Batches:
    """Noisy strips and their labels, by step.

    Parameters
    ----------
    strips : LabelledStrips
    size : int
    virtual : float
        Share of virtual patients.
    """

    def __init__(self, strips: LabelledStrips, size: int, virtual: float):
        self.strips, self.size = strips, size
        self.pools = [
            (rows, torch.from_numpy(rarity(strips.states[rows])), share)
            for rows, share in (
                (np.flatnonzero(strips.virtual), virtual),
                (np.flatnonzero(~strips.virtual), 1 - virtual),
            )
            if len(rows) and share
        ]
        self.pool_shares = torch.tensor([share for *_, share in self.pools])

    def rows(self, generator: torch.Generator) -> np.ndarray:
        """Rows of the strips of a batch."""
        pools = torch.multinomial(self.pool_shares, self.size, True, generator=generator)
        found = []
        for number, (rows, weights, _) in enumerate(self.pools):
            count = int((pools == number).sum())
            if count:
                found.append(rows[torch.multinomial(weights, count, True, generator=generator).numpy()])
        return np.concatenate(found)

    def told(self, rows: np.ndarray, embedding: str, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Present, absent, numbers, sex and origin of some rows, some of it left out."""
        strips, count = self.strips, len(rows)

        def chance(*shape: int) -> Tensor:
            return torch.rand(shape, generator=generator)

        states = torch.from_numpy(strips.states[rows])
        if embedding == THREE_STATES:
            hidden = chance(count, states.shape[1]) < chance(count, 1)
            hidden &= chance(count, 1) < SOME_TOLD
            states = states.masked_fill(hidden | (chance(count, 1) < NOTHING_TOLD), UNKNOWN)
        numbers = torch.from_numpy(np.stack([strips.age[rows], strips.rate[rows]], 1))
        numbers = numbers.masked_fill(chance(count, 2) < NOT_TOLD, math.nan)
        sex = torch.from_numpy(strips.sex[rows]).long().masked_fill(chance(count) < NOT_TOLD, 0)
        virtual = strips.virtual[rows]
        origin = torch.from_numpy(
            np.where(virtual, *(ORIGINS.index(one) for one in ("virtual patient", "person")))
        )
        return (
            (states == PRESENT).float(),
            (states == ABSENT).float(),
            numbers,
            sex,
            origin.masked_fill(chance(count) < NOT_TOLD, 0),
        )

    def scores(self, rows: np.ndarray, generator: torch.Generator) -> Tensor:
        """The scores of some rows, some left out."""
        told = [score_input(self.strips.score(row), bool(self.strips.p_known[row])) for row in rows]
        left_out = torch.rand((len(rows), 1, 1), generator=generator) < NO_SCORE
        return torch.from_numpy(np.stack(told)).masked_fill(left_out, 0.0)

    def loss(self, network: Sssd, generator: torch.Generator) -> Tensor:
        """Of one batch."""
        rows = self.rows(generator)
        config = network.config
        gain = 1 + GAIN * (2 * torch.rand(len(rows), 1, 1, generator=generator) - 1)
        clean = torch.from_numpy(self.strips.signals[rows].astype(np.float32)) * gain / config.scale
        told = self.told(rows, config.embedding, generator)
        if config.score:
            told = (*told, self.scores(rows, generator))
        noise = torch.randn(clean.shape, generator=generator)
        weights = torch.from_numpy(np.stack([counting(self.strips.score(row)) for row in rows]))[:, None]
        device = next(network.parameters()).device
        clean, noise, weights, *told = (one.to(device) for one in (clean, noise, weights, *told))
        if config.predicts == CLEAN:
            return _clean_loss(network, clean, noise, told, weights, generator)
        return _noise_loss(network, clean, noise, told, generator)


def _clean_loss(
    network: Sssd,
    clean: Tensor,
    noise: Tensor,
    told: Sequence[Tensor],
    weights: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Of a rectified flow whose network tells the clean end (Li and He 2025, arXiv 2511.13720): the velocity's square."""
    mean, spread = LOGIT_TIME
    time = torch.sigmoid(mean + spread * torch.randn(len(clean), generator=generator)).to(clean)
    return clean_errors(network, clean, noise, time, told).mean()


def clean_errors(network: Sssd, clean: Tensor, noise: Tensor, time: Tensor, told: Sequence[Tensor]) -> Tensor:
    """Squared error of the velocity at every sample (batch, 8, 1000), of a network that tells the clean strip.

    Parameters
    ----------
    clean, noise : Tensor, shape (batch, 8, 1000)
        Of about unit size.
    time : Tensor, shape (batch,)
        From 0 (clean) to 1 (noise).
    told : sequence of Tensor
        What else the network hears, in its order.
    """
    t = time[:, None, None]
    predicted = network((1 - t) * clean + t * noise, time * (TIME_STEPS - 1), *told)
    return ((predicted - clean) / t.clamp_min(LEAST_TIME)).square()


def _noise_loss(
    network: Sssd, clean: Tensor, noise: Tensor, told: Sequence[Tensor], generator: torch.Generator
) -> Tensor:
    """As published: the noise in a step of the diffusion, drawn evenly."""
    powers = torch.tensor(published_powers(), dtype=clean.dtype, device=clean.device)
    step = torch.randint(TIME_STEPS, (len(clean),), generator=generator).to(clean.device)
    kept = powers[step][:, None, None]
    predicted = network(kept.sqrt() * clean + (1 - kept).sqrt() * noise, step.to(clean), *told)
    return (predicted - noise).square().mean()


def counting(score: RhythmScore | None) -> np.ndarray:
    """How much each sample of a strip counts in the loss: (1000,), float32, of mean 1; the same where no score is known.

    The mean that a network learns to tell is the same for any weights; what it learns first is not.
    """
    weights = np.full(SAMPLES, 1.0 if score is None else OUTSIDE, np.float32)
    for chamber, lasts, weight in (("P", P_LASTS, IN_P), ("QRS", QRS_LASTS, 1.0)):
        for onset in () if score is None else score.times(chamber):
            weights[max(0, round(RATE * onset)) : max(0, round(RATE * (onset + lasts)))] = weight
    return weights / weights.mean()


def rarity(states: np.ndarray) -> np.ndarray:
    """How often each strip is drawn (float64): as its rarest statement."""
    present = states == PRESENT
    often = np.maximum(present.sum(0), LEAST_STRIPS) ** (RARITY - 1)
    return np.where(present, often, often.min()).max(1).astype(np.float64)

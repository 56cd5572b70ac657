"""The three stages: fit the autoencoder, train the extractor by contrast, train the diffusion transformer."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import Condition, nothing_known
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor, base_vector, contrastive_loss
from ecgtwin_app.generators.ecgtwin.flow import Flow
from ecgtwin_app.generators.ecgtwin.score_tracks import ventricular_tokens
from ecgtwin_app.training.cases.case_distribution import case_weights
from ecgtwin_app.training.cases.dataset import DROP, CaseTable, with_unknowns
from ecgtwin_app.training.checkpoint import Average
from ecgtwin_app.training.loop import train

log = logging.getLogger(__name__)
#: Latent tokens that the extractor sees of each recording in contrastive training.
WINDOW = 62


@torch.no_grad()
def fit_autoencoder(signals: list[np.ndarray], components: int) -> LappedAutoencoder:
    """Principal components of the lapped coefficients of some signals.

    Parameters
    ----------
    signals : list of ndarray, shape (n, 8, 5000), int16
        Whole microvolts; every array weighs the same, whatever its length.
    """
    whole = LappedAutoencoder(8 * 40)
    second = torch.zeros(320, 320, dtype=torch.float64)
    for array in signals:
        part, count = torch.zeros_like(second), 0
        for chunk in torch.from_numpy(array).split(128):
            a = whole.coefficients(chunk.float() / 1000).flatten(0, 1)
            part += (a.T @ a).double()
            count += len(a)
        second += part / count
    variance, vectors = torch.linalg.eigh(second / len(signals))
    variance, vectors = variance.flip(0)[:components], vectors.flip(1)[:, :components]
    autoencoder = LappedAutoencoder(components)
    autoencoder.basis.copy_(vectors.float())
    # Half-way between raw and unit variance, at unit variance on average.
    root = variance.sqrt()
    autoencoder.scale.copy_((root * root.mean()).sqrt().float())
    return autoencoder


class _Contrast(nn.Module):
    """The extractor with its learned temperature, kept below 100 as in CLIP."""

    def __init__(self, extractor: IndividualBaseExtractor):
        super().__init__()
        self.extractor = extractor
        self.log_temperature = nn.Parameter(torch.tensor(2.66))

    def base(self, latent: Tensor, beat: Tensor, condition: Condition) -> Tensor:
        return base_vector(self.extractor(latent, beat, condition))

    def loss(self, a: Tensor, b: Tensor) -> Tensor:
        return contrastive_loss(a, b, self.log_temperature.clamp(max=4.6).exp())


def train_extractor(
    extractor: IndividualBaseExtractor,
    cases: CaseTable,
    steps: int,
    checkpoint: Path,
    seed: int,
    batch: int = 64,
) -> None:
    """Contrast: one row is one patient; its two sides are a reference and a virtual twin, or two windows."""
    contrast = _Contrast(extractor)
    by_patient = [torch.nonzero(cases.reference == row).flatten() for row in range(len(cases.ref_latent))]
    drawable = torch.tensor([row for row, found in enumerate(by_patient) if len(found) > 2])

    def window(latent: Tensor, rng: torch.Generator, side: int | None = None) -> Tensor:
        low, high = {None: (0, 64), 0: (0, 1), 1: (63, 64)}[side]
        start = int(torch.randint(low, high, (), generator=rng))
        return latent[:, start : start + WINDOW].float()

    def some(beat: Tensor, rng: torch.Generator) -> Tensor:
        return beat * (torch.rand(len(beat), 1, 1, generator=rng) > 0.3)

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        rows = drawable[torch.randperm(len(drawable), generator=rng)[:batch]]
        ref_latent, ref_beat = cases.ref_latent[rows], some(cases.ref_beat[rows].float(), rng)
        ref_condition = with_unknowns(cases.ref_condition.rows(rows), rng)
        if step % 4 == 0:
            a = contrast.base(window(ref_latent, rng, 0), ref_beat, ref_condition)
            b = contrast.base(window(ref_latent, rng, 1), torch.zeros_like(ref_beat), ref_condition)
            return contrast.loss(a, b)
        drawn = torch.stack(
            [by_patient[r][torch.randint(len(by_patient[r]), (), generator=rng)] for r in rows]
        )
        condition = with_unknowns(cases.condition.rows(drawn), rng)
        a = contrast.base(window(ref_latent, rng), ref_beat, ref_condition)
        b = contrast.base(window(cases.target[drawn], rng), some(cases.beat[drawn].float(), rng), condition)
        return contrast.loss(a, b)

    average = train(contrast, batch_loss, steps, checkpoint, 1e-3, seed, name="extractor")
    contrast.load_state_dict(average.values)
    extractor.eval().requires_grad_(False)


@torch.no_grad()
def reference_identity(extractor: IndividualBaseExtractor, cases: CaseTable) -> Tensor:
    """Identity tokens (references, queries, width) of every reference, its condition taken as unknown."""
    parts = []
    for rows in torch.arange(len(cases.ref_latent)).split(64):
        condition = nothing_known(len(rows), cases.ref_statements.shape[1])
        parts.append(extractor(cases.ref_latent[rows].float(), cases.ref_beat[rows].float(), condition))
    return torch.cat(parts)


@torch.no_grad()
def latent_spread(cases: CaseTable, every: int = 7) -> Tensor:
    """Root mean square (2, components) of the latent in ordinary and in ventricular tokens, of some cases."""
    latent = cases.target[::every].float()
    inside = ventricular_tokens(cases.score(torch.arange(0, len(cases), every)))
    return torch.stack([latent[~inside].pow(2).mean(dim=0).sqrt(), latent[inside].pow(2).mean(dim=0).sqrt()])


def train_flow(
    flow: Flow,
    cases: CaseTable,
    identity: Tensor,
    steps: int,
    checkpoint: Path,
    seed: int,
    batch: int = 32,
    rate=8e-4,
) -> Average:
    """Train the diffusion transformer on batches of cases with parts left out at random."""
    weights = torch.from_numpy(case_weights(cases.statements.numpy()))

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        rows = torch.multinomial(weights, batch, replacement=True, generator=rng)
        return flow.loss(cases.target[rows].float(), draw_context(cases, identity, rows, rng), rng)

    return train(flow, batch_loss, steps, checkpoint, rate, seed, name="flow")


def draw_context(cases: CaseTable, identity: Tensor, rows: Tensor, rng: torch.Generator) -> Context:
    """Contexts of some cases with identity, score and statements left out at random."""
    reference = cases.reference[rows]
    known = (torch.rand(len(rows), generator=rng) >= DROP["identity"]) & (reference >= 0)
    scored = (torch.rand(len(rows), generator=rng) >= DROP["score"])[:, None, None]
    return Context(
        with_unknowns(cases.condition.rows(rows), rng),
        identity[reference],
        known,
        cases.laid[rows].float() * (scored & known[:, None, None]),
        cases.score(rows) * scored,
    )

"""Training of the extractor by contrast: two sides of one patient against those of all others in the batch."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor, base_vector, contrastive_loss
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.source import CaseSource, Reference
from ecgtwin_app.training.loop import train
from ecgtwin_app.training.networks.draw_ahead import batches

RATE = 1e-3


class Contrast(nn.Module):
    """The extractor with its learned temperature, kept below 100 as in CLIP."""

    def __init__(self, extractor: IndividualBaseExtractor):
        super().__init__()
        self.extractor = extractor
        self.log_temperature = nn.Parameter(torch.tensor(2.66))

    def forward(self, a: Reference, b: Reference) -> Tensor:
        one, other = (base_vector(self.extractor(r.latent, r.beat, r.condition)) for r in (a, b))
        return contrastive_loss(one, other, self.log_temperature.clamp(max=4.6).exp())


def train_extractor(
    extractor: IndividualBaseExtractor,
    source: CaseSource,
    steps: int,
    checkpoint: Path,
    seed: int,
    batch: int,
    workers: int = 0,
) -> None:
    """Train the extractor in place, to `steps`, going on from `checkpoint`."""
    contrast = Contrast(extractor)
    drawn = batches(partial(source.contrast, batch), source.streamed, seed, steps, workers)

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        return contrast(*(side.to(parallel.device()) for side in drawn(step, rng)))

    average = train(contrast, batch_loss, steps, checkpoint, RATE, seed, name="extractor")
    contrast.load_state_dict(average.values)
    extractor.eval().requires_grad_(False)

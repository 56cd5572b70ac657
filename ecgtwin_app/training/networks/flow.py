"""Training of the flow, the diffusion transformer that performs a score in a patient's beat."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor
from ecgtwin_app.generators.ecgtwin.flow import Flow
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.source import CaseSource
from ecgtwin_app.training.loop import train
from ecgtwin_app.training.networks.draw_ahead import batches

RATE = 8e-4


def train_flow(
    flow: Flow,
    extractor: IndividualBaseExtractor,
    source: CaseSource,
    steps: int,
    checkpoint: Path,
    seed: int,
    batch: int,
    workers: int = 0,
) -> None:
    """Train the flow in place, to `steps`, going on from `checkpoint`.

    Parameters
    ----------
    extractor : IndividualBaseExtractor
        Finished; it reads who the patients are.
    """
    extractor.to(parallel.device())
    source.read_identities(extractor)
    flow.spread.copy_(source.spread(seed))
    drawn = batches(partial(source.batch, batch), source.streamed, seed, steps, workers)

    def batch_loss(step: int, rng: torch.Generator) -> Tensor:
        examples = drawn(step, rng).to(parallel.device())
        return flow.loss(examples.latent, examples.context(extractor), _noise(rng))

    average = train(flow, batch_loss, steps, checkpoint, RATE, seed, name="flow")
    flow.load_state_dict(average.values)


def _noise(rng: torch.Generator) -> torch.Generator:
    """The random numbers of a step on the device that computes it."""
    device = parallel.device()
    return rng if device.type == "cpu" else torch.Generator(device).manual_seed(rng.initial_seed())

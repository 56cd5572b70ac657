"""One run of the training: its data, its folders, its networks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from torch import nn

from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, build, load_modules
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.pairs import Mix
from ecgtwin_app.training.cases.training_data import TrainingData
from ecgtwin_app.training.checkpoint import checkpoint_step, load_averages
from ecgtwin_app.training.warm_start import carry_over


@dataclass(eq=False)
class Run:
    """What the stages share.

    Attributes
    ----------
    data : TrainingData
    config : AdaXConfig
        Sizes of the networks.
    mix : Mix
        What a batch of the ensemble is made of.
    work, out : Path
        The work folder, and that of the finished weights.
    start : Path or None
        Weights to start from instead of from nothing.
    name : str
        Of the weights.
    seed : int
    steps, batch : mapping
        Of each network, by name; batches are those of all processes together.
    """

    data: TrainingData
    config: AdaXConfig
    mix: Mix
    work: Path
    out: Path
    start: Path | None
    name: str
    seed: int
    steps: Mapping[str, int]
    batch: Mapping[str, int]
    began: float = field(default_factory=time.monotonic)

    @cached_property
    def model(self) -> TwinModel:
        """The networks, with fresh weights or those to start from; a stage trains its own in place."""
        torch.manual_seed(self.seed)
        model = build(self.config, self.name)
        model.rhythm = RhythmModel(len(self.config.statements))
        if self.start is not None:
            carry_over(model, load_modules(self.start))
        return model

    def checkpoint(self, network: str) -> Path:
        """The file in the work folder that holds how far a network has come."""
        return self.work / f"{network}.safetensors"

    def steps_done(self, network: str) -> int:
        """How many steps a network has been trained."""
        return checkpoint_step(self.checkpoint(network))

    def trained(self, network: str) -> nn.Module:
        """A network as its own stage left it, for those that come after."""
        module = getattr(self.model, network)
        load_averages(self.checkpoint(network), module)
        return module.eval().requires_grad_(False)

    def share(self, network: str) -> int:
        """The part of a network's batch that falls to this process."""
        return self.batch[network] // parallel.processes()

    def hours(self) -> float:
        """How long the run has taken."""
        return round((time.monotonic() - self.began) / 3600, 2)

"""One run of the training: its data, its folders, its networks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from ecgtwin_app.generators.ecgtwin.adax import DitConfig
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, build, load
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.source import CaseSource
from ecgtwin_app.training.cases.training_data import TrainingData
from ecgtwin_app.training.checkpoint import checkpoint_step, load_averages
from ecgtwin_app.training.warm_start import carry_over

#: What the tensors of a network begin with in its checkpoint, where it is trained as a part of another module.
_PREFIXES = {"extractor": "extractor."}


@dataclass(eq=False)
class Run:
    """What the stages share.

    Attributes
    ----------
    data : TrainingData
    work, out : Path
        The work folder, and that of the finished weights.
    start : Path or None
        Weights to start from instead of from nothing.
    name : str
        Of the weights.
    seed, workers : int
    steps, batch : mapping
        Of each network, by name; batches are those of all processes together.
    """

    data: TrainingData
    work: Path
    out: Path
    start: Path | None
    name: str
    seed: int
    workers: int
    steps: Mapping[str, int]
    batch: Mapping[str, int]
    began: float = field(default_factory=time.monotonic)

    @cached_property
    def _built(self) -> tuple[TwinModel, bool]:
        """The networks with fresh weights or those to start from, and whether the beat model is one of these."""
        torch.manual_seed(self.seed)
        config = DitConfig(STATEMENTS) if self.data.has_hearts else DitConfig(STATEMENTS, beat_depth=0)
        model = build(config, self.name)
        has_beats = self.start is not None and carry_over(model, load(self.start))
        if self.data.has_hearts and model.rhythm is None:
            model.rhythm = RhythmModel(len(STATEMENTS))
        return model, has_beats

    @property
    def model(self) -> TwinModel:
        """The networks; a stage trains its own in place."""
        return self._built[0]

    @property
    def starts_with_beats(self) -> bool:
        """Whether the beat model comes from other weights and keeps its components."""
        return self._built[1]

    @cached_property
    def source(self) -> CaseSource:
        """The encoded cases."""
        return self.data.open(self.work, self.autoencoder)

    @property
    def autoencoder(self) -> LappedAutoencoder:
        """As it was fitted."""
        autoencoder = self.model.autoencoder
        autoencoder.load_state_dict(load_file(self.work / "autoencoder.safetensors"))
        return autoencoder

    def checkpoint(self, network: str) -> Path:
        """The file in the work folder that holds how far a network has come."""
        return self.work / f"{network}.safetensors"

    def steps_done(self, network: str) -> int:
        """How many steps a network has been trained."""
        return checkpoint_step(self.checkpoint(network))

    def trained(self, network: str) -> nn.Module:
        """A network as its own stage left it, for those that come after."""
        module = getattr(self.model, network)
        load_averages(self.checkpoint(network), module, _PREFIXES.get(network, ""))
        return module.eval().requires_grad_(False)

    def share(self, network: str) -> int:
        """The part of a network's batch that falls to this process."""
        return self.batch[network] // parallel.processes()

    def hours(self) -> float:
        """How long the run has taken."""
        return round((time.monotonic() - self.began) / 3600, 2)

"""The networks run by torch."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.graphs import Identity, RhythmKnown, RhythmStep, RhythmWhen, Velocity
from ecgtwin_app.generators.ecgtwin.loaded import Networks
from ecgtwin_app.generators.ecgtwin.rhythm_drawing import RhythmComposer
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, load_modules
from ecgtwin_app.inference import TorchNetwork


def read_with_torch(folder: Path, device: str) -> Networks:
    """The weights of a folder, verified."""
    return networks_of(load_modules(folder), device)


def networks_of(model: TwinModel, device: str = "cpu") -> Networks:
    """A model's modules, which are moved to a device. The rhythm model stays on the processor: its many small steps are
    faster there.
    """
    ensemble = model.to(device).ensemble
    rhythm = None if model.rhythm is None else composer_of(model.rhythm)
    return Networks(drawer_of(ensemble, device), rhythm, model.name, model.sha256, "torch", device, ensemble)


def drawer_of(ensemble: Ensemble, device: str = "cpu") -> WaveDrawer:
    """An ensemble that lies on a device, at work."""
    numbers = {name: value.detach().cpu().numpy() for name, value in ensemble.named_buffers()}
    graphs = (TorchNetwork(graph(ensemble), device) for graph in (Identity, Velocity))
    return WaveDrawer(ensemble.config, numbers, *graphs)


def composer_of(model: RhythmModel) -> RhythmComposer:
    """A rhythm model at work."""
    return RhythmComposer(*(TorchNetwork(graph(model)) for graph in (RhythmKnown, RhythmStep, RhythmWhen)))

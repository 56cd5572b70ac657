"""The network as it is asked: arguments by name, one output; by torch, or as an ONNX file (see `state_space.graphs`)."""

from __future__ import annotations

from ecgtwin_app.generators.sssd.config import SssdConfig
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.state_space.graphs import OfMatrices, Predicting


def inputs_of(config: SssdConfig) -> tuple[str, ...]:
    """Names of a network's inputs, in the order of `Sssd.forward`."""
    return (
        "x",
        "time",
        "present",
        "absent",
        "numbers",
        "sex",
        "origin",
        *(("score",) if config.score else ()),
    )


class Prediction(Predicting):
    """The network with its kernels."""

    def __init__(self, network: Sssd):
        super().__init__(network, inputs_of(network.config))


class Matrices(OfMatrices):
    """The network for an ONNX file."""

    def __init__(self, network: Sssd):
        super().__init__(network, inputs_of(network.config))

    def forward(self, x, time, present, absent, numbers, sex, origin, score=None):
        """See `Sssd.forward`."""
        return (self.network(x, time, present, absent, numbers, sex, origin, score, self.convolutions()),)

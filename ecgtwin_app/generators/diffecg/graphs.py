"""The network as it is asked: arguments by name, one output; by torch, or as an ONNX file (see `state_space.graphs`)."""

from __future__ import annotations

from ecgtwin_app.generators.diffecg.network import Diffecg
from ecgtwin_app.generators.state_space.graphs import OfMatrices, Predicting

#: In the order of `Diffecg.forward`.
INPUTS = ("x", "guess", "hidden", "spectrum", "time", "task")


class Prediction(Predicting):
    """The network with its kernels."""

    def __init__(self, network: Diffecg):
        super().__init__(network, INPUTS)


class Matrices(OfMatrices):
    """The network for an ONNX file."""

    def __init__(self, network: Diffecg):
        super().__init__(network, INPUTS)

    def forward(self, x, guess, hidden, spectrum, time, task):
        """See `Diffecg.forward`."""
        return (self.network(x, guess, hidden, spectrum, time, task, self.convolutions()),)

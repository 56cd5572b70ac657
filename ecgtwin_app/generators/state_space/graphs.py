"""A network of these blocks as it is asked: arguments by name, one output; by torch with its kernels' spectra, or as an ONNX
file.

A file for ONNX Runtime has no Fourier transform, which it runs slowly: there it is a product with a matrix.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.state_space.s4 import Convolution

OUTPUTS = ("predicted",)


class Predicting(nn.Module):
    """A network with its kernels, computed at the first call for all that follow on the same device.

    Parameters
    ----------
    network : nn.Module
        With `convolutions`, and an argument of that name behind the inputs.
    inputs : tuple of str
        In the order of its arguments.

    Attributes
    ----------
    inputs, outputs : tuple of str
    """

    outputs = OUTPUTS

    def __init__(self, network, inputs: tuple[str, ...]):
        super().__init__()
        self.network, self.inputs = network, inputs
        self._made: tuple[torch.device, list[Convolution]] | None = None

    def asked(self, told: Mapping[str, Tensor], outputs: Sequence[str]) -> list[Tensor]:
        """The prediction for inputs by name."""
        if tuple(outputs) != self.outputs:
            raise ValueError(f"it has the output {self.outputs[0]}")
        device = told["x"].device
        if self._made is None or self._made[0] != device:
            self._made = device, self.network.convolutions()
        return [self.network(*(told[name] for name in self.inputs), convolutions=self._made[1])]


class OfMatrices(nn.Module):
    """The same for an ONNX file, less the arguments' names, which each network has its own of: transforms are products with
    two matrices that all layers share."""

    outputs = OUTPUTS

    def __init__(self, network, inputs: tuple[str, ...]):
        super().__init__()
        self.network, self.inputs = network, inputs
        there, back = (nn.Parameter(one) for one in _fourier(network.places))
        self.there, self.back = there, back
        circular = [system.circular(network.places).detach() for system in network.systems()]
        self.spectra = nn.ParameterList(torch.view_as_real(torch.fft.rfft(one)) for one in circular)
        # What the kernels are made of is not wanted any more.
        for system in network.systems():
            del system.kernel

    def convolutions(self) -> list[Convolution]:
        """Each layer's system."""
        return [self._convolution(one) for one in self.spectra]

    def _convolution(self, spectrum: Tensor) -> Convolution:
        real, imaginary = spectrum[..., 0], spectrum[..., 1]

        def convolved(x: Tensor) -> Tensor:
            a, b = (x @ self.there).chunk(2, -1)
            return torch.cat([a * real - b * imaginary, a * imaginary + b * real], -1) @ self.back

        return convolved


def _fourier(length: int) -> tuple[Tensor, Tensor]:
    """A strip (…, n) to the real and imaginary parts of its spectrum over 2 n samples, and its first n samples back."""
    places, waves = torch.arange(length), torch.arange(length + 1)
    angle = math.pi * (torch.outer(places, waves) % (2 * length)).double() / length
    # Every wave but the slowest and the fastest stands for its negative, too.
    weight = torch.full((length + 1,), 1 / length, dtype=torch.float64)
    weight[[0, -1]] /= 2
    there = torch.cat([angle.cos(), -angle.sin()], 1)
    back = torch.cat([weight[:, None] * angle.cos().T, -weight[:, None] * angle.sin().T])
    return there.float(), back.float()

"""Structured state-space layers: a linear system over a strip, performed as one long convolution.

A state x of N complex numbers follows x' = A x + B u, y = 2 Re(C x) + D u. Discretised with a step dt it is a
recurrence, and over a strip of known length a convolution with the kernel K_l = 2 Re(C Ā^l B̄). S4 (Gu, Goel and Ré
2022, arXiv 2111.00396) takes A diagonal plus of rank one, as the HiPPO matrix is; S4D (Gu et al. 2022, arXiv
2206.11893) leaves the rank-one part out, which costs little and makes the kernel a plain sum of exponentials.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ecgtwin_app.generators.state_space.names import DIAGONAL, PUBLISHED

#: Steps dt that a layer begins with, in strips of 1000 samples; a shorter strip has longer ones.
STEPS, OF_SAMPLES = (0.001, 0.1), 1000


#: Strips (batch, width, length) through a linear system.
Convolution = Callable[[Tensor], Tensor]


class DiagonalKernel(nn.Module):
    """S4D: A diagonal, begun as S4D-Lin, held by the bilinear rule or by a zero-order hold.

    Parameters
    ----------
    width : int
        Channels, each with a kernel of its own.
    state : int
        N, pairs of complex conjugates counted once.
    length : int
        Samples of a strip; sets the steps that it begins with.
    directions : int
        2 with a kernel for either direction of time.
    groups : int
        Channels share A and dt within a group, and differ in C: kernels of many channels are then a product of two
        small matrices. As published each channel is its own.
    bilinear : bool
        How it is discretised; False holds the input between samples.
    """

    def __init__(
        self,
        width: int,
        state: int,
        length: int,
        directions: int = 2,
        groups: int = 0,
        bilinear: bool = False,
    ):
        super().__init__()
        groups = groups or width
        if width % groups:
            raise ValueError("groups must divide the width")
        self.bilinear = bilinear
        self.log_step = nn.Parameter(_first_steps(groups, length))
        self.log_decay = nn.Parameter(torch.full((groups, state), math.log(0.5)))
        self.frequency = nn.Parameter(math.pi * torch.arange(state).float().expand(groups, -1).clone())
        self.c = nn.Parameter(torch.randn(directions, width, state, 2) * math.sqrt(0.5))

    def forward(self, length: int) -> Tensor:
        """Kernels (directions, width, length)."""
        step = self.log_step.exp()[:, None]
        a = torch.complex(-self.log_decay.exp(), self.frequency)
        if self.bilinear:
            turned, gain = (1 + step * a / 2) / (1 - step * a / 2), step / (1 - step * a / 2)
            exponent = torch.log(turned)
        else:
            exponent = step * a
            gain = (torch.exp(exponent) - 1) / a
        powers = torch.exp(exponent[..., None] * torch.arange(length, device=a.device))
        c = torch.view_as_complex(self.c)
        directions, width, state = c.shape
        groups = len(step)
        weights = c.view(directions, groups, width // groups, state) * gain[:, None]
        weights = weights.transpose(0, 1).reshape(groups, -1, state)
        # 2 Re(w p) as one product of real matrices.
        real = torch.cat([weights.real, -weights.imag], -1) @ torch.cat([powers.real, powers.imag], -2)
        return 2 * real.view(groups, directions, -1, length).transpose(0, 1).reshape(
            directions, width, length
        )


class PublishedKernel(nn.Module):
    """S4: A = Λ - p p*, begun as the HiPPO matrix (LegS), held by the bilinear rule.

    The kernel comes from its values at the roots of unity, which the Woodbury identity leaves as four sums over the
    state. As published all channels share Λ, p and B, each has a step of its own, and C is learned as C (1 - Ā^L), so that no power of a matrix is needed for a strip of the length L.

    Parameters
    ----------
    width, state, length, directions
        See `DiagonalKernel`; `length` is fixed.
    """

    def __init__(self, width: int, state: int, length: int, directions: int = 2):
        super().__init__()
        self.length = length
        self.log_step = nn.Parameter(_first_steps(width, length))
        diagonal, low_rank, b = hippo(state)
        self.log_decay = nn.Parameter(torch.log(-diagonal.real).float()[None])
        self.frequency = nn.Parameter(diagonal.imag.float()[None])
        self.p = nn.Parameter(torch.view_as_real(low_rank.to(torch.complex64))[None])
        self.b = nn.Parameter(torch.view_as_real(b.to(torch.complex64))[None])
        self.c = nn.Parameter(torch.randn(directions, width, state, 2) * math.sqrt(0.5))
        with torch.no_grad():
            self.c.copy_(torch.view_as_real(self._truncated(torch.view_as_complex(self.c))))

    def forward(self, length: int) -> Tensor:
        """Kernels (directions, width, length); `ValueError` for another length than its own."""
        if length != self.length:
            raise ValueError(f"made for strips of {self.length} samples")
        step = self.log_step.exp()[:, None]
        a = torch.complex(-self.log_decay.exp(), self.frequency)
        p, b, c = (torch.view_as_complex(one) for one in (self.p, self.b, self.c))
        roots = torch.exp(-2j * math.pi * torch.arange(length // 2 + 1, device=a.device) / length)
        # 2 (1 - z) / (1 + z) / dt, finite at z = -1 after multiplying both sides by 1 + z.
        top, bottom = 2 * (1 - roots), 1 + roots
        pairs = torch.stack([c * b, c * p]), torch.stack([p.conj() * b, p.conj() * p])
        of_c = _cauchy(pairs[0], a, step, top, bottom)
        of_p = _cauchy(pairs[1].expand(-1, len(step), -1), a, step, top, bottom)
        spectrum = 2 * (of_c[0] - bottom * of_c[1] * of_p[0] / (1 + bottom * of_p[1]))
        return torch.fft.irfft(spectrum, length)

    def _truncated(self, c: Tensor) -> Tensor:
        """C (1 - Ā^L) of C, once, by powers of the whole matrix."""
        turned, _ = self.system()
        whole = torch.cat([c, c.conj()], -1).to(turned.dtype)
        power = torch.linalg.matrix_power(turned, self.length)
        left = whole - torch.einsum("dhn,hnm->dhm", whole, power)
        return left[..., : c.shape[-1]].to(c.dtype)

    @torch.no_grad()
    def system(self) -> tuple[Tensor, Tensor]:
        """The recurrence: Ā (width, 2 N, 2 N) and B̄ (width, 2 N), complex128, conjugates behind the others."""
        a = torch.complex(-self.log_decay.exp(), self.frequency).to(torch.complex128)
        p, b = (torch.view_as_complex(one).to(torch.complex128) for one in (self.p, self.b))
        width = len(self.log_step)
        a, p, b = (torch.cat([one, one.conj()], -1).expand(width, -1) for one in (a, p, b))
        whole = torch.diag_embed(a) - p[..., :, None] * p[..., None, :].conj()
        step = self.log_step.exp().double()[:, None, None]
        one = torch.eye(a.shape[-1], dtype=a.dtype)
        back = torch.linalg.inv(one - step / 2 * whole)
        return back @ (one + step / 2 * whole), (back @ (step * b[..., None])).squeeze(-1)


def _cauchy(weights: Tensor, a: Tensor, step: Tensor, top: Tensor, bottom: Tensor) -> Tensor:
    """Sums of w / (top / dt - a bottom) over the state and its conjugates, at every root of unity."""
    weights, a = torch.cat([weights, weights.conj()], -1), torch.cat([a, a.conj()], -1)
    below = top / step[..., None] - a[..., None] * bottom  # (width, 2 N, places)
    return torch.einsum("...hn,hnl->...hl", weights, 1 / below)


def hippo(state: int) -> tuple[Tensor, Tensor, Tensor]:
    """Λ, p and B (each (state,) complex128) of the HiPPO matrix LegS of twice that size, one of each conjugate pair."""
    n = torch.arange(2 * state, dtype=torch.float64)
    root = torch.sqrt(2 * n + 1)
    matrix = -torch.tril(root[:, None] * root[None, :], -1) - torch.diag(n + 1)
    p = torch.sqrt(n + 0.5)
    skew = matrix + p[:, None] * p[None, :]
    decay = skew.diagonal().mean()
    # What is left is skew-symmetric but for the decay: of a Hermitian matrix the eigenvalues are found well.
    values, vectors = torch.linalg.eigh((skew - decay * torch.eye(2 * state)).to(torch.complex128) * -1j)
    kept = values.argsort()[state:]
    vectors = vectors[:, kept]
    return (
        torch.complex(decay.expand(state).clone(), values[kept]),
        vectors.conj().T @ p.to(torch.complex128),
        vectors.conj().T @ root.to(torch.complex128),
    )


def _first_steps(width: int, length: int) -> Tensor:
    low, high = (math.log(step * OF_SAMPLES / length) for step in STEPS)
    return torch.rand(width) * (high - low) + low


class S4(nn.Module):
    """A bidirectional state-space layer as SSSD has it: system, GELU, mixing of channels, and a normed way around.

    Parameters
    ----------
    width, state, length
        See `DiagonalKernel`.
    kernel : str
        `DIAGONAL` or `PUBLISHED`.
    groups : int
        See `DiagonalKernel`.
    """

    def __init__(self, width: int, state: int, length: int, kernel: str = DIAGONAL, groups: int = 0):
        super().__init__()
        self.kernel = (
            PublishedKernel(width, state, length)
            if kernel == PUBLISHED
            else DiagonalKernel(width, state, length, groups=groups)
        )
        self.direct = nn.Parameter(torch.randn(width))
        self.mix = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def circular(self, length: int) -> Tensor:
        """Both directions' kernels as one of twice the length (width, 2 length): time that has passed, then what comes."""
        forward, backward = self.kernel(length)
        return F.pad(forward, (0, length)) + F.pad(backward.flip(-1), (length, 0))

    def convolution(self, length: int) -> Convolution:
        """The system as a convolution over strips of a length, its kernels computed once."""
        spectrum = torch.fft.rfft(self.circular(length))
        return lambda x: torch.fft.irfft(torch.fft.rfft(x, 2 * length) * spectrum, 2 * length)[..., :length]

    def forward(self, x: Tensor, convolution: Convolution | None = None) -> Tensor:
        """Strips (batch, width, length) to such.

        Parameters
        ----------
        convolution : callable or None
            What `convolution` gave, where many calls share it.
        """
        if convolution is None:
            y = cast(Tensor, _Convolved.apply(x, self.circular(x.shape[-1])))
        else:
            y = convolution(x)
        y = F.gelu(y + self.direct[:, None] * x)
        return self.norm(x.transpose(1, 2) + self.mix(y.transpose(1, 2))).transpose(1, 2)


class _Convolved(torch.autograd.Function):
    """Strips (batch, width, n) with circular kernels (width, 2 n), whose gradient takes two transforms, not six."""

    @staticmethod
    def forward(ctx, x: Tensor, kernel: Tensor) -> Tensor:
        length = x.shape[-1]
        of_x, of_kernel = torch.fft.rfft(x, 2 * length), torch.fft.rfft(kernel)
        ctx.save_for_backward(of_x, of_kernel)
        return torch.fft.irfft(of_x * of_kernel, 2 * length)[..., :length]

    @staticmethod
    def backward(ctx, *gradients: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        of_x, of_kernel = ctx.saved_tensors
        length = gradients[0].shape[-1]
        of_y = torch.fft.rfft(gradients[0], 2 * length)
        of_input = torch.fft.irfft(of_y * of_kernel.conj(), 2 * length)[..., :length]
        return of_input, torch.fft.irfft((of_y * of_x.conj()).sum(0), 2 * length)

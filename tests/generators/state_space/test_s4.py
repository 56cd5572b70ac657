"""State-space kernels: against their recurrences, against each other, and as convolutions."""

import numpy as np
import pytest
import torch
from torch import Tensor

from ecgtwin_app.generators.state_space import s4
from ecgtwin_app.generators.state_space.s4 import S4, DiagonalKernel, PublishedKernel, hippo

WIDTH, STATE, LENGTH = 3, 4, 40


def recurrence(turned: Tensor, entered: Tensor, c: Tensor, length: int) -> Tensor:
    """C Ā^l B̄ (width, length), step by step."""
    state, found = entered, []
    for _ in range(length):
        found.append((c * state).sum(-1))
        state = (turned @ state[..., None]).squeeze(-1)
    return torch.stack(found, -1)


def test_the_hippo_matrix_is_normal_plus_low_rank():
    diagonal, p, b = hippo(STATE)
    whole, low, entered = (torch.cat([one, one.conj()]) for one in (diagonal, p, b))
    found = np.linalg.eigvals((torch.diag(whole) - low[:, None] * low[None].conj()).numpy())
    # Lower triangular: its eigenvalues stand on its diagonal, -1 to -n.
    np.testing.assert_allclose(np.sort(found.real), -np.arange(2 * STATE, 0, -1), atol=1e-6)
    np.testing.assert_allclose(found.imag, 0, atol=1e-6)
    n = np.arange(2 * STATE)
    assert float((entered.abs() ** 2).sum()) == pytest.approx((2 * n + 1).sum())
    assert float((low.abs() ** 2).sum()) == pytest.approx((n + 0.5).sum())


def test_the_published_kernel_is_its_recurrence():
    torch.manual_seed(1)
    kernel = PublishedKernel(WIDTH, STATE, LENGTH)
    turned, entered = kernel.system()
    truncated = torch.view_as_complex(kernel.c).to(torch.complex128)
    truncated = torch.cat([truncated, truncated.conj()], -1)
    left = torch.eye(2 * STATE) - torch.linalg.matrix_power(turned, LENGTH)
    found = kernel(LENGTH)
    assert found.shape == (2, WIDTH, LENGTH)
    for direction in range(2):
        c = torch.linalg.solve(left.transpose(-1, -2), truncated[direction][..., None]).squeeze(-1)
        told = recurrence(turned, entered, c, LENGTH)
        assert told.imag.abs().max() < 1e-9
        torch.testing.assert_close(found[direction].double(), told.real, atol=2e-4, rtol=2e-4)
    with pytest.raises(ValueError, match="40 samples"):
        kernel(LENGTH + 1)


@pytest.mark.parametrize("bilinear", [True, False])
def test_the_diagonal_kernel_is_its_recurrence(bilinear):
    torch.manual_seed(2)
    kernel = DiagonalKernel(WIDTH, STATE, LENGTH, bilinear=bilinear).double()
    step = kernel.log_step.exp()[:, None]
    a = torch.complex(-kernel.log_decay.exp(), kernel.frequency)
    if bilinear:
        turned, entered = (1 + step * a / 2) / (1 - step * a / 2), step / (1 - step * a / 2)
    else:
        turned = torch.exp(step * a)
        entered = (turned - 1) / a
    c = torch.view_as_complex(kernel.c)[0]
    told = 2 * recurrence(torch.diag_embed(turned), entered.to(turned.dtype), c, LENGTH).real
    torch.testing.assert_close(kernel(LENGTH)[0], told)


def test_without_its_low_rank_part_the_published_kernel_is_the_diagonal_one():
    torch.manual_seed(3)
    published = PublishedKernel(WIDTH, STATE, LENGTH)
    diagonal = DiagonalKernel(WIDTH, STATE, LENGTH, bilinear=True)
    with torch.no_grad():
        published.p.zero_()
        for name in ("log_step", "log_decay", "frequency"):
            getattr(diagonal, name).copy_(getattr(published, name))
        step = published.log_step.exp()[:, None]
        a = torch.complex(-published.log_decay.exp(), published.frequency)
        turned = (1 + step * a / 2) / (1 - step * a / 2)
        whole = torch.view_as_complex(published.c) / (1 - turned**LENGTH)
        diagonal.c.copy_(torch.view_as_real(whole * torch.view_as_complex(published.b)))
    torch.testing.assert_close(published(LENGTH), diagonal(LENGTH), atol=1e-4, rtol=1e-3)


def test_channels_of_a_group_share_their_system():
    torch.manual_seed(4)
    grouped = DiagonalKernel(6, STATE, LENGTH, groups=2)
    single = DiagonalKernel(6, STATE, LENGTH)
    with torch.no_grad():
        for name in ("log_step", "log_decay", "frequency"):
            getattr(single, name).copy_(getattr(grouped, name).repeat_interleave(3, 0))
        single.c.copy_(grouped.c)
    torch.testing.assert_close(grouped(LENGTH), single(LENGTH))
    with pytest.raises(ValueError, match="divide"):
        DiagonalKernel(6, STATE, LENGTH, groups=4)


@pytest.mark.parametrize("kernel", ["s4d", "s4"])
def test_a_layer_sees_both_directions_and_its_kernels_once_give_the_same(kernel):
    torch.manual_seed(5)
    layer = S4(WIDTH, STATE, LENGTH, kernel)
    x = torch.randn(2, WIDTH, LENGTH)
    passed, coming = layer.kernel(LENGTH)
    told = torch.zeros_like(x)
    for n in range(LENGTH):
        for m in range(LENGTH):
            told[..., n] += (passed[:, n - m] if m <= n else coming[:, m - n - 1]) * x[..., m]
    torch.testing.assert_close(layer.convolution(LENGTH)(x), told, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(layer(x), layer(x, layer.convolution(LENGTH)), atol=1e-5, rtol=1e-5)


def test_the_gradient_of_the_convolution_is_right():
    torch.manual_seed(6)
    x = torch.randn(2, 3, 6, dtype=torch.double, requires_grad=True)
    kernel = torch.randn(3, 12, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(s4._Convolved.apply, (x, kernel))

"""How a flutter wave looks: components of the waves of virtual loops, drawn with the sizes these have.

The sinus rhythm does not show how a patient's atria would flutter, so a wave is drawn from what loops in
general look like. Counter-clockwise and clockwise loops are two families, told by the lead in which a
flutter is read, II.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: Leads, phases, components and families.
LEADS, POINTS, COMPONENTS, FAMILIES = 8, 64, 10, 2
_II = 1


class FlutterWave(nn.Module):
    """A Gaussian of principal components for each family of loops, and of the logarithm of their size."""

    share: Tensor
    log_size: Tensor
    mean: Tensor
    basis: Tensor

    def __init__(self):
        super().__init__()
        self.register_buffer("share", torch.zeros(FAMILIES))
        self.register_buffer("log_size", torch.zeros(FAMILIES, 2))
        self.register_buffer("mean", torch.zeros(FAMILIES, LEADS * POINTS))
        self.register_buffer("basis", torch.zeros(FAMILIES, COMPONENTS, LEADS * POINTS))

    @torch.no_grad()
    def fit(self, waves: Tensor) -> None:
        """Set everything from waves (n, 8, 64), mV."""
        flat = waves.double().flatten(1)
        size = flat.pow(2).mean(dim=1, keepdim=True).sqrt()
        # A counter-clockwise loop falls slowly: it is above its mean at the start of a wave.
        clockwise = (waves[:, _II, : POINTS // 3].mean(dim=1) < 0).long()
        for family in range(FAMILIES):
            mine = clockwise == family
            if mine.sum() <= COMPONENTS:
                continue
            shapes = flat[mine] / size[mine]
            self.share[family] = mine.double().mean()
            self.log_size[family, 0] = size[mine].log().mean()
            self.log_size[family, 1] = size[mine].log().std()
            self.mean[family] = shapes.mean(dim=0)
            _, spread, vectors = torch.linalg.svd(shapes - shapes.mean(dim=0), full_matrices=False)
            scaled = spread[:COMPONENTS, None] / len(shapes) ** 0.5 * vectors[:COMPONENTS]
            self.basis[family] = scaled

    @torch.no_grad()
    def draw(self, seed: int) -> Tensor:
        """One wave (8, 64), mV."""
        generator = torch.Generator().manual_seed(seed)
        family = int(torch.rand((), generator=generator) >= self.share[0].cpu())
        weights = torch.randn(COMPONENTS, generator=generator).to(self.mean.device)
        # Sizes are uniform in the logarithm, so no draw is far out.
        centre, spread = self.log_size[family].tolist()
        size = centre + spread * (2 * float(torch.rand((), generator=generator)) - 1) * 3**0.5
        wave = self.mean[family] + weights @ self.basis[family]
        return (torch.tensor(size).exp().item() * wave).unflatten(0, (LEADS, POINTS)).float()

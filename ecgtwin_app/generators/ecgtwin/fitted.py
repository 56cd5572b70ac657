"""What is fitted to beats and not trained: the components of the codec, and the flutter wave."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.beat_codec import COMPONENTS, Components
from ecgtwin_app.generators.ecgtwin.beat_shape import WINDOWS
from ecgtwin_app.generators.ecgtwin.flutter_wave import COMPONENTS as OF_FLUTTER
from ecgtwin_app.generators.ecgtwin.flutter_wave import FAMILIES, LEADS, POINTS

#: Row of the lead in which a flutter is read.
_II = 1


class BeatCodec(nn.Module, Components):
    """Components of the beats that it was fitted to."""

    def __init__(self):
        super().__init__()
        for part, (_, length) in WINDOWS.items():
            self.register_buffer(f"basis_{part}", torch.zeros(8 * length, COMPONENTS[part]))
            self.register_buffer(f"mean_{part}", torch.zeros(8 * length))

    @torch.no_grad()
    def fit(self, waves: dict[str, Tensor]) -> None:
        """Principal components of windows (n, 8, length) of each part."""
        for part, values in waves.items():
            flat = values.flatten(1).double()
            mean = flat.mean(dim=0)
            second = (flat - mean).T @ (flat - mean) / len(flat)
            vectors = torch.linalg.eigh(second).eigenvectors.flip(1)[:, : COMPONENTS[part]]
            self.of("basis", part).copy_(vectors)
            self.of("mean", part).copy_(mean)


class FlutterWave(nn.Module):
    """`flutter_wave.FlutterLaw`, fitted to virtual loops."""

    share: Tensor
    log_size: Tensor
    mean: Tensor
    basis: Tensor

    def __init__(self):
        super().__init__()
        self.register_buffer("share", torch.zeros(FAMILIES))
        self.register_buffer("log_size", torch.zeros(FAMILIES, 2))
        self.register_buffer("mean", torch.zeros(FAMILIES, LEADS * POINTS))
        self.register_buffer("basis", torch.zeros(FAMILIES, OF_FLUTTER, LEADS * POINTS))

    @torch.no_grad()
    def fit(self, waves: Tensor) -> None:
        """Set everything from waves (n, 8, 64), mV."""
        flat = waves.double().flatten(1)
        size = flat.pow(2).mean(dim=1, keepdim=True).sqrt()
        # A counter-clockwise loop falls slowly: it is above its mean at the start of a wave.
        clockwise = (waves[:, _II, : POINTS // 3].mean(dim=1) < 0).long()
        for family in range(FAMILIES):
            mine = clockwise == family
            if mine.sum() <= OF_FLUTTER:
                continue
            shapes = flat[mine] / size[mine]
            self.share[family] = mine.double().mean()
            self.log_size[family, 0] = size[mine].log().mean()
            self.log_size[family, 1] = size[mine].log().std()
            self.mean[family] = shapes.mean(dim=0)
            _, spread, vectors = torch.linalg.svd(shapes - shapes.mean(dim=0), full_matrices=False)
            scaled = spread[:OF_FLUTTER, None] / len(shapes) ** 0.5 * vectors[:OF_FLUTTER]
            self.basis[family] = scaled

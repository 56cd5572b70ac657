"""Beats as vectors: principal components of the windows of P, QRS and T, and durations."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS, WINDOWS, pack_beat, unpack_beat

#: Principal components of each part.
COMPONENTS = {"p": 24, "qrs": 88, "t": 44}
SIZE = sum(COMPONENTS.values()) + len(DURATIONS)
#: Which part of the beat each duration belongs to.
_DURATION_OF = {
    "qrs_duration": "qrs", "qrs_peak": "qrs", "jt": "t", "t_peak": "t", "p_duration": "p", "p_peak": "p",
}  # fmt: skip


def part_mask(*parts: str) -> Tensor:
    """Which numbers (SIZE,) of a beat's vector, bool, belong to some of "p", "qrs" and "t"."""
    components = [part in parts for part, count in COMPONENTS.items() for _ in range(count)]
    return torch.tensor(components + [_DURATION_OF[name] in parts for name in DURATIONS])


class BeatCodec(nn.Module):
    """Windows to principal components and back; durations pass as they are."""

    basis_p: Tensor

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
            getattr(self, f"basis_{part}").copy_(vectors)
            getattr(self, f"mean_{part}").copy_(mean)

    def encode(self, waves: dict[str, Tensor], durations: Tensor) -> Tensor:
        """Beat vectors (n, SIZE)."""
        parts = [
            (waves[part].flatten(1) - getattr(self, f"mean_{part}")) @ getattr(self, f"basis_{part}")
            for part in WINDOWS
        ]
        return torch.cat([*parts, durations], dim=1)

    def decode(self, vector: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """The inverse of `encode`: windows and durations."""
        *parts, durations = vector.split([*COMPONENTS.values(), len(DURATIONS)], dim=1)
        waves = {
            name: (part @ getattr(self, f"basis_{name}").T + getattr(self, f"mean_{name}")).unflatten(
                1, (8, -1)
            )
            for name, part in zip(WINDOWS, parts, strict=True)
        }
        return waves, durations

    def vector(self, template: BeatTemplate) -> Tensor:
        """Beat vector (1, SIZE) of a template."""
        waves, durations = pack_beat(template)
        device = self.basis_p.device
        return self.encode(
            {part: torch.from_numpy(wave)[None].to(device) for part, wave in waves.items()},
            torch.from_numpy(durations)[None].to(device),
        )

    def templates(self, vectors: Tensor, like: BeatTemplate) -> list[BeatTemplate]:
        """Templates of beat vectors (n, SIZE); cycle length and PR are those of `like`."""
        waves, durations = self.decode(vectors)
        plain = {part: wave.float().cpu().numpy() for part, wave in waves.items()}
        return [
            unpack_beat({part: wave[row] for part, wave in plain.items()}, one, like)
            for row, one in enumerate(durations.float().cpu().numpy())
        ]

"""The network that was trained on real records: many fixed convolutions of many spans, and one learned layer.

A few hundred filters of nine samples, each of one to three leads and spread over 0.08 to 5 s, are drawn at random and
stay as they are. Of each the network takes how much of the strip exceeds two thresholds and how far its largest
excursion goes; how even the beats follow each other and how large the leads are come beside. Only the layer that weighs
all this is learned: 1,300 real records of 25 labels are too few for more, and it is found in seconds, exactly.

Dempster, Petitjean and Webb, ROCKET, Data Mining and Knowledge Discovery 2020;34:1454; MiniRocket, KDD 2021:248 (share
of positive values, thresholds from the training data).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecgtwin_app.recognition.rhythm import NUMBERS

LEADS = 8
#: Samples between two taps of a filter, the filters of each, and the taps.
SPANS, FILTERS, TAPS = (1, 2, 4, 8, 16, 32, 64), 64, 9
#: Thresholds of each filter.
THRESHOLDS = 2
#: A tall wave counts by its logarithm; below so much (mV) it is noise.
_LEAST_WAVE, _LEAST_LEAD = 0.02, 0.05


class Recogniser(nn.Module):
    """Strips to a logit for each label.

    Parameters
    ----------
    labels : int

    Attributes
    ----------
    filters : Tensor, shape (spans, filters, 8, taps)
    levels : Tensor, shape (spans, filters, thresholds)
        mV.
    centre, spread : Tensor, shape (features,)
        Of the features among training records.
    head : nn.Linear
        What is learned.
    """

    inputs = ("strips", "rhythm")
    outputs = ("logits",)
    filters: Tensor
    levels: Tensor
    centre: Tensor
    spread: Tensor

    def __init__(self, labels: int):
        super().__init__()
        features = len(SPANS) * FILTERS * (THRESHOLDS + 1) + LEADS + NUMBERS
        self.register_buffer("filters", torch.zeros(len(SPANS), FILTERS, LEADS, TAPS))
        self.register_buffer("levels", torch.zeros(len(SPANS), FILTERS, THRESHOLDS))
        self.register_buffer("centre", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.head = nn.Linear(features, labels)

    def forward(self, strips: Tensor, rhythm: Tensor) -> tuple[Tensor]:
        """Logits (batch, labels) of strips (batch, 8, samples) in millivolts at 100 Hz, and of their `rhythm.evenness`."""
        return (self.head((self.features(strips, rhythm) - self.centre) / self.spread),)

    def asked(self, told: Mapping[str, Tensor], _outputs: Sequence[str]) -> tuple[Tensor]:
        """The only output, "logits", for inputs by name."""
        return self(*(told[name] for name in self.inputs))

    def features(self, strips: Tensor, rhythm: Tensor) -> Tensor:
        """What the learned layer weighs, shape (batch, features)."""
        seen = []
        for filters, levels, span in zip(self.filters, self.levels, SPANS, strict=True):
            answers = functional.conv1d(strips, filters, dilation=span, padding=TAPS // 2 * span)
            seen += [(answers > level[:, None]).float().mean(-1) for level in levels.T]
            seen.append(torch.log(answers.amax(-1).clamp(min=0) + _LEAST_WAVE))
        size = torch.log(strips.amax(-1) - strips.amin(-1) + _LEAST_LEAD)
        return torch.cat([*seen, size, rhythm], 1)

    @torch.no_grad()
    def draw_filters(self, strips: Tensor, seed: int) -> None:
        """Draw the filters, and their thresholds from what they answer to some strips (n, 8, samples)."""
        rng = torch.Generator().manual_seed(seed)
        for row, span in enumerate(SPANS):
            filters = torch.randn(FILTERS, LEADS, TAPS, generator=rng)
            filters -= filters.mean(-1, keepdim=True)
            count = torch.randint(1, 4, (FILTERS, 1), generator=rng)
            rank = torch.rand(FILTERS, LEADS, generator=rng).argsort(1).argsort(1)
            filters *= (rank < count)[:, :, None]
            filters /= filters.flatten(1).norm(dim=1)[:, None, None]
            self.filters[row] = filters.half().float()  # as they are kept
            answers = functional.conv1d(strips, self.filters[row], dilation=span, padding=TAPS // 2 * span)
            answers = answers.transpose(0, 1).flatten(1)
            some = torch.randperm(answers.shape[1], generator=rng)[:3000]
            share = torch.rand(FILTERS, THRESHOLDS, generator=rng) * 0.96 + 0.02
            ordered = answers[:, some].sort(1).values
            self.levels[row] = ordered.gather(1, (share * (len(some) - 1)).long()).half().float()

"""A table of versions whose vectors say which they are, for tests of what is drawn from it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.generators.ecgtwin.beat_codec import COMPONENTS, SIZE
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS
from ecgtwin_app.generators.ecgtwin.conditioning import NUMBERS, statement_states
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec
from ecgtwin_app.training.cases.case_distribution import MORPHOLOGIES, STATEMENTS
from ecgtwin_app.training.cases.version_table import VersionTable

#: Where in a vector the row and the heart are told.
ROW, HEART = 0, 1


def told_table(
    virtual: int = 6, versions: int = 8, visits: tuple[int, ...] = (1, 1, 1, 2, 3)
) -> VersionTable:
    """Virtual hearts of so many versions each, a real recording of the first of them, and patients of `visits`.

    The first two versions of a virtual heart are unchanged, the last two of other origin.
    """
    rows: list[tuple[int, bool, int, tuple[str, ...]]] = []
    shapes = list(MORPHOLOGIES)
    for heart in range(virtual):
        for number in range(versions):
            other = number >= versions - 2
            names = (NORMAL,) if number < 2 or other else (NORMAL, shapes[(heart + number) % len(shapes)])
            rows.append((heart, True, 1 + number if other else 0, names))
        if heart == 0:
            rows.append((heart, False, 0, (NORMAL,)))
    for patient, count in enumerate(visits):
        for visit in range(count):
            names = (NORMAL,) if visit == 0 else (NORMAL, shapes[visit])
            rows.append((virtual + patient, False, 0, names))
    heart = torch.tensor([row[0] for row in rows])
    number = torch.arange(len(rows))
    _, count = torch.unique(heart, return_counts=True)
    first = (torch.cumsum(count, 0) - count)[heart]
    is_virtual = torch.tensor([row[1] for row in rows])
    beats = torch.zeros(len(rows), 4, SIZE)
    beats[:, :, ROW], beats[:, :, HEART] = number[:, None].float(), heart[:, None].float()
    kind = torch.tensor([row[2] for row in rows])
    assert kind.max() < len(KINDS)
    return VersionTable(
        beats=beats,
        has_p=torch.ones(len(rows), dtype=torch.bool),
        virtual=is_virtual,
        kind=kind,
        states=torch.from_numpy(np.stack([statement_states(STATEMENTS, row[3]) for row in rows])),
        severity=torch.full((len(rows), len(STATEMENTS)), 0.5),
        numbers=torch.full((len(rows), len(NUMBERS)), 60.0),
        sex=torch.ones(len(rows), dtype=torch.int64),
        heart=heart,
        first=first,
        count=count[heart],
        base=torch.where(is_virtual[first], first, -1),
    )


@torch.no_grad()
def quick_fit(codec: BeatCodec, waves: dict[str, Tensor]) -> None:
    """As `BeatCodec.fit`, in less time where there are fewer beats than samples."""
    for part, values in waves.items():
        flat = values.flatten(1).double()
        mean = flat.mean(dim=0)
        *_, vectors = torch.linalg.svd(flat - mean, full_matrices=False)
        # Beyond as many components as there are beats stands anything that is at a right angle to them.
        filled = torch.cat(
            [vectors.T, torch.eye(flat.shape[1], COMPONENTS[part], dtype=torch.float64)], dim=1
        )
        basis, _ = torch.linalg.qr(filled[:, : COMPONENTS[part]])
        getattr(codec, f"basis_{part}").copy_(basis)
        getattr(codec, f"mean_{part}").copy_(mean)

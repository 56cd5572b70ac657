"""Training cases in memory: latents, scores, conditions; and batches of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.model.autoencoder import LappedAutoencoder
from ecgtwin_app.model.conditioning import UNKNOWN, Condition

#: How often each part is left out in training, so that guidance works and unknowns are normal.
DROP = {"statements": 0.1, "one statement": 0.1, "number": 0.15, "sex": 0.2, "identity": 0.1, "score": 0.12}


@dataclass(eq=False)
class CaseTable:
    """All cases of a folder of shards.

    Attributes
    ----------
    target, laid : Tensor, shape (cases, tokens, components), float16
        Latents of the case and of the patient's beat laid along its score.
    score : Tensor, shape (cases, tokens, features), float16
    beat : Tensor, shape (cases, 8, 500), float32
        Representative beat of the target, zeros where it was not formed.
    condition : Condition
    reference : Tensor, shape (cases,), int64
        Row in the reference table; -1 for a case without a reference.
    ref_latent, ref_beat, ref_condition
        The same for the references.
    """

    target: Tensor
    laid: Tensor
    score: Tensor
    beat: Tensor
    condition: Condition
    reference: Tensor
    ref_latent: Tensor
    ref_beat: Tensor
    ref_condition: Condition

    def __len__(self) -> int:
        return len(self.target)


def _condition(shards: list[dict], prefix: str) -> Condition:
    return Condition(
        torch.from_numpy(np.concatenate([s[prefix + "statements"] for s in shards]).astype(np.int64)),
        torch.from_numpy(np.concatenate([s[prefix + "numbers"] for s in shards]).astype(np.float32)),
        torch.from_numpy(np.concatenate([s[prefix + "sex"] for s in shards]).astype(np.int64)),
    )


def _encode(autoencoder: LappedAutoencoder, microvolts: np.ndarray) -> Tensor:
    parts = torch.from_numpy(microvolts).split(256)
    return torch.cat([autoencoder.encode(part.float() / 1000).half() for part in parts])


@torch.no_grad()
def load_cases(folder: Path, autoencoder: LappedAutoencoder) -> CaseTable:
    """Read every shard of `folder` and encode its signals; they are dropped shard by shard."""
    shards = []
    for path in sorted(folder.glob("cases_*.npz")):
        with np.load(path, allow_pickle=False) as z:
            shard = {name: z[name] for name in z.files if name not in ("target", "laid", "ref_signal")}
            for name in ("target", "laid", "ref_signal"):
                shard[name] = _encode(autoencoder, z[name])
        shards.append(shard)
    if not shards:
        raise FileNotFoundError(f"No training cases in {folder}.")

    def joined(name: str) -> Tensor:
        first = shards[0][name]
        if isinstance(first, Tensor):
            return torch.cat([s[name] for s in shards])
        return torch.from_numpy(np.concatenate([s[name] for s in shards]))

    rows = {int(patient): row for row, patient in enumerate(joined("ref_patient"))}
    reference = torch.tensor([rows.get(int(patient), -1) for patient in joined("patient")])
    return CaseTable(
        joined("target"),
        joined("laid"),
        joined("score"),
        joined("beat"),
        _condition(shards, ""),
        reference,
        joined("ref_signal"),
        joined("ref_beat"),
        _condition(shards, "ref_"),
    )


def pick(condition: Condition, rows: Tensor) -> Condition:
    """The conditions of some rows."""
    return Condition(condition.statements[rows], condition.numbers[rows], condition.sex[rows])


def with_unknowns(condition: Condition, rng: torch.Generator) -> Condition:
    """The conditions with random parts unknown: all statements, single ones, each number, the sex."""

    def chance(p: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=rng) < p

    n, s = condition.statements.shape
    hidden = chance(DROP["statements"], n, 1) | chance(DROP["one statement"], n, s)
    return Condition(
        condition.statements.masked_fill(hidden, UNKNOWN),
        condition.numbers.masked_fill(chance(DROP["number"], n, condition.numbers.shape[1]), float("nan")),
        condition.sex.masked_fill(chance(DROP["sex"], n), 0),
    )

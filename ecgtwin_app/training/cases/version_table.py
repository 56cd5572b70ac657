"""The versions of all hearts as vectors in memory: 162 numbers a beat, so that the largest collection fits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.beat_shape import WINDOWS
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec
from ecgtwin_app.training.cases.case_distribution import STATEMENTS

#: Versions that the components of beats are fitted to at most, and beats of each: its median and a single one.
FITTED, FITTED_BEATS = 15_000, 2
_COLUMNS = ("has_p", "kind", "states", "severity", "numbers", "sex", "heart")
#: More versions than this are kept in half precision.
HALF_BEYOND = 400_000


@dataclass(frozen=True, eq=False)
class VersionTable:
    """All versions, those of one heart in adjoining rows, virtual ones first.

    Attributes
    ----------
    beats : Tensor, shape (versions, beats, SIZE)
        Median and single ones; in half precision where there are very many.
    has_p, virtual : Tensor, shape (versions,), bool
    kind : Tensor, shape (versions,), int64
    states : Tensor, shape (versions, statements), int8
    severity, numbers : Tensor, shape (versions, statements) and (versions, len(NUMBERS))
    sex : Tensor, shape (versions,), int64
    heart, first, count, base : Tensor, shape (versions,), int64
        Number of the heart, its first row, how many rows it has, and its row of the conducted beat unchanged by any
        condition (-1 where there is none).
    """

    beats: Tensor
    has_p: Tensor
    virtual: Tensor
    kind: Tensor
    states: Tensor
    severity: Tensor
    numbers: Tensor
    sex: Tensor
    heart: Tensor
    first: Tensor
    count: Tensor
    base: Tensor

    def __len__(self) -> int:
        return len(self.kind)

    def vectors(self, rows: Tensor) -> Tensor:
        """Beats (rows, beats, SIZE), float32, of some versions."""
        return self.beats[rows].float()

    def condition(self, rows: Tensor) -> ConditionBatch:
        """What is said of some versions."""
        severity, numbers = self.severity[rows].float(), self.numbers[rows]
        return ConditionBatch(self.states[rows].long(), severity, numbers, self.sex[rows])


def count_versions(folder: Path) -> dict[str, int]:
    """How many versions, hearts and real recordings the shards of a folder hold."""
    hearts: set[str] = set()
    versions = real = 0
    for path in shards(folder):
        of = _read(path, "heart")
        hearts.update(of.tolist())
        versions += len(of)
        real += 0 if _is_virtual(path) else len(of)
    return {"versions": versions, "hearts": len(hearts), "real recordings": real}


def shards(folder: Path) -> list[Path]:
    """The shards of a folder.

    Raises
    ------
    EcgError
        It holds none, or they were made for other statements than are trained now.
    """
    paths = sorted(folder.glob("virtual_*.npz")) + sorted(folder.glob("real_*.npz"))
    if not paths:
        raise EcgError(
            "{folder} holds no beats to train on; run the stage 'cases' first.", folder=folder.name
        )
    with np.load(paths[0], allow_pickle=False) as z:
        made = z["states"].shape[1]
    if made != len(STATEMENTS):
        raise EcgError(
            "The cases were made for {shape} conditions, and {statements} are trained now; "
            "use a new work folder.",
            shape=made,
            statements=len(STATEMENTS),
        )
    return paths


def _is_virtual(path: Path) -> bool:
    return path.name.startswith("virtual")


def fit_codec(folder: Path, codec: BeatCodec) -> None:
    """Set the components of `codec` to a share of the beats of a folder, in place."""
    paths = shards(folder)
    every = -(-sum(len(_read(path, "kind")) for path in paths) // FITTED)
    sample: dict[str, list[Tensor]] = {part: [] for part in WINDOWS}
    for path in paths:
        with np.load(path, allow_pickle=False) as z:
            for part in WINDOWS:
                sample[part].append(torch.from_numpy(z[part][::every, :FITTED_BEATS]).float().flatten(0, 1))
    codec.fit({part: torch.cat(values) for part, values in sample.items()})


def load_versions(folder: Path, codec: BeatCodec) -> VersionTable:
    """Read all shards of a folder, beats as vectors of a fitted `codec`."""
    paths = shards(folder)
    columns = {name: np.concatenate([_read(path, name) for path in paths]) for name in _COLUMNS}
    virtual = np.concatenate([np.full(len(_read(path, "kind")), _is_virtual(path)) for path in paths])
    order = np.lexsort((~virtual, columns["heart"]))
    place = torch.from_numpy(np.argsort(order))
    beats, start = torch.empty(0), 0
    for path in paths:
        with np.load(path, allow_pickle=False) as z:
            windows = {part: torch.from_numpy(z[part]).float().flatten(0, 1) for part in WINDOWS}
            durations = torch.from_numpy(z["durations"]).float()
        vectors = codec.encode(windows, durations.flatten(0, 1)).unflatten(0, durations.shape[:2])
        if not start:
            kind = torch.float16 if len(order) > HALF_BEYOND else torch.float32
            beats = torch.empty((len(order), *vectors.shape[1:]), dtype=kind)
        beats[place[start : start + len(vectors)]] = vectors.to(beats.dtype)
        start += len(vectors)
    return _table({name: values[order] for name, values in columns.items()}, virtual[order], beats)


def _read(path: Path, column: str) -> np.ndarray:
    with np.load(path, allow_pickle=False) as z:
        return z[column]


def _table(columns: dict[str, np.ndarray], virtual: np.ndarray, beats: Tensor) -> VersionTable:
    _, first, heart, count = np.unique(
        columns["heart"], return_index=True, return_inverse=True, return_counts=True
    )
    first = first[heart]
    # The first rows of a virtual heart are the heart as it is.
    base = np.where(virtual[first] & (columns["kind"][first] == 0), first, -1)
    places = {"heart": heart, "first": first, "count": count[heart], "base": base}
    return VersionTable(
        beats=beats,
        virtual=torch.from_numpy(virtual),
        **{name: torch.from_numpy(columns[name]) for name in ("has_p", "states", "severity", "numbers")},
        **{name: torch.from_numpy(columns[name].astype(np.int64)) for name in ("kind", "sex")},
        **{name: torch.from_numpy(values.astype(np.int64)) for name, values in places.items()},
    )

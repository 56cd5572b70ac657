"""Shards for training: many twins in one Parquet file, or in one zipped Zarr group. Same twins, same bytes.

Both libraries come with the extra "cohorts" and are imported only where a shard is written or read.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.piece import Piece
from ecgtwin_app.engine.cohorts.table import CohortRow
from ecgtwin_app.formats.marking import SYNTHETIC_WORDS_ASCII

#: A zipped Zarr holds no time of its making: the earliest that ZIP can say.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ShardForm:
    """A form of shards.

    Attributes
    ----------
    suffix : str
    content : callable (twins, about) -> bytes
        The file of some twins.
    signals : callable (path) -> iterator of (reference hash, conditions, seed) and samples
        What a file holds, read back: samples of shape (leads, samples), mV.
    """

    suffix: str
    content: Callable[[Sequence[tuple[CohortRow, Piece]], Mapping[str, Any]], bytes]
    signals: Callable[[Path], Iterator[tuple[tuple[str, str, int], np.ndarray]]]


def shard_name(form: str, number: int) -> str:
    """Of a shard, from 1."""
    return f"shard-{number:05d}{SHARD_FORMS[form].suffix}"


def check_installed(form: str) -> None:
    """`EcgError` when the library of a form is not installed here."""
    if form in SHARD_FORMS:
        _library(form)


def _library(form: str) -> Any:
    try:
        if form == "parquet":
            import pyarrow.parquet as library  # type: ignore[import-not-found]
        else:
            import zarr as library  # type: ignore[import-not-found]
    except ImportError:
        raise EcgError(
            "The form {form} needs a library that is not installed here; run"
            " 'pip install \"ecgtwin-desktop[cohorts]\"', or choose wfdb.",
            form=form,
        ) from None
    return library


def _columns(twins: Sequence[tuple[CohortRow, Piece]]) -> list[dict[str, Any]]:
    """What stands beside the samples, a twin an entry."""
    rows = []
    for row, piece in twins:
        plain = asdict(row)
        plain.pop("file")
        said = {name: piece.said[name] for name in ("history", "asked_got", "provenance")}
        texts = {name: json.dumps(value, sort_keys=True, ensure_ascii=False) for name, value in said.items()}
        rows.append(
            plain | {"sha256": row.sha256["signal"], "synthetic": True, "rate": piece.said["rate"],
                     "leads": piece.said["leads"], **texts}
        )  # fmt: skip
    return rows


def _about(about: Mapping[str, Any]) -> str:
    said = {"synthetic": True, "warning": SYNTHETIC_WORDS_ASCII, **about}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _parquet(twins: Sequence[tuple[CohortRow, Piece]], about: Mapping[str, Any]) -> bytes:
    parquet = _library("parquet")
    import pyarrow as arrow  # type: ignore[import-not-found]

    text, whole, number = arrow.string(), arrow.int64(), arrow.float64()
    kinds = {
        "number": whole, "reference_sha256": text, "conditions": text, "seed": whole, "met": arrow.bool_(),
        "missed": text, "heart_rate": number, "kept": text, "removed": text, "age": number, "sex": text,
        "device": text, "synthetic": arrow.bool_(), "rate": number, "leads": arrow.list_(text), "sha256": text,
        "history": text, "asked_got": text, "provenance": text,
    }  # fmt: skip
    rows = _columns(twins)
    columns = [arrow.array([row[name] for row in rows], kind) for name, kind in kinds.items()]
    samples = [lead for _, piece in twins for lead in piece.signal]
    leads = np.cumsum([0, *(len(piece.signal) for _, piece in twins)])
    inner = arrow.ListArray.from_arrays(
        arrow.array(np.cumsum([0, *map(len, samples)]), arrow.int32()), arrow.array(np.concatenate(samples))
    )
    columns.append(arrow.ListArray.from_arrays(arrow.array(leads, arrow.int32()), inner))
    said = {"ecgtwin": _about(about), "synthetic": "yes", "warning": SYNTHETIC_WORDS_ASCII, "unit": "mV"}
    table = arrow.table(columns, names=[*kinds, "signal"]).replace_schema_metadata(said)
    out = io.BytesIO()
    # Samples are noise to a compressor of bytes; split by their places they take three quarters.
    parquet.write_table(
        table, out, compression="zstd", use_dictionary=False, use_byte_stream_split=["signal.list.element.list.element"]
    )  # fmt: skip
    return out.getvalue()


def _from_parquet(path: Path) -> Iterator[tuple[tuple[str, str, int], np.ndarray]]:
    names = ["reference_sha256", "conditions", "seed", "signal"]
    table = _library("parquet").read_table(path, columns=names)
    for digest, conditions, seed, signal in zip(*(table[name] for name in names), strict=True):
        leads = signal.values
        samples = np.asarray(leads.flatten(), np.float32).reshape(len(leads), -1)
        yield (digest.as_py(), conditions.as_py(), seed.as_py()), samples


def _zarr(twins: Sequence[tuple[CohortRow, Piece]], about: Mapping[str, Any]) -> bytes:
    """A group for each device, since an array has one length; "signal" (twins, leads, samples) and numbers beside it."""
    zarr = _library("zarr")
    store: dict[str, Any] = {}
    root = zarr.create_group(zarr.storage.MemoryStore(store), attributes=json.loads(_about(about)))
    together: dict[tuple, list[int]] = {}
    for place, (_, piece) in enumerate(twins):
        together.setdefault((piece.said["rate"], tuple(piece.said["leads"])), []).append(place)
    rows = _columns(twins)
    for number, ((rate, leads), places) in enumerate(sorted(together.items())):
        group = root.create_group(f"twins-{number}", attributes={
            "synthetic": True, "warning": SYNTHETIC_WORDS_ASCII, "unit": "mV", "rate": rate, "leads": list(leads),
            "twins": [rows[place] for place in places],
        })  # fmt: skip
        signal = np.stack([twins[place][1].signal for place in places])
        group.create_array("signal", data=signal, chunks=(1, *signal.shape[1:]))
        for name, kind in (("seed", "<i8"), ("met", "?"), ("heart_rate", "<f8"), ("age", "<f8")):
            values = np.array([rows[place][name] for place in places], float)  # None is NaN
            group.create_array(name, data=values.astype(kind))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for key in sorted(store):
            packed.writestr(zipfile.ZipInfo(key, _NO_TIME), store[key].to_bytes())
    return out.getvalue()


def _from_zarr(path: Path) -> Iterator[tuple[tuple[str, str, int], np.ndarray]]:
    zarr = _library("zarr")
    with zarr.storage.ZipStore(path, mode="r") as store:
        for _, group in sorted(zarr.open_group(store, mode="r").groups()):
            for place, row in enumerate(group.attrs["twins"]):
                yield (row["reference_sha256"], row["conditions"], row["seed"]), group["signal"][place]


SHARD_FORMS = {
    "parquet": ShardForm(".parquet", _parquet, _from_parquet),
    "zarr": ShardForm(".zarr.zip", _zarr, _from_zarr),
}


def signal_sum(signal: np.ndarray) -> str:
    """SHA-256 of samples as a row states it."""
    return hashlib.sha256(np.ascontiguousarray(signal, "<f4").tobytes()).hexdigest()

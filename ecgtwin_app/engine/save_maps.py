"""Heat maps on disk, as NumPy archives and as tables: with the twin they are of, and marked synthetic."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import HeatMap, Twin
from ecgtwin_app.formats.marking import GENERATOR, SYNTHETIC_WORDS_ASCII, comment_lines
from ecgtwin_app.whole_files import whole, why

#: Suffixes of the formats in which maps are written.
MAP_SUFFIXES = (".npz", ".csv")


def save_heatmap(heatmap: HeatMap, twin: Twin, path: Path) -> Path:
    """Write a map; the suffix decides the format. Same input, same bytes.

    An archive holds `values` (12, samples), `signed`, `unit`, `method`, `of` (the condition, or all of them),
    `of_removed` (whether the reference shows it and the twin has it not), `per_lead` and `checks` (JSON text); of its twin `leads`, `rate`, `synthetic`, `model`, `seed`, `conditions`,
    `reference_sha256`, `twin_sha256`; and `comments`, the lines that every file of this program has. A table has
    these as comment lines, the time, and a column for each lead.

    Parameters
    ----------
    heatmap : HeatMap
        Of `twin`.
    twin : Twin
    path : Path
        ".npz" or ".csv"; its folder must exist.

    Raises
    ------
    EcgError
        The suffix is another one, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in MAP_SUFFIXES:
        raise EcgError(
            "{file} has no suffix of a heat map; use {suffixes}.",
            file=path.name,
            suffixes=" or ".join(MAP_SUFFIXES),
        )
    try:
        with whole(path) as beside:
            (_write_archive if suffix == ".npz" else _write_table)(heatmap, twin, beside)
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder.",
            file=path.name,
            reason=why(error),
        ) from None
    return path


def map_name(heatmap: HeatMap, number: int) -> str:
    """A file name without suffix: "heatmap_001", and of one condition "heatmap_001_left_bundle_branch_block"."""
    of = re.sub(r"\W+", "_", heatmap.of).strip("_")
    return f"heatmap_{number:03d}" + (f"_{of}" if of else "")


def _said(heatmap: HeatMap, twin: Twin) -> dict:
    """All but the values, as plain values."""
    recording = twin.recording
    provenance = recording.provenance
    conditions = list(twin.request.conditions)
    return {
        "method": heatmap.method,
        "of": heatmap.of or " + ".join(conditions),
        "of_removed": bool(heatmap.of) and heatmap.of in provenance.get("removed", ()),
        "unit": heatmap.unit,
        "signed": heatmap.signed,
        "per_lead": heatmap.per_lead,
        "checks": json.dumps(heatmap.checks, default=float),
        "rate": float(recording.rate),
        "synthetic": True,
        "warning": SYNTHETIC_WORDS_ASCII,
        "generator": GENERATOR,
        "model": str(provenance.get("model", "")),
        "seed": twin.seed,
        "conditions": conditions,
        "reference_sha256": str(provenance.get("reference_sha256", "")),
        "twin_sha256": recording.digest(),
    }


def _write_archive(heatmap: HeatMap, twin: Twin, path: Path) -> None:
    fields: dict[str, Any] = {key: np.asarray(value) for key, value in _said(heatmap, twin).items()}
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            values=np.asarray(heatmap.values, np.float32),
            leads=np.array(twin.recording.leads),
            comments=np.array(comment_lines(twin.recording)),
            **fields,
        )


def _write_table(heatmap: HeatMap, twin: Twin, path: Path) -> None:
    recording = twin.recording
    lines = comment_lines(recording)
    known = {line.partition(":")[0] for line in lines}
    own = {
        f"map {key}" if key in ("unit", "rate") else key: value for key, value in _said(heatmap, twin).items()
    }
    lines += [f"{key}: {value}" for key, value in own.items() if key not in known and key != "synthetic"]
    # Named after the method, so that no program takes the table for a recording.
    heads = ["time_s", *(f"{heatmap.method}_{lead}" for lead in recording.leads)]
    with path.open("wb") as file:
        file.write("".join(f"# {line}\n" for line in lines).encode("utf-8"))
        file.write((",".join(heads) + "\n").encode("utf-8"))
        time = np.arange(heatmap.values.shape[1]) / recording.rate
        table = np.column_stack([time, np.asarray(heatmap.values, np.float64).T])
        np.savetxt(file, table, fmt=["%.6f"] + ["%.9g"] * len(recording.leads), delimiter=",")

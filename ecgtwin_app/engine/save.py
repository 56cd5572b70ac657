"""Twins on disk: files of any format that is written, and `twins.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.formats.marking import provenance_shown
from ecgtwin_app.formats.writing import write, writers
from ecgtwin_app.whole_files import why, write_whole


def save_twins(twins: list[Twin], folder: Path, kind: str = "wfdb") -> list[Path]:
    """Write `twin_001.hea/.dat` ... and `twins.json` into `folder` (made if it is not there).

    Parameters
    ----------
    kind : str
        A key of `formats.writing.writers`.

    Returns
    -------
    list of Path
        The files written, headers first.

    Raises
    ------
    EcgError
        When the folder cannot be written, or the format cannot hold a twin.
    """
    return list(iter_save_twins(twins, folder, kind))


def iter_save_twins(twins: list[Twin], folder: Path, kind: str = "wfdb") -> Iterator[Path]:
    """The same, file by file, so that it can be followed and stopped between two."""
    suffix = writers()[kind].suffix
    names = [f"twin_{number:03d}" for number in range(1, len(twins) + 1)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, twin in zip(names, twins, strict=True):
            yield write(twin.recording, folder / f"{name}{suffix}")
        path = folder / "twins.json"
        document = twins_document(names, twins)
        write_whole(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
        yield path
    except (FileExistsError, NotADirectoryError):
        raise EcgError("'{folder}' is a file; choose a folder for the twins.", folder=folder.name) from None
    except OSError as error:
        raise EcgError(
            "The folder cannot be written ({reason}); choose another one.", reason=why(error)
        ) from None


def twins_document(names: list[str], twins: list[Twin]) -> dict:
    """The content of `twins.json`: each twin with what was asked and got, and the provenance they share.

    Twins of several requests, or pooled over other recordings, each have the rest of their provenance themselves.
    """
    origins = [
        {k: v for k, v in provenance_shown(twin.recording.provenance).items() if k != "seed"}
        for twin in twins
    ]
    shared = {k: v for k, v in origins[0].items() if all(o.get(k) == v for o in origins)} if twins else {}
    own = [{k: v for k, v in origin.items() if k not in shared} for origin in origins]
    return {
        "twins": [
            {
                "file": name,
                "seed": twin.seed,
                "first_draw": twin.first_draw,
                "met": twin.met,
                "asked_versus_got": [
                    {"name": line.name, "unit": line.unit, "asked": line.asked, "reference": line.reference,
                     "got": line.got, "met": line.met, "kind": line.kind}
                    for line in twin.asked_got
                ],
                "lead_law_residual_uv": twin.lead_law_residual_uv,
                "identity_similarity": twin.identity_similarity,
                "seconds": round(twin.seconds, 3),
                "measurements": twin.measurements,
                "score": twin.score.to_json() if twin.score else None,
                **({"provenance": rest} if rest else {}),
            }
            for name, twin, rest in zip(names, twins, own)
        ],
        "provenance": shared,
    }  # fmt: skip

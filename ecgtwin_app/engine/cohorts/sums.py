"""Checksums of a cohort's files: written when a run ends, and checked again whenever it is asked.

The list is one that `sha256sum --check` reads, too.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.card import CARD
from ecgtwin_app.engine.cohorts.shards import SHARD_FORMS, signal_sum
from ecgtwin_app.engine.cohorts.table import (
    ABOUT,
    LINES,
    TABLE,
    UNFINISHED,
    CohortRow,
    FolderRefused,
    rows_in,
)
from ecgtwin_app.whole_files import write_whole

log = logging.getLogger(__name__)
SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\w[\w.-]{0,200})")


def write_sums(folder: Path) -> None:
    """Write the list for what is in a cohort's folder: the sums of twins from the table, the others from the disk."""
    sums: dict[str, str] = {}
    for row in rows_in(folder):
        of_files = {name: digest for name, digest in row.sha256.items() if name != "signal"}
        sums |= of_files or {row.file: ""}
    try:
        for name in (ABOUT, LINES, TABLE, CARD):
            sums[name] = ""
        lines = []
        for name in sorted(sums):
            if digest := sums[name] or _sum_of(folder / name):
                lines.append(f"{digest}  {name}\n")
        write_whole(folder / SUMS, "".join(lines).encode())
    except OSError as error:
        raise FolderRefused(folder, error) from None


def iter_verify(folder: Path) -> Iterator[str]:
    """Hold a cohort against its checksums; a sentence for each file that is not as it was written.

    Raises
    ------
    EcgError
        There is no cohort in the folder, or its library is missing.
    """
    try:
        text = (folder / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise EcgError(
            "{folder} holds no {file}; name the folder of a cohort whose run has ended.",
            folder=folder.name,
            file=SUMS,
        ) from None
    listed = {found[2]: found[1] for line in text.splitlines() if (found := _LINE.fullmatch(line))}
    bad = set()
    for name, digest in listed.items():
        found = _sum_of(folder / name)
        if found != digest:
            bad.add(name)
            yield f"{name} is missing." if not found else f"{name} was changed."
    shards: dict[str, dict] = defaultdict(dict)
    waiting = 0
    for row in rows_in(folder):
        if row.file not in listed and (folder / UNFINISHED / row.piece).is_file():
            waiting += 1
        elif missing := [name for name in _files_of(row) if name not in listed]:
            yield f"{missing[0]} has no checksum."
        if "signal" in row.sha256 and row.file not in bad:
            shards[row.file][row.key] = row.sha256["signal"]
    if waiting:
        yield f"{waiting} twins wait for the others of their shard; run the same command again."
    for name, sums in shards.items():
        yield from _of_shard(folder / name, sums)


def _of_shard(path: Path, sums: dict) -> Iterator[str]:
    """Every twin of a shard, read back, against its own sum."""
    form = next((one for one in SHARD_FORMS.values() if path.name.endswith(one.suffix)), None)
    if form is None or not path.is_file():
        return
    try:
        there = {key: signal_sum(signal) for key, signal in form.signals(path)}
    except EcgError:
        raise
    except Exception:  # whatever a library raises for a file that somebody made
        log.exception("A shard could not be read")
        yield f"{path.name} cannot be read."
        return
    for _, conditions, seed in (key for key, digest in sums.items() if there.get(key) != digest):
        yield f"{path.name} does not hold {conditions}, seed {seed}, as it was made."


def _files_of(row: CohortRow) -> list[str]:
    return [row.file] if "signal" in row.sha256 else list(row.sha256) or [row.file]


def _sum_of(path: Path) -> str:
    """SHA-256 of a file's content, "" where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""

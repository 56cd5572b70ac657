"""The table of a cohort on disk: a line a twin, written once, whole after a kill; and what all twins share."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.marking import SYNTHETIC_WORDS_ASCII
from ecgtwin_app.whole_files import why, write_whole

#: What all twins share; a line a twin, added as they are finished; the same lines in order, for spreadsheets.
ABOUT, LINES, TABLE = "cohort.json", "cohort.jsonl", "cohort.csv"
#: Where files are while they are written, and what tells a second run to wait.
UNFINISHED, LOCK = ".unfinished", ".lock"
#: So many of the last twins are checked before a run goes on.
CHECKED = 64
#: Suffix of a twin that waits for the others of its shard.
PIECE = ".twin"


class FolderRefused(EcgError):
    """The folder of a cohort cannot be written any more; what is finished in it stays."""

    def __init__(self, folder: Path, error: OSError):
        super().__init__(
            "The folder {folder} cannot be written ({reason}); mend that and run the same command again: it goes on"
            " where it stopped.",
            folder=folder.name,
            reason=why(error),
        )


@dataclass(frozen=True)
class CohortRow:
    """A line of the table: one twin. Nothing in it identifies the patient.

    Attributes
    ----------
    file : str
        Its file in the cohort's folder, or the shard that holds it.
    reference_sha256 : str
        Of the recording that it is a twin of.
    conditions : str
        Joined by " + "; followed by "only" where nothing of the reference was to be kept.
    seed : int
        ``ecgtwin generate`` makes the same twin with it.
    met : bool
        Whether every criterion is met.
    missed : str
        The criteria that are not, joined by "; ".
    heart_rate : float or None
        Measured on the twin, 1/min; None where it cannot be.
    kept, removed : str
        Of what the reference shows, what the twin has and has not, joined by "; ".
    number : int
        In the plan, from 1.
    age : float or None
        Years that the twin is made for; 90 stands for all above.
    sex : str or None
    device : str
        As the plan calls it; "" for the twin as it is made.
    sha256 : dict of str to str
        Of each of its files; of a twin in a shard of its samples (float32, little end first, lead by lead), as "signal".
    """

    file: str
    reference_sha256: str
    conditions: str
    seed: int
    met: bool
    missed: str
    heart_rate: float | None
    kept: str = ""
    removed: str = ""
    number: int = 0
    age: float | None = None
    sex: str | None = None
    device: str = ""
    sha256: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is the twin of: reference, conditions and seed."""
        return self.reference_sha256, self.conditions, self.seed

    @property
    def piece(self) -> str:
        """The file that it waits in while its shard is not whole."""
        return f"{stem_of(*self.key)}{PIECE}"


def stem_of(digest: str, conditions: str, seed: int) -> str:
    """What the file of a twin is called, without suffix: nothing of the patient."""
    words = re.sub(r"[^a-z0-9]+", "-", conditions.lower()).strip("-")
    return f"{digest[:12]}_{words}_{seed}"


class CohortTable:
    """The lines in a folder; only one program at a time adds to them.

    Parameters
    ----------
    folder : Path
    about : dict
        What all twins share; a cohort that was begun with something else is not gone on with.

    Raises
    ------
    EcgError
        The folder cannot be written, holds another cohort, or another run is at work in it.
    """

    def __init__(self, folder: Path, about: dict):
        self.folder = folder
        self.rows: dict[tuple[str, str, int], CohortRow] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder / LOCK)
            try:
                self._check(about)
            except EcgError:
                self._lock.close()
                raise
            (folder / UNFINISHED).mkdir(exist_ok=True)
            rows = list(rows_in(folder))
            for place, row in enumerate(rows):
                if self._is_there(row, place >= len(rows) - CHECKED):
                    self.rows[row.key] = row
            self._tidy()
            # What a kill left of a last line goes, and so do lines whose file somebody has taken away.
            _write(folder / LINES, "".join(map(_line, self.rows.values())))
            self._lines = (folder / LINES).open("a", encoding="utf-8")
        except OSError as error:
            raise EcgError(
                "The folder {folder} cannot be written ({reason}); choose another one.",
                folder=folder.name,
                reason=why(error),
            ) from None

    def add(self, row: CohortRow, files: Mapping[str, bytes] | None = None) -> None:
        """Write a twin's files, in their order, and its line; on disk when this returns, `FolderRefused` when it cannot be."""
        try:
            for name, content in (files or {}).items():
                # Not forced onto the disk one by one, which takes longer than a twin: a run that goes on checks the last.
                target = (self.folder / UNFINISHED if name.endswith(PIECE) else self.folder) / name
                beside = target.with_name(f".{name}.part")
                beside.write_bytes(content)
                os.replace(beside, target)
            self._lines.write(_line(row))
            self._lines.flush()
            os.fsync(self._lines.fileno())
        except OSError as error:
            raise FolderRefused(self.folder, error) from None
        self.rows[row.key] = row

    def close(self, then: Callable[[], None] = lambda: None) -> None:
        """Write the table for spreadsheets, both sorted, and what else goes with them; let another run begin."""
        try:
            self._lines.close()
            if not any((self.folder / UNFINISHED).glob(f"*{PIECE}")):
                shutil.rmtree(self.folder / UNFINISHED, ignore_errors=True)
            # From the lines on disk: an interrupt may have come between one of them and what was to follow it.
            rows = sorted(rows_in(self.folder), key=lambda row: (row.number, row.key))
            # In order also here: the same cohort is the same bytes, whatever was finished first.
            _write(self.folder / LINES, "".join(map(_line, rows)))
            _write(self.folder / TABLE, _csv(rows))
            then()
        except OSError as error:
            raise FolderRefused(self.folder, error) from None
        finally:
            self._lock.close()

    def _is_there(self, row: CohortRow, last: bool) -> bool:
        """Whether a twin is on the disk; of the last ones also whether it is whole, which a power cut may undo."""
        waiting = self.folder / UNFINISHED / row.piece
        if not (self.folder / row.file).is_file():
            if not waiting.is_file():
                return False
            samples = waiting.read_bytes().partition(b"\n")[2] if last else b""
            return not last or hashlib.sha256(samples).hexdigest() == row.sha256.get("signal")
        files = {name: digest for name, digest in row.sha256.items() if name != "signal"} if last else {}
        paths = {self.folder / name: digest for name, digest in files.items()}
        return all(
            path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
            for path, digest in paths.items()
        )

    def _tidy(self) -> None:
        """What a kill left of files that were being written, and twins without a line, go."""
        waiting = {row.piece for row in self.rows.values()}
        for path in (*self.folder.glob(".*.part"), *(self.folder / UNFINISHED).iterdir()):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in waiting:
                path.unlink()

    def _check(self, about: dict) -> None:
        path = self.folder / ABOUT
        about = {"synthetic": True, "warning": SYNTHETIC_WORDS_ASCII, **about}
        if not path.is_file():
            _write(path, json.dumps(about, indent=1, ensure_ascii=False) + "\n")
            return
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            before = {}
        now = json.loads(json.dumps(about))
        differs = [name for name in now if before.get(name) != now[name]]
        if differs:
            raise EcgError(
                "{folder} holds a cohort that was begun with another {what}; choose another folder.",
                folder=self.folder.name,
                what=differs[0].replace("_", " "),
            )


def _line(row: CohortRow) -> str:
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def rows_in(folder: Path) -> Iterator[CohortRow]:
    """The whole lines of the table in a folder; none where there is no table, and none that leads elsewhere."""
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / LINES).read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError, RecursionError):
                row = CohortRow(**json.loads(line))
                if _is_sound(row):
                    yield row


#: What a line holds, by the kind of its values.
_TEXTS = ("file", "reference_sha256", "conditions", "missed", "kept", "removed", "device")
_WHOLE = ("seed", "number")
_OPEN = {"heart_rate": (int, float), "age": (int, float), "sex": (str,)}


def _is_sound(row: CohortRow) -> bool:
    """Whether a line that somebody may have changed holds what it should, and names no file elsewhere."""
    return (
        all(isinstance(getattr(row, name), str) for name in _TEXTS)
        and all(type(getattr(row, name)) is int for name in _WHOLE)
        and all(
            getattr(row, name) is None or isinstance(getattr(row, name), kinds)
            for name, kinds in _OPEN.items()
        )
        and isinstance(row.met, bool)
        and isinstance(row.sha256, dict)
        and all(isinstance(digest, str) for digest in row.sha256.values())
        and all(re.fullmatch(r"\w[\w.-]{0,200}", name) for name in (row.file, *row.sha256))
    )


def _csv(rows: Iterable[CohortRow]) -> str:
    text = io.StringIO()
    text.write(f"# SYNTHETIC: yes\n# warning: {SYNTHETIC_WORDS_ASCII}\n")
    names = [one.name for one in fields(CohortRow) if one.name != "sha256"]
    writer = csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(asdict(row) | {"met": "yes" if row.met else "no"} for row in rows)
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    """A file as a whole: the old or the new one, whenever the program is killed."""
    write_whole(path, text.encode())


def _locked(path: Path) -> IO[str]:
    """A file that one program at a time can hold open; the system lets go of it when that program ends, however."""
    file = path.open("w", encoding="utf-8")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise EcgError(
            "Another run is at work in {folder}; wait for its end or choose another folder.",
            folder=path.parent.name,
        ) from None
    return file

"""The table of a cohort on disk: a line a twin, written once, whole after a kill; and what all twins share."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.marking import SYNTHETIC_WORDS_ASCII
from ecgtwin_app.whole_files import why, write_whole

#: What all twins share; a line a twin, added as they are finished; the same lines in order, for spreadsheets.
ABOUT, LINES, TABLE = "cohort.json", "cohort.jsonl", "cohort.csv"
#: Where files are while they are written, and what tells a second run to wait.
UNFINISHED, LOCK = ".unfinished", ".lock"


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
        Its file in the cohort's folder.
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

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is the twin of: reference, conditions and seed."""
        return self.reference_sha256, self.conditions, self.seed


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
            shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
            (folder / UNFINISHED).mkdir()
            for row in _rows(folder / LINES):
                if (folder / row.file).is_file():
                    self.rows[row.key] = row
            # What a kill left of a last line goes, and so do lines whose file somebody has taken away.
            _write(folder / LINES, "".join(map(_line, self.rows.values())))
            self._lines = (folder / LINES).open("a", encoding="utf-8")
        except OSError as error:
            raise EcgError(
                "The folder {folder} cannot be written ({reason}); choose another one.",
                folder=folder.name,
                reason=why(error),
            ) from None

    def add(self, row: CohortRow) -> None:
        """Add a line whose file is finished; on disk when this returns, `FolderRefused` when it cannot be."""
        try:
            self._lines.write(_line(row))
            self._lines.flush()
            os.fsync(self._lines.fileno())
        except OSError as error:
            raise FolderRefused(self.folder, error) from None
        self.rows[row.key] = row

    def close(self) -> None:
        """Write the table for spreadsheets, sorted, and let another run begin."""
        try:
            self._lines.close()
            shutil.rmtree(self.folder / UNFINISHED, ignore_errors=True)
            # From the lines on disk: an interrupt may have come between one of them and what was to follow it.
            _write(self.folder / TABLE, _csv(sorted(_rows(self.folder / LINES), key=lambda row: row.key)))
        except OSError as error:
            raise FolderRefused(self.folder, error) from None
        finally:
            self._lock.close()

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


def _rows(path: Path) -> Iterator[CohortRow]:
    """The whole lines of a file; none where there is no file."""
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError):
                yield CohortRow(**json.loads(line))


def _csv(rows: Iterable[CohortRow]) -> str:
    text = io.StringIO()
    text.write(f"# SYNTHETIC: yes\n# warning: {SYNTHETIC_WORDS_ASCII}\n")
    writer = csv.DictWriter(text, [field.name for field in fields(CohortRow)], lineterminator="\n")
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

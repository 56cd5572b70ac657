"""One twin of a cohort: what is asked of a process, and what it does."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.choice import EngineChoice
from ecgtwin_app.engine.cohort_table import UNFINISHED, CohortRow, FolderRefused
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.formats.writing import write, writers
from ecgtwin_app.inference import set_threads

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CohortFailure:
    """A reference of which a task cannot be made, and why: one sentence. It goes to the user, not into the table."""

    reference: Path
    conditions: str
    reason: str


@dataclass(frozen=True, eq=False)
class Job:
    """One twin to be made."""

    path: Path
    reference: Recording
    digest: str
    request: TwinRequest

    @property
    def conditions(self) -> str:
        """As the table says them: "sinus rhythm", and "sinus rhythm only" where nothing of the reference is kept."""
        return " + ".join(self.request.conditions) + (" only" if self.request.only else "")

    @property
    def key(self) -> tuple[str, str, int]:
        """As that of its row."""
        return self.digest, self.conditions, self.request.seed

    @property
    def name(self) -> str:
        """Of its file, without suffix."""
        words = re.sub(r"[^a-z0-9]+", "-", self.conditions.lower()).strip("-")
        return f"{self.digest[:12]}_{words}_{self.request.seed}"


class Stop(Protocol):
    """Says between two steps whether a job is not wanted any more."""

    def is_set(self) -> bool: ...


class CohortWorker:
    """Makes twins and their files; one in each process.

    Parameters
    ----------
    choice : EngineChoice
    folder : Path
    kind : str
        A key of `formats.writing.writers`.
    """

    def __init__(self, choice: EngineChoice, folder: Path, kind: str):
        set_threads(1)
        self.engine, self.folder, self.kind = choice.load(), folder, kind

    def make(self, job: Job, stop: Stop | None = None) -> CohortRow | CohortFailure | None:
        """Make one twin and write its file; None when it was stopped, `FolderRefused` when no file can be written."""
        try:
            for item in self.engine.iter_generate(job.reference, job.request, previews=False):
                if isinstance(item, Twin):
                    return self._written(job, item)
                if stop is not None and stop.is_set():
                    return None
        except FolderRefused:
            raise  # the next twin would fail as this one
        except EcgError as error:
            return CohortFailure(job.path, job.conditions, str(error))
        except Exception as error:  # one strange reference must not end a night's run
            log.exception("A twin of a cohort failed")
            reason = f"Something went wrong ({type(error).__name__}: {error}); report it if it stays."
            return CohortFailure(job.path, job.conditions, reason)
        return None

    def _written(self, job: Job, twin: Twin) -> CohortRow:
        suffix = writers()[self.kind].suffix
        beside = self.folder / UNFINISHED / job.name
        try:
            written = write(twin.recording, beside / f"{job.name}{suffix}")
            # Data before the header: what names the others comes last.
            for file in sorted(beside.iterdir()):
                os.replace(file, self.folder / file.name)
            beside.rmdir()
        except (OSError, EcgError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            if isinstance(cause, OSError):
                raise FolderRefused(self.folder, cause) from None
            raise
        rate = twin.measurements.get("heart_rate")
        return CohortRow(
            file=written.name,
            reference_sha256=job.digest,
            conditions=job.conditions,
            seed=twin.seed,
            met=twin.met,
            missed="; ".join(line.name for line in twin.judged if line.met is False),
            heart_rate=None if rate is None else round(float(rate), 2),
            kept="; ".join(twin.recording.provenance.get("kept", ())),
            removed="; ".join(twin.recording.provenance.get("removed", ())),
        )

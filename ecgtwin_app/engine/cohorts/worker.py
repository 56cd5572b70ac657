"""One twin of a cohort: what is asked of a process, and what it gives back."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from ecgtwin_app.ecg.signal.device import Device
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.cohorts.piece import as_piece
from ecgtwin_app.engine.cohorts.spec import SHARDED
from ecgtwin_app.engine.cohorts.table import PIECE, CohortRow, FolderRefused, stem_of
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.formats.marking import shown_age
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
    """One twin to be made.

    Attributes
    ----------
    number : int
        In the plan, from 1.
    path : Path
        Of the reference, for whoever is told that it failed.
    """

    path: Path
    reference: Recording
    digest: str
    request: TwinRequest
    device: Device | None = None
    number: int = 0
    attempt: int = 0

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
        return stem_of(*self.key)

    def travelling(self) -> Job:
        """As it goes to another process or machine: nobody's name is in it."""
        patient = replace(self.reference.patient, name="", identifier="")
        reference = replace(self.reference, patient=patient, recorded="")
        return replace(self, reference=reference, path=Path(self.name))


@dataclass(frozen=True)
class Made:
    """A twin that is finished: its line, and the content of its files by name."""

    row: CohortRow
    files: dict[str, bytes] = field(repr=False)


#: What becomes of a job.
Result = Made | CohortFailure


class Stop(Protocol):
    """Says between two steps whether a job is not wanted any more."""

    def is_set(self) -> bool: ...


class Choice(Protocol):
    """Gets an engine."""

    def load(self) -> Any: ...


class CohortWorker:
    """Makes twins; one in each process.

    Parameters
    ----------
    choice : EngineChoice
    form : str
        A key of `formats.writing.writers`, or one of `SHARDED`.
    """

    def __init__(self, choice: Choice, form: str):
        self.engine, self.form = choice.load(), form

    def make(self, job: Job, stop: Stop | None = None) -> Result | None:
        """Make one twin; None when it was stopped, `FolderRefused` when no file can be written."""
        try:
            for item in self.engine.iter_generate(job.reference, job.request, previews=False):
                if isinstance(item, Twin):
                    return self._made(job, item)
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

    def who(self) -> tuple[str, str]:
        """Version and weights, to be held against those of the others."""
        import ecgtwin_app

        return ecgtwin_app.__version__, self.engine.spec.weights_sha256

    def _made(self, job: Job, twin: Twin) -> Made:
        recording = twin.recording if job.device is None else job.device.record(twin.recording)
        if self.form in SHARDED:
            files = {f"{job.name}{PIECE}": as_piece(recording, twin)}
            sums = {"signal": hashlib.sha256(recording.signal.astype("<f4").tobytes()).hexdigest()}
        else:
            files = self._files(recording, job.name)
            sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        rate, patient = twin.measurements.get("heart_rate"), recording.patient
        row = CohortRow(
            # The header comes last: it names the others.
            file=list(files)[-1],
            reference_sha256=job.digest,
            conditions=job.conditions,
            seed=twin.seed,
            met=twin.met,
            missed="; ".join(line.name for line in twin.judged if line.met is False),
            heart_rate=None if rate is None else round(float(rate), 2),
            kept="; ".join(twin.recording.provenance.get("kept", ())),
            removed="; ".join(twin.recording.provenance.get("removed", ())),
            number=job.number,
            age=None if patient.age is None else shown_age(patient.age, False)[0],
            sex=patient.sex,
            device="" if job.device is None else job.device.name,
            sha256=sums,
        )
        return Made(row, files)

    def _files(self, recording: Recording, name: str) -> dict[str, bytes]:
        """What the format writes, data before the header."""
        with TemporaryDirectory(prefix="ecgtwin-") as folder:
            try:
                write(recording, Path(folder) / f"{name}{writers()[self.form].suffix}")
            except EcgError as error:
                if isinstance(error.__cause__, OSError):
                    raise FolderRefused(Path(folder), error.__cause__) from None
                raise
            return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def alone() -> None:
    """One thread for this process: several that share the cores would hinder each other."""
    set_threads(1)

"""Patients that do not exist, asked for without a reference. No torch."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import check_consistent, check_request
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.engine.tasks import task_of
from ecgtwin_app.generators.catalogue import GENERATORS, Entry
from ecgtwin_app.generators.task import Task

#: Fields that say what becomes of what a reference shows.
OF_A_REFERENCE = ("without", "keep", "shows")
#: The generators that draw patients from nothing, the usual one first.
OF_NOBODY: dict[str, Entry] = {
    id: entry for id, entry in GENERATORS.items() if not (entry.of_reference or entry.fills)
}


def usable(folder: Path | None = None) -> tuple[str, ...]:
    """Those of them whose weights are there; a folder of weights may be named."""
    return tuple(id for id, entry in OF_NOBODY.items() if not entry.unavailable(folder))


def new_patient(request: TwinRequest, known: Collection[str] | None = None) -> Task:
    """The task that a request is for nobody in particular.

    Parameters
    ----------
    request : TwinRequest
    known : collection of str, optional
        What the generator can draw.

    Raises
    ------
    EcgError
        What is asked cannot be, or speaks of a reference.
    """
    check_request(request)
    check_consistent(request)
    for name in OF_A_REFERENCE:
        if getattr(request, name) not in (None, ()):
            raise EcgError(
                "A new patient has no reference of which anything is kept or removed; leave {flag} out.",
                flag=FIELDS[name].flag,
            )
    return task_of(request, known=known)

"""The same references and requests by several generators, side by side. No torch until one is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.new_patients import OF_A_REFERENCE
from ecgtwin_app.engine.request import FIELDS, Progress, Twin, TwinRequest
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.generators.catalogue import GENERATORS
from ecgtwin_app.i18n.message import Message

#: Those that are compared: what only fills in is asked for no condition.
COMPARED = {id: entry for id, entry in GENERATORS.items() if not entry.fills}


@dataclass(frozen=True, eq=False)
class Cell:
    """One request to one generator.

    Attributes
    ----------
    generator : str
    reference, request : int
        Their places.
    twin : Twin or None
        None where it cannot do it.
    of_nobody : bool
        It makes patients from nothing: of the reference it was told age and sex alone.
    reason : str
        Why it cannot, one sentence; "" where it can.
    """

    generator: str
    reference: int
    request: int
    twin: Twin | None
    of_nobody: bool = False
    reason: str = ""


def iter_comparison(
    load: Callable[[str], Any],
    generators: Sequence[str],
    references: Sequence[Recording],
    requests: Sequence[TwinRequest],
    previews: bool = False,
) -> Iterator[Progress | Cell]:
    """Ask every generator the same: a `Progress` after every step, and a `Cell` for each request.

    Each request makes one twin by its seed. A generator that looks at no reference is asked for a new patient of the
    reference's age and sex.

    Parameters
    ----------
    load : callable
        Gives the engine of a generator; it is called once for each, when its turn comes.
    """
    cells = len(references) * len(requests)
    total = 1000 * len(generators) * cells
    for place, id in enumerate(generators):
        try:
            engine = load(id)
        except (EcgError, FileNotFoundError) as error:
            reason = error.message if isinstance(error, EcgError) else str(error)
            for number in range(cells):
                yield Cell(id, number // len(requests), number % len(requests), None, reason=reason)
            continue
        for number in range(cells):
            of_reference, of_request = divmod(number, len(requests))
            done = 1000 * (place * cells + number)
            job = _asked(engine, references[of_reference], replace(requests[of_request], samples=1), previews)
            cell = Cell(id, of_reference, of_request, None, Ability.TWIN not in engine.spec.abilities)
            try:
                for item in job:
                    if isinstance(item, Twin):
                        cell = replace(cell, twin=item)
                    else:
                        share = 1000 * item.step // max(1, item.total)
                        words = Message(
                            "{generator}: {number} of {count}", generator=id, number=number + 1, count=cells
                        )
                        yield Progress(done + share, total, item.preview, words)
            except EcgError as error:
                cell = replace(cell, reason=error.message)
            yield cell


def _asked(engine, reference: Recording, request: TwinRequest, previews: bool) -> Iterator[Progress | Twin]:
    if Ability.TWIN in engine.spec.abilities:
        return engine.iter_generate(reference, request, previews=previews)
    patient = reference.patient
    changes: dict[str, Any] = {name: FIELDS[name].default for name in OF_A_REFERENCE}
    changes["age"] = patient.age if request.age is None else request.age
    changes["sex"] = patient.sex if request.sex is None else request.sex
    return engine.iter_new_patients(replace(request, **changes), previews=previews)

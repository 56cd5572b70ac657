"""More recordings of the reference's patient: which may be added, and which a twin was made with. No widgets.

What is personal in a twin is pooled over the reference and these recordings (`TwinEngine.iter_generate`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.i18n.words import N_

#: Years by which two years of birth may differ that are known from whole years of age, cut off or rounded.
_BIRTH_YEARS = 1.5
#: De-identified files give higher ages as one category (HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C)).
_OLDEST_AGE = 89


def check_addition(recording: Recording, name: str, there: Iterable[Recording]) -> Recording:
    """The recording, if it can be pooled with the reference.

    Parameters
    ----------
    recording : Recording
    name : str
        Of its file, for the sentence.
    there : iterable of Recording
        The reference and what was added before.

    Raises
    ------
    EcgError
        When it is generated, there already, or no ten seconds of twelve leads with beats.
    """
    if recording.synthetic:
        raise EcgError("{file} is generated; add recordings of the patient only.", file=name)
    if recording.digest() in {one.digest() for one in there}:
        raise EcgError("{file} is open already; add another recording of the patient.", file=name)
    try:
        measure(ten_seconds(recording))
    except EcgError as error:
        raise EcgError("{file} cannot be added: {reason}", file=name, reason=error.message) from None
    return recording


def _apart(year: float | None, other: float | None) -> float:
    """Years between two births; 0 where one is unknown."""
    return 0.0 if year is None or other is None else abs(year - other)


def contradictions(reference: Recording, other: Recording) -> tuple[str, ...]:
    """What says that two recordings are not of one patient, () where nothing does; what is unknown says nothing.

    Names are not compared: they are spelled in many ways, and change.
    """
    ours, theirs = reference.patient, other.patient
    births = _birth_year(reference), _birth_year(other)
    differ = {
        N_("patient identifier"): _differ(ours.identifier.strip(), theirs.identifier.strip()),
        N_("sex"): _differ(ours.sex, theirs.sex),
        N_("birth date"): _apart(*births) > _BIRTH_YEARS,
    }
    return tuple(what for what, found in differ.items() if found)


def others_of(twin: Twin, added: Mapping[str, Recording]) -> tuple[Recording, ...]:
    """The recordings that a twin was pooled over beside its reference.

    Parameters
    ----------
    twin : Twin
    added : mapping of str to Recording
        By digest.

    Raises
    ------
    EcgError
        When one of them is not there.
    """
    digests = twin.recording.provenance.get("pooled_sha256", ())
    if any(digest not in added for digest in digests):
        raise EcgError("A recording that this twin was made with is missing; generate the twin again.")
    return tuple(added[digest] for digest in digests)


def set_aside(
    added: Mapping[str, Recording], others: Collection[Recording], twins: Iterable[Twin]
) -> tuple[Recording, ...]:
    """Recordings that were taken out again although twins were made with them: their heat maps still need them."""
    wanted = {digest for twin in twins for digest in twin.recording.provenance.get("pooled_sha256", ())}
    return tuple(one for digest, one in added.items() if digest in wanted and one not in others)


def _differ(a, b) -> bool:
    return bool(a) and bool(b) and a != b


def _birth_year(recording: Recording) -> float | None:
    """The moment of recording less the age, in years."""
    age = recording.patient.age
    try:
        day = date.fromisoformat(recording.recorded.replace("-", "")[:8])
    except ValueError:
        return None
    if age is None or age > _OLDEST_AGE:
        return None
    return day.year + day.timetuple().tm_yday / 366 - age

"""What a reference shows, recognised once; and in what words a twin keeps it. No torch until a network is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.recognition.recognise import recognise
from ecgtwin_app.recognition.shown import Shown

#: What was recognised last, by what it depends on: the command line says it before the engine asks it.
_last: tuple[tuple, Shown] | None = None


def shown_by(reference: Recording, measured: Measurements | None = None) -> Shown:
    """What the ten seconds of a reference show of which twins are made.

    Parameters
    ----------
    reference : Recording
        Of any length.
    measured : Measurements, optional
        Of the ten seconds that are used, where they are measured already.

    Raises
    ------
    EcgError
        When they cannot be measured.
    """
    global _last
    key, kept = _key(reference), _last
    if kept is None or kept[0] != key:
        kept = _last = key, recognise(ten_seconds(reference), measured)
    return kept[1]


def remember(reference: Recording, shown: Shown) -> None:
    """Take as recognised what a session kept: the statements of a file, which it may know it from, are no longer there."""
    global _last
    _last = _key(reference), shown


def _key(reference: Recording) -> tuple:
    return reference.digest(), reference.statements, reference.patient.age, reference.patient.sex


def sources_of(shown: Shown) -> dict[str, list[str]]:
    """Who says so, by condition, as provenance holds it."""
    return {finding.name: list(finding.sources) for finding in shown.findings}


def stated(names: Sequence[str]) -> dict[str, list[str]]:
    """The same of conditions that the user names in the place of what is recognised."""
    return {condition.name: ["user"] for condition in find_conditions(names)}


def names_in(provenance: Mapping) -> tuple[str, ...]:
    """What the reference of a twin showed when the twin was made; nothing for one from before that was asked."""
    shows = provenance.get("shows")
    return tuple(shows) if isinstance(shows, Mapping) else ()

"""What the open recording shows, as the user corrects it, and what of it the next twin is made without. No widgets.

All of it stands in the request, so that it is undone, kept and asked with it; what was recognised does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecgtwin_app.conditions.feasible_rate import of_several
from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.twin import Twin
from ecgtwin_app.engine.wanted import Wanted, wanted
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.shown import Finding, Shown

#: The value of a message that quotes what a file says.
_FILE_WORDS = "statement"
KEPT, REMOVED, IMPOSSIBLE = "kept", "removed", "impossible"


@dataclass(frozen=True)
class Fate:
    """What becomes of something that the recording shows.

    Attributes
    ----------
    finding : Finding
    state : {"kept", "removed", "impossible"}
        Kept, taken out by the user, or not possible with what is asked.
    reason : Message or None
        Why it is not possible.
    """

    finding: Finding
    state: str
    reason: Message | None = None


def settled(shown: Shown, request: TwinRequest) -> Wanted | None:
    """What the twin is to have; None where what is asked contradicts itself."""
    try:
        return wanted(request, as_corrected(shown, request).names)
    except EcgError:
        return None


def fates(shown: Shown, request: TwinRequest) -> tuple[Fate, ...]:
    """What becomes of everything beyond plain sinus rhythm that the recording shows.

    What is to be taken out although nothing says that it is there comes last: nothing that is asked stays unseen.
    """
    corrected, found = as_corrected(shown, request), settled(shown, request)
    dropped = {} if found is None else {one.name: one.reason for one in found.dropped}
    rows = []
    for finding in corrected.findings:
        name = finding.name
        if name == NORMAL:
            continue
        if is_taken_out(request, name):
            rows.append(Fate(finding, REMOVED))
        elif name in dropped:
            rows.append(Fate(finding, IMPOSSIBLE, dropped[name]))
        else:
            rows.append(Fate(finding, KEPT))
    unseen = [name for name in request.without if name not in corrected.names]
    return (*rows, *(Fate(Finding(name), REMOVED) for name in unseen))


def not_kept(shown: Shown | None, twin: Twin) -> tuple[str, ...]:
    """Why a twin has another rate than the recording, and what of it was not kept although nobody took it out."""
    reason = twin.recording.provenance.get("rate_reason", "")
    reason = reason if twin.request.samples == 1 else of_several(reason)
    found = None if shown is None else settled(shown, twin.request)
    # That another rhythm takes the place of plain sinus rhythm is what was asked.
    dropped = [] if found is None else [one.reason for one in found.dropped if one.name != NORMAL]
    return (*((reason,) if reason else ()), *dropped)


def is_taken_out(request: TwinRequest, name: str) -> bool:
    """Whether the user wants the twin without something that the recording shows."""
    if name in request.conditions:
        return False
    return name in request.without or request.only or (request.keep is not None and name not in request.keep)


def as_corrected(shown: Shown, request: TwinRequest) -> Shown:
    """What the recording shows by the user's own word where there is one."""
    if request.shows is None:
        return shown
    return shown.corrected(
        add=[name for name in request.shows if name not in shown.names],
        remove=[name for name in shown.names if name not in request.shows],
    )


def also_shown(shown: Shown, request: TwinRequest, name: str) -> TwinRequest:
    """The user says that the recording shows a condition."""
    return _with_shows(shown, request, (*as_corrected(shown, request).names, name))


def not_shown(shown: Shown, request: TwinRequest, name: str) -> TwinRequest:
    """The user says that the recording does not show a condition; nothing is to be done with it then."""
    rest = tuple(other for other in as_corrected(shown, request).names if other != name)
    request = replace(request, without=tuple(other for other in request.without if other != name))
    return _with_shows(shown, request, rest)


def as_recognised(request: TwinRequest) -> TwinRequest:
    """What was recognised, without the user's corrections."""
    return replace(request, shows=None)


def made_without(shown: Shown, request: TwinRequest, name: str) -> TwinRequest:
    """The twin is made without a condition that the recording shows."""
    if request.keep is not None:
        return replace(request, keep=tuple(other for other in request.keep if other != name))
    return replace(request, without=(*request.without, name))


def kept_again(shown: Shown, request: TwinRequest, name: str) -> TwinRequest:
    """A condition that the recording shows is kept again; others that are not kept stay so."""
    if request.only:
        rest = [other for other in as_corrected(shown, request).beyond_sinus if other != name]
        return replace(request, only=False, without=tuple(dict.fromkeys((*request.without, *rest))))
    request = replace(request, without=tuple(other for other in request.without if other != name))
    if request.keep is not None and name not in request.keep:
        request = replace(request, keep=(*request.keep, name))
    return request


def keeping_nothing(request: TwinRequest, on: bool) -> TwinRequest:
    """Nothing of what the recording shows is kept, or whatever can be."""
    return replace(request, only=on, without=(), keep=None)


def asking_for(request: TwinRequest, names: tuple[str, ...]) -> TwinRequest:
    """Other conditions are asked for; none of them can be taken out at the same time."""
    left = tuple(name for name in request.without if name not in names)
    return replace(request, conditions=names, without=left, score=None)


def for_any_patient(request: TwinRequest) -> TwinRequest:
    """The request without what it says of the recording: a preset holds nothing of a patient."""
    return replace(request, shows=None)


def _with_shows(shown, request, names):
    """These, and no correction where they are what was recognised."""
    if len(set(names)) > 1:  # plain sinus rhythm says that nothing else is there
        names = tuple(name for name in names if name != NORMAL or name in shown.names)
    corrected = shown.corrected(add=names, remove=set(shown.names) - set(names)).names
    return replace(request, shows=None if corrected == shown.names else corrected)


def without_words_of_file(shown: Shown) -> Shown:
    """What a session file may keep: that the file says so, but not in which words, which may name somebody."""
    return replace(
        shown,
        findings=tuple(
            replace(
                finding, because=tuple(line for line in finding.because if _FILE_WORDS not in line.values)
            )
            for finding in shown.findings
        ),
    )

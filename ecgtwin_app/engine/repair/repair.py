"""Repair, complete and continue: what is asked of a generator that fills in, and the proposals that come of it.

::

    generator = load_generator(usual_filler())
    *_, proposals = repair(generator, recording, mask_of(recording, ["V3"], [(3.2, 4.8)]))
    proposals.repaired(0)  # visible samples to the bit, the filled ones noted
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ecgtwin_app.ecg.imputation.laws import solved
from ecgtwin_app.ecg.signal.filled import with_derived
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.engine.repair.filling import How, filled_in, seeds_of
from ecgtwin_app.engine.repair.mask import check, leads_text, widened
from ecgtwin_app.engine.repair.proposals import Proposals
from ecgtwin_app.generators.base import Generator
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.i18n.message import Message

#: A recording of fewer leads tells too little of the others to complete it.
LEAST_LEADS = 2
#: What a recording may be continued by, seconds.
SHORTEST, LONGEST_MORE = 0.2, 60.0
#: Leads of Holters and monitors, and the standard leads that they come nearest to.
MODIFIED = {"MLI": "I", "MLII": "II", "MLIII": "III", "MV1": "V1", "MV2": "V2", "MV5": "V5"}


def repair(
    generator: Generator[Any, Any], recording: Recording, mask: np.ndarray, how: How | None = None
) -> Iterator[Progress | Proposals]:
    """Fill in what is bad of a recording.

    Parameters
    ----------
    generator : Generator
        With `Ability.IMPUTE`.
    recording : Recording
        Of any rate and length.
    mask : ndarray, shape (leads, samples), bool
        True = to be filled in; see `mask.mask_of`. Limb leads that were computed from a marked one are added.
    how : How, optional

    Yields
    ------
    Progress or Proposals
        The proposals last.

    Raises
    ------
    EcgError
        One sentence: nothing is marked, all is, or the generator cannot do it.
    """
    check(recording, mask)
    wide = widened(recording, mask)
    check(recording, wide)
    done = Message("filled in {leads}", leads=leads_text(recording, wide))
    yield from _proposals(generator, recording, wide, done, how or How())


def complete(
    generator: Generator[Any, Any], recording: Recording, how: How | None = None
) -> Iterator[Progress | Proposals]:
    """Complete a recording of some leads to twelve.

    Limb leads that follow from two that are there are computed, and are no guess.

    Raises
    ------
    EcgError
        It has twelve leads already, or too few.
    """
    if reason := why_not_complete(recording):
        raise EcgError(reason)
    base = canvas(recording)
    mask = np.repeat(
        np.array([lead not in _known(recording) for lead in LEADS])[:, None], base.samples, axis=1
    )
    done = Message("completed to twelve leads, filled in {leads}", leads=leads_text(base, mask))
    yield from _proposals(generator, base, mask, done, how or How())


def why_not_complete(recording: Recording) -> Message | None:
    """Why a recording cannot be completed to twelve leads, one sentence; None where it can."""
    known = _known(recording)
    if set(LEADS) <= known:
        return Message("This recording has all twelve leads; there is nothing to complete.")
    if len(set(as_standard(recording).leads) & set(LEADS)) < LEAST_LEADS:
        return Message("Completing needs at least two of the twelve leads; open a recording with more leads.")
    return None


def continue_recording(
    generator: Generator[Any, Any], recording: Recording, seconds: float, how: How | None = None
) -> Iterator[Progress | Proposals]:
    """Continue a recording beyond its end, under its own rhythm.

    Parameters
    ----------
    generator : Generator
        With `Ability.FORECAST`.
    seconds : float

    Raises
    ------
    EcgError
        So many seconds are not possible.
    """
    base, mask = lengthened(recording, seconds)
    done = Message(
        "continued by {seconds:g} s", seconds=round((base.samples - recording.samples) / recording.rate, 3)
    )
    yield from _proposals(generator, base, mask, done, how or How())


def lengthened(recording: Recording, seconds: float) -> tuple[Recording, np.ndarray]:
    """A recording with room for so many seconds more, and the mask of that room; `EcgError` for an impossible number."""
    if not SHORTEST <= seconds <= LONGEST_MORE:
        raise EcgError(
            "A recording cannot be continued by {seconds:g} s; choose {least:g} to {most:g} s.",
            seconds=seconds,
            least=SHORTEST,
            most=LONGEST_MORE,
        )
    more = round(seconds * recording.rate)
    signal = np.pad(recording.signal, ((0, 0), (0, more)))
    mask = np.zeros(signal.shape, dtype=bool)
    mask[:, recording.samples :] = True
    return replace(recording, signal=signal), mask


def as_standard(recording: Recording) -> Recording:
    """With the modified leads of Holters under the names of the standard leads that they come nearest to."""
    taken = {
        old: new for old, new in MODIFIED.items() if old in recording.leads and new not in recording.leads
    }
    if not taken:
        return recording
    words = ", ".join(f"{old}" for old in taken)
    return recording.changed(
        Message("took the leads {leads} for the standard leads they come nearest to", leads=words),
        leads=tuple(taken.get(lead, lead) for lead in recording.leads),
        filled=tuple(replace(one, lead=taken.get(one.lead, one.lead)) for one in recording.filled),
    )


def canvas(recording: Recording) -> Recording:
    """Twelve rows for a recording of fewer leads: those it has, those that follow from them, and 0 in the others."""
    standard = as_standard(recording)
    signal = np.zeros((len(LEADS), standard.samples), np.float32)
    there = [lead for lead in standard.leads if lead in LEADS]
    for lead in there:
        signal[LEADS.index(lead)] = standard.lead(lead)
    hidden = np.repeat(np.array([lead not in there for lead in LEADS])[:, None], standard.samples, axis=1)
    derived = [lead for lead in _known(recording) if lead not in there]
    history = standard.history
    if derived:
        rows = [LEADS.index(lead) for lead in derived]
        signal[rows] = solved(signal, hidden)[rows]
        names = ", ".join(lead for lead in LEADS if lead in derived)
        history += (Message("derived {leads} from the other limb leads", leads=names),)
    filled = with_derived([one for one in standard.filled if one.lead in LEADS], derived)
    return replace(standard, signal=signal, leads=LEADS, history=history, filled=filled)


def _known(recording: Recording) -> set[str]:
    """The standard leads that a recording has, and those that follow from them."""
    there = set(as_standard(recording).leads) & set(LEADS)
    limb = set(LEADS[:6])
    return there | limb if len(there & limb) >= 2 else there


def _proposals(generator, recording: Recording, mask, done, how: How) -> Iterator[Progress | Proposals]:
    for item in filled_in(generator, recording, mask, how):
        if isinstance(item, Progress):
            yield item
        else:
            yield Proposals(recording, mask, item, generator.spec.id, tuple(seeds_of(how)), done)

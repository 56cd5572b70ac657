"""A recording goes on under another rhythm: the beat that runs is ended as it was, then a twin of the patient takes over.

The twin's rhythm score is moved so that it begins after the recording's last beat, and the two are joined in diastole, where
both rest. Visible samples stay to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.imputation.laws import lawful
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample_array, ten_seconds
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.repair.filling import How, filled_in, seeds_of
from ecgtwin_app.engine.repair.proposals import Proposals
from ecgtwin_app.engine.repair.repair import lengthened
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.engine.suitability import SECONDS, needs
from ecgtwin_app.generators.base import Generator
from ecgtwin_app.generators.catalogue import USUAL
from ecgtwin_app.i18n.message import Message, joined

#: So many twins are made where nobody says how many: each takes as long as any twin.
TWINS = 3
#: A twin has ten seconds, of which the first beat or two are needed to join it.
LONGEST = 8.0
#: Where nothing better is known: QT, PR and RR, seconds.
_QT, _PR, _RR = 0.4, 0.16, 0.8
#: A T wave is over so long after QT, a P begins so long before PR, seconds; where there is no P, so long before QRS.
_REST, _BEFORE_QRS = 0.04, 0.08
#: Seconds within which the twin's level passes into its own from that of the recording, and over which levels are taken.
_FADE, _LEVEL = 0.4, 0.02
#: The first beat of a twin that another's place is taken of begins after so many seconds.
_EARLIEST = 0.4


@dataclass(frozen=True)
class Join:
    """Where a twin takes over.

    Attributes
    ----------
    at : float
        Seconds of the recording's own clock: its end, or the end of the beat that runs then.
    beat : float
        The beat before it, on the same clock.
    """

    at: float
    beat: float


def continue_under(
    engine: TwinEngine,
    filler: Generator[Any, Any],
    recording: Recording,
    seconds: float,
    conditions: tuple[str, ...],
    how: How | None = None,
) -> Iterator[Progress | Proposals]:
    """Continue a recording beyond its end, under another rhythm or with another finding.

    Parameters
    ----------
    engine : TwinEngine
        Makes the twin.
    filler : Generator
        With `Ability.FORECAST`: ends the beat that runs when the recording ends.
    recording : Recording
        Twelve leads of at least ten seconds.
    seconds : float
    conditions : tuple of str
        Names of the vocabulary, of which a twin is made.
    how : How, optional

    Yields
    ------
    Progress or Proposals
        The proposals last.

    Raises
    ------
    EcgError
        No twin of the recording can be made, or it is to be too long.
    """
    how = how or How(TWINS)
    if reason := needs(recording):
        raise EcgError(reason)
    if recording.leads != LEADS:
        raise EcgError("Only a recording of twelve leads goes on under another rhythm; complete it first.")
    if seconds > LONGEST:
        raise EcgError(
            "Under another rhythm a recording goes on by up to {most:g} s; choose less.", most=LONGEST
        )
    names = tuple(condition.name for condition in find_conditions(conditions))
    base, mask = lengthened(recording, seconds)
    # Measured where the twin is made from: the end of the recording.
    late = max(0.0, recording.duration - SECONDS)
    reference = ten_seconds(recording, start=np.floor(late * MODEL_RATE) / MODEL_RATE)
    measured = measure(reference)
    join = joined_at(measured, late, recording.duration)
    running = _running_beats(filler, recording, join, how)
    made, by = [], USUAL
    request = TwinRequest(conditions=names, seed=how.seed)
    for number, seed in enumerate(seeds_of(how)):
        for item in engine.iter_generate(reference, replace(request, seed=seed)):
            if isinstance(item, Twin):
                by = item.recording.provenance.get("generator", USUAL)
                made.append(_composed(base, mask, running[number], item, join))
            else:
                yield Progress(
                    number * item.total + item.step, how.samples * item.total, None, Message("Filling in")
                )
    what = Message(
        "continued by {seconds:g} s under {condition}",
        seconds=round((base.samples - recording.samples) / recording.rate, 3),
        condition=joined([Message(name) for name in names], ", "),
    )
    yield Proposals(base, mask, np.stack(made), by, tuple(seeds_of(how)), what)


def joined_at(measured: Measurements, offset: float, end: float) -> Join:
    """Where another rhythm takes over: at the end, or where the beat that runs then is over.

    Parameters
    ----------
    measured : Measurements
        Of the last ten seconds.
    offset : float
        When these begin, seconds.
    end : float
        Of the recording, seconds.
    """
    scale = measured.delineation.scale * MODEL_RATE
    beats = [offset + beat.fiducial / scale for beat in measured.beats]
    qt = _QT if measured.qt is None else measured.qt / 1000
    pr = _PR if measured.pr is None else measured.pr / 1000
    rr = _RR if measured.rr_mean is None else measured.rr_mean
    last = beats[-1]
    if end < last + qt + _REST:
        return Join(last + qt + _REST, last)
    coming = last + rr
    if end > coming - pr - 2 * _REST:
        # Its P has begun: it is conducted as the others are.
        return Join(max(end, coming + qt + _REST), coming)
    return Join(end, last)


def begins_at(score: RhythmScore, measured: dict, after: float) -> float:
    """From which second of a twin its rhythm goes on, `after` seconds after the last beat before it.

    As long after one of its own beats, unless the next is so near that it would be cut: then before that one.
    """
    beats = [at for at in score.times("QRS") if at >= _EARLIEST]
    if not beats:
        return _EARLIEST
    pr = measured.get("pr")
    waves = score.atrial == "waves" and pr is not None
    before = pr / 1000 + 2 * _REST if waves and pr is not None else _BEFORE_QRS
    if len(beats) < 2:
        return beats[0] + after
    return max(0.0, min(beats[0] + after, beats[1] - before))


def _running_beats(filler, recording: Recording, join: Join, how: How) -> np.ndarray:
    """What follows the end until the join, (proposals, 8, samples), mV; no samples where the recording ends in diastole."""
    more = max(0.0, join.at - recording.duration)
    count = round(more * recording.rate)
    if count == 0:
        return np.zeros((how.samples, 8, 0), np.float32)
    room, mask = lengthened(recording, max(0.2, more))
    values = None
    for item in filled_in(filler, room, mask, how):
        if not isinstance(item, Progress):
            values = item
    if values is None:
        raise RuntimeError("nothing was drawn")
    drawn = values.reshape(how.samples, len(LEADS), -1)[:, :, :count]
    return independent_leads(drawn)


def _composed(base: Recording, mask: np.ndarray, running: np.ndarray, twin: Twin, join: Join) -> np.ndarray:
    """The new samples in the order of ``signal[mask]``: the beat that runs, then the twin from its diastole on."""
    rate, first = base.rate, base.samples - int(mask[0].sum())
    score = twin.score
    if score is None:
        raise EcgError(
            "This generator invents the rhythm by itself; choose another one to continue a recording."
        )
    begin = begins_at(score, twin.measurements, join.at - join.beat)
    strip = resample_array(independent_leads(twin.recording.signal).astype(np.float64), MODEL_RATE, rate)
    strip = strip[:, round(begin * rate) :]
    eight = np.concatenate([independent_leads(base.signal)[:, :first], running], axis=1).astype(np.float64)
    wanted = base.samples
    level = max(1, round(_LEVEL * rate))
    step = eight[:, -level:].mean(axis=1) - strip[:, :level].mean(axis=1)
    fade = np.exp(-np.arange(strip.shape[1]) / (_FADE * rate))
    whole = np.concatenate([eight, strip + step[:, None] * fade], axis=1)[:, :wanted]
    if whole.shape[1] < wanted:
        raise EcgError("The twin ends before the time asked for; choose fewer seconds.")
    return lawful(base.signal, mask, whole)[mask]

"""Criteria of beats and rhythms that begin outside the sinus node, and of pacing.

Ventricular: Al-Khatib et al., 2017 AHA/ACC/HRS guideline, Circulation 2018;138:e272; accelerated idioventricular
rhythm: Riera et al., Indian Pacing Electrophysiol J 2010;10:40. Atrial premature
complexes and statements: Mason et al., AHA/ACC/HRS recommendations part II, J Am Coll Cardiol
2007;49:1128. Pacing: Glikson et al., 2021 ESC guideline, Eur Heart J 2021;42:3427.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from ecgtwin_app.conditions.criteria.av_block import UNRELATED, phase_spread
from ecgtwin_app.conditions.criteria.rhythm import REGULAR
from ecgtwin_app.conditions.verdict import Asked, Verdict, above, at_least, below, between, line, of_beat
from ecgtwin_app.ecg.delineation.delineate import UNLIKE, WIDE, Beat, Shape
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.i18n.message import Message

#: A spike leads a QRS when it stands so long before its onset at most, or so little after it, seconds.
LEADS_BY, LAGS_BY = 0.08, 0.02
#: Largest share of ventricular beats of a bigeminy that a P may happen to lead.
MOST_LED = 0.25
#: Atria are faster than the ventricles beyond this ratio of the rates.
ATRIA_NO_FASTER = 1.1
#: Seconds either side of the peak of T whose area says which way it points.
AROUND_T = 0.06


def premature_atrial_complex(m: Measurements, asked: Asked) -> list[Verdict]:
    """At least one beat 20 % early whose QRS is like the dominant one."""
    found = [beat for beat in m.beats if beat.early and beat.correlation >= UNLIKE and beat.kind != "ectopic"]
    best = max(found, key=lambda beat: beat.correlation, default=None)
    return [
        at_least("premature narrow beats", "", float(len(found)), 1),
        of_beat(
            "its likeness to the usual QRS",
            "",
            Message("≥ {limit:g}", limit=UNLIKE),
            None if best is None else best.correlation,
            best is not None,
        ),
    ]


def ventricular_premature_complex(m: Measurements, asked: Asked) -> list[Verdict]:
    """At least one early, wide beat unlike the others, without P, with T against its QRS.

    The lines describe the beat that meets most of it.
    """
    found = [(_premature_tests(beat, m, asked), beat) for beat in m.beats]
    complexes = sum(all(tests) for tests, _ in found)
    tests, beat = max(found, key=lambda pair: (sum(pair[0]), -pair[1].correlation))
    wide, unlike = Message("≥ {limit:g}", limit=WIDE), Message("< {limit:g}", limit=UNLIKE)
    return [
        at_least("ventricular premature complexes", "", float(complexes), 1),
        of_beat("its prematurity", "", "early", "early" if tests[0] else "in time", tests[0]),
        of_beat("its QRS duration", "ms", wide, beat.qrs, tests[1]),
        of_beat("its likeness to the usual QRS", "", unlike, beat.correlation, tests[2]),
        of_beat("its P wave", "", "none", "present" if beat.has_p else "none", tests[3]),
        of_beat("its T wave", "", "discordant", "discordant" if tests[4] else "concordant", tests[4]),
    ]


def ventricular_bigeminy(m: Measurements, asked: Asked) -> list[Verdict]:
    """Every other beat is a ventricular premature complex."""
    ventricular = _ventricular(m, asked)
    # The first beat of the strip has no interval before it, the last may be cut.
    judged = np.array([k > 0 and beat.kind != "unclear" for k, beat in enumerate(m.beats)])
    pairs = judged[:-1] & judged[1:]
    changes = np.asarray(ventricular[:-1] != ventricular[1:])
    share = float(100 * np.mean(changes[pairs])) if pairs.any() else None
    return [
        at_least("ventricular premature complexes", "", float(ventricular.sum()), 3),
        at_least("neighbours that alternate", "%", share, 90),
    ]


def _ventricular(m, asked) -> np.ndarray:
    """Which beats are early, wide, unlike the others and discordant, if no P leads most of them.

    Beat by beat a P would be asked too much: in ten seconds of bigeminy a sinus P meets one of them by chance.
    """
    tests = np.array([_premature_tests(beat, m, asked) for beat in m.beats])
    ventricular = np.asarray(tests[:, [0, 1, 2, 4]].all(axis=1))
    led = ~tests[ventricular, 3]
    return ventricular if led.size and led.mean() <= MOST_LED else np.zeros(len(tests), dtype=bool)


def ventricular_tachycardia(m: Measurements, asked: Asked) -> list[Verdict]:
    """At least three wide beats in a row, above 100/min, none led by a P."""
    longest, rate = _fastest_run(m)
    return [
        at_least("wide beats in a row", "", float(longest), 3),
        above("their rate", "1/min", rate, 100),
    ]


def _fastest_run(m):
    """Length and rate (1/min) of the longest run of wide beats without P, each within 0.6 s."""
    scale = m.delineation.scale * MODEL_RATE
    best, best_rate = 0, None
    run: list[int] = []
    for beat in m.beats:
        # Where the usual beat is narrow, the end of the strip may cut a wide one short.
        wide = beat.qrs >= WIDE and not beat.has_p
        if wide and run and (beat.fiducial - run[-1]) / scale < 0.6:
            run.append(beat.fiducial)
        else:
            run = [beat.fiducial] if wide else []
        if len(run) > best:
            best = len(run)
            best_rate = float(60 * scale / np.mean(np.diff(run))) if best > 1 else None
    return best, best_rate


def accelerated_idioventricular_rhythm(m: Measurements, asked: Asked) -> list[Verdict]:
    """At least three wide beats in a row at 40 to 100/min that no P leads and no pacemaker, atria no faster.

    A dissociated P may stand before some of them by chance; fibrillation under a bundle branch block is uneven, and
    under an escape rhythm the atria are faster.
    """
    run = _longest_wide_run(m)
    gaps = np.diff([beat.fiducial for beat in run]) / (m.delineation.scale * MODEL_RATE)
    rate = float(60 / np.mean(gaps)) if gaps.size else None
    variation = float(100 * np.std(gaps) / np.mean(gaps)) if gaps.size > 1 else None
    unled = float(100 * np.mean([not beat.has_p for beat in run])) if run else None
    fastest = ATRIA_NO_FASTER * (rate or 0.0)
    atrial = _conducted_rate(m, run)
    faster = None if atrial is None else atrial > fastest
    if atrial is None and m.p_train is not None:
        # What keeps its distance to the QRS, at twice their rate, is a wave of the beat itself.
        locked = (phase_spread(m, m.p_train) or 0.0) < UNRELATED
        atrial, faster = m.p_train.rate, m.p_train.rate > fastest and not locked
    return [
        at_least("wide beats in a row", "", float(len(run)), 3),
        between("their rate", "1/min", rate, 40, 100),
        below("RR variation", "%", variation, REGULAR),
        at_least("QRS without P before", "%", unled, 100 * (1 - MOST_LED)),
        below("wide QRS led by a spike", "%", 100 * float(np.mean(_led_by_spike(m, run))) if run else None, 10),
        line("atrial rate", "1/min", Message("≤ {limit:.0f}", limit=fastest), atrial,
             None if faster is None else not faster),
    ]  # fmt: skip


def _longest_wide_run(m: Measurements) -> list[Beat]:
    """The run of wide beats of one shape with the most that no P leads; of two alike the shorter."""
    runs = [list(run) for (wide, _), run in groupby(m.beats, lambda b: (b.qrs >= WIDE, b.shape)) if wide]
    return max(runs, key=lambda run: (sum(not beat.has_p for beat in run), -len(run)), default=[])


def _conducted_rate(m: Measurements, run: Sequence[Beat]) -> float | None:
    """Rate (1/min) of the beats before or after a run that P waves lead; None for fewer than three in a row."""
    within = {beat.fiducial for beat in run}
    led = [beat.has_p is True and beat.fiducial not in within for beat in m.beats]
    best: list[Beat] = []
    for conducted, beats in groupby(zip(led, m.beats, strict=True), lambda one: one[0]):
        own = [beat for _, beat in beats]
        best = own if conducted and len(own) > len(best) else best
    if len(best) < 3:
        return None
    return float(60 * m.delineation.scale * MODEL_RATE / np.mean(np.diff([beat.fiducial for beat in best])))


def ventricular_pacing(m: Measurements, asked: Asked) -> list[Verdict]:
    """A spike before nearly every wide QRS."""
    led = _led_by_spike(m, [beat for beat in m.beats if beat.qrs >= WIDE])
    share = float(100 * np.mean(led)) if led else None
    return [
        at_least("wide QRS", "", float(len(led)), 1),
        at_least("wide QRS led by a spike", "%", share, 90),
    ]


def _led_by_spike(m: Measurements, beats: Sequence[Beat]) -> list[bool]:
    """Of the beats whose onset is known, whether a spike leads each."""
    scale = m.delineation.scale
    spikes = m.delineation.spikes * scale
    low, high = -LEADS_BY * MODEL_RATE * scale, LAGS_BY * MODEL_RATE * scale
    onsets = [beat.waves.qrs_onset for beat in beats if beat.waves.qrs_onset is not None]
    return [bool(np.any((spikes >= onset + low) & (spikes <= onset + high))) for onset in onsets]


def _premature_tests(beat: Beat, m: Measurements, asked: Asked) -> tuple[bool, ...]:
    # In fibrillation no beat has a time at which it is due.
    irregular = any(condition.atria == "fibrillation" for condition in asked.conditions)
    return (
        # A beat cut by the edge of the strip cannot be judged.
        (beat.early or (irregular and beat.shape != 0)) and beat.kind != "unclear",
        beat.qrs >= WIDE,
        beat.correlation < UNLIKE,
        not beat.has_p,
        discordant_t(m.delineation.shapes[beat.shape]),
    )


def discordant_t(shape: Shape) -> bool:
    """Whether T points against the QRS, all leads together; without a T, whether all that follows the QRS does."""
    waves = shape.waves
    onset, offset = waves.qrs
    start, end = offset, shape.signal.shape[1]
    if waves.t_peak is not None and waves.t_offset is not None:
        # J of a ventricular beat is hard to tell; what lies about the top of T is T.
        start = max(start, waves.t_peak - int(AROUND_T * MODEL_RATE))
        end = min(waves.t_offset, waves.t_peak + int(AROUND_T * MODEL_RATE))
    qrs = shape.signal[:, onset:offset].sum(axis=1)
    return bool(qrs @ shape.signal[:, start:end].sum(axis=1) < 0)

"""Performing a score: every event with the beat or P wave of its origin, and the marks of all waves."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.recording import MODEL_RATE, MODEL_SAMPLES
from ecgtwin_app.ecg.score import Event, RhythmScore
from ecgtwin_app.ecg.template import BeatTemplate, lay, qt_intervals
from ecgtwin_app.heart.atria import with_atrial_origin
from ecgtwin_app.heart.conduction import left_bundle_branch_block, right_bundle_branch_block
from ecgtwin_app.heart.ectopy import draw_pacing_site, draw_site, ectopic_beat
from ecgtwin_app.heart.vector import LeadField

#: A QRS longer than this (s) has a bundle branch block already, aberrant beats have no other.
NARROW = 0.12
#: Aberrant beats meet the right bundle branch refractory, which recovers last, more often than the left
#: (Gouaux & Ashman, Am Heart J 1947;34:366; Sandler & Marriott, Circulation 1965;31:551).
RIGHT_ABERRANT_SHARE = 0.8


def perform(
    template: BeatTemplate, field: LeadField, score: RhythmScore, rng: np.random.Generator, traits
) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, list[dict]]]:
    """Lay every event of a score with the shape of its origin.

    Parameters
    ----------
    template : BeatTemplate
        The dominant beat and the sinus P.
    field : LeadField
        For the shapes that the patient's recording does not show.
    score : RhythmScore
    rng : numpy.random.Generator
    traits : Traits

    Returns
    -------
    signal : ndarray, shape (8, 5000), float32
        Millivolts; without continuous atrial activity and spikes.
    marks : dict of str to ndarray, shape (n, 3)
        Onset, peak and offset of "P", "QRS" and "T" in samples, in order of time.
    drawn : dict of str to list of dict
        Site and QRS duration of each "ventricular" and "paced" shape.
    """
    signal = np.zeros((8, MODEL_SAMPLES), np.float32)
    marks, drawn = {}, {"ventricular": [], "paced": []}
    beats = _with_sites([e for e in score.events if e.chamber == "QRS"], rng)
    marks["QRS"], marks["T"] = np.zeros((len(beats), 3)), np.zeros((len(beats), 3))
    for origin, site in dict.fromkeys((e.origin, e.site) for e in beats):
        shape = template
        if origin == "aberrant":
            shape = _aberrant(template, field, rng, traits)
        elif origin != "conducted":
            shape, values = ectopic_beat(template, field, rng, site, origin == "paced")
            drawn[origin].append(values)
        mine = np.array([(e.origin, e.site) == (origin, site) for e in beats])
        # The other beats stay for the cycle lengths, under an origin that is not laid.
        part = RhythmScore(
            tuple(
                Event(e.time, "QRS", "conducted" if m else "paced") for e, m in zip(beats, mine, strict=True)
            ),
            score.duration,
        )
        signal += lay(shape, part, qrs_origins=("conducted",), p_origins=())
        times = np.array([e.time for e in beats])[mine]
        marks["QRS"][mine], marks["T"][mine] = _beat_marks(shape, times, qt_intervals(shape, part)[mine])
    # The turns of a flutter loop are no waves of their own.
    atrial = [e for e in score.events if e.chamber == "P" and e.origin != "flutter"] if template.has_p else []
    marks["P"] = np.zeros((len(atrial), 3))
    for origin in dict.fromkeys(e.origin for e in atrial):
        shape = template if origin == "sinus" else with_atrial_origin(template, field, origin, rng)
        mine = np.array([e.origin == origin for e in atrial])
        part = RhythmScore(tuple(e for e in atrial if e.origin == origin), score.duration)
        signal += lay(shape, part, qrs_origins=(), p_origins=(origin,))
        times = np.array([e.time for e in part.events])[:, None]
        marks["P"][mine] = MODEL_RATE * (times + np.array([0, shape.p_peak, shape.p_duration]))
    return signal, marks, drawn


def _with_sites(beats, rng):
    """The QRS events; those that leave their site open share one."""
    sites = {}
    found = []
    for event in beats:
        if event.origin in ("ventricular", "paced") and not event.site:
            draw = draw_pacing_site if event.origin == "paced" else draw_site
            site = sites.get(event.origin) or sites.setdefault(event.origin, draw(rng))
            event = Event(event.time, "QRS", event.origin, site)
        found.append(event)
    return found


def _aberrant(template, field, rng, traits):
    if template.qrs_duration > NARROW:
        return template
    block = right_bundle_branch_block if rng.random() < RIGHT_ABERRANT_SHARE else left_bundle_branch_block
    return block(template, field, rng, traits)[0]


def _beat_marks(template, onset, qt):
    """Onset, peak and offset of QRS and T, in samples."""
    qrs_end = template.qrs_duration
    stretch = (qt - qrs_end) / (template.qt - qrs_end)
    t_peak = qrs_end + (template.t_peak - qrs_end) * stretch
    qrs = np.stack([onset, onset + template.qrs_peak, onset + qrs_end], axis=1)
    return MODEL_RATE * qrs, MODEL_RATE * np.stack([onset + qrs_end, onset + t_peak, onset + qt], axis=1)

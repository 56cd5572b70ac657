"""Performing a score: every event with the beat or P wave of its origin, and the marks of all waves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.rendering import render_score
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.beat.template import BeatTemplate, qt_intervals
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.physics.vector import LeadField
from ecgtwin_app.heart.rhythm.atrial_waves import with_atrial_origin
from ecgtwin_app.heart.shape.bundle_branch import left_bundle_branch_block, right_bundle_branch_block
from ecgtwin_app.heart.shape.ventricular_beats import draw_pacing_site, draw_site, ectopic_beat

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
    drawn = {"ventricular": [], "paced": []}
    score = _with_sites(score, rng)
    shapes: dict[tuple[str, str, str], BeatTemplate] = {}

    def shape_of(chamber: str, origin: str, site: str) -> BeatTemplate:
        shape = template
        if chamber == "P" and origin != "sinus":
            shape = with_atrial_origin(template, field, origin, rng)
        elif origin == "aberrant":
            shape = _aberrant(template, field, rng, traits)
        elif chamber == "QRS" and origin != "conducted":
            shape, values = ectopic_beat(template, field, rng, site, origin == "paced")
            drawn[origin].append(values)
        shapes[chamber, origin, site] = shape
        return shape

    events = [e for e in score.events if e.chamber == "QRS" or (template.has_p and e.origin != "flutter")]
    signal = render_score(replace(score, events=tuple(events)), shape_of)
    return signal, _marks(score, shapes), drawn


def _marks(score, shapes):
    """Onset, peak and offset of every wave in samples, from the shapes that performed the score."""
    beats = [e for e in score.events if e.chamber == "QRS"]
    qrs, t = np.zeros((len(beats), 3)), np.zeros((len(beats), 3))
    for k, event in enumerate(beats):
        shape = shapes["QRS", event.origin, event.site]
        qt = qt_intervals(shape, score)[k]
        qrs[k], t[k] = _beat_marks(shape, event.time, qt)
    waves = [e for e in score.events if e.chamber == "P" and e.origin != "flutter"]
    p = np.zeros((len(waves), 3))
    for k, event in enumerate(waves):
        shape = shapes["P", event.origin, ""]
        p[k] = MODEL_RATE * (event.time + np.array([0, shape.p_peak, shape.p_duration]))
    return {"QRS": qrs, "T": t, "P": p}


def _with_sites(score, rng):
    """The score with a site for every ventricular beat; those that leave it open share one."""
    sites, events = {}, []
    for event in score.events:
        if event.origin in ("ventricular", "paced") and event.chamber == "QRS" and not event.site:
            draw = draw_pacing_site if event.origin == "paced" else draw_site
            site = sites.get(event.origin) or sites.setdefault(event.origin, draw(rng))
            event = replace(event, site=site)
        events.append(event)
    return replace(score, events=tuple(events))


def _aberrant(template, field, rng, traits):
    if template.qrs_duration > NARROW:
        return template
    block = right_bundle_branch_block if rng.random() < RIGHT_ABERRANT_SHARE else left_bundle_branch_block
    return block(template, field, rng, traits)[0]


def _beat_marks(template, onset, qt):
    """Onset, peak and offset of QRS and T of one beat, in samples."""
    qrs_end = template.qrs_duration
    stretch = (qt - qrs_end) / (template.qt - qrs_end)
    t_peak = qrs_end + (template.t_peak - qrs_end) * stretch
    qrs = np.array([onset, onset + template.qrs_peak, onset + qrs_end])
    return MODEL_RATE * qrs, MODEL_RATE * np.array([onset + qrs_end, onset + t_peak, onset + qt])

"""Beats of another shape among the usual ones: which class is the usual one, and whether a P leads them."""

import numpy as np
from synthetic_ecg import NORMAL, PVC, RATE, T_AMPLITUDES, T_PVC, bump

from ecgtwin_app.ecg.delineation.delineate import delineate
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, Recording

#: As a patient's narrow beats may come in two forms: half of them with another lead-wise mixture.
OTHER = tuple((a, b, tuple(v * (1.9 if k % 2 else 0.2) for k, v in enumerate(amps))) for a, b, amps in NORMAL)


def beats_at(onsets, shapes, p=True):
    signal = 0.004 * np.random.default_rng(3).standard_normal((8, 5000))
    for onset, (parts, t, qt) in zip(onsets, shapes, strict=True):
        for start, end, amplitudes in parts:
            bump(signal, start, end, amplitudes, onset)
        bump(signal, qt - (180 if len(set(t)) > 1 else 100), qt, t, onset)
        if p and parts is not PVC:
            bump(signal, -160, -60, np.full(8, 0.1), onset)
    return Recording(twelve_leads(signal.astype(np.float32)), RATE)


def test_in_bigeminy_the_beats_that_come_in_time_are_the_usual_ones_though_they_differ():
    narrow, other, ectopic = (NORMAL, T_AMPLITUDES, 380), (OTHER, T_AMPLITUDES, 380), (PVC, T_PVC, 400)
    onsets, shapes = [], []
    for k, at in enumerate(np.arange(0.4, 9.6, 1.9)):
        onsets += [at, at + 0.66]
        shapes += [narrow if k % 2 else other, ectopic]
    found = delineate(beats_at(onsets, shapes))
    late = [beat for beat, (parts, *_) in zip(found.beats, shapes, strict=True) if parts is PVC]
    assert all(beat.qrs >= 120 and beat.shape != 0 for beat in late)
    assert all(beat.early for beat in late)


def test_what_is_left_of_a_t_is_no_p_of_the_beat_behind_it():
    # A T that is larger before the early beats than elsewhere leaves a bump as large as a P where it is taken away.
    flat = np.full(8, 1.0)
    onsets, shapes = [], []
    for k, at in enumerate(np.arange(0.5, 9.4, 0.9)):
        early = k in (2, 5, 8)
        onsets += [at, at + 0.47] if early else [at]
        shapes += [(NORMAL, (0.4 if early else 0.3) * flat, 380)] + [(PVC, T_PVC, 400)] * early
    found = delineate(beats_at(onsets, shapes))
    assert sum(beat.shape != 0 for beat in found.beats) == 3
    assert not any(beat.has_p for beat in found.beats if beat.shape != 0)


def test_an_aberrant_beat_that_a_p_leads_is_seen_to_be_led():
    onsets = [0.5, 1.3, 2.1, 2.9, 3.55, 4.5, 5.3, 6.1, 6.9, 7.7, 8.5, 9.3]
    shapes = [(NORMAL, T_AMPLITUDES, 360)] * len(onsets)
    shapes[4] = (PVC, T_PVC, 400)
    recording = beats_at(onsets, shapes)
    signal = np.stack([recording.lead(name) for name in INDEPENDENT_LEADS])
    bump(signal, -160, -60, np.full(8, 0.1), onsets[4])
    led = delineate(Recording(twelve_leads(signal), RATE)).beats[4]
    unled = delineate(recording).beats[4]
    assert led.shape != 0 and led.has_p is True and unled.has_p is False

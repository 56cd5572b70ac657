"""The morph from the own rhythm into the condition: frame by frame, and no wave torn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from courses import BLOCK, SINUS, twins_of
from ui_standin import StandInEngine

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import Progress, TwinRequest
from ecgtwin_app.session.morph import (
    FRAMES,
    Frame,
    FrameStore,
    fractions,
    grows,
    make_frames,
    onset_near,
    own_request,
)


def test_frames_are_made_from_coarse_to_fine():
    order = fractions(9)
    assert order == [0.0, 1.0, 0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875]
    assert sorted(fractions()) == [k / (FRAMES - 1) for k in range(FRAMES)]


class _Engine(StandInEngine):
    """Sinus rhythm is the reference, everything else is twice as large."""

    def iter_generate(self, reference, request, others=()):
        self.begun += 1
        yield Progress(1, 1)
        (twin,) = twins_of(reference, *request.conditions, seed=request.seed)
        scale = 1.0 if request.conditions == (SINUS,) else 2.0
        recording = replace(twin.recording, signal=reference.signal * scale)
        yield replace(twin, recording=recording, request=request)


def _morph(reference, *conditions, count=5, **fields):
    engine = _Engine()
    twin = list(engine.iter_generate(reference, TwinRequest(conditions, seed=7)))[-1]
    twin = replace(twin, **fields)
    frames = [f for f in make_frames(engine, reference, twin, count=count) if isinstance(f, Frame)]
    return twin, sorted(frames, key=lambda frame: frame.fraction)


def test_a_shape_grows_in_every_beat(reference):
    twin, frames = _morph(reference, BLOCK)
    assert grows(twin)
    assert own_request(twin).score == twin.score, "beats at the same moments"
    assert own_request(twin).seed == twin.seed
    assert [frame.fraction for frame in frames] == [0, 0.25, 0.5, 0.75, 1]
    for frame in frames:
        assert np.allclose(frame.recording.signal, reference.signal * (1 + frame.fraction), atol=1e-4)
        assert frame.recording.synthetic
        assert frame.onset is None
    assert frames[2].recording.provenance["morph"] == 0.5
    assert frames[2].measurements["qrs"] > 0
    assert "50%" in frames[2].recording.history[0]


def test_the_own_end_has_the_rhythm_that_the_twin_keeps(reference):
    twin, _ = _morph(reference, BLOCK, count=2)
    assert own_request(twin).conditions == (SINUS,)
    kept = {"kept": ["atrial fibrillation", "left ventricular hypertrophy", BLOCK]}
    recording = replace(twin.recording, provenance=twin.recording.provenance | kept)
    assert own_request(replace(twin, recording=recording)).conditions == ("atrial fibrillation",)


def test_what_both_ends_have_is_no_part_of_the_way(reference):
    """What is kept is in both ends, what was taken out in one: what was asked does not tell which."""
    flutter, hypertrophy = "atrial flutter", "left ventricular hypertrophy"

    def made(conditions, present, *shows, **asked):
        (twin,) = twins_of(reference, *conditions, **asked)
        known = {"present": list(present), "shows": {name: ["user"] for name in shows}}
        known["kept"] = [name for name in shows if name in present]
        return replace(twin, recording=replace(twin.recording, provenance=twin.recording.provenance | known))

    again = made(("AFL", "LBBB"), (flutter, BLOCK), flutter)
    assert grows(again) and own_request(again).conditions == (flutter,), (
        "the flutter asked is the patient's own"
    )
    back = made((SINUS,), (SINUS,), flutter)
    assert not grows(back) and own_request(back).conditions == (flutter,), "the way leads out of the flutter"
    freed = made((SINUS,), (SINUS,), SINUS, hypertrophy, without=(hypertrophy,))
    assert grows(freed) and own_request(freed).without == (), "the hypertrophy goes on the way"
    delta = made((hypertrophy,), (hypertrophy, SINUS, "pre-excitation"), SINUS, "pre-excitation")
    assert grows(delta)


def test_a_rhythm_sets_in_between_beats_and_moves_forward(reference):
    twin, frames = _morph(reference, "atrial fibrillation")
    assert not grows(twin)
    assert not grows(_morph(reference, "pre-excitation", count=2)[0])
    assert own_request(twin).score is None
    onsets = [frame.onset for frame in frames]
    assert onsets == sorted(onsets, reverse=True)
    assert onsets[0] == 10.0
    assert onsets[-1] == 0.0
    middle = frames[2]
    at = round(middle.onset * 500)
    assert np.allclose(middle.recording.signal[:, : at - 50], reference.signal[:, : at - 50], atol=1e-4)
    assert np.allclose(middle.recording.signal[:, at + 50 :], 2 * reference.signal[:, at + 50 :], atol=1e-4)


def test_no_wave_of_either_strip_is_torn(reference):
    onsets = np.arange(0.5, 10, 0.98)
    own = RhythmScore(
        tuple(Event(t, "QRS", "conducted") for t in onsets)
        + tuple(Event(t - 0.16, "P", "sinus") for t in onsets)
    )
    # Nearly the rate of the own rhythm: each beat falls onto a T wave of it.
    beats = (0.08, 1.22, 2.32, 3.05, 4.09, 4.96, 6.23, 7.11, 8.0, 8.93, 9.96)
    (twin,) = twins_of(reference, "atrial fibrillation")
    twin = replace(
        twin, score=RhythmScore(tuple(Event(t, "QRS", "conducted") for t in beats), atrial="fibrillation")
    )
    for wanted in np.arange(1, 9.5, 0.5):
        onset = onset_near(wanted, own, twin)
        assert abs(onset - wanted) < 1.0
        for score in (own, twin.score):
            assert min(onset - t for t in score.times("QRS") if t <= onset) >= 0.449
            assert min(t - onset for t in score.times("QRS") if t > onset) >= 0.039
        assert not [t for t in own.times("P") if t <= onset < t + 0.16], "a P keeps its QRS"


def test_a_fast_rhythm_sets_in_just_before_a_beat(reference):
    own = RhythmScore(tuple(Event(t, "QRS", "conducted") for t in np.arange(0.5, 10, 1.0)))
    beats = np.arange(0.1, 10, 0.33)
    (twin,) = twins_of(reference, "ventricular tachycardia")
    twin = replace(twin, score=RhythmScore(tuple(Event(float(t), "QRS", "ventricular") for t in beats)))
    onset = onset_near(5.0, own, twin)
    assert min(onset - t for t in own.times("QRS") if t <= onset) >= 0.449
    assert 0.04 <= min(t - onset for t in beats if t > onset) <= 0.12


def test_known_frames_are_not_made_again(reference):
    twin, frames = _morph(reference, BLOCK)
    engine = _Engine()
    more = [f for f in make_frames(engine, reference, twin, tuple(frames[:3]), 5) if isinstance(f, Frame)]
    assert engine.begun == 0
    assert sorted(frame.fraction for frame in more) == [0.75, 1.0]


def test_the_least_recently_used_morph_makes_room(reference):
    first, second = twins_of(reference, samples=2)
    size = reference.signal.nbytes
    store = FrameStore(most_bytes=3 * size)
    frames = [Frame(k / 4, reference, {}) for k in range(4)]
    assert store.keep(first, frames[0])
    assert store.keep(second, frames[0])
    store.frames(first)
    assert store.keep(first, frames[1])
    assert store.keep(first, frames[2])
    assert store.frames(second) == ()
    assert not store.keep(first, frames[3]), "one morph alone does not pass the limit either"
    assert store.bytes == 3 * size
    assert [frame.fraction for frame in store.frames(first)] == [0, 0.25, 0.5]


def test_measuring_a_frame_that_cannot_be_measured_leaves_a_gap(reference):
    flat = replace(reference, signal=reference.signal * 0)
    with pytest.raises(EcgError):
        measure(flat)
    _, frames = _morph(flat, BLOCK, count=3)
    assert frames[1].measurements == {}

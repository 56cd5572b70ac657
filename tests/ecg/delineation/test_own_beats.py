"""Single beats: each at its place, as it is, and none that is spoilt."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.template import place
from ecgtwin_app.ecg.delineation.own_beats import own_beats


def test_each_beat_is_where_it_was_in_the_recording():
    recording, _truth = strip(rate=72)
    found = own_beats(recording)
    assert len(found.single) == len(found.times) >= 8
    assert np.diff(found.times) == pytest.approx(60 / 72, abs=0.01)
    for beat, time in zip(found.single, found.times, strict=True):
        laid = np.zeros((8, 5000), np.float32)
        place(laid, beat.qrs, time * 500 + beat.qrs_offset)
        first = round(time * 500)
        inside = slice(first, first + round(beat.qrs_duration * 500) - 8)
        assert np.abs(laid - found.stack.signal)[:, inside].max() < 0.05


def test_beats_keep_what_parts_them():
    recording, _ = strip(rate=60)
    louder = recording.signal.copy()
    louder[:, 2500:] *= 1.2
    found = own_beats(replace(recording, signal=louder))
    heights = np.array([np.abs(beat.qrs).max() for beat in found.single])
    late = found.times > 5.2
    assert heights[late].mean() / heights[found.times < 4.5].mean() == pytest.approx(1.2, abs=0.03)


def test_a_spoilt_beat_is_left_out():
    recording, _ = strip(rate=60)
    whole = own_beats(recording)
    spoilt = recording.signal.copy()
    at = round(whole.times[4] * 500) + 130
    spoilt[:, at : at + 60] += 0.8 * np.hanning(60)
    found = own_beats(replace(recording, signal=spoilt))
    assert len(found.single) == len(whole.single) - 1
    assert np.abs(found.times - whole.times[4]).min() > 0.5

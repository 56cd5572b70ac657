"""The beat in parts: what is cut comes back together, and lies where the score says."""

from dataclasses import replace

import numpy as np
import pydicom.data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import keeping, place, qt_intervals, render_beats, split_beat
from ecgtwin_app.ecg.delineation.representative_beat import representative_beat
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.formats.registry import read_ecg


@pytest.fixture(scope="module")
def beat():
    path = pydicom.data.get_testdata_file("waveform_ecg.dcm", download=False)
    return representative_beat(resample(read_ecg(path), 500.0))


@pytest.fixture(scope="module")
def template(beat):
    return split_beat(beat)


def beats_at(times, pr=None, duration=10.0):
    events = [Event(t, "QRS", "conducted") for t in times]
    if pr is not None:
        events += [Event(t - pr, "P", "sinus") for t in times]
    return RhythmScore(tuple(events), duration)


def test_parts_at_their_places_are_the_beat_again(beat, template):
    at = 4.0
    laid = render_beats(template, beats_at([at], template.pr), qt_adaptation=0.0)
    first = round(at * 500) - beat.qrs_onset
    last = beat.t_offset
    assert beat.p_onset is not None
    error = laid[:, first + beat.p_onset : first + last] - beat.signal[:, beat.p_onset : last]
    assert np.sqrt(np.mean(error**2)) < 0.02
    assert np.sqrt(np.mean(error[:, beat.qrs_onset - beat.p_onset :] ** 2)) < 0.001


def test_a_beat_without_p_has_an_empty_p(beat):
    quiet = split_beat(replace(beat, p_onset=None))
    assert not quiet.has_p
    assert render_beats(quiet, beats_at([2.0], 0.16)).any()


def test_a_beat_without_t_is_refused(beat):
    with pytest.raises(EcgError, match="T wave"):
        split_beat(replace(beat, t_offset=None))


def test_parts_end_at_zero(template):
    for part in (template.p, template.qrs, template.t):
        assert np.abs(part[:, [0, -1]]).max() < 0.005


def test_other_origins_are_not_laid(template):
    events = (
        Event(1.0, "P", "ectopic"),
        Event(2.0, "QRS", "ventricular"),
        Event(4.0, "QRS", "paced"),
        Event(6.0, "P", "retrograde"),
    )
    assert not render_beats(template, RhythmScore(events)).any()


def test_qt_follows_the_cycle_length(template):
    slow = qt_intervals(template, beats_at(np.arange(0.5, 10, 1.2)))
    fast = qt_intervals(template, beats_at(np.arange(0.5, 10, 0.7)))
    assert np.all(slow > fast.max())
    assert slow[0] / fast[0] == pytest.approx((1.2 / 0.7) ** (1 / 3), rel=0.01)
    assert np.allclose(
        qt_intervals(template, beats_at([1, 1.5, 3]), qt_adaptation=0.0), template.qt, atol=1e-6
    )


def test_t_peak_moves_with_qt(template):
    def peak_time(rr):
        strip = render_beats(template, beats_at(np.arange(2.0, 9, rr)))
        first = round((2.0 + template.qrs_duration + 0.06) * 500)
        return int(np.argmax(np.abs(strip[:, first : first + 200]).sum(axis=0)))

    assert peak_time(1.4) > peak_time(0.8) + 5


@given(position=st.floats(20, 60))
@settings(max_examples=40, deadline=None)
def test_fractional_shift_is_accurate_for_qrs_frequencies(position):
    at = np.arange(40)
    window = np.hanning(40)
    wave = np.tile((window * np.sin(2 * np.pi * 30 * at / 500)).astype(np.float32), (8, 1))
    out = np.zeros((8, 120), np.float32)
    place(out, wave, position)
    x = np.arange(120) - position
    inside = (x >= 0) & (x <= 39)
    expected = np.where(
        inside, (0.5 - 0.5 * np.cos(2 * np.pi * x / 39)) * np.sin(2 * np.pi * 30 * x / 500), 0.0
    )
    assert np.abs(out[0] - expected).max() < 0.02


@given(start=st.floats(-0.9, 0.4), rr=st.floats(0.32, 1.8))
@settings(max_examples=30, deadline=None)
def test_any_grid_can_be_laid_without_steps(template, start, rr):
    strip = render_beats(template, beats_at(list(np.arange(start, 10.3, rr)), template.pr))
    assert strip.shape == (8, 5000) and strip.dtype == np.float32 and np.isfinite(strip).all()
    own = np.abs(np.diff(template.qrs, 2, axis=1)).max()
    assert np.abs(np.diff(strip, 2, axis=1)).max() < 1.6 * own + 0.02


def test_laying_is_linear_in_the_events(template):
    both = render_beats(template, beats_at([2.0, 6.0], 0.16), qt_adaptation=0.0)
    one = render_beats(template, beats_at([2.0], 0.16), qt_adaptation=0.0)
    other = render_beats(template, beats_at([6.0], 0.16), qt_adaptation=0.0)
    assert np.allclose(both, one + other, atol=1e-5)


def test_only_500_hz_is_laid(template):
    with pytest.raises(EcgError, match="500"):
        render_beats(template, beats_at([1.0]), rate=250.0)


def test_a_kept_part_is_the_patients_and_t_goes_on_from_the_new_j_point(template):
    wider = replace(template, qrs_duration=template.qrs_duration + 0.03, qt=template.qt + 0.03)
    wider = replace(wider, qrs=template.qrs * 0.5, t=template.t * 2, t_offset=template.t_offset + 15)
    narrow = keeping(wider, template, {"qrs"})
    assert narrow.qrs is template.qrs and np.array_equal(narrow.t, 2 * template.t)
    assert narrow.t_offset == template.t_offset and narrow.qt == pytest.approx(template.qt)
    assert narrow.t_peak == pytest.approx(wider.t_peak - 0.03)
    wide = keeping(wider, template, {"t", "p"})
    assert wide.t is template.t and wide.p is template.p and wide.qrs is wider.qrs
    assert wide.t_offset == template.t_offset + 15 and wide.qt == pytest.approx(template.qt + 0.03)

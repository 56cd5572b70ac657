"""A recording goes on under another rhythm: joined in diastole, visible samples to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.other_rhythm import begins_at, continue_under, joined_at
from ecgtwin_app.generators.catalogue import load_generator

STRIP, BEATS = strip()[:2]


@pytest.fixture(scope="module")
def engine():
    return TwinEngine.load()


@pytest.fixture(scope="module")
def filler():
    return load_generator("template")


def continued(engine, filler, recording, seconds=5.0, name="atrial fibrillation", how=None):
    *_, proposals = continue_under(engine, filler, recording, seconds, (name,), how or How(2, 3))
    return proposals


def cut(recording, seconds):
    return replace(recording, signal=recording.signal[:, : round(seconds * recording.rate)])


@pytest.fixture(scope="module")
def long():
    """Fourteen seconds, to be cut at any place of a beat."""
    return strip(seconds=14)[0]


@pytest.mark.parametrize("end", [10.0, 10.25, 10.5, 10.75, 11.0, 11.3])
def test_the_join_lies_behind_the_beat_that_runs(long, end):
    recording = cut(long, end)
    late = recording.duration - 10
    reference = replace(recording, signal=recording.signal[:, -5000:])
    measured = measure(reference)
    join = joined_at(measured, late, end)
    assert join.at >= end - 1e-9 and 0.3 < join.at - join.beat < 1.2
    ahead = measured.qt / 1000
    assert join.at >= join.beat + ahead  # no T wave is cut


@pytest.mark.parametrize("end", [10.0, 10.4, 10.8])
def test_it_goes_on_without_a_step_and_visible_samples_stay(engine, filler, long, end):
    recording = cut(long, end)
    proposals = continued(engine, filler, recording)
    for number in range(2):
        longer = proposals.repaired(number)
        assert longer.duration == pytest.approx(end + 5)
        np.testing.assert_array_equal(longer.signal[:, : recording.samples], recording.signal)
        at = recording.samples
        usual = np.abs(np.diff(recording.signal, axis=1)).max(axis=1)
        assert (np.abs(longer.signal[:, at] - longer.signal[:, at - 1]) <= np.maximum(usual, 0.05)).all()
        assert lead_law_residual(longer.signal[:, at:]) < 1e-5
        assert {one.by for one in longer.filled} == {"ecgtwin"} and longer.partly_synthetic
    assert longer.history[-1] == "continued by 5 s under atrial fibrillation"


def test_beats_keep_apart_across_the_join(engine, filler, long):
    longer = continued(engine, filler, cut(long, 10.4), 6.0, "sinus tachycardia").repaired(0)
    beats = [beat.fiducial / longer.rate for beat in measure(longer).beats]
    gaps = np.diff(beats)
    assert gaps.min() > 0.3 and gaps.max() < 1.3
    assert np.median(np.diff([at for at in beats if at > 11.5])) < 0.62  # tachycardia


def test_at_any_rate_of_a_recorder(engine, filler):
    recording = resample(STRIP, 360.0)
    longer = continued(engine, filler, recording, 4.0, how=How(1)).repaired(0)
    np.testing.assert_array_equal(longer.signal[:, : recording.samples], recording.signal)
    assert longer.rate == 360.0 and longer.duration == pytest.approx(14.0)


def test_a_twin_begins_in_its_own_diastole():
    events = [Event(float(at), "QRS", "conducted") for at in (0.6, 1.0, 1.4, 1.8)]
    events += [Event(at - 0.12, "P", "sinus") for at in (0.6, 1.0, 1.4, 1.8)]
    score = RhythmScore(tuple(events))
    assert begins_at(score, {"pr": 120.0}, 0.1) == pytest.approx(0.7)
    assert begins_at(score, {"pr": 120.0}, 0.6) == pytest.approx(0.8)  # before the P of the next beat


def test_what_cannot_be_is_said_in_one_sentence(engine, filler):
    with pytest.raises(EcgError, match="up to 8 s"):
        continued(engine, filler, STRIP, 12.0)
    with pytest.raises(EcgError, match="Generation needs"):
        continued(engine, filler, Recording(STRIP.signal[[1, 6]], 500.0, ("II", "V1")))
    with pytest.raises(EcgError):
        continued(engine, filler, STRIP, name="no such condition")

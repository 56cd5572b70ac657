"""Events in time, angles and clinical features: what is found, missed, extra and late."""

import numpy as np
import pytest
from evaluated import BEATS, score_of_beats
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.evaluation.figures.by_condition import timing
from ecgtwin_app.evaluation.metrics.clinical import FEATURES, features, quantity, standardised
from ecgtwin_app.evaluation.metrics.events import match, time_events
from ecgtwin_app.evaluation.metrics.preservation import UNITS, difference, usual_and_spread
from ecgtwin_app.evaluation.runs.measured import measured_row


def test_events_in_time_are_found_and_the_delay_of_one_beat_is_seen(sinus):
    found = time_events(score_of_beats(BEATS), sinus)
    assert (found.r_missed, found.r_extra, found.p_missed, found.p_extra) == (0, 0, 0, 0)
    assert found.r_expected == len(BEATS) == len(found.r_timing) and found.p_expected >= len(BEATS) - 1
    assert np.abs(found.r_timing).max() <= 4 and np.abs(found.p_timing).max() <= 20
    late = BEATS.copy()
    late[5] -= 0.03  # the score wanted it 30 ms before where it is
    assert max(time_events(score_of_beats(late), sinus).r_timing) == pytest.approx(30, abs=4)


def test_a_constant_offset_shows_in_the_onset_and_not_in_the_timing(sinus):
    found = time_events(score_of_beats(BEATS - 0.02), sinus)
    assert np.median(found.r_onset) == pytest.approx(20, abs=6)
    assert np.abs(found.r_timing).max() <= 4


def test_missed_and_extra_beats_are_counted(sinus):
    more = np.sort(np.append(BEATS, 4.2))
    assert time_events(score_of_beats(more), sinus).r_missed == 1
    assert time_events(score_of_beats(np.delete(BEATS, 4)), sinus).r_extra == 1


def test_a_p_that_is_not_there_is_missed_and_one_too_many_is_extra(sinus):
    without, _ = strip(onsets=BEATS, pr=None)
    found = time_events(score_of_beats(BEATS), measure(without))
    assert found.p_expected and found.p_missed == found.p_expected
    bare = RhythmScore(tuple(Event(float(t), "QRS", "conducted") for t in BEATS))
    assert time_events(bare, sinus).p_extra >= len(BEATS) - 2


def test_matching_takes_the_nearest_pair_once():
    assert match(np.array([1.0, 1.1]), np.array([1.09])).tolist() == [-1, 0]
    assert match(np.array([1.0]), np.array([2.0])).tolist() == [-1]
    assert match(np.array([]), np.array([1.0])).size == 0


def test_timing_pools_the_events_of_all_strips(sinus):
    rows = [{"timing": time_events(score_of_beats(BEATS), sinus).to_json()} for _ in range(3)] + [
        {"timing": None}
    ]
    found = timing(rows, 1)
    assert found["r_timing"]["n"] == 3 * len(BEATS) and found["r_timing"]["value"] <= 4
    assert found["r_missed"]["value"] == 0 and found["r_missed"]["n"] == 3 * len(BEATS)
    assert found["blocked_p_found"]["value"] is None


def test_the_spread_is_that_of_the_single_beats():
    steady = usual_and_spread(measure(strip(onsets=BEATS, noise=0.002)[0]).delineation)
    noisy = usual_and_spread(measure(strip(onsets=BEATS, noise=0.04)[0]).delineation)
    assert set(steady[0]) == set(UNITS)
    assert all(noisy[1][name] > 2 * steady[1][name] for name in ("axis", "T in II"))
    assert steady[0]["T in II"] == pytest.approx(0.3, abs=0.05)
    assert steady[0]["axis"] == pytest.approx(noisy[0]["axis"], abs=10)


def test_angles_differ_the_short_way_round():
    assert difference("axis", 179, -179) == -2 and difference("T in II", 0.3, 0.1) == pytest.approx(0.2)


def test_clinical_features_bear_what_is_missing(sinus):
    row = measured_row(sinus)["measurements"]
    assert features(row).shape == (len(FEATURES),) and np.isfinite(features(row)).all()
    missing = features({**row, "qt": None, "t_amplitude": dict.fromkeys(row["t_amplitude"])})
    assert np.isnan(missing).sum() == 4
    one, real = standardised(
        [np.stack([missing]), np.stack([features(row)] * 3)], np.stack([features(row)] * 3)
    )
    assert np.isfinite(one).all() and np.allclose(real, 0, atol=1e-6)
    assert np.isnan(quantity({}, "R in V5"))

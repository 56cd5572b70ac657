"""A wave on the T before a QRS: whether it goes with that T or with the QRS."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_ecg import LBBB, T_LBBB, strip

from ecgtwin_app.ecg.delineation.p_t_discrimination import goes_with_t
from ecgtwin_app.ecg.measurement.measure import measure

LEADS = np.linspace(0.2, 1.0, 8)


def beats_with_a_wave(moves: float, jitter: float, noise: float, seed: int = 0):
    """Windows of 200 samples before a QRS, with a wave that moves with the interval by that share, and the intervals."""
    rng = np.random.default_rng(seed)
    gaps = np.round(180 + jitter * rng.standard_normal(26))
    at = np.arange(200)
    beats = [
        0.2 * LEADS[:, None] * np.exp(-0.5 * ((at - 120 + moves * (gap - 180)) / 12) ** 2) for gap in gaps
    ]
    return np.array(beats) + noise * rng.standard_normal((26, 8, 200)), np.concatenate([[np.nan], gaps[1:]])


@pytest.mark.parametrize("moves", [0.0, 0.5, 1.0])
def test_a_few_milliseconds_of_variation_tell_p_from_t(moves):
    beats, gaps = beats_with_a_wave(moves, jitter=1.5, noise=0.003)
    share, error = goes_with_t(beats, gaps, 90, 150)
    assert error < 0.1
    assert share == pytest.approx(moves, abs=3 * error + 0.05)


def test_what_cannot_be_known_is_said_to_be_unknown():
    beats, gaps = beats_with_a_wave(0.0, jitter=0.0, noise=0.003)
    assert goes_with_t(beats, gaps, 90, 150)[1] == np.inf  # the intervals are all alike
    beats, gaps = beats_with_a_wave(0.0, jitter=1.5, noise=0.003)
    assert goes_with_t(beats[:4], gaps[:4], 90, 150)[1] == np.inf  # too few
    assert goes_with_t(np.full_like(beats, np.nan), gaps, 90, 150)[1] == np.inf


def test_noise_widens_the_error():
    errors = [goes_with_t(*beats_with_a_wave(0.0, 1.5, noise), 90, 150)[1] for noise in (0.003, 0.03, 0.1)]
    assert 2 * errors[0] < errors[1] < errors[2]


@pytest.mark.parametrize("pr", [None, 140])
def test_a_p_on_the_t_of_a_tachycardia(pr):
    """With a P and without one, everything else alike."""
    rng = np.random.default_rng(3)
    onsets = 0.3 + np.cumsum(0.4 + 0.004 * rng.standard_normal(23))
    recording, _ = strip(onsets=onsets, qt=310, pr=pr, noise=0.004)
    share = measure(recording).p_before_qrs or 0.0
    assert share <= 0.1 if pr is None else share >= 0.9


@pytest.mark.parametrize("pr", [None, 160])
def test_a_p_that_begins_as_the_t_of_a_blocked_heart_ends(pr):
    """Behind a wide QRS no T can be foretold: the P is known by what is seen of it."""
    found = measure(strip(rate=112, qt=390, pr=pr, parts=LBBB, t=T_LBBB)[0])
    if pr is None:
        assert found.pr is None and not found.p_before_qrs
    else:
        assert found.p_before_qrs >= 0.9 and found.pr == pytest.approx(pr, abs=25)

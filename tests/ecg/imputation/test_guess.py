"""What is filled in: laws and visible samples are kept, what is hidden is not read, and each way does what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_ecg import strip

from ecgtwin_app.ecg.delineation.beats import detect_qrs
from ecgtwin_app.ecg.imputation.guess import BEST, LINES, REGRESSION, TEMPLATE, WAYS, guess
from ecgtwin_app.ecg.imputation.laws import independent_mask, solved
from ecgtwin_app.ecg.imputation.regression import population_moments
from ecgtwin_app.ecg.signal.leads import independent_leads, lead_law_residual, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.ecg.signal.zero_phase import both_ways

RATE, SAMPLES = 100.0, 600


def noisy(seed: int, samples: int = SAMPLES) -> np.ndarray:
    """Twelve leads of noise that keep the laws to the last bits."""
    return twelve_leads(np.random.default_rng(seed).normal(0, 0.5, (8, samples))).astype(np.float32)


@st.composite
def masks(draw) -> np.ndarray:
    """A few hidden pieces of some leads, whole leads and spans of all leads among them."""
    mask = np.zeros((12, SAMPLES), bool)
    for _ in range(draw(st.integers(1, 4))):
        leads = draw(
            st.one_of(st.just(list(range(12))), st.lists(st.integers(0, 11), min_size=1, max_size=11))
        )
        first = draw(st.integers(0, SAMPLES - 1))
        last = draw(st.one_of(st.just(SAMPLES), st.integers(first + 1, SAMPLES)))
        if draw(st.booleans()):
            first = 0
        mask[leads, first:last] = True
    return mask


@given(masks(), st.integers(0, 5), st.sampled_from(WAYS))
@settings(max_examples=60, deadline=None)
def test_visible_samples_stay_laws_hold_and_what_is_hidden_is_not_read(mask, seed, way):
    signal = noisy(seed)
    filled = guess(signal, mask, RATE, way)
    assert filled.dtype == np.float32 and np.isfinite(filled).all()
    assert filled[~mask].tobytes() == signal[~mask].tobytes()
    # To the last bits of single precision, at this size of the values.
    assert lead_law_residual(filled) <= 4e-7 * max(1.0, float(np.abs(filled).max()))
    others = np.where(mask, np.random.default_rng(seed + 9).choice([np.nan, np.inf, 7.0], mask.shape), signal)
    assert np.array_equal(guess(others, mask, RATE, way), filled)


@given(st.sets(st.integers(0, 5), min_size=2, max_size=6), st.integers(0, 99), st.sampled_from(WAYS))
@settings(max_examples=30, deadline=None)
def test_any_two_limb_leads_give_all_six_at_every_sample(seen, seed, way):
    signal = noisy(seed, 200)
    mask = np.zeros(signal.shape, bool)
    mask[:6] = True
    mask[sorted(seen)] = False
    mask[:6, 150:] = ~np.isin(np.arange(6), sorted(seen)[:2])[:, None]
    assert not independent_mask(mask)[:2].any()
    np.testing.assert_allclose(guess(signal, mask, RATE, way), signal, atol=3e-6)
    np.testing.assert_allclose(solved(signal, mask)[:6], signal[:6], atol=3e-6)


def test_one_limb_lead_in_sight_is_kept_to():
    signal = noisy(3)
    mask = np.zeros(signal.shape, bool)
    mask[:6] = True
    mask[5] = False
    filled = guess(signal, mask, RATE)
    assert np.array_equal(filled[5], signal[5])
    np.testing.assert_allclose(filled[1] - filled[0] / 2, signal[5], atol=1e-6)
    assert independent_mask(mask)[:2].all()


def test_lines_go_straight_from_one_side_to_the_other():
    signal = np.tile(np.linspace(0, 1, SAMPLES, dtype=np.float32), (12, 1))
    mask = np.zeros(signal.shape, bool)
    mask[6:, 200:400] = True
    mask[7, 500:] = True
    filled = guess(signal, mask, RATE, LINES)
    np.testing.assert_allclose(filled[6], signal[6], atol=1e-6)
    assert np.all(filled[7, 500:] == filled[7, 499])


def test_regression_finds_a_lead_that_is_a_sum_of_others():
    recording, _ = strip(noise=0.02)
    eight = independent_leads(recording.signal).copy()
    eight[4] = 0.6 * eight[3] + 0.5 * eight[5] - 0.2 * eight[1]
    signal = twelve_leads(eight)
    mask = np.zeros(signal.shape, bool)
    mask[8, 1500:2600] = True
    filled = guess(signal, mask, recording.rate, REGRESSION)
    assert np.abs(filled - signal)[mask].mean() < 0.008  # noise alone is 0.016
    mask[8] = True
    unseen = guess(signal, mask, recording.rate, REGRESSION)
    assert np.corrcoef(unseen[8], signal[8])[0, 1] > 0.9  # by the population's table alone


@pytest.mark.parametrize(("first", "last"), [(2000, 3000), (4000, 5000), (0, 1100)])
def test_the_usual_beat_lies_where_the_next_ones_are_expected(first, last):
    recording, _ = strip(rate=75.0, noise=0.004)
    mask = np.zeros(recording.signal.shape, bool)
    mask[:, first:last] = True
    filled = guess(recording.signal, mask, recording.rate, TEMPLATE)
    assert np.abs(filled - recording.signal)[mask].mean() < 0.02
    found, true = (detect_qrs(one, recording.rate) for one in (filled, recording.signal))
    assert len(found) == len(true) and np.abs(found - true).max() <= 5
    assert np.abs(guess(recording.signal, mask, recording.rate, LINES) - recording.signal)[mask].mean() > 0.05


def test_with_a_lead_in_sight_beats_lie_at_their_own_times():
    irregular = np.cumsum([0.4, 0.9, 0.6, 1.1, 0.7, 0.95, 0.55, 1.2, 0.8, 0.9, 0.7])
    recording, _ = strip(onsets=irregular, p=0.0, pr=None, noise=0.004)
    mask = np.ones(recording.signal.shape, bool)
    mask[:, :2000] = False
    mask[1] = False
    filled = guess(recording.signal, mask, recording.rate, TEMPLATE)
    assert np.abs(filled - recording.signal)[mask].mean() < 0.025
    assert np.array_equal(filled, guess(recording.signal, mask, recording.rate, TEMPLATE))


def test_nothing_steps_at_the_ends_of_a_piece():
    recording, _ = strip(noise=0.0, seconds=10)
    at = np.arange(recording.samples) / recording.rate
    signal = twelve_leads(independent_leads(recording.signal) + 0.3 * np.sin(0.25 * 2 * np.pi * at) + 1)
    mask = np.zeros(signal.shape, bool)
    mask[:, 2100:3000] = True
    mask[8, 3500:4200] = True
    largest = np.abs(np.diff(signal, axis=1)).max(axis=1)
    for way in WAYS:
        filled = guess(signal, mask, recording.rate, way)
        for lead, stop in ((LEADS.index("V2"), 2100), (LEADS.index("V2"), 3000), (8, 3500), (8, 4200)):
            assert abs(filled[lead, stop] - filled[lead, stop - 1]) <= 0.5 * largest[lead]


def test_pieces_close_to_each_other_are_joined_to_what_lies_between():
    signal = noisy(2)
    mask = np.zeros(signal.shape, bool)
    mask[7:, 200:260] = mask[7, 262:280] = mask[9, 261:300] = True
    assert all(np.isfinite(guess(signal, mask, RATE, way)).all() for way in WAYS)


def test_nothing_in_sight_is_a_flat_line():
    assert not guess(noisy(1), np.ones((12, SAMPLES), bool), RATE).any()


def test_shapes_and_ways_are_checked():
    signal = noisy(1)
    with pytest.raises(ValueError, match="12"):
        guess(signal[:8], np.zeros((8, SAMPLES), bool), RATE)
    with pytest.raises(ValueError, match="way"):
        guess(signal, np.zeros(signal.shape, bool), RATE, "magic")


def test_the_population_table_is_one_of_second_moments():
    moments = population_moments()
    assert moments.shape == (8, 8) and np.allclose(moments, moments.T)
    assert np.trace(moments) == pytest.approx(1, abs=1e-4)
    assert np.linalg.eigvalsh(moments).min() > 0


def test_the_best_way_is_on_real_recordings_no_worse_than_any_other(real_data):
    from ecgtwin_app.training.collections.records import load_real

    records = [record for record in load_real(real_data) if not record.held_out][5::160]
    wholly, span, all_leads = (np.zeros((12, 5000), bool) for _ in range(3))
    wholly[8], span[8, 1600:2600], all_leads[:, 2000:3000] = True, True, True
    for mask in (wholly, span, all_leads):
        errors: dict[str, list[float]] = {way: [] for way in WAYS}
        for record in records:
            eight = both_ways(independent_leads(record.recording.signal), 500.0, low=0.5, padding=1000)
            signal = twelve_leads(eight).astype(np.float32)
            for way in WAYS:
                errors[way].append(float(np.abs(guess(signal, mask, 500.0, way) - signal)[mask].mean()))
        middle = {way: np.median(values) for way, values in errors.items()}
        assert middle[BEST] <= 1.05 * min(middle.values())
        assert middle[BEST] < 0.8 * middle[LINES]

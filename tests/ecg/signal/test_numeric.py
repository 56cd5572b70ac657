"""The filters, smoothers and peaks of the measuring give what scipy's give."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage, signal
from scipy.interpolate import CubicSpline

from ecgtwin_app.ecg.signal import order, peaks, sliding, smoothing
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.ecg.signal.spline import natural_spline
from ecgtwin_app.ecg.signal.zero_phase import both_ways, notch

_RNG = np.random.default_rng(11)
_CURVES = arrays(np.float64, st.integers(3, 120), elements=st.integers(-6, 6).map(float))
#: Below what a file of whole nanovolts could hold, for signals of some millivolts.
_SAME = 1e-9


def walk(*shape):
    """A wandering signal of some millivolts."""
    return np.cumsum(_RNG.normal(0, 0.05, shape), axis=-1)


@pytest.mark.parametrize("rate", [100.0, 240.0, 500.0, 1000.0])
@pytest.mark.parametrize(
    ("low", "high"), [(0.5, None), (None, 30.0), (None, 0.5), (35.0, None), (5.0, 40.0), (0.5, 25.0)]
)
def test_butterworth_both_ways_is_scipys(rate, low, high):
    strip = walk(3, int(4 * rate)) + 2
    kind = "lowpass" if low is None else "highpass" if high is None else "bandpass"
    edges = [edge for edge in (low, high) if edge is not None]
    sos = signal.butter(2, edges if len(edges) == 2 else edges[0], kind, fs=rate, output="sos")
    for padding in (0, 9, int(rate)):
        expected = signal.sosfiltfilt(sos, strip, axis=1, padlen=padding)
        assert np.abs(both_ways(strip, rate, low, high, padding) - expected).max() < _SAME


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_the_notch_is_scipys(mains):
    strip = walk(2, 2000) + np.sin(2 * np.pi * mains * np.arange(2000) / 500)
    expected = signal.filtfilt(*signal.iirnotch(mains, 30, fs=500.0), strip, axis=1, padlen=500)
    assert np.abs(notch(strip, 500.0, mains, padding=500) - expected).max() < _SAME


def test_a_strip_of_many_blocks_is_filtered_as_scipy_does():
    strip = walk(2, 40_000)
    expected = signal.sosfiltfilt(
        signal.butter(2, [0.5, 40], "bandpass", fs=500.0, output="sos"), strip, padlen=500
    )
    assert np.abs(both_ways(strip, 500.0, 0.5, 40.0, 500) - expected).max() < _SAME


def test_a_long_recording_is_filtered_lead_by_lead_to_the_same():
    strip = walk(12, 200_000)
    alone = both_ways(strip[3:4], 500.0, low=0.5, padding=100)
    assert np.array_equal(both_ways(strip, 500.0, low=0.5, padding=100)[3:4], alone)


def test_a_flat_lead_stays_exactly_flat():
    flat = np.full((2, 600), 0.7)
    assert np.all(both_ways(flat, 500.0, low=0.5, padding=100) == 0)
    assert np.ptp(both_ways(flat, 500.0, high=30.0)) == 0


def test_an_edge_beyond_half_the_rate_is_refused():
    with pytest.raises(ValueError, match="half"):
        both_ways(walk(1, 100), 60.0, low=35.0)


@pytest.mark.parametrize("mode", ["reflect", "nearest", "constant"])
@pytest.mark.parametrize("sigma", [0.6, 2, 3.7, 25])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gaussian_is_scipys(mode, sigma, axis):
    for strip in (walk(4, 30, 7), walk(4, 30, 7).astype(np.float32)):
        expected = ndimage.gaussian_filter1d(strip, sigma, axis=axis, mode=mode)
        found = smoothing.gaussian(strip, sigma, axis=axis, mode=mode)
        assert found.dtype == expected.dtype
        assert np.abs(found - expected).max() < (_SAME if strip.dtype == np.float64 else 1e-6)


@pytest.mark.parametrize("size", [1, 2, 5, 40, 61, 200])
def test_means_medians_and_maxima_are_scipys(size):
    strip = walk(2, 300)
    assert np.abs(smoothing.mean(strip, size) - ndimage.uniform_filter1d(strip, size)).max() < _SAME
    assert np.array_equal(smoothing.maximum(strip, size), ndimage.maximum_filter1d(strip, size))
    if size % 2:
        assert np.array_equal(smoothing.median(strip, size), ndimage.median_filter(strip, size=(1, size)))
        at = np.array([0, 3, 150, 299])
        expected = ndimage.percentile_filter(strip[0], 25, size)[at]
        assert np.array_equal(smoothing.percentile_at(strip[0], 25, size, at), expected)


@pytest.mark.parametrize("window", [5, 7, 15])
def test_slope_is_scipys(window):
    strip = walk(3, 90)
    expected = signal.savgol_filter(strip, window, 2, deriv=1, axis=-1)
    assert np.abs(smoothing.slope(strip, window) - expected).max() < _SAME


@settings(max_examples=300, deadline=None)
@given(_CURVES, st.none() | st.integers(-3, 5), st.none() | st.integers(1, 9), st.none() | st.integers(0, 4))
def test_peaks_are_scipys(curve, height, distance, prominence):
    curve = curve + np.linspace(0, 0.3, curve.size) * (curve.size % 2)  # with ties and without
    if distance is not None:
        curve = curve + np.arange(curve.size) * 1e-6  # which of two equal peaks gives way is nobody's promise
    expected, about = signal.find_peaks(curve, height=height, distance=distance, prominence=prominence)
    found = peaks.find_peaks(curve, height, distance, prominence)
    assert np.array_equal(found, expected)
    if prominence is not None:
        assert np.allclose(peaks.prominences(curve, found), about["prominences"])
        feet = [peaks.foot_before(curve, peak) for peak in found]
        assert feet == about["left_bases"].tolist()


@pytest.mark.parametrize("knots", [3, 4, 12])
def test_the_natural_spline_is_scipys(knots):
    at = np.sort(_RNG.choice(1000, knots, replace=False)).astype(float)
    levels = walk(knots, 5)
    wanted = np.linspace(at[0], at[-1], 777)
    expected = CubicSpline(at, levels, bc_type="natural")(wanted)
    assert np.abs(natural_spline(at, levels, wanted) - expected).max() < _SAME


@pytest.mark.parametrize("rates", [(1000, 500), (240, 500), (256, 500), (977, 500), (250, 500), (100, 500)])
@pytest.mark.parametrize("samples", [2, 50, 2400])
def test_resampling_is_scipys(rates, samples):
    ratio = Fraction(rates[1], rates[0])
    strip = walk(3, samples) + 1
    expected = signal.resample_poly(strip, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    found = resample_array(strip, *rates)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < _SAME


@given(st.integers(1, 30), st.floats(0, 100))
def test_medians_and_percentiles_are_numpys_to_the_last_bit(count, percent):
    values = np.random.default_rng(count).normal(size=count)
    assert order.median(values) == np.median(values)
    assert order.percentile(values, percent) == np.percentile(values, percent)


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_medians_over_beats_pass_over_missing_samples(count):
    beats = _RNG.normal(size=(count, 3, 40)).round(1)
    assert np.array_equal(order.median_over(beats), np.median(beats, axis=0))
    beats[:, :, 5] = np.nan
    beats[0, :, :20] = np.nan
    seen = ~np.isnan(beats).all(axis=0)
    found = order.median_over(beats, empty=7.0)
    assert np.array_equal(found[seen], np.nanmedian(beats[:, seen], axis=0)) and np.all(found[~seen] == 7)


@pytest.mark.parametrize("count", [2, 3, 6, 7])
def test_the_median_of_the_others_leaves_each_one_out(count):
    beats = _RNG.normal(size=(count, 3, 40)).round(1)  # with values that occur twice
    expected = [np.median(np.delete(beats, k, axis=0), axis=0) for k in range(count)]
    assert np.array_equal(order.medians_without_one(beats), expected)


def test_a_template_is_held_against_every_place():
    windows, template = walk(4, 3, 50), walk(3, 20)
    places = [[np.sum(one[:, k : k + 20] * template) for k in range(31)] for one in windows]
    assert np.abs(sliding.products(windows, template) - places).max() < _SAME
    assert sliding.products(windows[:0], template).shape == (0, 31)
    assert np.abs(sliding.sums(windows, 20)[2, 1, 30] - windows[2, 1, 30:].sum()) < _SAME

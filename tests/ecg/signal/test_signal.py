"""Filters, resampling and quality notes: they do what they say, and say what they do."""

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.measurement.quality import lead_quality, quality_notes
from ecgtwin_app.ecg.signal.filters import display_filter
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import resample, ten_seconds


def tone(frequency, rate=500.0, seconds=20):
    time = np.arange(round(seconds * rate)) / rate
    return Recording(np.tile(np.sin(2 * np.pi * frequency * time), (12, 1)), rate)


def gain(before, after):
    middle = slice(before.samples // 4, 3 * before.samples // 4)
    return np.std(after.signal[:, middle]) / np.std(before.signal[:, middle])


@pytest.mark.parametrize("frequency, low, high", [(1, 0.97, 1.01), (40, 0.95, 1.01), (200, 0, 0.35)])
def test_the_diagnostic_band_passes_what_it_should(frequency, low, high):
    recording = tone(frequency)
    assert low <= gain(recording, display_filter(recording)) <= high


def test_the_notch_takes_out_mains_and_nothing_beside_it():
    for frequency, most in ((50, 0.05), (40, 1.01)):
        recording = tone(frequency)
        assert gain(recording, display_filter(recording, None, None, 50)) <= most
    assert gain(tone(40), display_filter(tone(40), None, None, 50)) > 0.95


def test_filters_do_not_delay():
    recording, _ = strip(noise=0.0)
    filtered = display_filter(recording, 0.05, 40)
    beat = (LEADS.index("V4"), slice(2000, 2400))
    assert abs(int(np.argmax(filtered.signal[beat])) - int(np.argmax(recording.signal[beat]))) <= 1


def test_filters_say_what_they_did():
    recording, _ = strip()
    filtered = display_filter(recording, 0.5, 40, 60)
    assert filtered.history[-1] == "filtered without delay: 0.5 Hz high-pass, 40 Hz low-pass, 60 Hz notch"
    assert display_filter(recording, None, None) is recording


def test_filters_keep_the_lead_laws():
    assert lead_law_residual(display_filter(strip()[0]).signal) < 1e-5


@pytest.mark.parametrize("low, high", [(50, 40), (-1, 40), (0.05, 0)])
def test_an_empty_band_is_refused(low, high):
    with pytest.raises(EcgError):
        display_filter(strip()[0], low, high)


@pytest.mark.parametrize("rate", [240.0, 250.0, 360.0, 1000.0])
def test_resampling_there_and_back_keeps_the_heart(rate):
    recording, _ = strip(noise=0.0)
    back = resample(resample(recording, rate), 500.0)
    assert back.samples == pytest.approx(recording.samples, abs=2)
    inner = slice(100, recording.samples - 100)
    assert np.abs(back.signal[:, inner] - recording.signal[:, inner]).max() < 0.03
    assert back.history == (f"resampled 500 Hz to {rate:g} Hz", f"resampled {rate:g} Hz to 500 Hz")


def test_what_the_new_rate_cannot_carry_is_removed_not_folded():
    assert gain(tone(180), resample(tone(180), 500.0)) == pytest.approx(1)
    assert np.std(resample(tone(180), 250.0).signal[:, 500:-500]) < 0.02


def test_ten_seconds_are_cut_and_named():
    recording, _ = strip(seconds=14)
    piece = ten_seconds(recording, 2.0)
    assert piece.signal.shape == (12, 5000) and piece.rate == 500.0
    np.testing.assert_array_equal(piece.signal, recording.signal[:, 1000:6000])
    assert piece.history == ("cut 2 s to 12 s",)


def test_missing_limb_leads_are_derived_and_said_so():
    recording, _ = strip()
    rows = [LEADS.index(name) for name in INDEPENDENT_LEADS]
    eight = Recording(recording.signal[rows], 500.0, leads=INDEPENDENT_LEADS)
    full = ten_seconds(eight)
    np.testing.assert_allclose(full.signal, recording.signal, atol=1e-5)
    assert full.history == ("derived III, aVR, aVL, aVF from I and II",)


def test_short_or_incomplete_recordings_are_refused_with_advice():
    with pytest.raises(EcgError, match="ten are needed"):
        ten_seconds(strip(seconds=9.5)[0])
    with pytest.raises(EcgError, match="V6 is missing"):
        ten_seconds(Recording(np.zeros((11, 5000)), 500.0, leads=LEADS[:-1]))


def test_quality_names_what_is_wrong_with_which_lead():
    recording, _ = strip()
    assert quality_notes(recording) == ()
    signal = recording.signal.copy()
    time = np.arange(5000) / 500
    signal[LEADS.index("V2")] = 0
    signal[LEADS.index("V3")] = np.clip(2 * signal[LEADS.index("V3")], -0.8, 0.8)
    signal[LEADS.index("V4")] += np.random.default_rng(1).normal(0, 0.15, 5000)
    signal[LEADS.index("V5")] += np.sin(2 * np.pi * 0.2 * time)
    signal[LEADS.index("V6"), 100:200] = np.nan
    found = {quality.lead: quality.notes for quality in lead_quality(Recording(signal, 500.0))}
    assert found["V2"] == ("flat",)
    assert found["V3"] == ("clipped",)
    assert found["V4"] == ("noisy",)
    assert found["V5"] == ("wandering baseline",)
    assert found["V6"] == ("samples missing",)
    assert found["I"] == ()

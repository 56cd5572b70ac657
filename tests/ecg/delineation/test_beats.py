"""QRS detection on strips whose beats are known, and on input that has none."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d
from synthetic_ecg import LBBB, NORMAL, PVC, RATE, T_AMPLITUDES, T_LBBB, T_PVC, bump, fibrillating, strip

from ecgtwin_app.ecg.delineation import beats
from ecgtwin_app.ecg.delineation.beats import detect_qrs
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate

#: The fiducial lies within the QRS, some 40 ms after its onset.
INSIDE = 0.09


def matched(found, onsets, inside=INSIDE):
    found = np.asarray(found) / RATE
    return len(found) == len(onsets) and np.all((found >= onsets - 0.01) & (found <= onsets + inside))


@pytest.mark.parametrize("rate", [30, 45, 72, 110, 150, 180, 220])
def test_every_beat_is_found_once_at_any_rate(rate):
    recording, onsets = strip(rate=rate, qt=min(380, 0.6 * 60000 / rate), pr=160 if rate < 120 else None)
    assert matched(detect_qrs(recording.signal, RATE), onsets)


def test_tall_t_waves_and_p_waves_are_not_beats():
    tall = np.array((0.8, 1.2, 0.5, 1.5, 1.5, 1.2, 1.0, 0.8))
    recording, onsets = strip(rate=60, t=tall)
    assert matched(detect_qrs(recording.signal, RATE), onsets)


def test_wide_and_ectopic_beats_are_found():
    recording, onsets = strip(parts=LBBB, ectopic={3, 7})
    assert matched(detect_qrs(recording.signal, RATE), onsets, 0.17)


def test_noise_of_a_tenth_of_a_millivolt_loses_no_beat():
    recording, onsets = strip(noise=0.1)
    assert matched(detect_qrs(recording.signal, RATE), onsets)


def test_one_loose_electrode_makes_no_beats():
    recording, onsets = strip()
    signal = recording.signal.copy()
    signal[9, 1000:3000] += np.random.default_rng(2).normal(0, 1.5, 2000)
    assert matched(detect_qrs(signal, RATE), onsets)


def test_the_fiducial_moves_with_the_signal_to_the_sample():
    recording, _ = strip(noise=0.0)
    first = detect_qrs(recording.signal, RATE)
    later = detect_qrs(np.roll(recording.signal, 7, axis=1), RATE)
    np.testing.assert_array_equal(first + 7, later)


def test_the_rate_of_the_samples_does_not_matter():
    recording, _ = strip()
    half = detect_qrs(recording.signal[:, ::2], RATE / 2)
    np.testing.assert_allclose(2 * half, detect_qrs(recording.signal, RATE), atol=4)


@pytest.mark.parametrize("signal", [np.zeros((8, 5000)), np.full((12, 5000), np.nan), np.zeros((8, 20))])
def test_nothing_is_found_in_nothing(signal):
    assert detect_qrs(signal, RATE).size == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.floats(1e-3, 10), st.integers(1, 12))
def test_noise_alone_never_fails(seed, scale, leads):
    noise = np.random.default_rng(seed).normal(0, scale, (leads, 2500))
    noise[0, 100:200] = np.nan
    found = detect_qrs(noise, RATE)
    assert found.dtype == np.int64 and np.all(np.diff(found) > 0)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.4, 4), st.floats(-3, 3))
def test_gain_and_offset_do_not_matter(gain, offset):
    recording, _ = strip(noise=0.01)
    signal = recording.signal.astype(np.float64)
    np.testing.assert_array_equal(detect_qrs(gain * signal + offset, RATE), detect_qrs(signal, RATE))


def test_fibrillation_keeps_its_irregular_beats():
    recording = fibrillating()
    gaps = np.diff(detect_qrs(recording.signal, RATE)) / RATE
    assert gaps.std() / gaps.mean() > 0.12 and gaps.max() < 1.5


def test_the_real_example_beats_as_its_device_says():
    recording = read_ecg(example_path())
    found = detect_qrs(recording.signal, recording.rate)
    # The device states a mean RR interval of 982 ms.
    assert np.diff(found).mean() / recording.rate == pytest.approx(0.982, abs=0.03)


def test_smooth_ectopic_beats_soon_after_a_beat_at_a_fast_rate():
    onsets = 0.4 + 0.52 * np.arange(18)
    onsets[[4, 9, 14]] -= 0.17
    recording, onsets = strip(onsets=onsets, ectopic={4, 9, 14}, qt=300)
    # As smooth as a PVC gets: its fast parts filtered away.
    slow = gaussian_filter1d(recording.signal, 8, axis=1)
    signal = recording.signal.copy()
    for k in (4, 9, 14):
        first, last = round((onsets[k] - 0.02) * RATE), round((onsets[k] + 0.3) * RATE)
        signal[:, first:last] = slow[:, first:last]
    assert len(detect_qrs(signal, RATE)) == 18


@pytest.mark.parametrize("rate", [66, 98])
def test_large_t_waves_of_a_blocked_heart_are_no_beats(rate):
    recording, onsets = strip(rate=rate, parts=LBBB, t=3 * T_LBBB, qt=400)
    assert len(detect_qrs(recording.signal, RATE)) == len(onsets)


@pytest.mark.parametrize(
    ("seed", "rate"),
    [(14, 100), (17, 100), (22, 100), (27, 100), (38, 100), (39, 100), (4, 42), (9, 42), (21, 42), (26, 42)],
)
def test_a_tall_t_is_no_beat(seed, rate):
    """Neither at the edges, where there is nothing to compare it with, nor after the long pauses of a slow rhythm."""
    heart = VirtualPatient.from_recording(strip()[0])
    made = simulate(heart, ("sinus rhythm", "hyperkalaemia"), rate, np.random.default_rng(seed))
    found = detect_qrs(made.signal, 500.0)
    inside = [(onset, end) for onset, _, end in made.marks["QRS"] if onset >= 50 and end < 4960]
    near = np.array([(found >= onset - 40) & (found <= end + 40) for onset, _, end in made.marks["QRS"]])
    assert near.any(axis=0).all(), "a T counted as a beat"
    assert all(((found >= onset - 40) & (found <= end + 40)).any() for onset, end in inside)


def small_bigeminy(sinus, coupling, stretch, sizes, qt, t):
    """Signal (mV) and onsets (s) where small smooth ventricular beats follow every sinus beat."""
    recording, _ = strip(onsets=sinus, qt=qt, t=t * T_AMPLITUDES, noise=0.003)
    ectopic = np.zeros((8, recording.samples))
    for onset, size in zip(sinus + coupling, np.broadcast_to(sizes, sinus.shape), strict=True):
        for start, end, amplitudes in PVC:
            bump(ectopic, stretch * start, stretch * end, size * np.array(amplitudes), onset)
        bump(ectopic, 160 * stretch + 40, 160 * stretch + 300, size * T_PVC, onset)
    return recording.signal + twelve_leads(ectopic), np.sort(np.concatenate([sinus, sinus + coupling]))


def test_a_wave_after_the_t_is_a_beat():
    """A beat has one T: what comes after it, as small and as alike as a T, is a bigeminy."""
    signal, onsets = small_bigeminy(np.arange(0.4, 9.0, 1.4), 0.43, stretch=1.4, sizes=0.58, qt=275, t=0.6)
    assert matched(detect_qrs(signal, RATE), onsets, 0.3)


def test_alike_waves_vote_together():
    """QRS called T, and a T called QRS, are outvoted by those they are alike; two votes are too few."""
    leads = strip(noise=0.003)[0].signal[[0, 1, 6, 7, 8, 9, 10, 11]]
    course = beats._Course(None, None, None, leads, RATE)  # the vote looks at shapes alone
    qrs = beats.detect_qrs(leads, RATE)[1:-1]
    t = qrs + round(0.22 * RATE)
    waves = np.sort(np.concatenate([qrs, t]))
    for verdict in (np.delete(qrs, [2, 5]), np.sort(np.append(qrs, t[3]))):
        np.testing.assert_array_equal(beats._by_vote(waves, verdict, course), qrs)
    few = np.sort(np.concatenate([qrs, t[:2]]))
    one = np.sort(np.append(qrs, t[0]))
    np.testing.assert_array_equal(beats._by_vote(few, one, course), one)


def test_one_t_taller_than_the_others_is_no_beat():
    """It is far smaller than both QRS around it, which are closer than a beat between them would allow."""
    recording, onsets = strip(rate=109, qt=300, pr=130, p=80, noise=0.003)
    taller = np.zeros((8, recording.samples))
    bump(taller, 300, 420, 2 * np.maximum(T_AMPLITUDES, 0), onsets[7])
    assert matched(detect_qrs(recording.signal + twelve_leads(taller), RATE), onsets)


@pytest.mark.parametrize("rate", [45, 62, 80])
@pytest.mark.parametrize(("r", "t"), [(0.3, 0.6), (0.6, 1.2), (1.0, 2.0), (1.5, 2.0)])
@pytest.mark.parametrize("width", [80, 110, 140, 170])
def test_a_tall_narrow_t_over_a_small_r_is_no_beat(rate, r, t, width):
    """The T is as fast as the QRS or faster: it is told by its place behind a sharper wave, and by what follows."""
    onsets = np.arange(0.4, 9.8, 60 / rate) + np.random.default_rng(1).normal(
        0, 0.008, len(np.arange(0.4, 9.8, 60 / rate))
    )
    parts = tuple((start, end, r * np.array(amplitudes)) for start, end, amplitudes in NORMAL)
    recording, onsets = strip(onsets=onsets, parts=parts, t=np.zeros(8))
    waves = np.zeros((8, recording.samples))
    peak = 20 + 300 * np.sqrt(60 / rate)
    for onset in onsets:
        bump(waves, peak - width / 2, peak + width / 2, t / 0.3 * T_AMPLITUDES, onset)
    tall = replace(recording, signal=recording.signal + twelve_leads(waves))
    assert matched(detect_qrs(tall.signal, RATE), onsets)
    if t <= 2 * r and width >= 110:  # and however tall, what returns after every beat is no noise
        assert measure(tall).heart_rate == pytest.approx(rate, rel=0.03)


@pytest.mark.parametrize("coupling", [0.36, 0.42, 0.5])
@pytest.mark.parametrize("size", [0.6, 1.0, 1.6])
def test_every_beat_of_a_bigeminy_counts(coupling, size):
    """The second beat has a T of its own, and so is no T."""
    signal, onsets = small_bigeminy(
        np.arange(0.4, 9.0, 1.3), coupling, stretch=1.0, sizes=size, qt=300, t=0.6
    )
    assert matched(detect_qrs(signal, RATE), onsets, 0.2)


@pytest.mark.parametrize("coupling", [0.42, 0.5])
@pytest.mark.parametrize("size", [1.0, 1.6])
@pytest.mark.parametrize(("t", "width"), [(1.0, 100), (1.0, 240), (2.0, 160), (2.0, 240)])
def test_the_t_of_an_ectopic_beat_is_no_beat(coupling, size, t, width):
    """It is not that of the other beats, and its own QRS is smooth: both are no yardstick for it."""
    onsets = 0.4 + 0.75 * np.arange(12)
    onsets = np.delete(onsets, [3, 8])
    recording, onsets = strip(onsets=onsets, qt=330)
    early = onsets[[2, 6]] + coupling
    waves = np.zeros((8, recording.samples))
    for onset in early:
        for start, end, amplitudes in PVC:
            bump(waves, start, end, size * np.array(amplitudes), onset)
        bump(waves, 330 - width / 2, 330 + width / 2, size * t * T_PVC, onset)
    found = detect_qrs(recording.signal + twelve_leads(waves), RATE)
    assert matched(found, np.sort(np.concatenate([onsets, early])), 0.17)


@pytest.mark.parametrize(("name", "count"), [("r208_900", 17), ("T12w14R06", 10)])
def test_beats_of_recordings_whose_t_was_counted(real_data, name, count):
    recording = read_ecg(real_data / "cases" / f"{name}.hea")
    for rate in (recording.rate, 500.0):
        found = detect_qrs(resample_array(recording.signal.astype(float), recording.rate, rate), rate)
        assert len(found) == count

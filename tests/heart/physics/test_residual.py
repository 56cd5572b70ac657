"""What lies between the waves stays the patient's own, whatever the rhythm."""

import numpy as np
import pytest

from ecgtwin_app.ecg.beat.rendering import render_each
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.delineation.own_beats import own_beats
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, Recording
from ecgtwin_app.heart.physics.fitted_beats import shapes_along
from ecgtwin_app.heart.physics.own_performance import own_performance
from ecgtwin_app.heart.physics.recorder import noise_floor
from ecgtwin_app.heart.physics.residual import residual_of
from ecgtwin_app.training.collections.records import load_real, normal


@pytest.fixture(scope="module")
def records(real_data):
    return [record for record in load_real(real_data) if not record.held_out]


@pytest.fixture(scope="module")
def recordings(records):
    return [record.recording for record in records if normal(record)][:6]


@pytest.fixture(scope="module")
def taken(recordings):
    """Recording, its own beats and its residual."""
    return [(one, own, residual_of(one, own)) for one, own in ((r, own_beats(r)) for r in recordings)]


def as_recorded(own):
    """The score that the recording's own beats were played by, and their order."""
    events = [Event(float(t), "QRS", "conducted") for t in own.times]
    events += [Event(float(t - own.median.pr), "P", "sinus") for t in own.times]
    return RhythmScore(tuple(events)), np.arange(len(own.times))


def steady(own, rr):
    """Beats every `rr` seconds, each with its P."""
    times = np.arange(0.3, 10, rr)
    events = [Event(float(t), "QRS", "conducted") for t in times]
    events += [Event(float(t - own.median.pr), "P", "sinus") for t in times]
    return RhythmScore(tuple(events))


def in_band(signal, low, high):
    """Size of each lead between two frequencies (Hz)."""
    at = np.fft.rfftfreq(signal.shape[1], 1 / MODEL_RATE)
    return np.linalg.norm(np.fft.rfft(signal, axis=1)[:, (at >= low) & (at <= high)], axis=1)


def without_seam(own):
    """Where the recording's own beats follow one another without one left out between."""
    gaps = np.diff(own.times)
    return gaps.max() < 1.5 * np.median(gaps)


def test_along_its_own_score_a_recording_is_itself_again(taken):
    compared = 0
    for recording, own, residual in taken:
        if not without_seam(own):
            continue
        score, order = as_recorded(own)
        qt = np.full(len(order), own.median.qt)
        strip = residual.along(score, np.random.default_rng(0), order, qt)
        # T as it was recorded: the score's own QT would stretch it.
        for beat, time in zip(residual.beats, own.times, strict=True):
            alone = RhythmScore(
                (Event(float(time), "QRS", "conducted"), Event(float(time - beat.pr), "P", "sinus"))
            )
            strip += render_each(alone, shapes_along([beat], alone))[:, : strip.shape[1]]
        inside = slice(round(own.times[0] * MODEL_RATE), round(own.times[-1] * MODEL_RATE))
        apart = strip[:, inside] - independent_leads(recording.signal)[:, inside]
        assert np.sqrt(np.mean(apart**2)) < 0.012
        compared += 1
    assert compared >= 3


@pytest.mark.parametrize("rr", [0.5, 0.8, 1.3])
def test_noise_and_wander_keep_their_size_at_every_rate(taken, rr):
    noise, wander = [], []
    for _, own, residual in taken:
        strip = residual.along(steady(own, rr), np.random.default_rng(1))
        noise.append(np.median(noise_floor(strip)[:, 0] / noise_floor(residual.fast)[:, 0]))
        wander.append(np.median(in_band(strip, 0.1, 0.6) / in_band(residual.wander, 0.1, 0.6)))
    # A fast rate has more QRS, where the beats differ from one another, and less silence.
    assert 0.8 < np.median(noise) < 1.45
    assert max(noise) < 2
    assert 0.6 < np.median(wander) < 1.5


def test_no_seam_where_two_cells_meet(taken):
    """The steepest step between two samples outside the QRS is none that the recording does not have."""
    for recording, own, residual in taken:
        for rr in (0.6, 1.1, 2.5):
            strip = residual.along(steady(own, rr), np.random.default_rng(2))
            steepest = np.abs(np.diff(strip)).max()
            own_steepest = np.abs(np.diff(residual.middle + residual.fast + residual.wander)).max()
            assert steepest < 1.35 * own_steepest + 0.003


def test_a_wave_that_is_replaced_leaves_no_splinter(taken):
    for _, own, residual in taken:
        score = steady(own, 0.9)
        changed = residual.along(score, np.random.default_rng(3), changed={"qrs", "t"})
        onsets = [round(t * MODEL_RATE) for t in score.times("QRS")]
        qrs = np.concatenate([changed[:, t : t + 40] for t in onsets if t + 200 < 5000], axis=1)
        quiet = np.concatenate([changed[:, t - 160 : t - 120] for t in onsets if t > 200], axis=1)
        fast = [np.abs(np.diff(one, axis=1)).mean() for one in (qrs, quiet)]
        assert fast[0] < 1.6 * fast[1]


@pytest.mark.parametrize("rr", [1.05, 1.2, 1.4])
def test_nothing_comes_back_before_a_qrs_that_no_p_leads_to(taken, rr):
    for recording, _, residual in taken:
        times = np.arange(0.3, 10, rr)
        score = RhythmScore(tuple(Event(float(t), "QRS", "conducted") for t in times))
        strip = own_performance(residual, score, np.random.default_rng(3))
        found = measure(Recording(twelve_leads(strip), MODEL_RATE, patient=recording.patient))
        assert found.pr is None and not found.p_before_qrs


def test_own_beats_keep_their_breath(taken):
    """QRS height varies from beat to beat as in the recording, not less."""
    ratios = []
    for recording, own, residual in taken:
        strip = own_performance(residual, steady(own, own.median.rr), np.random.default_rng(4))
        own_spread, spread = (
            spread_of_height(one, times)
            for one, times in (
                (independent_leads(recording.signal), own.times),
                (strip, np.arange(0.3, 9.5, own.median.rr)),
            )
        )
        ratios.append(spread / own_spread)
    assert 0.75 < np.median(ratios) < 1.3


def spread_of_height(signal, times):
    """Standard deviation over mean of the QRS height, the median over the leads."""
    heights = np.array(
        [np.ptp(signal[:, round(t * 500) : round(t * 500) + 60], axis=1) for t in times if t < 9.8]
    )
    return np.median(heights.std(axis=0) / heights.mean(axis=0))


def test_fibrillation_waves_do_not_go_along(records):
    fibrillating = [r.recording for r in records if "AFIB" in r.labels and r.database == "PTB-XL"][:4]
    left = []
    for recording in fibrillating:
        own = own_beats(recording)
        kept, gone = (residual_of(recording, own, away).middle for away in (False, True))
        left.append(np.median(in_band(gone, 4, 9) / in_band(kept, 4, 9)))
    assert np.median(left) < 0.5


def test_the_same_random_numbers_give_the_same_strip(taken):
    _, own, residual = taken[0]
    score = steady(own, 0.7)
    one, two, other = (own_performance(residual, score, np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_an_empty_score_has_noise_and_no_beat(taken):
    recording, _, residual = taken[0]
    assert isinstance(recording, Recording)
    strip = residual.along(RhythmScore(()), np.random.default_rng(0))
    assert strip.shape == (8, 5000)
    assert np.all(strip.std(axis=1) > 0)

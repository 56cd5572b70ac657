"""The representative beat: shape, alignment, marks, and what must stay out of it."""

import numpy as np
import pytest
from synthetic_ecg import LBBB, NORMAL, fibrillating, strip

from ecgtwin_app.ecg.delineation.representative_beat import representative_beat, stack_beats
from ecgtwin_app.ecg.signal.recording import EcgError, Recording

#: Samples (of 2 ms) by which a mark may miss the drawn one: bumps begin and end without a corner.
NEAR = 6


def marks(beat):
    return {
        name: None if getattr(beat, name) is None else 2 * (getattr(beat, name) - beat.qrs_onset)
        for name in ("p_onset", "p_offset", "qrs_offset", "t_offset")
    }


def test_its_shape_is_what_the_model_expects():
    recording, _ = strip(rate=60)
    beat = representative_beat(recording)
    assert beat.signal.shape == (8, 500) and beat.signal.dtype == np.float32
    assert beat.fiducial == 175 and np.isfinite(beat.signal).all()
    assert beat.rr == pytest.approx(1.0, abs=0.004)
    assert np.abs(beat.signal[:, beat.qrs_onset - 8 : beat.qrs_onset - 3]).max() < 0.02


@pytest.mark.parametrize("pr, qt", [(130, 340), (160, 380), (200, 420), (280, 400), (360, 380)])
def test_marks_are_where_the_waves_were_drawn(pr, qt):
    recording, _ = strip(rate=64, pr=pr, qt=qt)
    found = marks(representative_beat(recording))
    assert found["p_onset"] == pytest.approx(-pr, abs=2 * NEAR + 8)
    assert found["p_offset"] == pytest.approx(-pr + 100, abs=2 * NEAR + 8)
    assert found["qrs_offset"] == pytest.approx(90, abs=2 * NEAR)
    assert found["t_offset"] == pytest.approx(qt, abs=2 * NEAR + 16)


def test_a_wide_qrs_is_measured_wide():
    narrow, wide = (representative_beat(strip(parts=parts)[0]) for parts in (NORMAL, LBBB))
    assert 2 * (narrow.qrs_offset - narrow.qrs_onset) == pytest.approx(90, abs=14)
    assert 2 * (wide.qrs_offset - wide.qrs_onset) == pytest.approx(150, abs=18)


def test_raised_st_is_not_part_of_the_qrs():
    st = np.array((0, -0.1, 0.1, 0.3, 0.35, 0.25, 0.1, 0.05))
    beat = representative_beat(strip(st=st)[0])
    assert 2 * (beat.qrs_offset - beat.qrs_onset) == pytest.approx(90, abs=16)


def test_ectopic_beats_stay_out_of_the_median():
    plain = representative_beat(strip(noise=0.002)[0])
    mixed = representative_beat(strip(ectopic={2, 6, 9}, noise=0.002)[0])
    assert mixed.beats_total - mixed.beats_used == 3
    np.testing.assert_allclose(mixed.signal[:, 150:300], plain.signal[:, 150:300], atol=0.03)


def test_in_bigeminy_the_beats_that_come_too_soon_are_not_the_usual_ones():
    """Not even when they are the narrower ones."""
    onsets = np.sort(np.concatenate([0.4 + 1.5 * np.arange(6), 0.9 + 1.5 * np.arange(6)]))
    wide = set(range(0, 12, 2))
    stack = stack_beats(strip(onsets=onsets, ectopic=wide)[0])
    np.testing.assert_array_equal(stack.dominant, np.arange(12) % 2 == 0)


def test_no_p_is_seen_in_fibrillation():
    for seed in range(1, 9):
        beat = representative_beat(fibrillating(seed=seed))
        assert beat.p_onset is None, f"seed {seed}"


def test_baseline_wander_is_taken_out():
    recording, _ = strip(noise=0.002)
    time = np.arange(recording.samples) / 500
    drift = 0.4 * np.sin(2 * np.pi * 0.2 * time)
    wandering = Recording(recording.signal + drift, 500.0)
    np.testing.assert_allclose(
        representative_beat(wandering).signal, representative_beat(recording).signal, atol=0.06
    )


@pytest.mark.parametrize("rate", [250.0, 360.0, 1000.0])
def test_other_rates_give_the_same_beat(rate):
    recording, _ = strip(noise=0.0)
    time = np.arange(0, 10, 1 / rate)
    own = np.arange(recording.samples) / 500
    other = Recording(np.stack([np.interp(time, own, lead) for lead in recording.signal]), rate)
    beat, reference = representative_beat(other), representative_beat(recording)
    assert beat.signal.shape == reference.signal.shape
    assert np.abs(beat.signal - reference.signal).max() < 0.12
    assert abs(beat.qrs_offset - reference.qrs_offset) <= 4


@pytest.mark.parametrize("rate", [40, 130, 170])
def test_slow_and_fast_rates_stay_finite(rate):
    recording, _ = strip(rate=rate, qt=min(400, 0.55 * 60000 / rate), pr=120 if rate > 100 else 160)
    beat = representative_beat(recording)
    assert np.isfinite(beat.signal).all() and beat.rr == pytest.approx(60 / rate, rel=0.01)
    assert beat.signal.shape[1] <= 1.01 * 500 * max(1.0, 1.7 * beat.rr)


def test_a_flat_recording_is_refused_in_one_sentence():
    with pytest.raises(EcgError, match="No heart beat was found"):
        representative_beat(Recording(np.zeros((12, 5000)), 500.0))


def test_missing_leads_are_named():
    with pytest.raises(EcgError, match="V6"):
        representative_beat(
            Recording(np.zeros((7, 5000)), 500.0, leads=("I", "II", "V1", "V2", "V3", "V4", "V5"))
        )

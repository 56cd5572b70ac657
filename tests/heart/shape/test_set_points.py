"""Beats brought to set-points, exactly and with nothing else changed, and to a soft J."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.template import split_beat
from ecgtwin_app.ecg.delineation.representative_beat import representative_beat
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.physics.leads_shown import beat_leads
from ecgtwin_app.heart.physics.vector import fit_lead_field
from ecgtwin_app.heart.shape.set_points import brought_to
from ecgtwin_app.heart.shape.ventricular_beats import ectopic_beat, with_soft_j


@pytest.fixture(scope="module")
def own():
    return split_beat(representative_beat(strip()[0]))


def test_without_set_points_it_is_the_same_beat(own):
    assert brought_to(own) is own


@pytest.mark.parametrize("axis", [-80.0, 0.0, 95.0, 200.0])
def test_the_axis_is_turned_and_the_chest_leads_stay(own, axis):
    beat = brought_to(own, axis=axis)
    assert (qrs_axis(beat.qrs) - axis + 180) % 360 - 180 == pytest.approx(0, abs=0.5)
    np.testing.assert_array_equal(beat.qrs[2:], own.qrs[2:])
    # A turn changes no length: the frontal loop keeps its size at every sample.
    sizes = [np.hypot(qrs[0], (qrs[1] - qrs[0] / 2) * 2 / np.sqrt(3)) for qrs in (beat.qrs, own.qrs)]
    np.testing.assert_allclose(*sizes, atol=1e-5)


@pytest.mark.parametrize("qrs", [0.07, 0.11, 0.15])
def test_the_qrs_is_stretched_and_jt_kept(own, qrs):
    beat = brought_to(own, qrs=qrs)
    assert beat.qrs_duration == pytest.approx(qrs, abs=0.002)
    assert beat.qt - beat.qrs_duration == pytest.approx(own.qt - own.qrs_duration, abs=0.003)
    assert np.abs(beat.qrs).max() == pytest.approx(np.abs(own.qrs).max(), rel=0.03)


@pytest.mark.parametrize("qt", [0.31, 0.42, 0.55])
def test_qt_is_stretched_and_t_keeps_its_height(own, qt):
    beat = brought_to(own, qt=qt)
    assert beat.qt == pytest.approx(qt, abs=0.002)
    assert np.abs(beat.t).max() == pytest.approx(np.abs(own.t).max(), rel=0.03)
    np.testing.assert_array_equal(beat.qrs, own.qrs)
    at = np.argmax(np.abs(beat.t).max(axis=0))
    assert beat.t_peak == pytest.approx((at + beat.t_offset) / 500, abs=0.05)


def test_a_qt_shorter_than_its_qrs_is_not_made(own):
    beat = brought_to(own, qrs=0.2, qt=0.24)
    assert beat.qt - beat.qrs_duration >= 0.12 - 0.002


def test_the_st_of_an_ectopic_beat_sets_in_softly(own):
    made, _ = ectopic_beat(
        own, fit_lead_field(own.qrs, own.t), np.random.default_rng(2), "right ventricular apex"
    )
    soft = with_soft_j(made)
    assert soft.qt == made.qt and soft.qrs_duration == made.qrs_duration
    np.testing.assert_allclose(soft.t[:, soft.j_index + 24 :], made.t[:, made.j_index + 24 :], atol=1e-6)
    # J is no corner: the trace bends no faster there than in the rest of the QRS.
    leads, j = beat_leads(made), round(made.qrs_duration * 500)
    bend = np.abs(np.diff(leads, 2, axis=1))
    assert (bend[:, j - 6 : j + 6].max(axis=1) <= bend[:, : j - 6].max(axis=1) + 0.004).all()

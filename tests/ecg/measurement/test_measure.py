"""Measurements against strips that were drawn to measure, a real device and cardiologists."""

import csv
import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_ecg import P_AMPLITUDES, PVC, fibrillating, strip

from ecgtwin_app.ecg.delineation.delineate import delineate
from ecgtwin_app.ecg.measurement import measure as measuring
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg


def test_a_drawn_strip_measures_as_drawn():
    m = measure(strip(rate=60, pr=170, qt=400)[0])
    assert m.heart_rate == pytest.approx(60, abs=0.3)
    assert m.pr == pytest.approx(170, abs=20)
    assert m.qrs == pytest.approx(90, abs=14)
    assert m.qt == pytest.approx(400, abs=24)
    assert m.p_before_qrs == 1.0 and m.rr_cv < 0.01
    # At 60/min all corrections leave QT as it is.
    for corrected in (m.qtc_bazett, m.qtc_fridericia, m.qtc_framingham, m.qtc_hodges):
        assert corrected == pytest.approx(m.qt, abs=2)


def test_amplitudes_and_indices_are_those_drawn():
    m = measure(strip(noise=0.001)[0])
    assert m.r_amplitude["V5"] == pytest.approx(1.4, abs=0.06)
    assert m.s_amplitude["V1"] == pytest.approx(0.93, abs=0.08)
    assert m.sokolow_lyon == pytest.approx(m.s_amplitude["V1"] + m.r_amplitude["V5"])
    assert m.cornell == pytest.approx(m.r_amplitude["aVL"] + m.s_amplitude["V3"])
    assert m.t_amplitude["II"] == pytest.approx(0.3, abs=0.04)


def test_st_is_read_at_the_j_point_and_after():
    level = np.array((0, -0.1, 0.1, 0.3, 0.35, 0.25, 0.1, 0.05))
    m = measure(strip(st=level, t=np.zeros(8), noise=0.001)[0])
    for lead, expected in zip(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6"), level, strict=True):
        assert m.st_j[lead] == pytest.approx(expected, abs=0.05), lead
    assert m.st_j["III"] == pytest.approx(m.st_j["II"] - m.st_j["I"], abs=1e-3)


@pytest.mark.parametrize("angle", [-60, -20, 30, 75, 120, 170])
def test_the_axis_is_the_direction_of_the_vector(angle):
    one = np.cos(np.radians(angle))
    two = np.cos(np.radians(angle - 60))
    parts = ((0, 90, (one, two, -0.3, -0.2, 0.2, 0.6, 0.8, 0.7)),)
    assert measure(strip(parts=parts)[0]).qrs_axis == pytest.approx(angle, abs=6)


def test_kinds_of_beats():
    m = measure(strip(onsets=[0.5, 1.4, 2.3, 2.85, 4.1, 5.0, 5.9, 6.8, 7.7, 8.6, 9.5], ectopic={3})[0])
    kinds = [beat.kind for beat in m.beats]
    assert kinds == ["dominant"] * 3 + ["ectopic"] + ["dominant"] * 7
    wide = m.beats[3]
    assert wide.early and wide.has_p is False and wide.correlation < 0.7
    assert wide.qrs == pytest.approx(max(end for _, end, _ in PVC), abs=24)
    # The pause and the coupling interval do not make the rhythm irregular.
    assert m.rr_cv < 0.02 < m.rr_cv_all


def test_an_early_narrow_beat_is_premature():
    m = measure(strip(onsets=[0.5, 1.4, 2.3, 2.95, 3.9, 4.8, 5.7, 6.6, 7.5, 8.4, 9.3])[0])
    assert [beat.kind for beat in m.beats][3] == "premature"


def test_what_is_not_there_is_none():
    m = measure(fibrillating())
    assert m.pr is None and m.p_duration is None and m.p_axis is None and m.atrial_rate is None
    assert m.rr_cv > 0.12


def test_the_values_go_into_json():
    values = measure(strip()[0]).as_dict()
    assert json.loads(json.dumps(values)) == values
    assert set(values["st_j"]) == set(LEADS) and values["beats"][0]["kind"] == "dominant"


def test_the_device_that_recorded_the_example_agrees():
    m = measure(read_ecg(example_path()))
    # What the electrocardiograph wrote into the file.
    assert 1000 * 60 / m.heart_rate == pytest.approx(982, abs=30)
    assert m.pr == pytest.approx(161, abs=20)
    assert m.qrs == pytest.approx(75, abs=20)
    assert m.qt == pytest.approx(368, abs=30)
    assert m.qrs_axis == pytest.approx(52, abs=10)
    assert m.p_axis == pytest.approx(74, abs=20)
    assert m.t_axis == pytest.approx(57, abs=15)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.5, 2.0), st.floats(-1, 1))
def test_gain_scales_amplitudes_and_leaves_intervals(gain, offset):
    recording, _ = strip(noise=0.002)
    m = measure(recording)
    scaled = measure(Recording(gain * recording.signal + twelve_leads(np.full((8, 1), offset)), 500.0))
    assert scaled.qrs == pytest.approx(m.qrs, abs=4) and scaled.qt == pytest.approx(m.qt, abs=8)
    assert scaled.sokolow_lyon == pytest.approx(gain * m.sokolow_lyon, rel=0.02)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([0.0, 0.01, 0.3, 5.0]))
def test_noise_either_measures_or_is_refused(seed, scale):
    random = np.random.default_rng(seed)
    signal = random.normal(0, scale, (12, 5000))
    signal[random.integers(12), 1000:1400] = np.nan
    try:
        m = measure(Recording(signal, 500.0))
    except EcgError:
        return
    assert all(
        value is None or np.isfinite(value)
        for value in vars(m).values()
        if not hasattr(value, "__len__") and not hasattr(value, "beats")
    )


def test_a_p_hidden_in_noise_is_not_invented():
    assert P_AMPLITUDES.max() < 0.2
    assert measure(strip(pr=None, noise=0.02)[0]).pr is None


def test_marks_agree_with_cardiologists(real_data):
    """A sample of LUDB: all beats found, none invented, intervals within the spread of experts."""
    packed = np.load(real_data / "real_ecg_8lead_500hz_uv.npz")
    high, low = packed["high"], packed["low"]
    with open(real_data / "real_ecg.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["db"] == "LUDB"][::8]
    marks = {}
    with gzip.open(real_data / "ludb_waves.csv.gz", "rt", encoding="utf-8") as file:
        for mark in csv.DictReader(file):
            if mark["wave"] == "QRS" and mark["lead"] == "v2":
                marks.setdefault(mark["key"], []).append([int(mark[k]) for k in ("onset", "peak", "offset")])
    onset_errors, end_errors = [], []
    for row in rows:
        k = int(row["row"])
        microvolts = np.cumsum((high[k].astype(np.int32) << 8) | low[k], axis=1)
        found = delineate(Recording(twelve_leads(microvolts / 1000), 500.0))
        truth = np.array(marks[row["key"]])
        ours = [b for b in found.beats if truth[0, 0] - 20 <= b.fiducial <= truth[-1, 2] + 20]
        assert len(ours) == len(truth), row["key"]
        here = [w for w, b in zip(found.in_lead("V2"), found.beats, strict=True) if b in ours]
        onset_errors += [
            w.qrs_onset - t[0] for w, t in zip(here, truth, strict=True) if w.qrs_onset is not None
        ]
        end_errors += [
            w.qrs_offset - t[2] for w, t in zip(here, truth, strict=True) if w.qrs_offset is not None
        ]
    assert abs(np.median(onset_errors)) * 2 < 10 and np.std(onset_errors) * 2 < 20
    assert abs(np.median(end_errors)) * 2 < 12 and np.std(end_errors) * 2 < 24


def test_the_same_samples_are_measured_once_and_others_anew(monkeypatch):
    counted = []
    real = measuring._measure
    monkeypatch.setattr(measuring, "_measure", lambda recording: counted.append(1) or real(recording))
    recording, _ = strip(rate=71, seed=90)
    again = replace(recording, signal=recording.signal.copy(), source="elsewhere")
    assert measure(recording) is measure(again) and len(counted) == 1
    other = replace(recording, signal=recording.signal * np.float32(1.5))
    slower = replace(recording, rate=250.0)
    assert measure(other).r_amplitude != measure(recording).r_amplitude
    assert measure(slower).heart_rate == pytest.approx(measure(recording).heart_rate / 2, rel=0.02)
    assert len(counted) == 3
    for seed in range(measuring.REMEMBERED):
        measure(strip(rate=70, seed=seed)[0])
    measure(recording)
    assert len(counted) == 3 + measuring.REMEMBERED + 1, "what was measured long ago is forgotten"

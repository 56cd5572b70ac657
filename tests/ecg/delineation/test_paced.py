"""Paced beats: P, PR and QRS are the heart's, not the spike's, whatever the spike and the tail it leaves."""

import numpy as np
import pytest
from synthetic_ecg import LBBB, RATE, T_LBBB, strip

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.formats.registry import read_ecg

SPREAD = np.array((0.5, 1.2, -0.4, -0.6, -0.7, -0.8, -0.6, -0.5))


def paced(latency, height, tail, pr=200.0, width=1, atrial=False) -> Recording:
    """A QRS of 150 ms behind a spike (s, mV) that leaves a share of its height, which decays within 20 ms."""
    recording, onsets = strip(rate=66, pr=pr, parts=LBBB, t=T_LBBB, qt=440)
    spikes = np.zeros((8, recording.samples + 100))
    decay = np.exp(-np.arange(60) / RATE / 0.02)
    for onset in onsets:
        for at in [onset - latency] + [onset - pr / 1000 - 0.02] * atrial:
            k = round(at * RATE)
            if k >= 0:
                spikes[:, k : k + width] += height * SPREAD[:, None]
                spikes[:, k + width : k + width + 60] -= tail * height * SPREAD[:, None] * decay
    return Recording(recording.signal + twelve_leads(spikes[:, : recording.samples]), RATE)


@pytest.mark.parametrize("latency", [0.004, 0.01, 0.02, 0.03, 0.045])
@pytest.mark.parametrize("height", [-2.0, -0.5, 0.5, 2.0])
def test_the_qrs_begins_after_the_spike(latency, height):
    for tail in (0.0, 0.1):
        found = measure(paced(latency, height, tail, width=1 if height > 0 else 2))
        assert found.qrs == pytest.approx(150, abs=15) and found.pr == pytest.approx(200, abs=15)


def test_the_p_begins_after_an_atrial_spike():
    found = measure(paced(0.02, 2.0, 0.1, pr=180, atrial=True))
    assert found.pr == pytest.approx(180, abs=12) and found.p_duration == pytest.approx(100, abs=12)


def test_a_real_paced_heart_as_its_device_says(real_data):
    recording = read_ecg(real_data / "cases" / "paced_muse.xml")
    found = measure(recording)
    assert found.qrs == pytest.approx(recording.device["QRS"], abs=10)
    assert found.pr == pytest.approx(recording.device["PR"], abs=10)

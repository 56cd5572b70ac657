"""AV block is told from premature atrial beats, whose pauses drop nothing."""

import numpy as np
import pytest
from drawn_conditions import blocked, with_waves
from synthetic_ecg import P_AMPLITUDES, strip

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.formats.registry import read_ecg

BLOCKS = ("Mobitz II AV block", "Wenckebach AV block", "complete AV block")


def met(recording):
    measured = measure(recording)
    return [name for name in BLOCKS if meets(judge(measured, [name]))]


def premature(rate: float, early: float, compensated: bool, conducted: bool):
    """Two P that come by a share of the interval early, with or without a QRS; the sinus node starts anew or not."""
    cycle = 60 / rate
    p, qrs, ectopic, at = [], [], [], 0.25
    while at < 9.7:
        p.append(at)
        qrs.append(at + 0.16)
        if len(p) in (3, 8):
            ectopic.append(at + (1 - early) * cycle)
            qrs += [ectopic[-1] + 0.17] * conducted
            at = ectopic[-1] + cycle * (1 + early * compensated)
        else:
            at += cycle
    recording, _ = strip(pr=None, onsets=np.sort([onset for onset in qrs if onset < 9.8]), qt=330)
    other = P_AMPLITUDES * np.array([0.6, -0.5, 1, 1, 1, 0.8, 0.6, 0.6])
    return with_waves(with_waves(recording, p, P_AMPLITUDES), ectopic, other)


@pytest.mark.parametrize("rate", [55, 75, 95])
@pytest.mark.parametrize("early", [0.1, 0.2, 0.3, 0.45])
@pytest.mark.parametrize("conducted", [True, False])
def test_premature_atrial_beats_are_no_av_block(rate, early, conducted):
    for compensated in (False, True):
        assert met(premature(rate, early, compensated, conducted)) == []


@pytest.mark.parametrize("pp", [0.7, 0.85, 1.0])
def test_dropped_beats_still_are(pp):
    assert met(blocked([170, 170, 170, None] * 4, pp)) == ["Mobitz II AV block"]
    assert met(blocked([160, 220, 260, None] * 4, pp)) == ["Wenckebach AV block"]


def test_a_real_premature_atrial_beat(real_data):
    assert met(read_ecg(real_data / "cases" / "r100_0.hea")) == []

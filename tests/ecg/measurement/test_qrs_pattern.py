"""The last wave of a QRS: what counts, and what is a tail."""

from __future__ import annotations

import numpy as np
import pytest

from ecgtwin_app.ecg.delineation.delineate import Shape
from ecgtwin_app.ecg.delineation.qrs_t import Waves
from ecgtwin_app.ecg.measurement.qrs_pattern import has_terminal_r, terminal_s
from ecgtwin_app.ecg.signal.recording import LEADS


def shape_with(lead: str, *waves: tuple[float, int, int]) -> Shape:
    """A beat with a QRS from sample 100 to 160 and half sine waves (mV, first, last sample of the QRS) in one lead."""
    signal = np.zeros((12, 400))
    for size, start, stop in waves:
        wave = size * np.sin(np.pi * np.arange(stop - start + 1) / (stop - start))
        signal[LEADS.index(lead), 100 + start : 101 + stop] += wave
    return Shape(signal, 125, Waves(None, None, None, 100, 160, 250, 300))


@pytest.mark.parametrize(("tail", "terminal"), [(0.0, True), (-0.08, True), (-0.4, False)])
def test_a_tail_behind_a_tall_r_is_no_wave(tail, terminal):
    beat = shape_with("V1", (0.2, 0, 12), (-0.5, 12, 28), (2.0, 28, 52), (tail, 52, 59))
    assert has_terminal_r(beat, "V1") is terminal


def test_a_small_wave_counts_where_the_others_are_small():
    assert terminal_s(shape_with("I", (0.4, 0, 25), (-0.08, 25, 59)), "I") == pytest.approx(0.068, abs=0.004)
    assert terminal_s(shape_with("I", (0.4, 0, 25), (-0.04, 25, 59)), "I") == 0.0

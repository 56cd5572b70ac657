"""What was filled in of a recording is remembered, whatever is done to the recording."""

from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.filled import Filled, cut_filled, filled_mask, in_words, spans_of
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.ecg.signal.resampling import resample, ten_seconds

V3 = Filled("V3", 3.2, 4.8, "template", 7, 0.123)


def recording(seconds=12, rate=400.0, leads=LEADS, filled=(V3,)):
    return Recording(np.zeros((len(leads), int(seconds * rate)), np.float32), rate, leads, filled=filled)


def test_a_stretch_is_read_back_from_its_words():
    for one in (V3, replace(V3, spread=None), replace(V3, start=0.0, end=1e-3, seed=123456)):
        assert Filled.read(str(one)) == one
    for other in (
        "V3 from 4.8 to 3.2 s by template, seed 1",
        "Jane Doe was filled in",
        "",
        str(V3) + " Jane Doe",
    ):
        assert Filled.read(other) is None


def test_the_mask_and_its_spans_are_each_others_reverse():
    rng = np.random.default_rng(0)
    for rate in (128.0, 250.0, 360.5, 1000.0):
        mask = rng.random((3, 2000)) > 0.6
        found = [Filled(*span, "x") for span in spans_of(mask, LEADS[:3], rate)]
        words = [Filled.read(str(one)) for one in found]  # as files carry them
        np.testing.assert_array_equal(filled_mask(words, LEADS[:3], rate, 2000), mask)


def test_it_follows_rate_and_cut():
    half = resample(recording(), 200.0)
    assert half.filled == (V3,) and half.filled_mask.sum() == round(1.6 * 200)
    piece = ten_seconds(recording(), start=1.0)
    (one,) = piece.filled
    assert (one.start, one.end) == (pytest.approx(2.2), pytest.approx(3.8))
    assert cut_filled((V3,), 5.0, 9.0) == ()
    assert cut_filled((V3,), 4.0, 9.0)[0].start == 0.0


def test_a_lead_computed_from_a_filled_one_is_filled():
    leads = ("I", "II", *LEADS[6:])
    twelve = ten_seconds(recording(10, 500.0, leads, (replace(V3, lead="I"),)))
    assert {one.lead for one in twelve.filled} == {"I", "III", "aVR", "aVL", "aVF"}


def test_only_what_was_recorded_in_part_is_partly_synthetic():
    assert recording().partly_synthetic
    assert not recording(filled=()).partly_synthetic
    assert not replace(recording(), synthetic=True).partly_synthetic


def test_words_put_the_leads_of_one_stretch_together():
    found = (V3, replace(V3, lead="V4"), replace(V3, lead="V4", start=6.0, end=7.0))
    assert in_words(found) == [("V3, V4", 3.2, 4.8), ("V4", 6.0, 7.0)]

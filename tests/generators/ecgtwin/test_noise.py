"""The field `noise`: what lies between and beneath the waves of the reference, on the twin."""

from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.engine.request import HeatMap, TwinRequest, request_to_json

ASKED = TwinRequest(("left bundle branch block",), heart_rate=70.0, seed=4, steps=2)


@pytest.fixture(scope="module")
def twins(engine, reference):
    return {share: engine.generate(reference, replace(ASKED, noise=share))[0] for share in (0.0, 0.5, 1.0)}


def noise_of(signal):
    """Wander (below 0.5 Hz, standard deviation) and noise (above 35 Hz, robust spread) of the eight leads, µV."""
    slow, fast = (
        both_ways(signal, 500.0, high=0.5, padding=1000),
        both_ways(signal, 500.0, low=35.0, padding=9),
    )
    return 1000 * slow.std(axis=1), 1482.6 * np.median(np.abs(fast), axis=1)


def test_all_of_it_is_as_large_as_in_the_reference_and_none_is_none(twins, reference):
    clean, whole = (noise_of(independent_leads(twins[share].recording.signal)) for share in (0.0, 1.0))
    of_reference = noise_of(independent_leads(ten_seconds(reference).signal))
    for got, own in zip(whole, of_reference, strict=True):
        assert 0.6 < np.median(got / own) < 2.5, (got, own)
    # The block's broad T reaches below half a hertz, so that only noise is none.
    assert np.median(clean[1]) < 0.5 * np.median(of_reference[1])


def test_half_of_it_is_less(twins):
    sizes = [
        noise_of(independent_leads(twins[share].recording.signal))[1].mean() for share in (0.0, 0.5, 1.0)
    ]
    assert sizes[0] < sizes[1] < sizes[2]


def test_the_twin_still_has_what_was_asked(twins):
    assert all(twin.met for twin in twins.values())
    assert abs(twins[1.0].measurements["qrs"] - twins[0.0].measurements["qrs"]) <= 6


def test_where_it_is_left_out_that_is_said(twins):
    assert "noise" not in request_to_json(replace(ASKED, noise=1.0))
    assert "noise" not in twins[1.0].recording.provenance["request"]
    assert twins[0.5].recording.provenance["request"]["noise"] == 0.5


def test_a_contrast_map_hardly_shows_it(engine, reference, twins):
    plain, noisy = (
        next(x for x in engine.iter_attribute(reference, twins[share]) if isinstance(x, HeatMap)).values
        for share in (0.0, 1.0)
    )
    assert np.corrcoef(plain.ravel(), noisy.ravel())[0, 1] > 0.98

"""Heat maps on the page: colours, one scale for all leads, and the place they name."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from spike_pages import spiked_recording, spiked_twin

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.report.export import (
    page_image,
)
from ecgtwin_app.report.heat import colours, scale_of, shares
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page

pytestmark = pytest.mark.usefixtures("qapp")


def _heat(values, signed=True):
    return SimpleNamespace(
        method="contrast", values=values, signed=signed, unit="mV", per_lead=True, checks={}
    )


def test_signed_colours_are_transparent_at_zero_and_never_hide_the_trace():
    rgba = colours(np.array([-1.0, 0.0, 1.0, 5.0]), signed=True, strongest=0.6)
    assert rgba[1, 3] == 0
    assert rgba[:, 3].max() == round(255 * 0.6)
    assert rgba[0, 2] > rgba[0, 0], "negative is blue"
    assert rgba[2, 0] > rgba[2, 2], "positive is orange"
    assert np.array_equal(rgba[2], rgba[3]), "beyond the scale's end the colour stays"


def test_unsigned_colours_grow_from_nothing():
    rgba = colours(np.linspace(0, 1, 50), signed=False, strongest=0.6)
    assert rgba[0, 3] == 0
    assert np.all(np.diff(rgba[:, 3].astype(int)) >= 0)


def test_one_scale_serves_all_leads():
    values = np.zeros((12, 5000))
    values[3, 100:900] = -2.0
    values[7, 100:700] = 1.0
    assert scale_of(values, signed=True) == (-2.0, 2.0)
    assert scale_of(np.zeros((12, 10)), signed=True) == (-1.0, 1.0)


def test_an_unsigned_scale_shows_the_course_of_values_far_from_zero():
    values = np.tile(np.linspace(0.40, 0.44, 5000), (12, 1))
    low, high = scale_of(values, signed=False)
    assert low == pytest.approx(0.40, abs=0.001)
    assert high == pytest.approx(0.44, abs=0.001)
    assert shares(np.array([low, high]), (low, high), signed=False) == pytest.approx([0, 1])


def test_a_heat_map_colours_the_place_it_names():
    twin = spiked_twin()
    values = np.zeros((12, 5000))
    values[LEADS.index("I"), 500:600] = 1.0
    layout = PageLayout(mode="twin")
    page = Page(spiked_recording(), twin, _heat(values), layout)
    image = page_image(page, 10.0)
    panel = next(p for p in page.blocks[0][1] if p.lead == "I")
    plain = page_image(Page(spiked_recording(), twin, None, layout), 10.0)

    def changed(seconds):
        x, y = round((panel.x + seconds * 25) * 10) + 3, round((panel.baseline + 5.3) * 10)
        return image.pixelColor(x, y) != plain.pixelColor(x, y)

    assert changed(1.1)
    assert not changed(0.8)
    assert not changed(1.4)


def test_a_heat_map_of_another_twin_is_refused():
    with pytest.raises(EcgError, match="does not belong"):
        Page(spiked_recording(), spiked_twin(), _heat(np.zeros((12, 10))))
    with pytest.raises(EcgError, match="does not belong"):
        Page(spiked_recording(), None, _heat(np.zeros((12, 5000))))

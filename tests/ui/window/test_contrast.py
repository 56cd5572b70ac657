"""Contrast of the window and the page (WCAG 2.2 AA). benchmarks/contrast.py prints every pair."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from places import ROOT

from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.layout import SCHEMES

_PATH = ROOT / "benchmarks" / "contrast.py"
_SPEC = importlib.util.spec_from_file_location("contrast", _PATH)
contrast = importlib.util.module_from_spec(_SPEC)
sys.modules["contrast"] = contrast
_SPEC.loader.exec_module(contrast)


def test_the_ratio_is_that_of_wcag():
    assert contrast.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast.contrast("#FFFFFF", "#777777") == contrast.contrast("#777777", "#FFFFFF")


def test_grey_looks_grey_to_deuteranopes_and_red_like_green():
    assert contrast.seen_by_deuteranopes("#808080") == "#808080"
    red, green = (contrast.seen_by_deuteranopes(colour) for colour in ("#C00000", "#707000"))
    assert contrast.contrast(red, green) < 1.5


def test_everything_in_the_window_can_be_seen():
    short = [
        f"{p.where}: {p.what} {p.ratio:.2f} of {p.needed}" for p in contrast.window_pairs() if not p.enough
    ]
    assert not short, "\n".join(short)


def test_everything_on_the_page_can_be_seen_in_every_scheme():
    short = [
        f"{p.where}: {p.what} {p.ratio:.2f} of {p.needed}" for p in contrast.page_pairs() if not p.enough
    ]
    assert not short, "\n".join(short)


def test_a_pale_colour_would_be_caught():
    assert not contrast.Pair("Light window", "pale", "#CBD3DA", "#FFFFFF", contrast.GRAPHIC).enough


@pytest.mark.parametrize("scheme", SCHEMES)
def test_reference_and_twin_differ_in_lightness_for_every_kind_of_colour_vision(scheme):
    look = look_of(scheme, "pink")
    for seen in (str, contrast.seen_by_deuteranopes):
        assert contrast.contrast(seen(look.reference), seen(look.twins[0])) >= 1.5
    assert len(set(look.twins)) == len(look.twins)

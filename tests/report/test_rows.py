"""Rows of traces that keep their room: wander, deep S waves, full pages; nothing is cut without a mark."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.report import drawing, heat, paper_marks
from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.export import page_image, write_svg
from ecgtwin_app.report.heat import COLOUR_BAR_WIDTH, draw_colour_bar
from ecgtwin_app.report.layout import PAPER, PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.report.panels import row_baselines
from ecgtwin_app.report.trace import lead_values, off_paper, reach, stretch
from ecgtwin_app.ui.preferences.language import install_everywhere

pytestmark = pytest.mark.usefixtures("qapp")
_, TOP, _, HEIGHT = PAPER


def _changed(change) -> Recording:
    """A clean strip whose signal (copied) is changed in place."""
    recording, _ = strip()
    signal = np.array(recording.signal, dtype=np.float64)
    change(signal, recording)
    return replace(recording, signal=signal.astype(np.float32))


def _wandering(size=3.5, slow=0.12) -> Recording:
    def change(signal, recording):
        time = np.arange(recording.samples) / recording.rate
        signal[recording.leads.index("V2")] += size * np.sin(2 * np.pi * slow * time)

    return _changed(change)


def _deep(times=4.0) -> Recording:
    """V1 to V3 many times as deep, as in left bundle branch block."""

    def change(signal, recording):
        for lead in ("V1", "V2", "V3"):
            signal[recording.leads.index(lead)] *= times

    made = _changed(change)
    return replace(made, synthetic=True, provenance={"synthetic": True, "request": {}})


def _baselines(page):
    return sorted({panel.baseline for _, panels in page.blocks for panel in panels})


def test_a_wandering_lead_does_not_own_the_page():
    calm = _baselines(Page(_wandering(0.0)))
    assert _baselines(Page(_wandering())) == pytest.approx(calm, abs=6.0)


def test_a_single_artefact_does_not_own_the_page():
    def change(signal, recording):
        signal[recording.leads.index("V2"), 2000:2010] = 40.0

    assert np.diff(_baselines(Page(_changed(change)))).min() > 0.6 * HEIGHT / 4


def test_beats_are_never_taken_for_wander():
    recording, _ = strip()
    for lead in recording.leads:
        values = lead_values(recording, lead)
        up, down = reach(values, recording.rate)
        assert up >= values.max() - 0.02
        assert down >= -values.min() - 0.02


def test_a_wandering_lead_stays_in_sight_and_what_is_cut_is_marked(tmp_path):
    page = Page(_wandering(size=6.0, slow=0.2))
    (panel,) = [panel for _, panels in page.blocks for panel in panels if panel.lead == "V2"]
    values = lead_values(page.reference, "V2")
    _, values = stretch(page.reference, values, panel)
    out = off_paper(values, panel, page.layout)
    assert 0 < np.mean(out != 0) < 0.7, "cut, but not out of sight"
    write_svg(tmp_path / "page.svg", page)
    assert "▲▼" in (tmp_path / "page.svg").read_text("utf-8")
    write_svg(tmp_path / "calm.svg", Page(_wandering(0.0)))
    assert "▲▼" not in (tmp_path / "calm.svg").read_text("utf-8")


def test_nothing_is_drawn_outside_the_room_of_a_row():
    page = Page(_wandering(size=9.0, slow=0.2), layout=PageLayout(grid="none"))
    (panel,) = [panel for _, panels in page.blocks for panel in panels if panel.lead == "V2"]
    assert panel.floor <= TOP + HEIGHT
    below = next(p for _, panels in page.blocks for p in panels if p.lead == "V3")
    assert panel.floor <= below.baseline, "the next row's baseline stays legible"


@pytest.mark.parametrize("leads", ["3x4+1R", "6x2+1R", "12x1"])
def test_deep_waves_do_not_press_the_other_rows_together(leads):
    page = Page(strip()[0], _deep(), layout=PageLayout(mode="side by side", leads=leads))
    y = _baselines(page)
    assert np.diff(y).min() >= 0.7 * HEIGHT / len(y)
    assert not page.cut, "no beat is cut"


def test_rows_stay_in_order_at_any_gain_and_what_leaves_the_paper_is_marked():
    page = Page(_deep(2.0), layout=PageLayout(mode="reference", gain=40.0))
    y = [panel.baseline for _, panels in page.blocks for panel in panels if panel.opens_row]
    assert np.diff(y).min() >= 0.7 * HEIGHT / len(y)
    assert y[0] > TOP
    assert y[-1] < TOP + HEIGHT
    assert page.cut


@pytest.mark.parametrize("tall", [(0, 90.0, 5.0), (3, 20.0, 120.0), (1, 300.0, 300.0)])
def test_rows_are_on_the_paper_and_apart_whatever_one_of_them_asks_for(tall):
    number, up, down = tall
    extents = [(11.0, 8.0)] * 4
    extents[number] = (up, down)
    y = row_baselines([*extents], TOP, HEIGHT)
    assert y[0] >= TOP
    assert y[-1] <= TOP + HEIGHT
    assert np.diff(y).min() >= 11.0 - 1


def test_the_median_view_cuts_no_beat():
    twin = _deep()
    page = Page(strip()[0], twin, layout=PageLayout(mode="median beats", grid="none"))
    scale = 4
    image = page_image(page, scale)
    ink_of_twin = (
        np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(int)
    )
    blue = (ink_of_twin[..., 0] - ink_of_twin[..., 2]) > 60
    left, top, width, height = PAPER
    column = blue[:, round((left + width / 2) * scale) : round((left + 0.75 * width) * scale)]
    column = column[round(top * scale) : round((top + height) * scale)]
    deepest = -lead_values(twin, "V2").min() * page.layout.gain
    runs = np.flatnonzero(column.any(axis=1))
    tall = max(np.sum(column[:, x]) for x in range(column.shape[1])) / scale
    assert runs.size
    assert tall == pytest.approx(deepest, rel=0.25) or tall > deepest, "the S is drawn down to its nadir"


def test_the_footer_says_the_seconds_that_are_shown(tmp_path):
    recording, _ = strip(seconds=10.6)
    write_svg(tmp_path / "strip.svg", Page(recording, layout=PageLayout(leads="strip")))
    text = (tmp_path / "strip.svg").read_text("utf-8")
    assert "0 to 10.6 s of 10.6" in text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("method", ["contrast", "attention", "gradients"])
def test_the_legend_of_every_heat_map_stays_on_the_paper(qapp, monkeypatch, language, method):
    drawn = []
    monkeypatch.setattr(heat, "draw_text", lambda _, x, y, text, size, *rest, align=0.0: drawn.append(
        (x - align * drawing.text_width(text, size), x + (1 - align) * drawing.text_width(text, size), size)
    ))  # fmt: skip
    install_everywhere(qapp, language)
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        of_method = SimpleNamespace(method=method, signed=method == "contrast", unit="mV")
        draw_colour_bar(painter, of_method, (0.0, 1.0), 10.0, 5.0, COLOUR_BAR_WIDTH, look_of("paper", "pink"))
    finally:
        painter.end()
        install_everywhere(qapp, "en")
    assert drawn
    assert min(left for left, _, _ in drawn) >= 9.9
    assert max(right for _, right, _ in drawn) <= 10.0 + COLOUR_BAR_WIDTH + 0.5
    assert min(size for _, _, size in drawn) >= 2.2, "too small to read"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("mode", ["overlay", "side by side"])
def test_the_words_behind_a_twin_are_whole(qapp, monkeypatch, language, mode):
    drawn = []
    monkeypatch.setattr(
        paper_marks, "draw_text", lambda _, x, y, text, size, *rest, **more: drawn.append((text, size))
    )
    page = Page(strip()[0], _deep(1.0), layout=PageLayout(mode=mode))
    install_everywhere(qapp, language)
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        for block, _ in page.blocks:
            paper_marks.draw_ghost(painter, block.left, block.width, page)
            words, size = drawn[-1]
            across = drawing.text_width(words, size, True) * np.cos(np.radians(22))
            assert across <= block.width, "cut at the edge of its half"
            assert size >= 7.0
    finally:
        painter.end()
        install_everywhere(qapp, "en")


def test_the_ends_of_a_heat_map_are_written_without_powers_of_ten(qapp):
    assert heat._end_text(9.8e-05, (9.8e-05, 0.077)) == "0"
    assert heat._end_text(0.077, (9.8e-05, 0.077)) == "0.077"
    assert heat._end_text(-1.24, (-1.24, 1.24)) == "−1.2"

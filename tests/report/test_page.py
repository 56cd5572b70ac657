"""The page as paper, picture and file: true to scale, marked, and silent about the patient."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pytest
from spike_pages import RATE, SPIKES, spiked_recording

from ecgtwin_app.ecg.signal.filters import display_filter
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.displayed import filter_text
from ecgtwin_app.report.export import (
    page_image,
    write_pdf,
    write_png,
    write_svg,
)
from ecgtwin_app.report.layout import PAPER, PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.report.trace import keep_peaks, lead_values

pytestmark = pytest.mark.usefixtures("qapp")


# -- true scale ---------------------------------------------------------------------------------------


def _content(pdf: bytes) -> str:
    """The drawing commands of a PDF's only page."""
    number = re.search(rb"/Contents (\d+) 0 R", pdf).group(1)
    stream = re.search(rb"\n" + number + rb" 0 obj.*?stream\r?\n(.*?)endstream", pdf, re.DOTALL).group(1)
    return zlib.decompress(stream).decode("latin-1")


def _paths(pdf: bytes) -> list[np.ndarray]:
    """Every polyline of a PDF's only page as points in mm from its top left corner."""
    height = float(re.search(rb"/MediaBox \[([^\]]+)\]", pdf).group(1).split()[3])
    paths, stack, numbers, matrix = [], [], [], np.eye(3)
    for token in _content(pdf).split():
        if re.fullmatch(r"[-+]?\d*\.?\d+", token):
            numbers.append(float(token))
            continue
        if token == "q":
            stack.append(matrix)
        elif token == "Q":
            matrix = stack.pop()
        elif token == "cm":
            a, b, c, d, e, f = numbers[-6:]
            matrix = np.array([[a, b, 0], [c, d, 0], [e, f, 1]]) @ matrix
        elif token in ("m", "l"):
            if token == "m":
                paths.append([])
            x, y, _ = np.array([*numbers[-2:], 1.0]) @ matrix
            paths[-1].append((x * 25.4 / 72, (height - y) * 25.4 / 72))
        numbers = []
    return [np.array(path) for path in paths if len(path) > 1]


def _page_of_spikes(**fields):
    return Page(spiked_recording(), layout=PageLayout(**fields))


def _spikes_of(paths, baseline, height):
    """x of every vertex that lies `height` mm above a baseline."""
    points = np.concatenate(paths)
    return np.unique(np.round(points[np.abs(points[:, 1] - (baseline - height)) < 0.05, 0], 2))


@pytest.mark.parametrize(("speed", "gain"), [(25.0, 10.0), (50.0, 5.0), (25.0, 20.0)])
def test_pdf_draws_seconds_and_millivolts_to_a_tenth_of_a_millimetre(tmp_path, speed, gain):
    page = _page_of_spikes(speed=speed, gain=gain, leads="12x1")
    write_pdf(tmp_path / "page.pdf", page)
    paths = _paths((tmp_path / "page.pdf").read_bytes())
    _, panels = page.blocks[0]
    for panel in panels:
        expected = [panel.x + t * speed for t in SPIKES if t * speed <= 250]
        found = _spikes_of(paths, panel.baseline, 1.5 * gain)
        for x in expected:
            assert np.min(np.abs(found - x)) < 0.1, f"{panel.lead}: no spike at {x:.1f} mm"


def test_pdf_calibration_pulse_is_5_mm_by_10_mm_in_every_row(tmp_path):
    page = _page_of_spikes()
    write_pdf(tmp_path / "page.pdf", page)
    paths = _paths((tmp_path / "page.pdf").read_bytes())
    for panel in page.blocks[0][1]:
        if not panel.opens_row:
            continue
        pulses = [
            path
            for path in paths
            if len(path) == 6 and abs(path[0, 1] - panel.baseline) < 0.1 and path[:, 0].max() <= panel.x + 0.1
        ]
        assert len(pulses) == 1
        (pulse,) = pulses
        assert pulse[3, 0] - pulse[2, 0] == pytest.approx(5.0, abs=0.1)
        assert pulse[1, 1] - pulse[2, 1] == pytest.approx(10.0, abs=0.1)


def test_pdf_grid_has_a_line_every_millimetre(tmp_path):
    write_pdf(tmp_path / "page.pdf", _page_of_spikes())
    paths = _paths((tmp_path / "page.pdf").read_bytes())
    left, top, width, height = PAPER
    upright = [p[0, 0] for p in paths if len(p) == 2 and abs(np.ptp(p[:, 1]) - height) < 0.1]
    level = [p[0, 1] for p in paths if len(p) == 2 and abs(np.ptp(p[:, 0]) - width) < 0.1]
    assert np.sort(upright) == pytest.approx(left + np.arange(width + 1), abs=0.05)
    assert np.sort(level) == pytest.approx(top + np.arange(height + 1), abs=0.05)


def test_pdf_page_is_a4_landscape(tmp_path):
    write_pdf(tmp_path / "page.pdf", _page_of_spikes())
    box = re.search(rb"/MediaBox \[([^\]]+)\]", (tmp_path / "page.pdf").read_bytes()).group(1).split()
    assert [float(v) * 25.4 / 72 for v in box[2:]] == pytest.approx([297.0, 210.0], abs=0.3)


def test_the_screen_shows_the_same_geometry():
    page = _page_of_spikes()
    image = page_image(page, 10.0)
    panel = page.blocks[0][1][0]
    spike = (panel.x + SPIKES[0] * 25, panel.baseline - 7.5)
    dark = [
        x for x in range(image.width()) if image.pixelColor(x, round(spike[1] * 10)).lightness() < 60
    ]  # across the first row, half-way up the spikes
    assert min(abs(x / 10 - spike[0]) for x in dark) < 0.15


# -- traces -------------------------------------------------------------------------------------------


def test_thinning_for_the_screen_keeps_every_peak():
    rng = np.random.default_rng(0)
    y = rng.normal(size=5000)
    x = np.linspace(0, 250, 5000)
    kept = keep_peaks(x, y, 2.0)
    assert len(kept) < 2600
    assert kept[:, 1].max() == y.max()
    assert kept[:, 1].min() == y.min()
    assert np.all(np.diff(kept[:, 0]) > 0)


def test_paper_keeps_every_sample():
    x, y = np.linspace(0, 250, 5000), np.zeros(5000)
    assert len(keep_peaks(x, y, 1200 / 25.4)) == 5000


def test_a_lead_is_placed_by_its_median_and_keeps_its_shape():
    recording = spiked_recording()
    values = lead_values(recording, "V2")
    assert np.ptp(values) == pytest.approx(1.5)
    assert np.median(values) == 0
    assert lead_values(recording, "-aVR")[300] == pytest.approx(-1.5)
    assert lead_values(recording, "V9") is None


def test_missing_leads_and_missing_samples_are_drawn_as_gaps():
    signal = np.zeros((2, 5000))
    signal[0, 1000:2000] = np.nan
    signal[1] = np.nan
    image = page_image(Page(Recording(signal, RATE, leads=("I", "II"))), 3.0)
    assert not image.isNull()


def test_filters_are_stated():
    assert filter_text(spiked_recording()) == "no display filter"
    assert "40 Hz" in filter_text(display_filter(spiked_recording(), None, 40.0))


def test_a_folder_that_is_not_there_gives_one_sentence(tmp_path):
    with pytest.raises(EcgError, match=r"cannot be written \(.+\); choose"):
        write_png(tmp_path / "no" / "page.png", Page(spiked_recording()))
    with pytest.raises(EcgError, match=r"cannot be written \(.+\); choose"):
        write_pdf(tmp_path / "no" / "page.pdf", Page(spiked_recording()))


def _svg_spikes(text, panel, height):
    """x in mm of the points that lie `height` mm above a panel's baseline, from an SVG's own coordinates."""
    scale = 25.4 / 1016
    found = []
    for element in re.finditer(r"<polyline[^>]*points=\"([^\"]+)\"", text):
        matrix = _matrix_before(text, element.start())
        for x, y in (map(float, pair.split(",")) for pair in element.group(1).split()):
            a, b, c, d, e, f = matrix
            px, py = (a * x + c * y + e) * scale, (b * x + d * y + f) * scale
            if abs(py - (panel.baseline - height)) < 0.05:
                found.append(px)
    return np.array(found)


def _matrix_before(text, place):
    """The transformation of the group that an element stands in."""
    return [float(v) for v in re.findall(r"matrix\(([^)]+)\)", text[:place])[-1].split(",")]


def test_svg_has_the_geometry_of_the_pdf(tmp_path):
    page = _page_of_spikes(leads="12x1")
    write_svg(tmp_path / "page.svg", page)
    text = (tmp_path / "page.svg").read_text(encoding="utf-8")
    assert 'width="297' in text and 'height="210' in text
    for panel in page.blocks[0][1]:
        found = _svg_spikes(text, panel, 15.0)
        for seconds in SPIKES:
            assert np.min(np.abs(found - panel.x_of(seconds, 25.0))) < 0.1


@pytest.mark.parametrize("sheet", ["A4", "Letter"])
def test_pdf_rulers_hundred_millimetres_are_a_hundred_millimetres(tmp_path, sheet):
    write_pdf(tmp_path / "page.pdf", _page_of_spikes(sheet=sheet))
    paths = _paths((tmp_path / "page.pdf").read_bytes())
    below = PageLayout(sheet=sheet).paper[1] + PageLayout(sheet=sheet).paper[3]
    level = [p for p in paths if len(p) == 2 and np.ptp(p[:, 1]) < 0.01 and p[0, 1] > below + 5]
    assert any(abs(np.ptp(p[:, 0]) - 100.0) < 0.1 for p in level)


def test_pdf_embeds_its_fonts(tmp_path):
    write_pdf(tmp_path / "page.pdf", _page_of_spikes())
    data = (tmp_path / "page.pdf").read_bytes()
    fonts = re.findall(rb"/Type /FontDescriptor.*?>>", data, re.DOTALL)
    assert fonts
    assert all(b"/FontFile" in font for font in fonts)


def test_calipers_go_along_into_print(tmp_path):
    caliper = Caliper(TIME, "V1", ("reference",), 5.2, 5.4, 0.5)
    page = Page(spiked_recording(), calipers=(caliper,))
    write_pdf(tmp_path / "page.pdf", page)
    paths = _paths((tmp_path / "page.pdf").read_bytes())
    (panel,) = [panel for panel in page.blocks[0][1] if panel.lead == "V1"]
    for at in (5.2, 5.4):
        x = panel.x_of(at, 25.0)
        legs = [p for p in paths if len(p) == 2 and np.all(np.abs(p[:, 0] - x) < 0.1)]
        assert any(abs(np.ptp(p[:, 1]) - 18.0) < 0.1 for p in legs)


def test_a_tick_stands_at_every_second_of_the_lowest_row(tmp_path):
    page = _page_of_spikes(leads="12x1", grid="none")
    write_pdf(tmp_path / "page.pdf", page)
    paths = _paths((tmp_path / "page.pdf").read_bytes())
    _, top, _, height = PAPER
    ticks = [p[0, 0] for p in paths if len(p) == 2 and abs(p[:, 1].max() - top - height) < 0.05]
    first = page.blocks[0][1][0].x
    assert np.sort(ticks) == pytest.approx(first + 25.0 * np.arange(11), abs=0.1)

"""What was filled in is marked on the page, on the screen and in every file, and nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.filled import Filled
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.report import marking
from ecgtwin_app.report.export import make_page, page_image, write_pdf, write_png, write_svg
from ecgtwin_app.report.filled import Band, filled_text, spans_in
from ecgtwin_app.report.layout import PageLayout

pytestmark = pytest.mark.usefixtures("qapp")
STRIP = strip()[0]
REPAIRED = replace(
    STRIP, filled=(Filled("V3", 5.5, 6.5, "template", 4), Filled("aVR", 0.0, 10.0, "template", 4))
)


def pixels(page):
    image = page_image(page, 3.0).convertToFormat(QImage.Format.Format_Grayscale8)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width()].astype(int)


@pytest.mark.parametrize("scheme", ["paper", "monitor", "projector"])
def test_the_hatch_is_where_it_was_filled_in_and_nowhere_else(scheme):
    layout = PageLayout(scheme=scheme)
    plain, marked = make_page(STRIP, layout=layout), make_page(REPAIRED, layout=layout)
    changed = np.abs(pixels(plain) - pixels(marked)) > 8
    for _, panels in marked.blocks:
        for panel in panels:
            top, bottom = (
                round(3 * (edge + step)) for edge, step in ((panel.top, 1.5), (panel.bottom, -1.5))
            )
            spans = spans_in(REPAIRED, panel)
            for second in np.arange(0.15, panel.seconds - 0.15, 0.1):
                x = round(3 * (panel.x + second * layout.speed))
                inside = any(start + 0.05 < second < end - 0.05 for start, end in spans)
                near = any(start - 0.05 < second < end + 0.05 for start, end in spans)
                column = changed[top:bottom, x]
                assert column.any() if inside else (near or not column.any()), (panel.lead, second)


def test_the_page_names_it(tmp_path):
    page = make_page(REPAIRED)
    assert page.generated is None and page.marked is REPAIRED
    assert filled_text(REPAIRED) == "aVR as a whole; V3 5.5–6.5 s"
    assert page.reference_measurements["filled_leads"] == ["aVR", "V3"]
    said = marking.metadata(page.marked)
    assert said["Synthetic"] == "PARTLY" and "V3 5.5-6.5 s" in said["Description"]
    assert "compositeWithTrainedAlgorithmicMedia" in said["DigitalSourceType"]
    write_png(tmp_path / "a.png", page)
    assert QImage(str(tmp_path / "a.png")).text("Synthetic") == "PARTLY"
    write_svg(tmp_path / "a.svg", page)
    assert "PARTLY SYNTHETIC" in (tmp_path / "a.svg").read_text("utf-8")
    write_pdf(tmp_path / "a.pdf", page)
    assert b"compositeWithTrainedAlgorithmicMedia" in (tmp_path / "a.pdf").read_bytes()


def test_a_recorded_page_is_not_marked():
    assert make_page(STRIP).marked is None


def test_a_synthetic_recording_of_which_some_was_filled_in_is_synthetic_all_the_same():
    assert marking.mark_of(replace(REPAIRED, synthetic=True)) == marking.SYNTHETIC


def test_the_band_is_drawn_where_something_is_proposed():
    low = np.full((12, 5000), np.nan)
    low[LEADS.index("V3"), 2750:3250] = -0.5
    page = make_page(REPAIRED)
    with_band = replace(page, band=Band(low, low + 1.0))
    changed = np.abs(pixels(page) - pixels(with_band)) > 4
    (panel,) = [one for _, panels in page.blocks for one in panels if one.lead == "V3"]
    rows, columns = np.nonzero(changed)
    x = columns / 3
    assert panel.x_of(5.5, 25) - 0.7 < x.min() and x.max() < panel.x_of(6.5, 25) + 0.7
    assert np.ptp(rows) / 3 == pytest.approx(10.0, abs=1.5)  # 1 mV


def test_two_leads_show_it_too():
    two = Recording(STRIP.signal[[1, 8]], 500.0, ("II", "V3"), filled=(Filled("V3", 1.0, 2.0, "template"),))
    assert make_page(two).marked is two

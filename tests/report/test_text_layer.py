"""What a page says is what other programs read in its PDF: every number with its sign."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.recording import Patient, Recording
from ecgtwin_app.report import drawing
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.export import write_pdf, write_pdf_pages
from ecgtwin_app.report.layout import LEAD_GRIDS, PageLayout
from ecgtwin_app.report.page import Page

pytestmark = pytest.mark.usefixtures("qapp")
pypdf = pytest.importorskip("pypdf")

#: Figures as pages write them, in both kinds of minus and dash.
FIGURES = [
    "QRS axis −50", "-50", "+6", "90+ years", "55 → 60", "12–24", "3 × 4 + II", "3x4", "1:2", "2:1", "0.05-40 Hz",
    "≤ −0.24 mV", ">= 120", "<-->", "->", "<=", "p*q", "10 mm/mV", "10:30:05", "(-15)", "1 - 2", "V1-V3", "±32.767",
    "QTcF 400 ms", "µV", "−aVR", "½", "60/min", "…", "\u2011 7",
]  # fmt: skip


def _read(path, program):
    """The text of a PDF without blanks, which each program sets as it likes."""
    if program == "pypdf":
        text = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    else:
        if not shutil.which("pdftotext"):
            pytest.skip("poppler's pdftotext is not installed")
        text = subprocess.run(
            ["pdftotext", "-raw", path, "-"], capture_output=True, check=True
        ).stdout.decode()
    return "".join(text.split())


@pytest.mark.parametrize("program", ["pypdf", "pdftotext"])
@pytest.mark.parametrize("bold", [False, True])
def test_signs_of_figures_are_in_the_text_layer(tmp_path, program, bold):
    def paint(painter):
        for k, text in enumerate(FIGURES):
            drawing.draw_text(painter, 20 + 80 * (k % 3), 10 + 6 * (k // 3), text, 3.0, bold=bold)

    write_pdf_pages(tmp_path / "x.pdf", [paint], "A4", None)
    read = _read(tmp_path / "x.pdf", program)
    assert [text for text in FIGURES if "".join(text.split()) not in read] == []


def _strip(axis_up, **fields):
    """A strip whose numbers have signs: its QRS points up or down."""
    signal = np.zeros((12, 5000), np.float32)
    for at in range(250, 5000, 500):
        signal[:, at : at + 30] = np.hanning(30) * (1.2 if axis_up else -1.2)
    return Recording(signal, 500.0, patient=Patient(93.0, "F"), source="test", **fields)


@pytest.mark.parametrize("program", ["pypdf", "pdftotext"])
@pytest.mark.parametrize("leads", LEAD_GRIDS)
def test_all_that_is_drawn_on_a_page_is_read_back(tmp_path, monkeypatch, program, leads):
    drawn = []
    original = drawing.draw_text

    def noting(painter, x, y, text, *rest, **named):
        drawn.append(text)
        return original(painter, x, y, text, *rest, **named)

    for module in [module for name, module in sys.modules.items() if name.startswith("ecgtwin_app.report.")]:
        if getattr(module, "draw_text", None) is original:
            monkeypatch.setattr(module, "draw_text", noting)
    twin = _strip(False, synthetic=True, provenance={"model": "m", "seed": 7})
    axis = {
        "heart_rate": 60.0,
        "qrs_axis": -50.0,
        "pr": 152.0,
        "qrs": 96.0,
        "qt": 380.0,
        "qtc_fridericia": 380.0,
    }
    caliper = Caliper(TIME, "II", ("reference", "twin"), 1.0, 1.9, 0.5)
    page = Page(
        _strip(True), twin, None, PageLayout(leads=leads), axis, axis | {"qrs_axis": -95.0, "heart_rate": 55.0},
        calipers=(caliper,),
    )  # fmt: skip
    write_pdf(tmp_path / "x.pdf", page)
    read = _read(tmp_path / "x.pdf", program)
    assert any("−" in text for text in drawn) and any("90+" in text for text in drawn)
    assert [text for text in drawn if "".join(text.split()) not in read] == []

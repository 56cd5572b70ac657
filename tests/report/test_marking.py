"""What every page says of itself: marked where synthetic, and silent about the patient."""

from __future__ import annotations

from dataclasses import replace

import pytest
from spike_pages import spiked_recording, spiked_twin

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.report.drawing import BANNER_FILL
from ecgtwin_app.report.export import (
    page_image,
    write_pdf,
    write_png,
    write_svg,
)
from ecgtwin_app.report.header import patient_text
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.marking import condition_text
from ecgtwin_app.report.page import Page

pytestmark = pytest.mark.usefixtures("qapp")


def _has_banner(image, scale=10.0):
    colour = image.pixelColor(round(15 * scale), round(6.2 * scale))
    return colour == BANNER_FILL


@pytest.mark.parametrize("mode", ["overlay", "side by side", "twin"])
def test_every_page_with_a_twin_carries_the_banner(mode):
    assert _has_banner(
        page_image(Page(spiked_recording(), spiked_twin(), layout=PageLayout(mode=mode)), 10.0)
    )


@pytest.mark.parametrize(
    ("request_said", "words"),
    [
        ({"conditions": ["atrial fibrillation"], "heart_rate": 90.0}, "atrial fibrillation, 90/min"),
        ({"conditions": [], "without": ["left bundle branch block"]}, "without left bundle branch block"),
        ({"conditions": ["sinus rhythm"], "only": True}, "sinus rhythm, nothing else kept"),
        ({}, "condition not stated"),
    ],
)
def test_the_banner_says_what_was_asked_and_what_was_taken_out(request_said, words):
    twin = spiked_twin()
    assert condition_text(replace(twin, provenance=twin.provenance | {"request": request_said})) == words


def test_a_page_of_the_recorded_ecg_carries_none():
    assert not _has_banner(page_image(Page(spiked_recording()), 10.0))
    assert not _has_banner(
        page_image(Page(spiked_recording(), spiked_twin(), layout=PageLayout(mode="reference")), 10.0)
    )


def test_a_generated_reference_is_marked_too():
    assert _has_banner(page_image(Page(spiked_twin()), 10.0))


def test_only_what_is_marked_synthetic_is_drawn_as_a_twin():
    with pytest.raises(EcgError, match="not marked synthetic"):
        Page(spiked_recording(), spiked_recording())


def test_png_says_in_its_text_that_it_is_synthetic(tmp_path):
    from PySide6.QtGui import QImage

    write_png(tmp_path / "page.png", Page(spiked_recording(), spiked_twin()), dpi=100)
    image = QImage(str(tmp_path / "page.png"))
    assert image.text("Synthetic") == "YES"
    assert "trainedAlgorithmicMedia" in image.text("DigitalSourceType")
    assert "seed 7" in image.text("Description")
    assert round(image.dotsPerMeterX() * 0.0254) == 100
    assert (image.width(), image.height()) == (1169, 827)


def test_pdf_says_in_its_metadata_that_it_is_synthetic(tmp_path):
    write_pdf(tmp_path / "page.pdf", Page(spiked_recording(), spiked_twin()))
    data = (tmp_path / "page.pdf").read_bytes()
    assert b"trainedAlgorithmicMedia" in data
    assert "SYNTHETIC" in data.decode("latin-1") or "SYNTHETIC".encode("utf-16-be") in data
    write_pdf(tmp_path / "plain.pdf", Page(spiked_recording()))
    assert b"trainedAlgorithmicMedia" not in (tmp_path / "plain.pdf").read_bytes()


def test_exports_hold_nothing_of_the_patient(tmp_path):
    reference = spiked_recording(recorded="2013-01-25T10:59:19")
    for write, name in ((write_png, "a.png"), (write_pdf, "a.pdf"), (write_svg, "a.svg")):
        write(tmp_path / name, Page(reference, spiked_twin()))
        data = (tmp_path / name).read_bytes()
        for secret in (b"Doe", b"Jane", b"4711", b"2013-01-25"):
            assert secret not in data, f"{name} holds {secret}"


def test_svg_text_is_de_identified_and_marked(tmp_path):
    write_svg(tmp_path / "page.svg", Page(spiked_recording(), spiked_twin()))
    text = (tmp_path / "page.svg").read_text(encoding="utf-8")
    assert "De-identified" in text
    assert "SYNTHETIC" in text
    assert 'width="297' in text


def test_identity_is_printed_only_when_asked():
    reference = spiked_recording()
    assert patient_text(reference, identity=False) == "De-identified · 52 years · female"
    assert "Doe^Jane" in patient_text(reference, identity=True)
    assert "90+" in patient_text(spiked_recording(patient=Patient(93, "M")), identity=False)
    assert "93" not in patient_text(spiked_recording(patient=Patient(93, "M")), identity=False)

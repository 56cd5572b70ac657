"""Pages as files: PNG, PDF at true scale and SVG, de-identified and marked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.report import marking
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page, paint_page
from ecgtwin_app.whole_files import why, write_whole

_MM_PER_INCH = 25.4
_SIZES = {"A4": QPageSize.PageSizeId.A4, "Letter": QPageSize.PageSizeId.Letter}
_application = None  # kept alive where pages are written without a window


def make_page(reference: Recording, twin=None, heatmap=None, layout: PageLayout | None = None) -> Page:
    """A page with its measurements.

    Parameters
    ----------
    twin : Twin, Recording or None
    heatmap : HeatMap or None
    layout : PageLayout or None
    """
    from ecgtwin_app.ecg.measurement.measure import measure
    from ecgtwin_app.ecg.measurement.on_filled import resting_on_filled

    recording = getattr(twin, "recording", twin)
    layout = layout or PageLayout()
    measured = getattr(twin, "measurements", None)
    if recording is not None and measured is None:
        measured = measure(recording).as_dict()
    own = measure(reference).as_dict()
    own |= resting_on_filled(reference, [beat["time"] for beat in own["beats"]])
    return Page(reference, recording, heatmap, layout, own, measured)


def save_png(
    path, reference: Recording, twin=None, heatmap=None, layout: PageLayout | None = None, dpi: float = 200
) -> None:
    """Write one A4 page as PNG; its text chunks say what is synthetic.

    Parameters
    ----------
    path : str or Path
    reference : Recording
    twin : Twin, Recording or None
    heatmap : HeatMap or None
    layout : PageLayout or None
    dpi : float

    Raises
    ------
    EcgError
        When the file cannot be written.
    """
    write_png(path, make_page(reference, twin, heatmap, layout), dpi)


def save_pdf(path, reference: Recording, twin=None, heatmap=None, layout: PageLayout | None = None) -> None:
    """Write a vector PDF, A4 landscape at true scale: 1 s is 25 mm on paper printed at 100 %.

    Parameters as for `save_png`.
    """
    write_pdf(path, make_page(reference, twin, heatmap, layout))


def save_svg(path, reference: Recording, twin=None, heatmap=None, layout: PageLayout | None = None) -> None:
    """Write an SVG in millimetres; parameters as for `save_png`."""
    write_svg(path, make_page(reference, twin, heatmap, layout))


def write_png(path, page: Page, dpi: float = 200) -> None:
    """Write a page that is already made as PNG, in the colours of the screen."""
    _ensure_application()
    page = with_layout(page, replace(page.layout, identity=False))
    image = page_image(page, dpi / _MM_PER_INCH)
    image.setDotsPerMeterX(round(dpi / _MM_PER_INCH * 1000))
    image.setDotsPerMeterY(round(dpi / _MM_PER_INCH * 1000))
    for key, text in marking.metadata(page.marked).items():
        image.setText(key, text)
    # Into memory first: Qt does not tell why a file cannot be written, and leaves half of it there.
    buffer = _buffer()
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]  the stub says bytes
    _write(path, buffer)


def with_layout(page: Page, layout: PageLayout) -> Page:
    """The same content drawn another way."""
    return replace(page, layout=layout)


def page_image(page: Page, pixels_per_mm: float) -> QImage:
    """The page as an image."""
    width, height = (round(side * pixels_per_mm) for side in page.layout.size)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        painter.scale(width / page.layout.size[0], height / page.layout.size[1])
        paint_page(painter, page)
    finally:
        painter.end()  # an image that dies while it is painted on takes the program along
    return image


def write_pdf(path, page: Page) -> None:
    """Write a page that is already made as PDF, ink on paper."""
    page = with_layout(page, page.layout.on_paper())
    write_pdf_pages(path, [lambda painter: paint_page(painter, page)], page.layout.sheet, page.marked)


def write_pdf_pages(
    path, paint: Sequence[Callable[[QPainter], None]], sheet: str, generated: Recording | None
) -> None:
    """Write several sheets into one PDF at true scale.

    Parameters
    ----------
    path : str or Path
    paint : sequence of callable
        Each paints one sheet; the painter's unit is the millimetre.
    sheet : str
        A key of `report.layout.SHEETS`.
    generated : Recording or None
        The twin whose marks the file carries.

    Raises
    ------
    EcgError
        When the file cannot be written.
    """
    _ensure_application()
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setPageLayout(
        QPageLayout(QPageSize(_SIZES[sheet]), QPageLayout.Orientation.Landscape, QMarginsF(0, 0, 0, 0))
    )
    writer.setTitle(marking.metadata(generated).get("Title", "ECG"))
    writer.setCreator(f"ECGTwin Desktop {__version__}")
    writer.setDocumentXmpMetadata(QByteArray(marking.xmp(generated)))
    painter = QPainter(writer)
    # The logical resolution is the one Qt draws with; the physical one is a constant of the class.
    painter.scale(writer.logicalDpiX() / _MM_PER_INCH, writer.logicalDpiY() / _MM_PER_INCH)
    for number, paint_one in enumerate(paint):
        if number:
            writer.newPage()
        painter.save()
        paint_one(painter)
        painter.restore()
    painter.end()
    _write(path, buffer)


def print_page(printer: QPrinter, page: Page) -> None:
    """Print a page at true scale: 1 s is 25 mm at 25 mm/s, whatever margins the printer has.

    Raises
    ------
    EcgError
        When the printer does not take the page.
    """
    printer.setFullPage(True)
    printer.setPageLayout(
        QPageLayout(
            QPageSize(_SIZES[page.layout.sheet]), QPageLayout.Orientation.Landscape, QMarginsF(0, 0, 0, 0)
        )
    )
    printer.setDocName(marking.metadata(page.marked).get("Title", "ECG"))
    painter = QPainter()
    if not painter.begin(printer):
        raise EcgError("The printer does not take the page; choose another one or save a PDF.")
    painter.scale(printer.logicalDpiX() / _MM_PER_INCH, printer.logicalDpiY() / _MM_PER_INCH)
    paint_page(painter, page)
    painter.end()


def write_svg(path, page: Page) -> None:
    """Write a page that is already made as SVG, ink on paper."""
    _ensure_application()
    page = with_layout(page, page.layout.on_paper())
    dpi = 1016  # 40 units a mm: no coordinate is rounded visibly
    generator = QSvgGenerator()
    buffer = _buffer()
    generator.setOutputDevice(buffer)
    generator.setResolution(dpi)
    size = QSizeF(*page.layout.size) * dpi / _MM_PER_INCH
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    marks = marking.metadata(page.marked)
    generator.setTitle(marks.get("Title", "ECG"))
    generator.setDescription("; ".join(f"{key}: {text}" for key, text in marks.items()))
    painter = QPainter(generator)
    painter.scale(dpi / _MM_PER_INCH, dpi / _MM_PER_INCH)
    paint_page(painter, page)
    painter.end()
    _write(path, buffer)


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.ReadWrite)
    return buffer


def _write(path, buffer: QBuffer) -> None:
    """What was drawn, as a file in one step."""
    try:
        write_whole(Path(path), bytes(buffer.data().data()))
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder and close the file elsewhere.",
            file=Path(path).name,
            reason=why(error),
        ) from None


def _ensure_application():
    """Fonts need a Qt application; without a display, one that draws to memory only."""
    global _application
    if QGuiApplication.instance() is not None:
        return
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _application = QApplication(["ecgtwin"])

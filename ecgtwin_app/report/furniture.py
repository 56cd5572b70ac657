"""What surrounds the traces: ruled paper, calibration pulses, header, footer and the synthetic marks."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.ecg.recording import Recording
from ecgtwin_app.report import ink, marking
from ecgtwin_app.report.ink import draw_text, pen
from ecgtwin_app.report.layout import (
    LEAD_GRIDS,
    PAGE_SIZE,
    PAPER,
    PULSE_MV,
    PULSE_SECONDS,
    Block,
    PageLayout,
    Panel,
)

_LEFT, _TOP, _WIDTH, _HEIGHT = PAPER
_RIGHT, _BOTTOM = _LEFT + _WIDTH, _TOP + _HEIGHT
#: Columns of the header's table: title, and the measurement's name in `ecg.measure`.
_COLUMNS = (
    ("HR /min", "heart_rate"),
    ("PR ms", "pr"),
    ("QRS ms", "qrs"),
    ("QT ms", "qt"),
    ("QTcF ms", "qtc_fridericia"),
    ("QRS axis °", "qrs_axis"),
)


def draw_grid(painter: QPainter) -> None:
    """White sheet and ruled paper: thin lines every 1 mm, thick ones every 5 mm."""
    painter.fillRect(QRectF(0, 0, *PAGE_SIZE), Qt.GlobalColor.white)
    painter.fillRect(QRectF(*PAPER), ink.PAPER_WHITE)
    for step, colour, width in ((1, ink.MINOR_LINE, ink.MINOR_WIDTH), (5, ink.MAJOR_LINE, ink.MAJOR_WIDTH)):
        skip = 5 if step == 1 else 0  # thick lines replace thin ones
        columns = [k for k in range(0, int(_WIDTH) + 1, step) if not skip or k % skip]
        rows = [k for k in range(0, int(_HEIGHT) + 1, step) if not skip or k % skip]
        lines = [QLineF(_LEFT + k, _TOP, _LEFT + k, _BOTTOM) for k in columns]
        lines += [QLineF(_LEFT, _TOP + k, _RIGHT, _TOP + k) for k in rows]
        painter.setPen(pen(colour, width))
        for first in range(0, len(lines), 48):  # short calls let other threads run in between
            painter.drawLines(lines[first : first + 48])


def draw_ghost(painter: QPainter, block: Block) -> None:
    """The diagonal words behind a twin's traces, dark enough to survive a photocopy."""
    size = 17.0 if block.width > _WIDTH / 2 else 9.5
    colour = QColor("#606060")
    colour.setAlphaF(0.16)
    painter.save()
    painter.translate(block.left + block.width / 2, _TOP + _HEIGHT / 2)
    painter.rotate(-22)
    draw_text(painter, 0, size * 0.35, marking.GHOST, size, bold=True, colour=colour, align=0.5)
    painter.restore()


def draw_pulse(painter: QPainter, panel: Panel, block: Block, layout: PageLayout) -> None:
    """1 mV for 200 ms at the left of a row."""
    room = block.trace_left - block.left
    width, height = PULSE_SECONDS * layout.speed, PULSE_MV * layout.gain
    x = block.left + max(0.5, round((room - width) / 2 - 0.5))
    lead_in = min(1.0, x - block.left)
    y = panel.baseline
    corners = [(x - lead_in, y), (x, y), (x, y - height), (x + width, y - height), (x + width, y)]
    corners.append((min(x + width + lead_in, block.trace_left), y))
    painter.setPen(ink.trace_pen(painter, twin=False))
    painter.drawPolyline([QPointF(*corner) for corner in corners])


def draw_lead_mark(painter: QPainter, panel: Panel, missing: bool) -> None:
    """Short bars where a new lead begins, and its name."""
    if not panel.opens_row:
        painter.setPen(pen(ink.REFERENCE, 0.25))
        for sign in (-1, 1):
            painter.drawLine(
                QLineF(panel.x, panel.baseline + 3.0 * sign, panel.x, panel.baseline + 5.0 * sign)
            )
    name = panel.lead.replace("-", "−") + (" (not recorded)" if missing else "")
    height = panel.bottom - panel.top
    y = min(panel.baseline - 3.0, max(panel.top + 3.4, panel.baseline - max(7.0, 0.36 * height)))
    ink.halo_text(painter, panel.x + 1.0, y, name, 3.2)


def draw_banner(painter: QPainter, twin: Recording) -> None:
    """The mark across the top of every page that shows something generated."""
    band = QRectF(_LEFT, 5.0, _WIDTH, 7.0)
    painter.setPen(pen(ink.TEXT, 0.3))
    painter.setBrush(ink.BANNER_FILL)
    painter.drawRect(band)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw_text(painter, _LEFT + 3, 9.9, marking.SYNTHETIC, 3.9, bold=True)
    start = _LEFT + 6 + ink.text_width(marking.SYNTHETIC, 3.9, True)
    words = f"{marking.condition_text(twin)} · {marking.origin_text(twin)}"
    words = ink.elided(words, 2.5, _RIGHT - 3 - start)
    draw_text(painter, _RIGHT - 3, 9.6, words, 2.5, align=1.0)


def draw_header(painter: QPainter, page) -> None:
    """Whose ECG it is, and the measurements of what is shown; the rows are the legend, too."""
    shown = page.shown
    title = {("reference",): "12-lead ECG", ("twin",): "Digital twin"}.get(
        shown, "12-lead ECG and digital twin"
    )
    draw_text(painter, _LEFT, 18.2, title, 4.4, bold=True)
    draw_text(painter, _LEFT, 22.8, patient_text(page.reference, page.layout.identity), 2.7)
    origin = "Made from " if shown == ("twin",) else ""
    words = ink.elided(origin + source_text(page.reference), 2.3, 100)
    draw_text(painter, _LEFT, 26.8, words, 2.3, colour=ink.QUIET_TEXT)
    _draw_measurements(painter, page, shown)


def _draw_measurements(painter, page, shown):
    first = _RIGHT - 17.0 * (len(_COLUMNS) - 1)
    for k, (title, _) in enumerate(_COLUMNS):
        draw_text(painter, first + 17 * k, 17.6, title, 2.2, colour=ink.QUIET_TEXT, align=1.0)
    legend = {
        "reference": (
            "Reference (recorded)",
            ink.REFERENCE,
            ink.REFERENCE_WIDTH,
            page.reference_measurements,
        ),
        "twin": ("Digital twin (synthetic)", ink.TWIN, ink.TWIN_WIDTH, page.twin_measurements),
    }
    if page.reference.synthetic:
        legend["reference"] = ("Reference (synthetic)", *legend["reference"][1:])
    for row, who in enumerate(shown):
        name, colour, width, measurements = legend[who]
        y = 22.4 + 4.4 * row
        painter.setPen(pen(colour, max(width, 0.45)))
        painter.drawLine(QLineF(first - 66, y - 0.9, first - 58, y - 0.9))
        draw_text(painter, first - 56, y, name, 2.7, bold=True, colour=colour)
        for k, (_, key) in enumerate(_COLUMNS):
            text = _number((measurements or {}).get(key))
            draw_text(painter, first + 17 * k, y, text, 2.7, colour=colour, align=1.0)


def _number(value):
    return "–" if value is None else f"{value:.0f}".replace("-", "−")


def patient_text(reference: Recording, identity: bool) -> str:
    """Age and sex, and who it is only when asked. Ages above 89 are grouped (HIPAA Safe Harbor)."""
    patient = reference.patient
    words = ["De-identified"]
    age = patient.age
    if identity:
        words = [patient.name or "Name not recorded", patient.identifier, reference.recorded]
    elif age is not None and age > 89:
        words, age = [*words, "90+ years"], None
    if age is not None:
        words.append(f"{age:g} years")
    words.append({"F": "female", "M": "male"}.get(patient.sex, "sex not stated"))
    return " · ".join(word for word in words if word)


def source_text(reference: Recording) -> str:
    """Where the samples came from and what was done to them."""
    words = [reference.source or "source not stated", f"{reference.rate:g} Hz", f"{reference.duration:.1f} s"]
    return " · ".join([*words, *reference.history])


def filter_text(recording: Recording) -> str:
    """The filters of the recording's history, or that there was none since the file was read."""
    said = [line for line in recording.history if "filter" in line]
    return "; ".join(said) or "no display filter"


def draw_footer(painter: QPainter, page, panels: list[Panel]) -> None:
    """Speed, gain, filter and order of time, and a ruler to check the print's scale with."""
    layout = page.layout
    draw_text(painter, _LEFT, 196.0, f"{layout.speed:g} mm/s   {layout.gain:g} mm/mV", 3.2, bold=True)
    end = max(panel.start + panel.seconds for panel in panels)
    words = [filter_text(page.reference)]
    if any(not panel.opens_row for panel in panels):
        words.append("sequential: time runs on from column to column")
    words.append(f"seconds {layout.start:g} to {end:g} of {page.reference.duration:.1f}")
    draw_text(painter, _LEFT + 47, 196.0, " · ".join(words), 2.3, colour=ink.QUIET_TEXT)
    notes = [LEAD_GRIDS[layout.leads].title, marking.PURPOSE]
    if page.aligned:
        notes.insert(
            1, "twin moved in each panel so that one of its beats lies on the reference's first beat"
        )
    draw_text(painter, _LEFT, 200.4, " · ".join(notes), 2.3, colour=ink.QUIET_TEXT)
    _draw_ruler(painter, _LEFT, 204.6)


def _draw_ruler(painter, x, y):
    painter.setPen(pen(ink.QUIET_TEXT, 0.15))
    painter.drawLine(QLineF(x, y, x + 100, y))
    for mm in range(0, 101, 10):
        painter.drawLine(QLineF(x + mm, y, x + mm, y - (1.6 if mm % 50 == 0 else 0.9)))
    words = "100 mm when printed at 100 %"
    draw_text(painter, x + 102, y, words, 2.1, colour=ink.QUIET_TEXT)

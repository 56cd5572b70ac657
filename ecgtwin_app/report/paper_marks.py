"""What surrounds the traces on the paper: its lines, calibration pulses, lead names and the ghost words."""

from __future__ import annotations

from math import ceil, cos, floor, radians

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report import drawing, marking
from ecgtwin_app.report.colours import Look
from ecgtwin_app.report.drawing import draw_text, pen
from ecgtwin_app.report.layout import PULSE_MV, PULSE_SECONDS, PageLayout
from ecgtwin_app.report.panels import Block, Panel

#: Degrees by which the words behind a twin's traces rise.
_SLOPE = 22.0


def draw_grid(painter: QPainter, layout: PageLayout, look: Look) -> None:
    """Sheet and ruled paper: thin lines every 1 mm, thick ones every 5 mm."""
    painter.fillRect(QRectF(0, 0, *layout.size), QColor(look.sheet))
    draw_rules(painter, layout.paper, look)


def draw_rules(painter: QPainter, paper: tuple[float, float, float, float], look: Look) -> None:
    """Ruled paper: left, top, width and height in mm."""
    left, top, width, height = paper
    painter.fillRect(QRectF(*paper), QColor(look.paper))
    if not look.minor:
        return
    for step, colour, thickness in (
        (1, look.minor, drawing.MINOR_WIDTH),
        (5, look.major, drawing.MAJOR_WIDTH),
    ):
        skip = 5 if step == 1 else 0  # thick lines replace thin ones
        columns = [k for k in range(0, int(width) + 1, step) if not skip or k % skip]
        rows = [k for k in range(0, int(height) + 1, step) if not skip or k % skip]
        lines = [QLineF(left + k, top, left + k, top + height) for k in columns]
        lines += [QLineF(left, top + k, left + width, top + k) for k in rows]
        painter.setPen(pen(QColor(colour), thickness))
        for first in range(0, len(lines), 48):  # short calls let other threads run in between
            painter.drawLines(lines[first : first + 48])


def draw_ghost(painter: QPainter, left: float, width: float, page) -> None:
    """The diagonal words behind a twin's traces, dark enough to survive a photocopy."""
    _, top, whole, height = page.layout.paper
    size = 17.0 if width > whole / 2 else 9.5
    words = tr(marking.GHOST)
    # Whole in any language: along the diagonal, as long as the width allows.
    size *= min(1.0, 0.96 * width / cos(radians(_SLOPE)) / drawing.text_width(words, size, True))
    painter.save()
    painter.setOpacity(0.16)
    painter.translate(left + width / 2, top + height / 2)
    painter.rotate(-_SLOPE)
    draw_text(painter, 0, size * 0.35, words, size, page.look.ghost, bold=True, align=0.5)
    painter.restore()


def draw_pulse(painter: QPainter, panels: list[Panel], opening: Panel, block: Block, page) -> None:
    """1 mV for 200 ms at the left of a row; two steps where limb and chest leads have gains of their own."""
    layout = page.layout
    in_row = [
        panel for panel in panels if panel.baseline == opening.baseline and panel.shows == opening.shows
    ]
    heights = list(dict.fromkeys(PULSE_MV * layout.gain_of(panel.lead) for panel in in_row))
    room = block.trace_left - block.left
    width = PULSE_SECONDS * layout.speed
    x = block.left + max(0.5, round((room - width) / 2 - 0.5))
    lead_in = min(1.0, x - block.left)
    y = opening.baseline
    step = width / len(heights)
    corners = [(x - lead_in, y), (x, y)]
    for k, height in enumerate(heights):
        corners += [(x + k * step, y - height), (x + (k + 1) * step, y - height)]
    corners += [(x + width, y), (min(x + width + lead_in, block.trace_left), y)]
    painter.setPen(drawing.trace_pen(painter, page, "reference"))
    painter.drawPolyline([QPointF(*corner) for corner in corners])


def draw_seconds(painter: QPainter, panels: list[Panel], layout: PageLayout, look: Look) -> None:
    """Ticks at the lower edge of the paper, one a second of the lowest row: time is there without a ruled paper."""
    _, top, _, height = layout.paper
    lowest = max(panel.baseline for panel in panels)
    painter.setPen(pen(QColor(look.quiet), 0.25))
    for panel in panels:
        if panel.baseline < lowest:
            continue
        for second in range(ceil(panel.start - 1e-6), floor(panel.start + panel.seconds + 1e-6) + 1):
            x = panel.x_of(second, layout.speed)
            painter.drawLine(QLineF(x, top + height, x, top + height - 1.5))


def draw_lead_mark(painter: QPainter, panel: Panel, missing: bool, look: Look) -> None:
    """Short bars where a new lead begins, and its name."""
    if not panel.opens_row:
        painter.setPen(pen(QColor(look.reference), 0.25))
        for sign in (-1, 1):
            painter.drawLine(
                QLineF(panel.x, panel.baseline + 3.0 * sign, panel.x, panel.baseline + 5.0 * sign)
            )
    name = panel.lead.replace("-", "−")
    if missing:
        name = tr("{lead} (not recorded)").format(lead=name)
    height = panel.bottom - panel.top
    y = min(panel.baseline - 3.0, max(panel.top + 3.4, panel.baseline - min(14.0, max(7.0, 0.36 * height))))
    drawing.halo_text(painter, panel.x + 1.0, y, name, 3.2, look)

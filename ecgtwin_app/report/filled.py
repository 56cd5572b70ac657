"""What of a trace was filled in and not recorded: hatched on the page, and named; while it is chosen, with its band.

The mark is a pattern, not a colour, so that it is seen by every eye, in print and on a photocopy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.ecg.signal.filled import in_words
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_, figure, tr
from ecgtwin_app.report.colours import Look
from ecgtwin_app.report.drawing import draw_text, pen, text_width
from ecgtwin_app.report.panels import Panel
from ecgtwin_app.report.trace import drift, polygon

#: Distance of the hatch's lines and their width, mm.
_STEP, _WIDTH = 1.6, 0.13
#: Share of a row's height that is left free of it above and below.
_FREE = 0.07
#: Strength of the band's fill, 0 to 1.
_BAND = 0.30
LEGEND = N_("hatched: filled in, not recorded")
STARRED = N_("* rests on filled samples")


@dataclass(frozen=True, eq=False)
class Band:
    """Between which values the proposals lie.

    Attributes
    ----------
    low, high : ndarray, shape (leads, samples)
        Of the reference's leads and rate, mV; NaN where nothing is proposed.
    """

    low: np.ndarray
    high: np.ndarray


def spans_in(recording: Recording, panel: Panel, shift: float = 0.0) -> list[tuple[float, float]]:
    """Stretches of a panel that were filled in, in seconds from its left edge."""
    lead = panel.lead.removeprefix("-")
    first = panel.start - shift
    found = [
        (max(0.0, one.start - first), min(panel.seconds, one.end - first))
        for one in recording.filled
        if one.lead == lead
    ]
    return [(start, end) for start, end in found if start < end]


def draw_filled(painter: QPainter, page, panel: Panel, who: str) -> None:
    """The hatch of a panel behind its trace."""
    spans = spans_in(page.recording(who), panel, page.shift(panel, who))
    if not spans:
        return
    height = panel.bottom - panel.top
    top, tall = panel.top + _FREE * height, (1 - 2 * _FREE) * height
    for start, end in spans:
        left, right = (panel.x + at * page.layout.speed for at in (start, end))
        draw_hatch(painter, QRectF(left, top, right - left, tall), page.look)


def draw_hatch(painter: QPainter, box: QRectF, look: Look) -> None:
    """Diagonal lines in a box, closed above and below."""
    painter.save()
    painter.setOpacity(0.55)
    painter.setPen(pen(QColor(look.quiet), _WIDTH))
    x, end, reach = box.left() - box.height(), box.right(), box.height()
    lines = []
    # The lines lie at the same places wherever a stretch begins, so that neighbours join.
    x = np.floor(x / _STEP) * _STEP
    while x < end:
        first, last = max(x, box.left()), min(x + reach, box.right())
        if last > first:
            lines.append(QLineF(first, box.bottom() - (first - x), last, box.bottom() - (last - x)))
        x += _STEP
    painter.drawLines(lines)
    painter.setOpacity(1.0)
    painter.setPen(pen(QColor(look.quiet), 0.35))
    painter.drawLine(QLineF(box.topLeft(), box.topRight()))
    painter.drawLine(QLineF(box.bottomLeft(), box.bottomRight()))
    painter.restore()


def draw_proposed_band(painter: QPainter, page, panel: Panel) -> None:
    """Between which values the proposals lie, behind the trace."""
    name, sign = panel.lead.removeprefix("-"), -1.0 if panel.lead.startswith("-") else 1.0
    reference, band = page.reference, page.band
    if band is None or name not in reference.leads:
        return
    row, rate = reference.leads.index(name), reference.rate
    first, last = round(panel.start * rate), round((panel.start + panel.seconds) * rate)
    values = reference.signal[row]
    middle = float(np.nanmedian(values))
    part = sign * (values[first:last] - middle)
    level = drift(part)
    edges = [sign * (edge[row, first:last] - middle) - level for edge in (band.low, band.high)]
    there = np.isfinite(edges[0])
    cuts = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    painter.save()
    painter.setOpacity(_BAND)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(page.look.twins[0]))
    for begin, end in cuts.reshape(-1, 2):
        x = panel.x + np.arange(begin, end) / rate * page.layout.speed
        low, high = (panel.baseline - edge[begin:end] * page.layout.gain_of(panel.lead) for edge in edges)
        y = np.clip(np.concatenate([low, high[::-1]]), panel.ceiling, panel.floor)
        painter.drawPolygon(polygon(np.column_stack([np.concatenate([x, x[::-1]]), y])))
    painter.restore()


def filled_text(recording: Recording) -> str:
    """Which leads and seconds were filled in, in the language of the page: "V3, V4 3.2–4.8 s"."""
    words = []
    for leads, start, end in in_words(recording.filled):
        whole = start <= 0 and end >= recording.duration - 0.01
        when = tr("{start}–{end} s").format(start=figure(start), end=figure(end))
        when = tr("as a whole") if whole else when
        every = leads.count(",") + 1 == len(recording.leads) > 1
        words.append(f"{tr('all leads') if every else leads} {when}")
    return "; ".join(words)


def made_by_text(recording: Recording) -> str:
    """Who filled it in: "by template, seed 1"."""
    makers = dict.fromkeys((one.by, one.seed) for one in recording.filled)
    return "; ".join(tr("by {generator}, seed {seed}").format(generator=by, seed=seed) for by, seed in makers)


def draw_legend_swatch(painter: QPainter, x: float, y: float, look: Look) -> float:
    """A piece of the hatch with its meaning; the width that it takes, mm."""
    draw_hatch(painter, QRectF(x, y - 2.6, 7.0, 3.0), look)
    words = tr(LEGEND)
    draw_text(painter, x + 8.4, y, words, 2.6, look.text, bold=True)
    return 8.4 + text_width(words, 2.6, True)

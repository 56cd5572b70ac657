"""Heat maps as bands behind the traces, with one scale for all leads and a colour bar.

The trace itself is never recoloured: morphology stays readable. Signed maps run from blue over
transparent to orange, unsigned ones along cividis (Nuñez et al., PLoS ONE 2018;13:e0199239), both legible
for every kind of colour vision.
"""

from __future__ import annotations

from math import floor, log10

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from ecgtwin_app.attribution.methods import METHODS
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.i18n.words import N_, number, tr
from ecgtwin_app.report.colours import Look
from ecgtwin_app.report.drawing import draw_text, pen, text_width
from ecgtwin_app.report.panels import Panel

#: The scale ends at this percentile, so that one spike does not wash out the rest.
PERCENTILE = 99.0
#: Length of the colour bar, mm.
COLOUR_BAR_WIDTH = 72.0
#: Seconds a column of colour covers.
BIN = 0.02

_NEGATIVE, _POSITIVE = np.array([58, 150, 215]), np.array([238, 140, 20])
_CIVIDIS = np.array(
    [
        (0, 34, 78),
        (26, 56, 111),
        (67, 78, 108),
        (97, 101, 111),
        (125, 124, 120),
        (155, 148, 118),
        (188, 174, 108),
        (222, 201, 88),
        (254, 232, 56),
    ]
)


def scale_of(values: np.ndarray, signed: bool) -> tuple[float, float]:
    """The values at the two ends of the colour scale, the same for all leads.

    A signed scale is symmetric about 0. An unsigned one begins at the low percentile, because a share of
    attention is nowhere near 0 and only its course over time says something.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    if signed:
        magnitude = np.abs(finite)
        end = float(np.percentile(magnitude, PERCENTILE)) or float(magnitude.max()) or 1.0
        return -end, end
    low, high = (float(v) for v in np.percentile(finite, [100 - PERCENTILE, PERCENTILE]))
    return (low, high) if high > low else (low, low + 1.0)


def shares(values: np.ndarray, scale: tuple[float, float], signed: bool) -> np.ndarray:
    """Values as shares of the scale: -1 to 1 signed, 0 to 1 unsigned, more where they lie beyond it."""
    low, high = scale
    return values / high if signed else (values - low) / (high - low)


def colours(share: np.ndarray, signed: bool, strongest: float) -> np.ndarray:
    """RGBA bytes (n, 4) for values as shares of the scale's end, which has the opacity `strongest`.

    Shares run from -1 to 1 in a signed map, from 0 to 1 in an unsigned one.
    """
    share = np.nan_to_num(np.clip(share, -1 if signed else 0, 1))
    rgba = np.empty((share.size, 4))
    if signed:
        rgba[:, :3] = np.where(share[:, None] < 0, _NEGATIVE, _POSITIVE)
    else:
        stops = np.linspace(0, 1, len(_CIVIDIS))
        for channel in range(3):
            rgba[:, channel] = np.interp(share, stops, _CIVIDIS[:, channel])
    # Most of an unsigned map is middling; it fades faster, so that only its heights stand out.
    rgba[:, 3] = 255 * strongest * np.abs(share) ** (1.0 if signed else 1.8)
    return np.round(rgba).astype(np.uint8)


def draw_band(painter: QPainter, page, panel: Panel) -> None:
    """The band of one panel, moved to the right with its twin."""
    heatmap, speed, shift = page.heatmap, page.layout.speed, page.shift(panel)
    lead = panel.lead.lstrip("-")
    row = heatmap.values[LEADS.index(lead)] * (-1.0 if heatmap.signed and panel.lead.startswith("-") else 1.0)
    per_bin = max(1, round(BIN * page.twin.rate))
    whole = row.size // per_bin * per_bin
    bins = row[:whole].reshape(-1, per_bin).mean(axis=1)
    bins = shares(bins, page.heat_scale, heatmap.signed)
    seconds = per_bin / page.twin.rate
    first = (panel.start - shift) / seconds
    lower, upper = max(0, int(np.floor(first))), min(bins.size, int(np.ceil(first + panel.seconds / seconds)))
    if upper <= lower:
        return
    painter.save()
    height = panel.bottom - panel.top
    clip = QRectF(panel.x, panel.top + 0.06 * height, panel.width, 0.88 * height)
    painter.setClipRect(clip)
    x = panel.x + (lower - first) * seconds * speed
    width = (upper - lower) * seconds * speed
    target = QRectF(x, clip.top(), width, clip.height())
    painter.drawImage(target, _image(colours(bins[lower:upper], heatmap.signed, page.look.heat)))
    painter.restore()


def draw_colour_bar(
    painter: QPainter, heatmap, scale: tuple[float, float], x: float, y: float, width: float, look: Look
) -> None:
    """The colour bar with its unit, and in words what the colours mean."""
    share = np.linspace(-1 if heatmap.signed else 0, 1, 121)
    painter.fillRect(QRectF(x, y, width, 2.6), QColor(look.paper))
    painter.drawImage(QRectF(x, y, width, 2.6), _image(colours(share, heatmap.signed, look.heat)))
    painter.setPen(pen(QColor(look.quiet), 0.12))
    painter.drawRect(QRectF(x, y, width, 2.6))
    low, high = (f"{_end_text(end, scale)} {tr(heatmap.unit)}".strip() for end in scale)
    draw_text(painter, x, y + 5.4, f"≤ {low}", 2.4, look.quiet)
    draw_text(painter, x + width, y + 5.4, f"≥ {high}", 2.4, look.quiet, align=1.0)
    if heatmap.signed:
        draw_text(painter, x + width / 2, y + 5.4, "0", 2.4, look.quiet, align=0.5)
    known = METHODS.get(heatmap.method)  # a session may hold a map of a later version
    meaning = tr(known.meaning if known else N_("share in the output"))
    words = tr("Heat map, {method}: {meaning}").format(method=tr(heatmap.method), meaning=meaning)
    if of := getattr(heatmap, "of", ""):
        words = tr("Heat map of {condition}, {method}: {meaning}").format(
            condition=tr(of), method=tr(heatmap.method), meaning=meaning
        )
    size = 2.6 * min(1.0, width / text_width(words, 2.6))  # never past the edge of the paper
    draw_text(painter, x, y - 1.2, words, size, look.text)


def _end_text(end, scale):
    """An end of the scale to two digits of the larger one: beside 0.077 a share of 0.0001 is nothing."""
    largest = max(map(abs, scale)) or 1.0
    decimals = max(0, 1 - floor(log10(largest)))
    return number(round(end, decimals) + 0.0, decimals) if round(end, decimals) else "0"


def _image(rgba: np.ndarray) -> QImage:
    """One line of pixels; the copy owns its bytes."""
    data = np.ascontiguousarray(rgba)
    return QImage(data.tobytes(), len(data), 1, 4 * len(data), QImage.Format.Format_RGBA8888).copy()

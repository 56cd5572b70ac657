"""Plots as SVG text: dots with intervals and floors, curves, and ECG strips on paper. No library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ecgtwin_app.ecg.signal.recording import LEADS, Recording

_BLUE, _GREY, _ORANGE = "#1259b5", "#666", "#c24e00"
_ROW, _LEFT, _WIDTH, _RIGHT = 18, 300, 400, 220
#: Millimetres of ECG paper to pixels.
_MM = 3.2


@dataclass(frozen=True)
class Dot:
    """A row of a dot plot.

    Attributes
    ----------
    label : str
    figure : dict
        value, low, high, n.
    floor : float or None
        Drawn as a hollow diamond: a floor or a ceiling.
    text : str
        Behind the row; made of value and n when empty.
    """

    label: str
    figure: dict
    floor: float | None = None
    text: str = ""


def dots(
    rows: Sequence[Dot], low: float, high: float, aim: float | None = None, percent: bool = False
) -> str:
    """A row a figure: dot, 95 % interval, floor; values beyond the axis stand at its end."""
    height = _ROW * len(rows) + 34

    def x(value: float) -> float:
        return _LEFT + _WIDTH * min(max((value - low) / (high - low), 0.0), 1.0)

    parts = [f'<svg viewBox="0 0 {_LEFT + _WIDTH + _RIGHT} {height}" role="img">']
    for tick in np.linspace(low, high, 6):
        at = x(tick)
        parts.append(f'<path d="M{at:.1f} 4V{height - 22}" stroke="#ddd"/>')
        parts.append(_text(at, height - 8, _number(tick, percent), "middle"))
    if aim is not None:
        parts.append(f'<path d="M{x(aim):.1f} 4V{height - 22}" stroke="{_ORANGE}" stroke-dasharray="4 3"/>')
    for k, row in enumerate(rows):
        y = 4 + _ROW * k + _ROW / 2
        parts.append(_text(_LEFT - 8, y + 4, row.label, "end"))
        value = row.figure.get("value")
        if value is None:
            parts.append(_text(_LEFT + 6, y + 4, "not measured", "start"))
            continue
        if row.figure.get("low") is not None:
            parts.append(
                f'<path d="M{x(row.figure["low"]):.1f} {y}H{x(row.figure["high"]):.1f}" '
                f'stroke="{_BLUE}" stroke-width="2"/>'
            )
        parts.append(f'<circle cx="{x(value):.1f}" cy="{y}" r="4" fill="{_BLUE}"/>')
        if row.floor is not None:
            at = x(row.floor)
            parts.append(f'<path d="M{at - 5:.1f} {y}l5 -5 5 5 -5 5z" fill="none" stroke="{_GREY}"/>')
        text = row.text or f"{_number(value, percent)}  (n = {row.figure['n']})"
        parts.append(_text(_LEFT + _WIDTH + 10, y + 4, text, "start"))
    return "".join([*parts, "</svg>"])


def curves(series: dict[str, list[tuple[float, float]]], across: str, up: str) -> str:
    """Lines with a mark at each point, from zero upwards; names at their ends."""
    points = [point for line in series.values() for point in line]
    if not points:
        return ""
    width, height, left, bottom = 640, 260, 60, 40
    most_x, most_y = max(p[0] for p in points), max(p[1] for p in points) or 1.0

    def at(x: float, y: float) -> str:
        return f"{left + (width - left - 160) * x / most_x:.1f} {height - bottom - (height - bottom - 20) * y / most_y:.1f}"

    parts = [f'<svg viewBox="0 0 {width} {height}" role="img">']
    for tick in np.linspace(0, most_y, 5):
        a, b = at(0, tick), at(most_x, tick)
        parts.append(f'<path d="M{a}L{b}" stroke="#ddd"/>')
        parts.append(_text(left - 6, float(a.split()[1]) + 4, f"{tick:.2g}", "end"))
    for x in sorted({p[0] for p in points}):
        parts.append(_text(float(at(x, 0).split()[0]), height - bottom + 16, f"{x:g}", "middle"))
    for (name, line), colour in zip(series.items(), (_BLUE, _ORANGE, _GREY, "#2c7a3f", "#7a2c70")):
        parts.append(
            f'<path d="M{"L".join(at(*p) for p in line)}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        for p in line:
            cx, cy = at(*p).split()
            parts.append(f'<circle cx="{cx}" cy="{cy}" r="3.5" fill="{colour}"/>')
        cx, cy = at(*line[-1]).split()
        parts.append(_text(float(cx) + 8, float(cy) + 4, name, "start"))
    parts.append(_text(left + (width - left - 160) / 2, height - 6, across, "middle"))
    parts.append(_text(left, 12, up, "start"))
    return "".join([*parts, "</svg>"])


def ecg(recording: Recording, title: str) -> str:
    """Three rows of four leads, 2.5 s each, and lead II over 10 s; 25 mm/s, 10 mm/mV, on paper.

    Parameters
    ----------
    recording : Recording
        Twelve leads, 500 Hz, 10 s.
    """
    step, mm_s, mm_mv, row = 2, 25 * _MM, 10 * _MM, 22 * _MM
    width, height = 10 * mm_s, 4 * row + 6
    signal = recording.signal - np.median(recording.signal, axis=1, keepdims=True)
    parts = [
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" class="paper"><title>{escape(title)}</title>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="url(#paper)"/>',
    ]
    colour = _BLUE if recording.synthetic else "#111"
    for k, lead in enumerate((*LEADS, "II")):
        column, line = (k // 3, k % 3) if k < 12 else (0, 3)
        first, last = (1250 * column, 1250 * (column + 1)) if k < 12 else (0, 5000)
        y = signal[LEADS.index(lead), first:last:step]
        x0, y0 = column * 2.5 * mm_s, (line + 0.55) * row
        parts.append(
            f'<path d="{_path(y * mm_mv, x0, y0, step * mm_s / 500)}" fill="none" stroke="{colour}"/>'
        )
        parts.append(_text(x0 + 4, y0 - 0.35 * row, lead, "start"))
    return "".join([*parts, "</svg>"])


#: The paper's lines of 1 and 5 mm; once a page.
PAPER = (
    '<svg width="0" height="0"><defs>'
    f'<pattern id="small" width="{_MM}" height="{_MM}" patternUnits="userSpaceOnUse">'
    f'<path d="M{_MM} 0H0V{_MM}" fill="none" stroke="#f3c9c9" stroke-width="0.5"/></pattern>'
    f'<pattern id="paper" width="{5 * _MM}" height="{5 * _MM}" patternUnits="userSpaceOnUse">'
    f'<rect width="{5 * _MM}" height="{5 * _MM}" fill="url(#small)"/>'
    f'<path d="M{5 * _MM} 0H0V{5 * _MM}" fill="none" stroke="#e59a9a" stroke-width="0.8"/></pattern>'
    "</defs></svg>"
)


def _path(heights: np.ndarray, x0: float, y0: float, dx: float) -> str:
    """A polyline in steps of tenths of a pixel, relative, which is the shortest to write."""
    x = np.round(10 * (x0 + dx * np.arange(len(heights)))).astype(int)
    y = np.round(10 * (y0 - np.nan_to_num(heights))).astype(int)
    steps = "".join(f"l{a / 10:g} {b / 10:g}" for a, b in zip(np.diff(x), np.diff(y)))
    return f"M{x[0] / 10:g} {y[0] / 10:g}{steps}"


def _number(value: float, percent: bool) -> str:
    return f"{100 * value:.0f} %" if percent else f"{value:.3g}"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'

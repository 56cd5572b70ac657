"""Colours and widths of a page: three schemes, four styles of ruled paper.

The hues of Okabe and Ito's palette (2008) keep layers apart for every kind of colour vision, darker or lighter
where the ground asks for it; on each ground, the lines of the ruled paper and the ends of a heat map, traces
have at least 3:1 and text 4.5:1 (WCAG 2.2), and layers differ in more than colour: each is named, and all
but the first twin are dashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Look:
    """Colours as #RRGGBB, widths as multiples of those on paper.

    Attributes
    ----------
    sheet, paper : str
        The sheet around the ruled paper, and the ruled paper's ground.
    minor, major : str
        Its lines every 1 and 5 mm; "" draws none.
    text, quiet, warning : str
    reference, difference : str
        Traces.
    twins : tuple of str
        The shown twin first.
    ghost : str
        The diagonal words behind a twin.
    weight : float
        How much thicker than on paper traces are.
    heat : float
        Opacity of the strongest colour of a heat map, 0 to 1: paper and traces show through.
    """

    sheet: str
    paper: str
    minor: str
    major: str
    text: str
    quiet: str
    warning: str
    reference: str
    difference: str
    twins: tuple[str, ...]
    ghost: str
    weight: float
    heat: float


_RULES = {
    "paper": {
        "pink": ("#F8D9D4", "#EDA9A0"),
        "grey": ("#E6E8EA", "#BFC5CA"),
        "neutral": ("#EFE8D8", "#D3C4A0"),
        "none": ("", ""),
    },
    "monitor": {
        "pink": ("#2B1B1C", "#4A2A2B"),
        "grey": ("#1C2126", "#343C44"),
        "neutral": ("#23211A", "#3F3A2A"),
        "none": ("", ""),
    },
    "projector": {
        "pink": ("#F7D3CD", "#EAA69C"),
        "grey": ("#DCE0E3", "#AEB5BB"),
        "neutral": ("#EBE2CA", "#C9B587"),
        "none": ("", ""),
    },
}
_ON_LIGHT = ("#005B98", "#9A4A00", "#006A4B", "#8A2F66", "#5B4B00", "#4B3A8F")
_ON_DARK = ("#6CC0F0", "#E69F00", "#2FBF95", "#E08ABF", "#F0E442", "#B3A5F0")


@cache
def look_of(scheme: str, grid: str) -> Look:
    """The look of a scheme with a style of ruled paper."""
    minor, major = _RULES[scheme][grid]
    if scheme == "monitor":
        return Look(
            "#0E1316", "#0A0E10", minor, major, "#E8EDF0", "#A7B3BC", "#FFB4A8", "#F4F6F7", "#F0E442",
            _ON_DARK, "#9AA5AD", 1.0, 0.36,
        )  # fmt: skip
    ground, weight = ("#FFFFFF", 1.9) if scheme == "projector" else ("#FFFDFB", 1.0)
    return Look(
        "#FFFFFF", ground, minor, major, "#1A1A1A", "#555555", "#A4160B", "#000000", "#7A3E00",
        _ON_LIGHT, "#606060", weight, 0.6,
    )  # fmt: skip

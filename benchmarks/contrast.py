"""WCAG 2.2 contrast of every text and graphic, in every theme of the window and scheme of the page.

Run: python benchmarks/contrast.py [--all]
Text needs 4.5:1 against what lies beneath (1.4.3), graphics and the borders of controls 3:1 (1.4.11). Ruled paper
is the ground and not the figure: a trace must stand out from its lines, the lines need not from the sheet.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.report import heat
from ecgtwin_app.report.calipers import COLOURS as CALIPERS
from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.drawing import BANNER_FILL
from ecgtwin_app.report.layout import GRIDS, SCHEMES
from ecgtwin_app.ui.widgets.theme import DARK, LIGHT

TEXT, GRAPHIC = 4.5, 3.0
#: Machado, Oliveira and Fernandes 2009 (IEEE Trans Vis Comput Graph 15:1291), full deuteranopia, linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


@dataclass(frozen=True)
class Pair:
    """Something that must be seen on something else.

    Attributes
    ----------
    where, what : str
        "Monitor, pink", "third twin on a thick line".
    front, ground : str
        #RRGGBB.
    needed : float
    """

    where: str
    what: str
    front: str
    ground: str
    needed: float

    @property
    def ratio(self) -> float:
        """The contrast, 1 to 21."""
        return contrast(self.front, self.ground)

    @property
    def enough(self) -> bool:
        """Whether it meets what is needed."""
        return self.ratio >= self.needed


def linear(colour: str) -> np.ndarray:
    """Linear RGB (3,) of #RRGGBB (IEC 61966-2-1)."""
    values = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def hexadecimal(values: np.ndarray) -> str:
    """#RRGGBB of linear RGB."""
    values = np.clip(values, 0, 1)
    coded = np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02X}" for value in coded)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light = sorted(float(linear(colour) @ (0.2126, 0.7152, 0.0722)) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def seen_by_deuteranopes(colour: str) -> str:
    """The colour as it looks without the cones for green."""
    return hexadecimal(DEUTERANOPIA @ linear(colour))


def mixed(over: tuple[float, float, float], share: float, ground: str) -> str:
    """A colour of bytes laid over another with an opacity from 0 to 1."""
    under = np.array([int(ground[k : k + 2], 16) for k in (1, 3, 5)])
    return "#" + "".join(f"{round(v):02X}" for v in share * np.array(over) + (1 - share) * under)


def window_pairs() -> list[Pair]:
    """Everything of the window, light and dark."""
    pairs = []
    for name, theme in (("Light window", LIGHT), ("Dark window", DARK)):
        grounds = {"window": theme.window, "panel": theme.panel, "field": theme.field}
        for ground, colour in grounds.items():
            pairs += [
                Pair(name, f"text on {ground}", theme.text, colour, TEXT),
                Pair(name, f"quiet text on {ground}", theme.quiet, colour, TEXT),
                Pair(name, f"accent on {ground}", theme.accent, colour, GRAPHIC),
                Pair(name, f"met on {ground}", theme.good, colour, TEXT),
                Pair(name, f"missed on {ground}", theme.bad, colour, TEXT),
                Pair(name, f"edge of a control on {ground}", theme.edge, colour, GRAPHIC),
            ]
        pairs += [
            Pair(name, "text on what is chosen", theme.text, theme.selection, TEXT),
            Pair(name, "quiet text on what is chosen", theme.quiet, theme.selection, TEXT),
            Pair(name, "met on what is chosen", theme.good, theme.selection, TEXT),
            Pair(name, "missed on what is chosen", theme.bad, theme.selection, TEXT),
            Pair(name, "text of the main button", theme.on_accent, theme.accent, TEXT),
            Pair(name, "text of the main button under the mouse", theme.on_accent, theme.accent_hover, TEXT),
            Pair(name, "text of an error", theme.panel, theme.bad, TEXT),
            Pair(name, "the synthetic mark", theme.on_warning, theme.warning, TEXT),
            Pair(name, "text on the desk", theme.text, theme.desk, TEXT),
        ]
    return pairs


def page_pairs() -> list[Pair]:
    """Everything of the page, in every scheme and on every kind of ruled paper."""
    pairs = []
    for scheme in SCHEMES:
        for grid in GRIDS:
            look, where = look_of(scheme, grid), f"{scheme.capitalize()}, {grid}"
            grounds = {"paper": look.paper, "a thin line": look.minor, "a thick line": look.major}
            traces = {"reference": look.reference, "difference": look.difference}
            traces |= {f"twin {k}": colour for k, colour in enumerate(look.twins, 1)}
            caliper = CALIPERS[scheme == "monitor"]
            for ground, colour in grounds.items():
                if colour:
                    pairs += [
                        Pair(where, f"{trace} on {ground}", own, colour, GRAPHIC)
                        for trace, own in {**traces, "caliper": caliper}.items()
                    ]
            pairs += [
                Pair(where, "text on the sheet", look.text, look.sheet, TEXT),
                Pair(where, "quiet text on the sheet", look.quiet, look.sheet, TEXT),
                Pair(where, "warning on the sheet", look.warning, look.sheet, TEXT),
                Pair(where, "text on the paper", look.text, look.paper, TEXT),
                Pair(where, "text of a caliper", caliper, look.paper, TEXT),
                Pair(where, "the banner's text", "#1A1A1A", BANNER_FILL.name(), TEXT),
            ]
            pairs += [
                Pair(where, f"legend of the {trace}", own, look.sheet, TEXT) for trace, own in traces.items()
            ]
            pairs += _heat_pairs(where, look)
    return pairs


def _heat_pairs(where, look):
    """Traces that lie on a heat map: the reference and the shown twin, on both ends of either scale."""
    ends = {"orange": (1.0, True), "blue": (-1.0, True), "cividis": (1.0, False)}
    pairs = []
    for name, (share, signed) in ends.items():
        *colour, alpha = (int(v) for v in heat.colours(np.array([share]), signed, look.heat)[0])
        ground = mixed(tuple(colour), alpha / 255, look.paper)
        pairs += [
            Pair(where, f"{trace} on the {name} end of a heat map", own, ground, GRAPHIC)
            for trace, own in (("reference", look.reference), ("twin 1", look.twins[0]))
        ]
    return pairs


def main() -> None:
    """Print what falls short, or everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="also what is enough")
    wanted = parser.parse_args().all
    pairs = window_pairs() + page_pairs()
    for pair in pairs:
        if wanted or not pair.enough:
            mark = "" if pair.enough else "  TOO LITTLE"
            print(f"{pair.ratio:6.2f} of {pair.needed}  {pair.where}: {pair.what}{mark}")
    short = sum(not pair.enough for pair in pairs)
    least = min(pairs, key=lambda pair: pair.ratio / pair.needed)
    print(f"{len(pairs)} pairs, {short} fall short; the nearest to its limit: {least.where}: {least.what}")


if __name__ == "__main__":
    main()

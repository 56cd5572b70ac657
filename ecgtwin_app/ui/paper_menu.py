"""Every choice of how the page is drawn, as one table and the menu made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from ecgtwin_app.ecg.recording import LEADS
from ecgtwin_app.report.layout import GAINS, GRIDS, LEAD_GRIDS, ORDERS, SCHEMES, SHEETS, SPEEDS, PageLayout
from ecgtwin_app.report.shown import FILTERS


@dataclass(frozen=True)
class Option:
    """A field of the layout: its name in words and its values, each with words."""

    field: str
    title: str
    values: tuple[tuple[object, str], ...]


OPTIONS = (
    Option("leads", "Layout", tuple((key, grid.title) for key, grid in LEAD_GRIDS.items())),
    Option(
        "order",
        "Lead order",
        tuple((k, "Cabrera, with −aVR" if k == "cabrera" else "Standard") for k in ORDERS),
    ),
    Option("simultaneous", "Time", ((False, "Sequential"), (True, "Simultaneous columns"))),
    Option("strip_lead", "Lead of the strip", tuple((lead, lead) for lead in LEADS)),
    Option("speed", "Paper speed", tuple((v, f"{v:g} mm/s") for v in SPEEDS)),
    Option("gain", "Gain", tuple((v, f"{v:g} mm/mV") for v in GAINS)),
    Option("chest_gain", "Chest gain", ((None, "as limb leads"), *((v, f"{v:g} mm/mV") for v in GAINS))),
    Option(
        "filter",
        "Filter",
        tuple((k, f.title + ("" if f.diagnostic else " (not diagnostic)")) for k, f in FILTERS.items()),
    ),
    Option("grid", "Ruled paper", tuple((k, k.capitalize()) for k in GRIDS)),
    Option("scheme", "Scheme", tuple((k, k.capitalize()) for k in SCHEMES)),
    Option("sheet", "Sheet", tuple((k, sheet.title) for k, sheet in SHEETS.items())),
)


class PaperMenu:
    """Fills a menu with the table and keeps its marks.

    Parameters
    ----------
    wish : callable
        Takes the new layout and, in words, what changed.
    """

    def __init__(self, menu: QMenu, wish: Callable[[PageLayout, str], None]):
        self._layout = PageLayout()
        self._wish = wish
        self.actions: dict[tuple[str, object], QAction] = {}
        for option in OPTIONS:
            of_option = menu.addMenu(option.title)
            group = QActionGroup(of_option)
            for value, words in option.values:
                action = of_option.addAction(words)
                action.setCheckable(True)
                group.addAction(action)
                action.triggered.connect(lambda _=False, o=option, v=value: self._choose(o, v))
                self.actions[option.field, value] = action

    def show_layout(self, layout: PageLayout) -> None:
        """Mark what is chosen."""
        self._layout = layout
        for (field, value), action in self.actions.items():
            action.setChecked(getattr(layout, field) == value)

    def _choose(self, option, value):
        self._wish(replace(self._layout, **{option.field: value}), option.title.lower())

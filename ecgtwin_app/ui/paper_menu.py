"""Every choice of how the page is drawn, as one table and the menu made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from ecgtwin_app.ecg.recording import LEADS
from ecgtwin_app.report.layout import GAINS, GRIDS, LEAD_GRIDS, ORDERS, SCHEMES, SHEETS, SPEEDS, PageLayout
from ecgtwin_app.report.shown import FILTERS
from ecgtwin_app.ui.words import figures, noted, tr


@dataclass(frozen=True)
class Option:
    """A field of the layout: its name in words, as the undo menu says it, and its values, each with words."""

    field: str
    title: str
    what: str
    values: tuple[tuple[object, str], ...]


OPTIONS = (
    Option(
        "leads",
        noted("Layout"),
        noted("layout"),
        tuple((key, grid.title) for key, grid in LEAD_GRIDS.items()),
    ),
    Option(
        "order",
        noted("Lead order"),
        noted("lead order"),
        tuple(zip(ORDERS, (noted("Standard"), noted("Cabrera, with −aVR")), strict=True)),
    ),
    Option(
        "simultaneous",
        noted("Time"),
        noted("time"),
        ((False, noted("Sequential")), (True, noted("Simultaneous columns"))),
    ),
    Option(
        "strip_lead",
        noted("Lead of the strip"),
        noted("lead of the strip"),
        tuple((lead, lead) for lead in LEADS),
    ),
    Option("speed", noted("Paper speed"), noted("paper speed"), tuple((v, f"{v:g} mm/s") for v in SPEEDS)),
    Option("gain", noted("Gain"), noted("gain"), tuple((v, f"{v:g} mm/mV") for v in GAINS)),
    Option(
        "chest_gain",
        noted("Chest gain"),
        noted("chest gain"),
        ((None, noted("as limb leads")), *((v, f"{v:g} mm/mV") for v in GAINS)),
    ),
    Option("filter", noted("Filter"), noted("filter"), tuple((k, f.title) for k, f in FILTERS.items())),
    Option(
        "grid",
        noted("Ruled paper"),
        noted("ruled paper"),
        tuple(zip(GRIDS, (noted("Pink"), noted("Grey"), noted("Neutral"), noted("No lines")), strict=True)),
    ),
    Option(
        "scheme",
        noted("Scheme"),
        noted("scheme"),
        tuple(zip(SCHEMES, (noted("Paper"), noted("Monitor"), noted("Projector")), strict=True)),
    ),
    Option("sheet", noted("Sheet"), noted("sheet"), tuple((k, sheet.title) for k, sheet in SHEETS.items())),
)


def choice_text(option: Option, value: object, words: str) -> str:
    """A choice in the language of the window; a filter that is not diagnostic says so."""
    if option.field == "filter" and not FILTERS[value].diagnostic:
        return tr("{filter} (not diagnostic)").format(filter=figures(tr(words)))
    return figures(tr(words))


class PaperMenu:
    """Fills a menu with the table and keeps its marks.

    Parameters
    ----------
    wish : callable
        Takes the new layout and, in English words, what changed.
    """

    def __init__(self, menu: QMenu, wish: Callable[[PageLayout, str], None]):
        self._layout = PageLayout()
        self._wish = wish
        self.actions: dict[tuple[str, object], QAction] = {}
        self.menu, self.of_field = menu, {}
        for option in OPTIONS:
            self.of_field[option.field] = of_option = menu.addMenu(tr(option.title))
            group = QActionGroup(of_option)
            for value, words in option.values:
                action = of_option.addAction(choice_text(option, value, words))
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
        self._wish(replace(self._layout, **{option.field: value}), option.what)

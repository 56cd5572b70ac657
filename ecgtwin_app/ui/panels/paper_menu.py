"""Every choice of how the page is drawn, as one table and the menu made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.report.displayed import FILTERS
from ecgtwin_app.report.layout import GAINS, GRIDS, LEAD_GRIDS, ORDERS, SCHEMES, SHEETS, SPEEDS, PageLayout


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
        N_("Layout"),
        N_("layout"),
        tuple((key, grid.title) for key, grid in LEAD_GRIDS.items()),
    ),
    Option(
        "order",
        N_("Lead order"),
        N_("lead order"),
        tuple(zip(ORDERS, (N_("Standard"), N_("Cabrera, with −aVR")), strict=True)),
    ),
    Option(
        "simultaneous",
        N_("Time"),
        N_("time"),
        ((False, N_("Sequential")), (True, N_("Simultaneous columns"))),
    ),
    Option(
        "strip_lead",
        N_("Lead of the strip"),
        N_("lead of the strip"),
        tuple((lead, lead) for lead in LEADS),
    ),
    Option(
        "speed",
        N_("Paper speed"),
        N_("paper speed"),
        tuple((v, Message("{speed:g} mm/s", speed=v)) for v in SPEEDS),
    ),
    Option("gain", N_("Gain"), N_("gain"), tuple((v, Message("{gain:g} mm/mV", gain=v)) for v in GAINS)),
    Option(
        "chest_gain",
        N_("Chest gain"),
        N_("chest gain"),
        ((None, N_("as limb leads")), *((v, Message("{gain:g} mm/mV", gain=v)) for v in GAINS)),
    ),
    Option("filter", N_("Filter"), N_("filter"), tuple((k, f.title) for k, f in FILTERS.items())),
    Option(
        "grid",
        N_("Ruled paper"),
        N_("ruled paper"),
        tuple(zip(GRIDS, (N_("Pink"), N_("Grey"), N_("Neutral"), N_("No lines")), strict=True)),
    ),
    Option(
        "scheme",
        N_("Scheme"),
        N_("scheme"),
        tuple(zip(SCHEMES, (N_("Paper"), N_("Monitor"), N_("Projector")), strict=True)),
    ),
    Option("sheet", N_("Sheet"), N_("sheet"), tuple((k, sheet.title) for k, sheet in SHEETS.items())),
)


def choice_text(option: Option, value: object, words: str) -> str:
    """A choice in the language of the window; a filter that is not diagnostic says so."""
    shown = translate(words) if isinstance(words, Message) else tr(words)
    if option.field == "filter" and not FILTERS[value].diagnostic:
        return tr("{filter} (not diagnostic)").format(filter=shown)
    return shown


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

"""The first-run tour, offered once and taken again from the Help menu."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.tour import Tour
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.widgets.theme import chosen_theme


def tour_of(window: QWidget) -> Tour | None:
    """The tour that is on over a window."""
    return next((tour for tour in window.findChildren(Tour) if not tour.isHidden()), None)


def take_tour(workbench: Workbench) -> None:
    """The tour of five steps, whether it was seen or not."""
    if tour_of(workbench.window) is not None:
        return
    bar, page_bar, request_panel = (
        workbench.parts.bar,
        workbench.parts.page_bar,
        workbench.parts.request_panel,
    )
    targets = (
        lambda: bar.open_button,
        lambda: request_panel,
        lambda: bar.row.place_of(bar.mode_buttons),
        lambda: page_bar,
        lambda: page_bar.place_of(page_bar.buttons["print_page"]),
    )

    def ended():
        settings.write(workbench.settings, settings.TOUR_SEEN, True)
        request_panel.conditions.list.setFocus()

    tour = Tour(workbench.window, targets, chosen_theme(workbench.view.theme))
    tour.ended.connect(ended)


def offer_tour(workbench: Workbench) -> None:
    """The tour, unless it was seen before."""
    if not settings.read(workbench.settings, settings.TOUR_SEEN):
        take_tour(workbench)

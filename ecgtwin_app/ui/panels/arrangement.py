"""Where the panels stand: three columns, or in a narrow window two, with the results in a tab."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QBoxLayout, QWidget

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.widgets.columns import Columns, Pane
from ecgtwin_app.ui.widgets.tabs import Tabs

#: A window narrower than this (pixels) shows the results in a tab beside the request: three columns would leave the
#: page too small to read.
NARROW = 1180


class Arrangement:
    """Panels at both sides of the page.

    Parameters
    ----------
    request_panel, layers_panel, history, teaching_panel
        In tabs on the left.
    quiz, results
        On the right.
    centre : QWidget
    widths : list of int
        Of the side columns, as the user gave them; empty where they have their share.

    Attributes
    ----------
    tabs : Tabs
    side, right : Pane
    splitter : Columns
        What holds all three.
    narrow : bool
    """

    def __init__(
        self,
        request_panel: QWidget,
        layers_panel: QWidget,
        history: QWidget,
        teaching_panel: QWidget,
        quiz: QWidget,
        results: QWidget,
        centre: QWidget,
        widths: list[int],
    ):
        self.narrow = False
        self._teaching_panel = teaching_panel
        self.tabs = Tabs()
        for widget, name in (
            (request_panel, tr("Ask")),
            (layers_panel, tr("Layers")),
            (history, tr("History")),
            (teaching_panel, tr("Teach")),
        ):
            self.tabs.addTab(widget, name)
        self.side, self.right, self.centre = Pane(self.tabs, 280, 420), Pane(results, 280, 560), centre
        column = cast(QBoxLayout, self.right.layout())
        column.insertWidget(0, quiz, 1)
        column.setStretchFactor(results, 2)
        self.splitter = Columns((self.side, centre, self.right))
        self.splitter.take_up(widths)

    def fit(self, width: int) -> None:
        """Put the results where a window so wide (pixels) has room for them."""
        narrow = width < NARROW
        if narrow == self.narrow:
            return
        self.narrow = narrow
        if narrow:
            self.tabs.addTab(self.right, tr("Results"))
        else:
            read = self.tabs.currentWidget() is self.right
            self.tabs.removeTab(self.tabs.indexOf(self.right))
            if read:
                self.tabs.setCurrentIndex(0)
            self.splitter.addWidget(self.right)
            self.splitter.setStretchFactor(2, 0)
            self.right.setVisible(self.side.isVisible())
        self.splitter.share()

    def show_request(self) -> None:
        """Bring what is asked into sight."""
        self.tabs.setCurrentIndex(0)

    def show_results(self) -> None:
        """Bring the results into sight where they stand in a tab."""
        if self.narrow:
            self.tabs.setCurrentWidget(self.right)

    def show_teaching(self, on: bool) -> None:
        """In teaching mode the course takes the place of what asks, and the question is in sight."""
        widgets = [self.tabs.widget(k) for k in range(self.tabs.count())]
        for at, widget in enumerate(widgets):
            self.tabs.setTabVisible(at, widget is self.right or (widget is self._teaching_panel) == on)
        if on:
            self.tabs.setCurrentWidget(self._teaching_panel)
            self.show_results()

    def toggle_panels(self) -> None:
        """Hide or show the panels beside the page."""
        show = not self.side.isVisible()
        self.side.setVisible(show)
        if not self.narrow:
            self.right.setVisible(show)

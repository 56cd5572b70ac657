"""The commands of the View and Help menus, as methods of the window."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.report.layout import MODES
from ecgtwin_app.ui import dialogs
from ecgtwin_app.ui.theme import CHOICES, chosen_theme


class ViewCommands:
    """What is shown and how."""

    def view_overlay(self) -> None:
        self._view(0)

    def view_side_by_side(self) -> None:
        self._view(1)

    def view_reference(self) -> None:
        self._view(2)

    def view_twin(self) -> None:
        self._view(3)

    def _view(self, number):
        self.set_page_layout(replace(self.page_layout, mode=MODES[number]))

    def toggle_align(self) -> None:
        self.set_page_layout(replace(self.page_layout, align=not self.page_layout.align))

    def next_page(self) -> None:
        self._turn(+1)

    def previous_page(self) -> None:
        self._turn(-1)

    def _turn(self, by):
        """Move by what fits on the page, within the recording."""
        if self.session.reference is None:
            return
        length = self.page().blocks[0][0].trace_width / self.page_layout.speed
        start = self.page_layout.start + by * length
        if 0 <= start < self.session.reference.duration - 0.1:
            self.set_page_layout(replace(self.page_layout, start=start))

    def zoom_in(self) -> None:
        self.view.zoom_in()

    def zoom_out(self) -> None:
        self.view.zoom_out()

    def fit(self) -> None:
        self.view.fit()

    def toggle_panels(self) -> None:
        show = not self.side.isVisible()
        self.side.setVisible(show)
        self.right.setVisible(show)

    def next_theme(self) -> None:
        dark = chosen_theme(self.theme_name) is chosen_theme("dark")
        self.set_theme(CHOICES[1] if dark else CHOICES[2])

    def show_shortcuts(self) -> None:
        dialogs.show_shortcuts(self)

    def about(self) -> None:
        dialogs.show_about(self)

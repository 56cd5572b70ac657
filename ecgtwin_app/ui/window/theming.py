"""The window's theme: put on part by part, so that no part holds the GUI thread long."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from ecgtwin_app.ui.window import settings
from ecgtwin_app.ui.window.theme import Theme, chosen_theme, dress


class Dressing:
    """The part of the window that knows its colours."""

    @property
    def theme(self) -> Theme:
        """The colours of the window."""
        return chosen_theme(self.theme_name)

    def set_theme(self, name: str) -> None:
        """Dress the window part by part, so that no part holds the GUI thread long, and remember it."""
        self.theme_name = name
        settings.write(self.store, settings.THEME, name)
        parts = iter(self._parts())

        def next_part():
            part = next(parts, None)
            if part is None:
                self._show_theme()
            else:
                dress(part, self.theme)
                QTimer.singleShot(0, self, next_part)

        next_part()

    def _parts(self):
        """What is dressed one after the other. None holds another: a sheet on a holder would dress all again."""
        return (
            self.menuBar(), self.bar, self.statusBar(), self.messages, self.filmstrip, self.view, self.page_bar,
            self.read_out,
            self.morph_bar, self.teaching_panel, self.quiz,
            self.overview, self.score_strip, self.history, self.layers_panel, *self.request_panel.parts,
            self.results, self.tabs.tabBar(),
            *(self.splitter.handle(k) for k in range(1, self.splitter.count())),
        )  # fmt: skip

    def _show_theme(self):
        for pane in (self.side, self.right):
            pane.set_colour(self.theme.panel)
        self.view.set_desk(self.theme.desk)
        for painted in (self.score_strip.line, self.overview):
            painted.set_accent(self.theme.accent)
        self.results.set_theme(self.theme)
        self._show_results()

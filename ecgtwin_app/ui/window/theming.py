"""The window's theme: put on part by part, so that no part holds the GUI thread long."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.widgets.theme import Theme, chosen_theme, dress


class Theming:
    """Dresses the window in the theme of its view, and again when another one is chosen."""

    def __init__(self, workbench: Workbench):
        self._workbench = workbench
        for part in self._parts():
            dress(part, self.theme)
        self._colour()
        workbench.view.theme_changed.connect(self._change)

    @property
    def theme(self) -> Theme:
        """The colours of the window."""
        return chosen_theme(self._workbench.view.theme)

    def _change(self):
        """Remember the theme, and put it on one part a turn of the event loop."""
        workbench = self._workbench
        settings.write(workbench.settings, settings.THEME, workbench.view.theme)
        parts = iter(self._parts())

        def next_part():
            part = next(parts, None)
            if part is None:
                self._colour()
            else:
                dress(part, self.theme)
                QTimer.singleShot(0, workbench.window, next_part)

        next_part()

    def _parts(self) -> tuple[QWidget, ...]:
        """What is dressed one after the other. None holds another: a sheet on a holder would dress all again."""
        parts, columns = self._workbench.parts, self._workbench.parts.arrangement
        splitter = columns.splitter
        return (
            self._workbench.window.menuBar(), parts.bar, parts.status, self._workbench.messages, parts.filmstrip,
            parts.page_view, parts.page_bar, parts.read_out, parts.repair_bar, parts.morph_bar, parts.teaching_panel, parts.quiz,
            parts.overview, parts.score_strip, parts.history, parts.layers_panel, *parts.request_panel.parts,
            parts.results, columns.tabs.tabBar(), *(splitter.handle(k) for k in range(1, splitter.count())),
        )  # fmt: skip

    def _colour(self):
        """What is painted rather than dressed."""
        parts, theme = self._workbench.parts, self.theme
        for pane in (parts.arrangement.side, parts.arrangement.right):
            pane.set_colour(theme.panel)
        parts.page_view.set_desk(theme.desk)
        for painted in (parts.score_strip.line, parts.overview):
            painted.set_accent(theme.accent)
        parts.request_panel.shown_line.set_theme(theme)
        parts.results.set_theme(theme)
        parts.results.show_session(self._workbench.session, self._workbench.morph.between)

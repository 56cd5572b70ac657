"""What teaching mode shows and hides."""

from __future__ import annotations

from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.window.presenter import Presenter


class TeachingPresenter:
    """Shows the mode, the case and what may be known of it."""

    def __init__(self, workbench: Workbench, presenter: Presenter):
        self._workbench, self._presenter = workbench, presenter
        self._hidden = False

    def show(self) -> None:
        """Bring everything up to date with the teaching mode."""
        teaching, parts, view = self._workbench.teaching, self._workbench.parts, self._workbench.view
        parts.arrangement.show_teaching(teaching.on)
        parts.quiz.setVisible(teaching.on)
        parts.results.setVisible(not teaching.hidden)
        parts.quiz.show_teaching(teaching)
        parts.teaching_panel.show_teaching(teaching)
        if teaching.hidden:
            view.fiducials = view.labels = False
        for label in (parts.results.verdict, parts.results.summary):
            label.setVisible(not teaching.on or bool(self._workbench.session.twins))
        if teaching.hidden == self._hidden:
            self._presenter.show_commands()
            return
        self._hidden = teaching.hidden
        self._presenter.refresh()
        if teaching.on and not teaching.hidden:
            parts.page_view.setFocus()  # the search line that had the focus is gone; N goes on

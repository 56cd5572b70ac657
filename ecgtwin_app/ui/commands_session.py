"""The commands that keep work: session files, recovery and recent files, as methods of the window."""

from __future__ import annotations

from pathlib import Path

from ecgtwin_app.ui import dialogs
from ecgtwin_app.ui.session_file import SUFFIX, SessionState, read_session, write_session
from ecgtwin_app.ui.words import tr


class SessionCommands:
    """Saving and opening sessions."""

    def state(self) -> SessionState | None:
        """Everything a session file keeps, as it is now."""
        session = self.session
        if session.reference is None:
            return None
        kept = session.snapshot()
        return SessionState(
            layout=self.page_layout, calipers=self.view.calipers.calipers, layers=self.layers, **kept
        )

    def restore(self, state: SessionState) -> None:
        """Show a session that was kept; it begins a new history."""
        self.undo_stack.clear()
        self.controller.piece = None
        self.session.restore(state)
        self.layers = state.layers
        self.layers_panel.show_session(self.session, self.layers)
        self._show_layout(state.layout)
        self._show_calipers(state.calipers)

    def save_session(self) -> None:
        if self._session_path is None:
            self.save_session_as()
        else:
            self._write_session(self._session_path)

    def save_session_as(self) -> None:
        dialogs.ask_file_to_save(self, SUFFIX[1:], f"session{SUFFIX}", self._write_session)

    def _write_session(self, path):
        state = self.state()

        def done(_):
            self._session_path = path
            self.undo_stack.setClean()
            self.note_recent(path)
            self.messages.tell(tr("Saved the session as {name}, de-identified.").format(name=path.name))

        self.controller.work(tr("Saving"), lambda: write_session(path, state), done)

    def open_session(self, path: Path) -> None:
        """Open a session file."""

        def opened(state):
            self._session_path = path
            self.restore(state)

        self.controller.cancel()
        self.controller.work(tr("Opening"), lambda: read_session(path), opened)

    def may_close(self) -> bool:
        """Whether nothing would be lost; where it would, the message bar asks. Without autosave nobody asks."""
        if self.keeper is None or self._discard or not self.session.twins or self.undo_stack.isClean():
            return True

        def discard():
            self._discard = True
            self.close()

        self.messages.offer(
            tr("The twins are not saved as a session yet."),
            ((tr("Save session"), self.save_session), (tr("Close without saving"), discard)),
        )
        return False

    def offer_recovery(self) -> None:
        """Say that a session was left by a crash, and offer it."""
        path = self.keeper.leftover() if self.keeper is not None else None
        if path is None:
            return

        def recover():
            def opened(state):
                self.restore(state)
                self.keeper.forget(path)
                self.keeper.touch()
                self.messages.tell(tr("Restored what was open when the program ended."))

            self.controller.work(tr("Opening"), lambda: read_session(path), opened)

        self.messages.offer(
            tr("The program did not end in order. What was open is kept."),
            ((tr("Restore it"), recover), (tr("Forget it"), lambda: self.keeper.forget(path))),
        )

    def note_recent(self, path: Path) -> None:
        """Remember a file and show it in the menu."""
        self.recent.add(Path(path))
        self.show_recent()

    def show_recent(self) -> None:
        """Fill the menu of recent files."""
        menu = self.recent_menu
        menu.clear()
        for path in self.recent.paths:
            menu.addAction(path.name).triggered.connect(lambda _=False, path=path: self.open_path(path))
        if menu.isEmpty():
            menu.addAction(tr("None")).setEnabled(False)
        menu.addSeparator()
        menu.addAction(tr("Clear")).triggered.connect(self.clear_recent)
        remember = menu.addAction(tr("Remember recent files"))
        remember.setCheckable(True)
        remember.setChecked(self.recent.remembered)
        remember.triggered.connect(self._remember_recent)

    def clear_recent(self) -> None:
        self.recent.clear()
        self.show_recent()

    def _remember_recent(self, wanted):
        self.recent.remember(wanted)
        self.show_recent()

"""The commands that keep work: session files, recovery and recent files, as methods of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.session_file import SUFFIX, SessionState, read_session, write_session
from ecgtwin_app.ui.dialogs import dialogs


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

    def restore(self, state: SessionState, name: str = "") -> None:
        """Show a session that was kept, in place of what is open; to be called by what `enter` is given."""
        self.session.restore(state, name)
        self.layers = state.layers
        self.layers_panel.show_session(self.session, self.layers)
        self._show_layout(state.layout)
        self._show_calipers(state.calipers)

    def save_session(self, then: Callable[[], None] | None = None) -> None:
        """Save into the session's own file, asked for where it has none; then do something more."""
        if self._session_path is None:
            self.save_session_as(then)
        else:
            self._write_session(self._session_path, then)

    def save_session_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save into it; then do something more."""
        dialogs.ask_file_to_save(
            self, SUFFIX[1:], f"session{SUFFIX}", lambda path: self._write_session(path, then)
        )

    def _write_session(self, path, then=None):
        state, kept = self.state(), self._kept()

        def done(_):
            self._session_path, self._saved = path, kept
            self.note_recent(path)
            self._show_title()
            self.messages.tell(tr("Saved the session as {name}, de-identified.").format(name=path.name))
            if then is not None:
                then()

        self.controller.work(tr("Saving"), lambda: write_session(path, state), done)

    def open_session(self, path: Path) -> None:
        """Open a session file."""

        def opened(state):
            def show():
                self.restore(state, path.name)
                self._session_path = path

            self.enter(tr("opening of session"), show)

        def read():
            self.controller.cancel()
            self.controller.work(tr("Opening"), lambda: read_session(path), opened)

        self.leave(read)

    def offer_language(self, sentence: str) -> None:
        """Say when a language that was chosen holds, and offer to change it now; nothing is lost by it."""
        if self.reopen is None:
            self.messages.tell(sentence)
            return

        def change():
            if self.controller.running:
                self.messages.tell(
                    tr("Twins are being made; wait for them or cancel, then choose the language again.")
                )
            else:
                self.reopen()

        self.messages.offer(sentence, ((tr("Change it now"), change),))

    def close_now(self) -> None:
        """Close without asking any more."""
        self._discard = True
        self.close()

    def offer_recovery(self) -> None:
        """Say that a session was left by a crash, and offer it."""
        path = self.keeper.leftover() if self.keeper is not None else None
        if path is None:
            return

        def recover():
            def opened(state):
                self.enter(tr("opening of session"), lambda: self.restore(state))
                self._saved = None  # it lies in no file of the user's
                self.keeper.forget(path)
                self.keeper.touch()
                self.messages.tell(tr("Restored what was open when the program ended."))

            self.leave(lambda: self.controller.work(tr("Opening"), lambda: read_session(path), opened))

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
        self.folders.forget()
        self.show_recent()

    def _remember_recent(self, wanted):
        self.recent.remember(wanted)
        if not wanted:
            self.folders.forget()
        self.show_recent()

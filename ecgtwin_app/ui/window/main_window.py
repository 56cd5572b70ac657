"""The window: it puts its parts together, and takes what is dropped, typed and closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.session import Session
from ecgtwin_app.session.teaching import Teaching
from ecgtwin_app.session.view_state import ViewState
from ecgtwin_app.ui.commands.actions import Actions
from ecgtwin_app.ui.commands.context_menus import ContextMenus
from ecgtwin_app.ui.commands.leaving import is_unsaved, leave, put_back, work_of
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.saving import state_of
from ecgtwin_app.ui.commands.table import COMMANDS
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.commands.view import set_page_layout, spin_by, start_flicker, stop_flicker
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.dialogs import Dialogs
from ecgtwin_app.ui.jobs.autosave import Autosave
from ecgtwin_app.ui.jobs.controller import Controller
from ecgtwin_app.ui.jobs.morph_player import MorphPlayer
from ecgtwin_app.ui.page.flicker import Flicker
from ecgtwin_app.ui.page.loop_spin import Spin
from ecgtwin_app.ui.panels.messages import MessageBar
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.remembered import keep_geometry
from ecgtwin_app.ui.widgets.number_field import FieldKeys
from ecgtwin_app.ui.widgets.theme import chosen_theme, prepare
from ecgtwin_app.ui.window.connections import connect_parts
from ecgtwin_app.ui.window.presenter import Presenter
from ecgtwin_app.ui.window.screen import fit_screen
from ecgtwin_app.ui.window.teaching_presenter import TeachingPresenter
from ecgtwin_app.ui.window.theming import Theming
from ecgtwin_app.ui.window.window_layout import add_menus, build_parts

#: Held down, reference and twin take turns.
FLICKER_KEY = Qt.Key.Key_QuoteLeft


class MainWindow(QMainWindow):
    """Everything the user sees.

    Parameters
    ----------
    load_engine : callable
        Makes the engine, on the worker's thread.
    store : QSettings or None
        Where choices are remembered.
    recovery : Path or None
        The folder of autosaved sessions; None saves none.

    Attributes
    ----------
    workbench : Workbench
        What commands work on.
    command_actions : Actions
        The commands in its menus.
    presenter : Presenter
    theming : Theming
    context_menus : ContextMenus
    reopen : callable or None
        Shows all this in a new window, in the language chosen; None where nothing holds the window.
    """

    def __init__(
        self,
        load_engine: Callable[[], object],
        store: QSettings | None = None,
        recovery: Path | None = None,
    ):
        super().__init__()
        store = store or QSettings(settings.ORGANISATION, settings.APPLICATION)
        settings.keep_private(store)
        prepare(QApplication.instance())
        self.reopen: Callable[[], None] | None = None
        self.recovery = recovery
        self._discard = False
        self.command_actions = Actions(self)
        self.workbench = self._workbench(load_engine, store, recovery)
        self.command_actions.connect(self.workbench)
        self.presenter = Presenter(self.workbench, self.command_actions)
        teaching_presenter = TeachingPresenter(self.workbench, self.presenter)
        connect_parts(self.workbench, self.presenter, teaching_presenter)
        self.context_menus = ContextMenus(self.workbench, self.command_actions)
        self._field_keys = FieldKeys(self, self.workbench.parts.page_view)
        self.setAcceptDrops(True)
        fit_screen(self, store)
        self.theming = Theming(self.workbench)
        teaching_presenter.show()
        self.presenter.show_request()
        self.presenter.refresh()
        self.workbench.parts.request_panel.conditions.list.setFocus()

    def _workbench(self, load_engine, store, recovery) -> Workbench:
        """Everything that commands work on. What the parts ask for comes back to it."""
        session, undo, messages = Session(), QUndoStack(self), MessageBar()
        view = ViewState(settings.read_layout(store), settings.read(store, settings.THEME))
        jobs = Controller(session, undo, load_engine)
        morph = MorphPlayer(session, jobs, self)
        menus = add_menus(
            self,
            self.command_actions,
            store,
            lambda path: open_path(self.workbench, path),
            lambda layout, what: set_page_layout(self.workbench, layout, what),
            lambda name: set_heat_map(self.workbench, name),
            self._offer_language,
            messages.tell,
        )
        parts = build_parts(self, self.command_actions, store, menus, messages, morph)
        morph.may_step = lambda: parts.page_view.up_to_date
        return Workbench(
            session=session,
            view=view,
            undo=undo,
            jobs=jobs,
            repair=jobs.repairs.state,
            messages=messages,
            settings=store,
            teaching=Teaching(session),
            morph=morph,
            flicker=Flicker(parts.page_view.show_page, self),
            spin=Spin(lambda degrees: spin_by(self.workbench, degrees), self),
            autosave=Autosave(recovery, lambda: state_of(self.workbench), self) if recovery else None,
            dialogs=Dialogs(self, parts.recent_menu.folders, lambda: chosen_theme(view.theme)),
            commands=COMMANDS,
            parts=parts,
            window=self,
        )

    # -- coming and going -------------------------------------------------------------------------

    def take_over(self, former: MainWindow) -> None:
        """Show all that another window shows, which is about to go."""
        own, other = self.workbench, former.workbench
        if other.autosave is not None:
            other.autosave.hold(None)
        own.teaching.take_over(other.teaching)
        own.parts.history.take_over(other.parts.history)
        put_back(own, work_of(other))
        self.restoreGeometry(former.saveGeometry())

    def _offer_language(self, sentence: str):
        """Say when a language that was chosen holds, and offer to change it now; nothing is lost by it."""
        messages, reopen = self.workbench.messages, self.reopen
        if reopen is None:
            messages.tell(sentence)
            return

        def change():
            if self.workbench.jobs.running:
                messages.tell(
                    tr("Twins are being made; wait for them or cancel, then choose the language again.")
                )
            else:
                reopen()

        messages.offer(sentence, ((tr("Change it now"), change),))

    def close_now(self) -> None:
        """Close without asking any more."""
        self._discard = True
        self.close()

    # -- events -----------------------------------------------------------------------------------

    def dragEnterEvent(self, event):
        """One file may be dropped anywhere."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event):
        """Open what was dropped."""
        open_path(self.workbench, event.mimeData().urls()[0].toLocalFile())

    def keyPressEvent(self, event):
        """The key left of 1 compares for as long as it is held."""
        if event.key() == FLICKER_KEY and not event.isAutoRepeat():
            start_flicker(self.workbench)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event):
        """And shows the overlay again."""
        if event.key() == FLICKER_KEY and not event.isAutoRepeat() and self.workbench.flicker.running:
            stop_flicker(self.workbench)
        else:
            super().keyReleaseEvent(event)

    def resizeEvent(self, event):
        """Another room, another arrangement."""
        super().resizeEvent(event)
        self.workbench.parts.arrangement.fit(self.width())

    def closeEvent(self, event):
        """End every thread before the window goes; twins that are not saved are asked about first."""
        workbench = self.workbench
        if is_unsaved(workbench) and not self._discard:
            event.ignore()
            leave(workbench, self.close_now)
            return
        keep_geometry(workbench.settings, self, workbench.parts.arrangement.splitter.own_widths)
        for dialog in self.findChildren(QDialog):
            dialog.close()  # some have threads of their own
        workbench.undo.blockSignals(
            True
        )  # once deleted it says that it is empty, and nobody is there to show it
        workbench.flicker.stop()
        workbench.spin.stop()
        workbench.jobs.stop()
        workbench.parts.page_view.stop()
        if workbench.autosave is not None:
            workbench.autosave.stop()
        event.accept()

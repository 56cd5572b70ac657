"""The window: what it holds, and how it shows the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QMainWindow,
    QMenu,
)

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.commands.context_menus import ContextMenus
from ecgtwin_app.ui.commands.file import FileCommands
from ecgtwin_app.ui.commands.heat_menu import HeatMenu
from ecgtwin_app.ui.commands.language_menu import LanguageMenu
from ecgtwin_app.ui.commands.measure import MeasureCommands
from ecgtwin_app.ui.commands.paper_menu import PaperMenu
from ecgtwin_app.ui.commands.session import SessionCommands
from ecgtwin_app.ui.commands.table import build_actions, build_menus
from ecgtwin_app.ui.commands.teach import TeachingCommands
from ecgtwin_app.ui.commands.twin import TwinCommands
from ecgtwin_app.ui.commands.view import ViewCommands
from ecgtwin_app.ui.jobs.autosave import Keeper
from ecgtwin_app.ui.jobs.controller import Controller
from ecgtwin_app.ui.jobs.turns import PaintTurns
from ecgtwin_app.ui.page.flicker import Flicker
from ecgtwin_app.ui.page.loop_spin import Spin
from ecgtwin_app.ui.page.overview import OverviewBar
from ecgtwin_app.ui.page.page_view import PageView
from ecgtwin_app.ui.panels.filmstrip import Filmstrip
from ecgtwin_app.ui.panels.history_panel import HistoryPanel
from ecgtwin_app.ui.panels.layers_panel import LayersPanel
from ecgtwin_app.ui.panels.messages import MessageBar
from ecgtwin_app.ui.panels.page_bar import PageBar
from ecgtwin_app.ui.panels.request_panel import RequestPanel
from ecgtwin_app.ui.panels.results_panel import ResultsPanel
from ecgtwin_app.ui.panels.view_bar import ViewBar
from ecgtwin_app.ui.rhythm.score_strip import ScoreStrip
from ecgtwin_app.ui.window import settings
from ecgtwin_app.ui.window.arrangement import Arrangement
from ecgtwin_app.ui.window.leaving import Leaving
from ecgtwin_app.ui.window.presenter import Showing
from ecgtwin_app.ui.window.recent import RecentFiles
from ecgtwin_app.ui.window.remembered import Folders, keep_geometry
from ecgtwin_app.ui.window.theme import dress, prepare
from ecgtwin_app.ui.window.theming import Dressing
from ecgtwin_app.ui.window.undo import Change, change_of
from ecgtwin_app.ui.window.window_layout import Assembly

#: Held down, reference and twin take turns.
FLICKER_KEY = Qt.Key.Key_QuoteLeft


class MainWindow(
    Arrangement,
    Assembly,
    ContextMenus,
    Dressing,
    Showing,
    Leaving,
    FileCommands,
    SessionCommands,
    TwinCommands,
    ViewCommands,
    MeasureCommands,
    TeachingCommands,
    QMainWindow,
):
    """Everything the user sees. The commands of the menus are methods of the classes it inherits.

    Parameters
    ----------
    load_engine : callable
        Makes the engine, on the worker's thread.
    store : QSettings or None
        Where choices are remembered.
    recovery : Path or None
        The folder of autosaved sessions; None saves none.
    """

    def __init__(
        self,
        load_engine: Callable[[], object],
        store: QSettings | None = None,
        recovery: Path | None = None,
    ):
        super().__init__()
        self.store = store or QSettings(settings.ORGANISATION, settings.APPLICATION)
        settings.keep_private(self.store)
        self.theme_name = settings.read(self.store, settings.THEME)
        prepare(QApplication.instance())
        self.undo_stack = QUndoStack(self)
        self.session = Session()
        self.controller = Controller(self.session, self.undo_stack, load_engine, self.enter)
        self.page_layout = settings.read_layout(self.store)
        self.heat_method, self.last_heat_method = "", "contrast"
        self.layers, self._session_path, self._discard = LayerStack(), None, False
        self._saved = None
        #: Shows all this in a new window, in the language chosen; None where nothing holds the window.
        self.reopen: Callable[[], None] | None = None
        self.tour = None
        self.recent = RecentFiles(self.store)
        self.folders = Folders(self.store, self.recent)
        self.recovery = recovery
        self.keeper = Keeper(recovery, self.state, self) if recovery is not None else None
        self.menus = build_menus(self)
        self.recent_menu = QMenu(tr("Open &recent"), self)
        self.commands = build_actions(self, self.menus)
        self.menus["File"].insertMenu(self.commands["save_session"], self.recent_menu)
        self.show_recent()
        self.heat_menu = HeatMenu(self.set_heat_map, self)
        self.menus["Twin"].insertMenu(None, self.heat_menu)
        self.paper_menu = PaperMenu(self.menus["Paper"], self.set_page_layout)
        self.bar = ViewBar(self.commands, self.paper_menu, self.heat_menu, self)
        self.request_panel, self.results = RequestPanel(), ResultsPanel()
        self.layers_panel = LayersPanel()
        self.flickering, self.spin = Flicker(self.view_page, self), Spin(self.spin_by, self)
        self.history, self.filmstrip = HistoryPanel(self.store), Filmstrip()
        self.messages, self.view = MessageBar(), PageView()
        self.menus["View"].addMenu(LanguageMenu(self.store, self.offer_language, self.menus["View"]))
        self.overview, self.read_out = OverviewBar(), QLabel(objectName="readOut")
        self.read_out.setWordWrap(True)
        self.page_bar, self.score_strip = PageBar(self.commands), ScoreStrip()
        self._marks_asked = WeakSet()
        self.build_teaching()
        self.put_together()
        self.painting = PaintTurns((self.centre, self.right, self.side), self)
        self.connect_parts()
        self.place_teaching()
        for part in self._parts():
            dress(part, self.theme)
        self._show_theme()
        self.request_panel.show_request(self.session.request)
        self._refresh()
        self.request_panel.conditions.list.setFocus()

    # -- what happens -----------------------------------------------------------------------------

    def _reference_opened(self):
        # Every recording begins unfiltered and without a name on the page.
        self.page_layout = replace(self.page_layout, start=0.0, filter="none", identity=False)
        self.messages.hide()
        self.layers = LayerStack()
        self.view.calipers.show_calipers(())
        self.view.fit()
        self._mind_reference()

    def _running_changed(self, running):
        self.painting.begin()
        self.request_panel.show_running(running)
        if running and self.page_layout.mode == "reference":
            self._show_layout(replace(self.page_layout, mode="overlay"))
        if not running and self.session.twins and self.tabs.currentWidget() is self.request_panel:
            self.show_results()
        self._refresh_view()

    # -- wishes -----------------------------------------------------------------------------------

    def set_page_layout(self, layout: PageLayout, what: str = N_("view")) -> None:
        """Show the page another way and remember it; one step to undo."""
        if layout != self.page_layout:
            self.undo_stack.push(
                Change(change_of(what), self._show_layout, self.page_layout, layout, f"layout {what}")
            )

    def _show_layout(self, layout):
        self.page_layout = layout
        settings.write_layout(self.store, layout)
        self._refresh_view()

    def set_heat_map(self, method: str) -> None:
        """Show a heat map, made first where it is not there yet; "" shows none. One step to undo."""
        if method != self.heat_method:
            self.undo_stack.push(
                Change(change_of(N_("heat map")), self._show_heat_map, self.heat_method, method, "heat map")
            )

    def _show_heat_map(self, method):
        self.heat_method = method
        self.last_heat_method = method or self.last_heat_method
        self._refresh_view()

    # -- events -----------------------------------------------------------------------------------

    def dragEnterEvent(self, event):
        """One file may be dropped anywhere."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event):
        """Open what was dropped."""
        self.open_path(event.mimeData().urls()[0].toLocalFile())

    def keyPressEvent(self, event):
        """The key left of 1 compares for as long as it is held."""
        if event.key() == FLICKER_KEY and not event.isAutoRepeat():
            self.start_flicker()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event):
        """And shows the overlay again."""
        if event.key() == FLICKER_KEY and not event.isAutoRepeat() and self.flickering.running:
            self.stop_flicker()
        else:
            super().keyReleaseEvent(event)

    def closeEvent(self, event):
        """End every thread before the window goes; twins that are not saved are asked about first."""
        if self.unsaved and not self._discard:
            event.ignore()
            self.leave(self.close_now)
            return
        keep_geometry(self.store, self, self.splitter.own_widths)
        for dialog in self.findChildren(QDialog):
            dialog.close()  # some have threads of their own
        self.flickering.stop()
        self.spin.stop()
        self.controller.stop()
        self.view.stop()
        if self.keeper is not None:
            self.keeper.stop()
        event.accept()

"""The window: what it holds, and how it shows the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QMainWindow,
    QMenu,
)

from ecgtwin_app.report.layers import TWIN
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui import settings
from ecgtwin_app.ui.actions import build_actions, build_menus
from ecgtwin_app.ui.assembly import Assembly
from ecgtwin_app.ui.commands_file import FileCommands
from ecgtwin_app.ui.commands_measure import MeasureCommands
from ecgtwin_app.ui.commands_session import SessionCommands
from ecgtwin_app.ui.commands_twin import TwinCommands
from ecgtwin_app.ui.commands_view import ViewCommands
from ecgtwin_app.ui.controller import Controller
from ecgtwin_app.ui.dressing import Dressing
from ecgtwin_app.ui.filmstrip import Filmstrip
from ecgtwin_app.ui.flicker import Flicker
from ecgtwin_app.ui.history_panel import HistoryPanel
from ecgtwin_app.ui.keeper import Keeper
from ecgtwin_app.ui.language_menu import LanguageMenu
from ecgtwin_app.ui.layer_stack import LayerStack, layers_of
from ecgtwin_app.ui.layers_panel import LayersPanel
from ecgtwin_app.ui.messages import MessageBar
from ecgtwin_app.ui.overview import OverviewBar
from ecgtwin_app.ui.page_bar import PageBar
from ecgtwin_app.ui.page_view import PageView
from ecgtwin_app.ui.paper_menu import PaperMenu
from ecgtwin_app.ui.recent import RecentFiles
from ecgtwin_app.ui.request_panel import RequestPanel
from ecgtwin_app.ui.results_panel import ResultsPanel
from ecgtwin_app.ui.score_strip import ScoreStrip
from ecgtwin_app.ui.session import Session
from ecgtwin_app.ui.spin import Spin
from ecgtwin_app.ui.teaching_commands import TeachingCommands
from ecgtwin_app.ui.theme import dress, prepare
from ecgtwin_app.ui.undo import Change, change_of
from ecgtwin_app.ui.view_bar import ViewBar
from ecgtwin_app.ui.words import noted, number, tr

#: Held down, reference and twin take turns.
FLICKER_KEY = Qt.Key.Key_QuoteLeft


class MainWindow(
    Assembly,
    Dressing,
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
        self.theme_name = settings.read(self.store, settings.THEME)
        prepare(QApplication.instance())
        self.undo_stack = QUndoStack(self)
        self.session = Session(self)
        self.controller = Controller(self.session, self.undo_stack, load_engine)
        self.page_layout = settings.read_layout(self.store)
        self.heat_method = ""
        self.layers, self._session_path, self._discard = LayerStack(), None, False
        self.tour = None
        self.recent = RecentFiles(self.store)
        self.keeper = Keeper(recovery, self.state, self) if recovery is not None else None
        self.menus = build_menus(self)
        self.recent_menu = QMenu(tr("Open &recent"), self)
        self.commands = build_actions(self, self.menus)
        self.menus["File"].insertMenu(self.commands["save_session"], self.recent_menu)
        self.show_recent()
        self.paper_menu = PaperMenu(self.menus["Paper"], self.set_page_layout)
        self.bar = ViewBar(self.commands, self.menus["Paper"], self)
        self.request_panel, self.results = RequestPanel(), ResultsPanel()
        self.layers_panel = LayersPanel()
        self.flickering, self.spin = Flicker(self.view_page, self), Spin(self.spin_by, self)
        self.history, self.filmstrip = HistoryPanel(self.store), Filmstrip()
        self.messages, self.view = MessageBar(), PageView()
        self.menus["View"].addMenu(LanguageMenu(self.store, self.messages.tell, self.menus["View"]))
        self.overview, self.read_out = OverviewBar(), QLabel(objectName="readOut")
        self.read_out.setWordWrap(True)
        self.page_bar, self.score_strip = PageBar(self.commands), ScoreStrip()
        self._marks_asked = WeakSet()
        self.build_teaching()
        self.put_together()
        self.connect_parts()
        self.place_teaching()
        for part in self._parts():
            dress(part, self.theme)
        self._show_theme()
        self.request_panel.show_request(self.session.request)
        self._refresh()
        self.request_panel.conditions.list.setFocus()

    # -- what is shown ----------------------------------------------------------------------------

    def page(self) -> Page | None:
        """The page as the window shows it."""
        session = self.session
        if session.reference is None:
            return None
        preview = self.controller.preview
        twin = preview or (session.twin.recording if session.twin else None)
        heatmap = session.heatmap(self.heat_method) if self.heat_method and preview is None else None
        measured = session.measured(session.twin.recording) if session.twin and preview is None else None
        own = session.measured(session.reference)
        layers = layers_of(session, self.layers) if session.twin is not None and preview is None else None
        page = Page(session.reference, twin, heatmap, self.page_layout, own, measured, layers)
        return self.taught_page(page)

    def view_page(self, page: Page | None) -> None:
        """Show a page that is not the window's own for a while."""
        self.view.show_page(page)

    def _show_page(self):
        self.view.show_page(self.page())
        self.overview.show_part(self.session.reference, self.page_layout.start, self.page_layout.row_seconds)

    def _marks_changed(self):
        self.results.show_session(self.session)
        self._show_page()
        self._show_marks()

    def _refresh(self):
        """Show the session anew: what came out, and the page."""
        hidden = self.teaching.hidden
        self.score_strip.show_score(self.shown_score())
        self.filmstrip.show_twins(self.session.twins, self.session.current, hidden)
        self.history.show_session(self.session)
        self.results.show_session(self.session)
        self.request_panel.show_session(self.session)
        self.layers_panel.show_session(self.session, self.layers)
        self._refresh_view()

    def _refresh_view(self):
        """Show the page anew, with a heat map that may have to be made first."""
        session = self.session
        self.bar.show_layout(self.page_layout, bool(session.twins) or self.controller.preview is not None)
        self.paper_menu.show_layout(self.page_layout)
        self.bar.show_heat_map(self.heat_method if session.twins else "")
        self.results.show_heat_map(session.heatmap(self.heat_method))
        self._show_commands()
        self._show_page()
        self._show_marks()
        if self.heat_method and session.twin and session.heatmap(self.heat_method) is None:
            self.controller.attribute(self.heat_method)

    def _show_request(self):
        self.request_panel.show_request(self.session.request)
        self._show_commands()

    def _show_available(self):
        self.request_panel.conditions.show_available(self.session.available)

    def _show_commands(self):
        """Only what can be done now is enabled; undo and redo say what they do."""
        twins, running = bool(self.session.twins), self.controller.running
        reference = self.session.reference is not None
        for name, possible in {
            "undo": self.undo_stack.canUndo() and not running,
            "redo": self.undo_stack.canRedo() and not running,
            "generate": self.request_panel.may_generate,
            "cancel": running or bool(self.messages.text),
            "save_twins": twins,
            "save_session": reference,
            "save_session_as": reference,
            "print_page": reference,
            "copy_page": reference,
            "copy_table": reference,
            "flicker": twins,
            "save_pdf": reference,
            "save_png": reference,
            "save_svg": reference,
            "remove_twin": twins and not running,
            "previous_twin": self.session.current > 0,
            "next_twin": self.session.current < len(self.session.twins) - 1,
            "next_heat_map": twins,
            "view_overlay": twins,
            "view_side_by_side": twins,
            "view_twin": twins,
            "view_difference": twins,
            "toggle_align": twins,
        }.items():
            self.commands[name].setEnabled(possible)
        undo, redo = self.undo_stack.undoText(), self.undo_stack.redoText()
        self.commands["undo"].setText(tr("&Undo {what}").format(what=undo) if undo else tr("&Undo"))
        self.limit_commands()
        self.commands["redo"].setText(tr("&Redo {what}").format(what=redo) if redo else tr("&Redo"))

    def _reference_opened(self):
        # Every recording begins unfiltered and without a name on the page.
        self.page_layout = replace(self.page_layout, start=0.0, filter="none", identity=False)
        self.messages.hide()
        self.layers = LayerStack()
        self.view.calipers.show_calipers(())
        self.view.fit()

    def _running_changed(self, running):
        self.request_panel.show_running(running)
        if running and self.page_layout.mode == "reference":
            self._show_layout(replace(self.page_layout, mode="overlay"))
        self._refresh_view()

    def _show_zoom(self, scale):
        self._place_score_strip()
        true = settings.read(self.store, settings.PIXELS_PER_MM)
        self.zoom_label.setText(tr("Zoom {percent} %").format(percent=number(100 * scale / true)))

    def _place_score_strip(self):
        """Put the score's seconds under those of the page's longest strip, where there is one."""
        page_map = self.view.page_map()
        strips = [p for p in page_map.panels if p.seconds >= 9.9] if page_map is not None else []
        if not strips or self.page_layout.mode == "side by side":
            self.score_strip.line.follow(None, 0.0)
            return
        place = self.view.viewport().mapTo(self.centre, QPoint(0, 0)).x()
        # The twin is drawn where it lies on the reference, and its score stands under it.
        shift = page_map.shift(strips[-1], TWIN) if TWIN in page_map.page.shown else 0.0
        left = page_map.x(strips[-1], shift) + place - self.score_strip.line.x_offset(self.centre)
        self.score_strip.line.follow(left, page_map.speed)

    # -- wishes -----------------------------------------------------------------------------------

    def set_page_layout(self, layout: PageLayout, what: str = noted("view")) -> None:
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
                Change(
                    change_of(noted("heat map")), self._show_heat_map, self.heat_method, method, "heat map"
                )
            )

    def _show_heat_map(self, method):
        self.heat_method = method
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
        if not self.may_close():
            event.ignore()
            return
        for dialog in self.findChildren(QDialog):
            dialog.close()  # some have threads of their own
        self.flickering.stop()
        self.spin.stop()
        self.controller.stop()
        self.view.stop()
        if self.keeper is not None:
            self.keeper.stop()
        event.accept()

"""The window: panels around the page, and what they say to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.report import marking
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui import settings
from ecgtwin_app.ui.actions import build_actions
from ecgtwin_app.ui.commands_file import FileCommands
from ecgtwin_app.ui.commands_twin import TwinCommands
from ecgtwin_app.ui.commands_view import ViewCommands
from ecgtwin_app.ui.controller import Controller
from ecgtwin_app.ui.filmstrip import Filmstrip
from ecgtwin_app.ui.history_panel import HistoryPanel
from ecgtwin_app.ui.messages import MessageBar
from ecgtwin_app.ui.page_view import PageView
from ecgtwin_app.ui.request_panel import RequestPanel
from ecgtwin_app.ui.results_panel import ResultsPanel
from ecgtwin_app.ui.session import Session
from ecgtwin_app.ui.theme import Theme, chosen_theme, dress, prepare
from ecgtwin_app.ui.undo import Change
from ecgtwin_app.ui.view_bar import ViewBar

HINT = "Generate Ctrl+G · Heat map Ctrl+H · Views Ctrl+1 to 4 · Fit Ctrl+0 · All shortcuts ?"
#: Pixels a mm at 100 %: the logical resolution of every desktop is 96 dots an inch.
_TRUE_SIZE = 96 / 25.4


class MainWindow(FileCommands, TwinCommands, ViewCommands, QMainWindow):
    """Everything the user sees. The commands of the menus are methods of the classes it inherits.

    Parameters
    ----------
    load_engine : callable
        Makes the engine, on the worker's thread.
    store : QSettings or None
        Where choices are remembered.
    """

    def __init__(self, load_engine: Callable[[], object], store: QSettings | None = None):
        super().__init__()
        self.store = store or QSettings(settings.ORGANISATION, settings.APPLICATION)
        self.theme_name = settings.read(self.store, settings.THEME)
        prepare(QApplication.instance())
        self.undo_stack = QUndoStack(self)
        self.session = Session(self)
        self.controller = Controller(self.session, self.undo_stack, load_engine)
        self.page_layout = settings.read_layout(self.store)
        self.heat_method = ""
        self.commands = build_actions(self)
        self.bar = ViewBar(self.commands, self)
        self.request_panel, self.results = RequestPanel(), ResultsPanel()
        self.history, self.filmstrip = HistoryPanel(self.store), Filmstrip()
        self.messages, self.view = MessageBar(), PageView()
        self._put_together()
        self._connect()
        for part in self._parts():
            dress(part, self.theme)
        self._show_theme()
        self.request_panel.show_request(self.session.request)
        self._refresh()
        self.request_panel.conditions.list.setFocus()

    # -- building ---------------------------------------------------------------------------------

    def _put_together(self):
        self.setWindowTitle("ECGTwin Desktop")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 620)
        self.resize(1440, 900)
        self.addToolBar(self.bar)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.view, 1)
        column.addWidget(self.filmstrip)
        self.centre = centre
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.tabBar().setDrawBase(False)
        for widget, name in ((self.request_panel, "Ask"), (self.history, "History")):
            self.tabs.addTab(widget, name)
        self.side, self.right = _panel(self.tabs, 280, 420), _panel(self.results, 280, 560)
        self.splitter = _splitter((self.side, centre, self.right), [296, 784, 336])
        self.setCentralWidget(self.splitter)
        self._fill_status_bar()

    def _fill_status_bar(self):
        self.zoom_label = QLabel()
        mark = QLabel(f"TWINS ARE {marking.SYNTHETIC}", objectName="syntheticMark")
        self.statusBar().addWidget(QLabel(HINT))
        self.statusBar().addPermanentWidget(self.zoom_label)
        self.statusBar().addPermanentWidget(mark)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(4, 0, 8, 0)

    def _connect(self):
        self.request_panel.changed.connect(self.ask)
        self.history.loaded.connect(self.load_request)
        self.history.run_wished.connect(self.run_request)
        self.history.save_wished.connect(self.save_presets)
        self.history.open_wished.connect(self.load_presets)
        self.filmstrip.chosen.connect(self.session.show_twin)
        self.session.requests_changed.connect(lambda: self.history.show_session(self.session))
        self.session.available_changed.connect(self._show_available)
        self.request_panel.generate_wished.connect(self.generate)
        self.request_panel.cancel_wished.connect(self.cancel)
        self.bar.layout_wished.connect(self.set_page_layout)
        self.bar.heat_map_wished.connect(self.set_heat_map)
        self.session.request_changed.connect(self._show_request)
        self.session.reference_changed.connect(self._reference_opened)
        self.session.twins_changed.connect(self._refresh)
        self.controller.told.connect(self.messages.tell)
        self.controller.failed.connect(self.messages.warn)
        self.controller.progressed.connect(self.request_panel.show_progress)
        self.controller.preview_changed.connect(self._show_page)
        self.controller.running_changed.connect(self._running_changed)
        self.controller.heat_map_missing.connect(lambda: self.set_heat_map(""))
        self.view.zoomed.connect(self._show_zoom)
        self.view.failed.connect(self.messages.warn)
        for signal in (self.undo_stack.canUndoChanged, self.undo_stack.canRedoChanged):
            signal.connect(self._show_commands)
        self.undo_stack.undoTextChanged.connect(self._show_commands)

    # -- what is shown ----------------------------------------------------------------------------

    def page(self, identity: bool = False) -> Page | None:
        """The page as the window shows it."""
        session = self.session
        if session.reference is None:
            return None
        preview = self.controller.preview
        twin = preview or (session.twin.recording if session.twin else None)
        heatmap = session.heatmap(self.heat_method) if self.heat_method and preview is None else None
        measured = session.twin.measurements if session.twin and preview is None else None
        layout = replace(self.page_layout, identity=identity)
        return Page(session.reference, twin, heatmap, layout, session.measurements, measured)

    def _show_page(self):
        self.view.show_page(self.page())

    def _refresh(self):
        """Show the session anew: what came out, and the page."""
        self.filmstrip.show_twins(self.session.twins, self.session.current)
        self.history.show_session(self.session)
        self.results.show_session(self.session)
        self.request_panel.show_session(self.session)
        self._refresh_view()

    def _refresh_view(self):
        """Show the page anew, with a heat map that may have to be made first."""
        session = self.session
        self.bar.show_layout(self.page_layout, bool(session.twins) or self.controller.preview is not None)
        self.bar.show_heat_map(self.heat_method if session.twins else "")
        self.results.show_heat_map(session.heatmap(self.heat_method))
        self._show_commands()
        self._show_page()
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
            "toggle_align": twins,
        }.items():
            self.commands[name].setEnabled(possible)
        self.commands["undo"].setText(f"&Undo {self.undo_stack.undoText()}".rstrip())
        self.commands["redo"].setText(f"&Redo {self.undo_stack.redoText()}".rstrip())

    def _reference_opened(self):
        self.page_layout = replace(self.page_layout, start=0.0)
        self.messages.hide()
        self.view.fit()

    def _running_changed(self, running):
        self.request_panel.show_running(running)
        if running and self.page_layout.mode == "reference":
            self._show_layout(replace(self.page_layout, mode="overlay"))
        self._refresh_view()

    def _show_zoom(self, scale):
        self.zoom_label.setText(f"Zoom {scale / _TRUE_SIZE:.0%}")

    # -- wishes -----------------------------------------------------------------------------------

    def set_page_layout(self, layout: PageLayout, what: str = "view") -> None:
        """Show the page another way and remember it; one step to undo."""
        if layout != self.page_layout:
            self.undo_stack.push(
                Change(f"change of {what}", self._show_layout, self.page_layout, layout, f"layout {what}")
            )

    def _show_layout(self, layout):
        self.page_layout = layout
        settings.write_layout(self.store, layout)
        self._refresh_view()

    def set_heat_map(self, method: str) -> None:
        """Show a heat map, made first where it is not there yet; "" shows none."""
        self.heat_method = method
        self._refresh_view()

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
        """The window's parts that are dressed one after the other, the smaller ones first."""
        return (
            self.menuBar(), self.bar, self.statusBar(), self.messages, self.filmstrip, self.view,
            self.history, self.request_panel.conditions, self.request_panel.form, self.results,
            self.centre, self.side, self.right,
            self.splitter.handle(1), self.splitter.handle(2),
        )  # fmt: skip

    def _show_theme(self):
        self.view.set_desk(self.theme.desk)
        self.results.set_theme(self.theme)
        self.results.show_session(self.session)

    # -- events -----------------------------------------------------------------------------------

    def dragEnterEvent(self, event):
        """One file may be dropped anywhere."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event):
        """Open what was dropped."""
        self.open_path(event.mimeData().urls()[0].toLocalFile())

    def closeEvent(self, event):
        """End both threads before the window goes."""
        self.controller.stop()
        self.view.stop()
        event.accept()


def _panel(widget: QWidget, narrowest: int, widest: int) -> QFrame:
    frame = QFrame(objectName="panel")
    frame.setMinimumWidth(narrowest)
    frame.setMaximumWidth(widest)
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    return frame


def _splitter(widgets, sizes):
    """Side by side; the widget that holds the page takes what room there is."""
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
        splitter.setStretchFactor(splitter.indexOf(widget), 0 if widget.objectName() == "panel" else 1)
    splitter.setSizes(sizes)
    return splitter

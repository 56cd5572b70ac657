"""The window: panels around the page, and a method for every command."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMainWindow, QSplitter, QVBoxLayout, QWidget

from ecgtwin_app.formats.example import example_path
from ecgtwin_app.report import marking
from ecgtwin_app.report.layout import MODES, PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.ui import dialogs, settings
from ecgtwin_app.ui.actions import build_actions
from ecgtwin_app.ui.controller import Controller
from ecgtwin_app.ui.messages import MessageBar
from ecgtwin_app.ui.page_view import PageView
from ecgtwin_app.ui.request_panel import RequestPanel
from ecgtwin_app.ui.results_panel import ResultsPanel
from ecgtwin_app.ui.session import Session
from ecgtwin_app.ui.theme import CHOICES, apply_theme, chosen_theme
from ecgtwin_app.ui.undo import ChangeRequest, RemoveTwin
from ecgtwin_app.ui.view_bar import HEAT_MAPS, ViewBar

HINT = "Generate Ctrl+G · Heat map Ctrl+H · Views Ctrl+1 to 4 · Fit Ctrl+0 · All shortcuts ?"
#: Pixels a mm at 100 %: the logical resolution of every desktop is 96 dots an inch.
_TRUE_SIZE = 96 / 25.4


class MainWindow(QMainWindow):
    """Everything the user sees.

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
        apply_theme(QApplication.instance(), chosen_theme(self.theme_name))
        self.undo_stack = QUndoStack(self)
        self.session = Session(self)
        self.controller = Controller(self.session, self.undo_stack, load_engine)
        self.page_layout = settings.read_layout(self.store)
        self.heat_method = ""
        self.commands = build_actions(self)
        self.bar = ViewBar(self.commands, self)
        self.request_panel, self.results = RequestPanel(), ResultsPanel()
        self.messages, self.view = MessageBar(), PageView()
        self._put_together()
        self._connect()
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
        self.side, self.bottom = _panel(self.request_panel), _panel(self.results)
        upright = _splitter(Qt.Orientation.Vertical, (centre, self.bottom), [664, 236])
        self.setCentralWidget(_splitter(Qt.Orientation.Horizontal, (self.side, upright), [276, 1164]))
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
        self.request_panel.changed.connect(self._ask)
        self.request_panel.generate_wished.connect(self.generate)
        self.request_panel.cancel_wished.connect(self.cancel)
        self.bar.layout_wished.connect(self.set_page_layout)
        self.bar.heat_map_wished.connect(self.set_heat_map)
        self.bar.twin_wished.connect(self.session.show_twin)
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
        self.bar.show_twins(self.session.twins, self.session.current)
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

    def _show_commands(self):
        """Only what can be done now is enabled; undo and redo say what they do."""
        twins, running = bool(self.session.twins), self.controller.running
        reference = self.session.reference is not None
        for name, possible in {
            "undo": self.undo_stack.canUndo() and not running,
            "redo": self.undo_stack.canRedo() and not running,
            "generate": reference and not running,
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
            self.set_page_layout(replace(self.page_layout, mode="overlay"))
        self._refresh_view()

    def _show_zoom(self, scale):
        self.zoom_label.setText(f"Zoom {scale / _TRUE_SIZE:.0%}")

    # -- wishes -----------------------------------------------------------------------------------

    def open_path(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Open a recording."""
        self.controller.open(Path(path), then)

    def set_page_layout(self, layout: PageLayout) -> None:
        """Show the page another way and remember it."""
        self.page_layout = layout
        settings.write_layout(self.store, layout)
        self._refresh_view()

    def set_heat_map(self, method: str) -> None:
        """Show a heat map, made first where it is not there yet; "" shows none."""
        self.heat_method = method
        self._refresh_view()

    def set_theme(self, name: str) -> None:
        """Dress the window and remember it."""
        self.theme_name = name
        settings.write(self.store, settings.THEME, name)
        apply_theme(QApplication.instance(), chosen_theme(name))
        self._show_theme()
        self._refresh()

    def _show_theme(self):
        theme = chosen_theme(self.theme_name)
        self.view.set_desk(theme.desk)
        self.results.set_theme(theme)

    def _ask(self, request, what):
        self.undo_stack.push(ChangeRequest(self.session, request, what))

    # -- commands, by their names in the table ----------------------------------------------------

    def open_file(self) -> None:
        dialogs.ask_file_to_open(self, self.open_path)

    def open_example(self) -> None:
        def hint():
            self.messages.tell(
                "This is an example ECG. Choose a condition and press Generate; open your own ECG with Ctrl+O"
                " or drop a file here."
            )
            self._show_commands()

        self.open_path(example_path(), hint)

    def save_twins(self) -> None:
        dialogs.ask_folder(self, self.controller.save_twins)

    def save_pdf(self) -> None:
        self._save_page("pdf")

    def save_png(self) -> None:
        self._save_page("png")

    def save_svg(self) -> None:
        self._save_page("svg")

    def _save_page(self, suffix):
        page = self.page()
        dialogs.ask_file_to_save(self, suffix, lambda path: self.controller.export(page, path))

    def undo(self) -> None:
        self.undo_stack.undo()

    def redo(self) -> None:
        self.undo_stack.redo()

    def find_condition(self) -> None:
        self.request_panel.conditions.search.setFocus()
        self.request_panel.conditions.search.selectAll()

    def generate(self) -> None:
        self.messages.hide()
        self.controller.generate(self.session.request)

    def cancel(self) -> None:
        if self.controller.running:
            self.controller.cancel()
        else:
            self.messages.hide()
            self._show_commands()

    def new_seed(self) -> None:
        self._ask(replace(self.session.request, seed=random.randrange(1_000_000)), "seed")

    def previous_twin(self) -> None:
        self.session.show_twin(self.session.current - 1)

    def next_twin(self) -> None:
        self.session.show_twin(self.session.current + 1)

    def remove_twin(self) -> None:
        if self.session.twin is not None:
            self.undo_stack.push(RemoveTwin(self.session))

    def next_heat_map(self) -> None:
        methods = [method for method, _ in HEAT_MAPS]
        self.set_heat_map(methods[(methods.index(self.heat_method) + 1) % len(methods)])

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
        self.bottom.setVisible(show)

    def next_theme(self) -> None:
        dark = chosen_theme(self.theme_name) is chosen_theme("dark")
        self.set_theme(CHOICES[1] if dark else CHOICES[2])

    def show_shortcuts(self) -> None:
        dialogs.show_shortcuts(self)

    def about(self) -> None:
        dialogs.show_about(self)

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


def _panel(widget: QWidget) -> QFrame:
    frame = QFrame(objectName="panel")
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    return frame


def _splitter(orientation, widgets, sizes):
    """A splitter in which the widget that holds the page takes what room there is."""
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
        splitter.setStretchFactor(splitter.indexOf(widget), 0 if widget.objectName() == "panel" else 1)
    splitter.setSizes(sizes)
    return splitter

"""How the window is put together: its widgets, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLabel, QMainWindow, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.ui.commands.actions import Actions
from ecgtwin_app.ui.commands.backend_menu import BackendMenu
from ecgtwin_app.ui.commands.language_menu import LanguageMenu
from ecgtwin_app.ui.commands.parts import Parts
from ecgtwin_app.ui.commands.recent_menu import RecentMenu
from ecgtwin_app.ui.jobs.morph_player import MorphPlayer
from ecgtwin_app.ui.page.overview import OverviewBar
from ecgtwin_app.ui.page.page_view import PageView
from ecgtwin_app.ui.panels.arrangement import Arrangement
from ecgtwin_app.ui.panels.filmstrip import Filmstrip
from ecgtwin_app.ui.panels.heat_menu import HeatMenu
from ecgtwin_app.ui.panels.history_panel import HistoryPanel
from ecgtwin_app.ui.panels.layers_panel import LayersPanel
from ecgtwin_app.ui.panels.messages import MessageBar
from ecgtwin_app.ui.panels.page_bar import PageBar
from ecgtwin_app.ui.panels.paper_menu import PaperMenu
from ecgtwin_app.ui.panels.repair_bar import RepairBar
from ecgtwin_app.ui.panels.request_panel import RequestPanel
from ecgtwin_app.ui.panels.results_panel import ResultsPanel
from ecgtwin_app.ui.panels.status_line import StatusLine
from ecgtwin_app.ui.panels.view_bar import ViewBar
from ecgtwin_app.ui.preferences.recent import RecentFiles
from ecgtwin_app.ui.preferences.remembered import Folders, remembered_columns
from ecgtwin_app.ui.rhythm.score_strip import ScoreStrip
from ecgtwin_app.ui.teaching.course_panel import TeachingPanel
from ecgtwin_app.ui.teaching.morph_bar import MorphBar
from ecgtwin_app.ui.teaching.quiz_panel import QuizPanel


def add_menus(
    window: QMainWindow,
    actions: Actions,
    store: QSettings,
    open_path: Callable[[Path], None],
    set_layout: Callable[[PageLayout, str], None],
    set_heat_map: Callable[[str], None],
    offer_language: Callable[[str], None],
    tell: Callable[[str], None],
) -> tuple[RecentMenu, HeatMenu, PaperMenu]:
    """Put the menus that no command stands for among those that hold the commands.

    Parameters
    ----------
    window : QMainWindow
    actions : Actions
    store : QSettings
    open_path, set_layout, set_heat_map, offer_language, tell : callable
        What is done with a choice.
    """
    recent = RecentFiles(store)
    recent_menu = RecentMenu(recent, Folders(store, recent), open_path, window)
    actions.menus["File"].insertMenu(actions.of["save_session"], recent_menu)
    heat_menu = HeatMenu(set_heat_map, window)
    actions.menus["Twin"].addMenu(heat_menu)
    actions.menus["Twin"].addMenu(BackendMenu(store, tell, actions.menus["Twin"]))
    paper_menu = PaperMenu(actions.menus["Paper"], set_layout)
    view_menu = actions.menus["View"]
    view_menu.addMenu(LanguageMenu(store, offer_language, view_menu))
    return recent_menu, heat_menu, paper_menu


def build_parts(
    window: QMainWindow,
    actions: Actions,
    store: QSettings,
    menus: tuple[RecentMenu, HeatMenu, PaperMenu],
    messages: MessageBar,
    morph: MorphPlayer,
) -> Parts:
    """Make every part and put it into the window."""
    recent_menu, heat_menu, paper_menu = menus
    page_view, morph_bar, page_bar = PageView(), MorphBar(morph), PageBar(actions.of)
    repair_bar = RepairBar(actions.of)
    read_out, overview = QLabel(objectName="readOut"), OverviewBar()
    score_strip, filmstrip = ScoreStrip(), Filmstrip()
    read_out.setWordWrap(True)
    read_out.hide()
    rows = (messages, page_view, repair_bar, morph_bar, page_bar, read_out, overview, score_strip, filmstrip)
    centre = _column(rows, page_view)
    request_panel, layers_panel, history = RequestPanel(), LayersPanel(), HistoryPanel(store)
    teaching_panel, quiz, results = TeachingPanel(actions.of), QuizPanel(), ResultsPanel()
    arrangement = Arrangement(
        request_panel,
        layers_panel,
        history,
        teaching_panel,
        quiz,
        results,
        centre,
        remembered_columns(store),
    )
    bar, status = ViewBar(actions.of, paper_menu, heat_menu, window), StatusLine()
    window.addToolBar(bar)
    window.setCentralWidget(arrangement.splitter)
    window.setStatusBar(status)
    page_view.empty.offer(actions.of["open_file"], tr("Open an ECG…"), main=True)
    page_view.empty.offer(actions.of["open_example"], tr("Open the example"))
    page_view.empty.offer(actions.of["new_patient"], tr("New patient…"), if_possible=True)
    return Parts(
        bar=bar,
        arrangement=arrangement,
        recent_menu=recent_menu,
        heat_menu=heat_menu,
        paper_menu=paper_menu,
        page_view=page_view,
        page_bar=page_bar,
        read_out=read_out,
        overview=overview,
        score_strip=score_strip,
        filmstrip=filmstrip,
        morph_bar=morph_bar,
        repair_bar=repair_bar,
        request_panel=request_panel,
        layers_panel=layers_panel,
        history=history,
        teaching_panel=teaching_panel,
        quiz=quiz,
        results=results,
        status=status,
    )


def _column(rows: tuple[QWidget, ...], high: QWidget) -> QWidget:
    """Widgets one below the other; one of them takes all the height there is."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in rows:
        column.addWidget(widget, 1 if widget is high else 0)
    return holder

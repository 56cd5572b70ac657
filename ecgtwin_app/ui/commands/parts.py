"""The widgets of the window by name, for the commands that move the focus or ask the page something."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QLabel

from ecgtwin_app.ui.commands.recent_menu import RecentMenu
from ecgtwin_app.ui.page.overview import OverviewBar
from ecgtwin_app.ui.page.page_view import PageView
from ecgtwin_app.ui.panels.arrangement import Arrangement
from ecgtwin_app.ui.panels.filmstrip import Filmstrip
from ecgtwin_app.ui.panels.heat_menu import HeatMenu
from ecgtwin_app.ui.panels.history_panel import HistoryPanel
from ecgtwin_app.ui.panels.layers_panel import LayersPanel
from ecgtwin_app.ui.panels.page_bar import PageBar
from ecgtwin_app.ui.panels.paper_menu import PaperMenu
from ecgtwin_app.ui.panels.repair_bar import RepairBar
from ecgtwin_app.ui.panels.request_panel import RequestPanel
from ecgtwin_app.ui.panels.results_panel import ResultsPanel
from ecgtwin_app.ui.panels.status_line import StatusLine
from ecgtwin_app.ui.panels.view_bar import ViewBar
from ecgtwin_app.ui.rhythm.score_strip import ScoreStrip
from ecgtwin_app.ui.teaching.course_panel import TeachingPanel
from ecgtwin_app.ui.teaching.morph_bar import MorphBar
from ecgtwin_app.ui.teaching.quiz_panel import QuizPanel


@dataclass(frozen=True, eq=False)
class Parts:
    """What the window is made of."""

    bar: ViewBar
    arrangement: Arrangement
    recent_menu: RecentMenu
    heat_menu: HeatMenu
    paper_menu: PaperMenu
    page_view: PageView
    page_bar: PageBar
    read_out: QLabel
    overview: OverviewBar
    score_strip: ScoreStrip
    filmstrip: Filmstrip
    morph_bar: MorphBar
    repair_bar: RepairBar
    request_panel: RequestPanel
    layers_panel: LayersPanel
    history: HistoryPanel
    teaching_panel: TeachingPanel
    quiz: QuizPanel
    results: ResultsPanel
    status: StatusLine

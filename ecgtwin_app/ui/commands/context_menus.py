"""Menus under the right mouse button and the menu key: of the page, a beat, a row, a twin, a condition, a chip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QTableWidget, QWidget

from ecgtwin_app.i18n.words import N_, number, tr
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.session.reference_shows import IMPOSSIBLE, REMOVED
from ecgtwin_app.ui.commands import shown
from ecgtwin_app.ui.commands.actions import Actions
from ecgtwin_app.ui.commands.measure import set_calipers
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.page.snapping import lead_peaks

#: Commands of the page, in groups.
_OF_PAGE = (
    ("tool_hand", "tool_time", "tool_amplitude"),
    ("toggle_fiducials", "toggle_labels", "toggle_magnifier"),
    ("zoom_in", "zoom_out", "fit", "true_size"),
)
_OF_CALIPER = ("march", "remove_caliper", "clear_calipers")
_TO_FILES = ("copy_page", "save_pdf", "print_page")
_OF_TWIN = ("save_twins", "remove_twin")
#: Intervals within a beat that a caliper is set on: words, and the marks between which.
_INTERVALS = (
    (N_("PR"), "p_onset", "qrs_onset"),
    (N_("QRS"), "qrs_onset", "qrs_offset"),
    (N_("QT"), "qrs_onset", "t_offset"),
)


class ContextMenus:
    """Opens them.

    Attributes
    ----------
    menu : QMenu or None
        The one that was opened last.
    """

    def __init__(self, workbench: Workbench, actions: Actions):
        self._workbench, self._actions, self._parts = workbench, actions, workbench.parts
        self.menu: QMenu | None = None
        parts = workbench.parts
        self._offer(parts.page_view, self._fill_page)
        for table in (parts.results.measurements.table, parts.results.by_lead.table):
            self._offer(table, lambda menu, at, table=table: self._fill_row(menu, table, at))
        self._offer(parts.filmstrip, self._fill_twin)
        self._offer(parts.request_panel.conditions.list, self._fill_condition)
        self._offer(parts.history.tree, self._fill_request)
        parts.request_panel.shown_line.menu_requested.connect(self._show_chip_menu)

    def _offer(self, part: QAbstractScrollArea, fill: Callable[[QMenu, QPoint], None]) -> None:
        part.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

        part.customContextMenuRequested.connect(
            lambda at: self._show(part, lambda menu: fill(menu, at), part.viewport().mapToGlobal(at))
        )

    def _show(self, part: QWidget, fill: Callable[[QMenu], None], at: QPoint) -> None:
        """Open a menu at a place of the screen."""
        if self.menu is not None:
            self.menu.deleteLater()  # not before: what it began may still run
        self.menu = menu = QMenu(part)
        fill(menu)
        if menu.actions():
            menu.popup(at)

    def _add(self, menu, *groups):
        """Commands of the window's table, a line between their groups."""
        for group in groups:
            menu.addSeparator()
            menu.addActions([self._actions.of[name] for name in group])

    # -- the page ---------------------------------------------------------------------------------

    def _fill_page(self, menu, at):
        if self._workbench.session.reference is None:
            self._add(menu, ("open_file", "open_example"))
            return
        page_map = self._parts.page_view.page_map()
        panel = page_map.panel_at(QPointF(at)) if page_map is not None else None
        if panel is not None:
            self._fill_lead(menu, panel)
            if not self._workbench.teaching.hidden:
                self._fill_beat(menu, panel, page_map, QPointF(at))
        self._add(menu, _OF_PAGE[0])
        if self._parts.page_view.calipers.caliper is not None:
            self._add(menu, _OF_CALIPER)
        self._add(menu, *_OF_PAGE[1:])
        menu.addSeparator()
        menu.addMenu(self._parts.heat_menu)
        menu.addMenu(self._actions.menus["Paper"])
        self._add(menu, _TO_FILES)

    def _fill_lead(self, menu, panel):
        layout = self._workbench.view.layout
        lead = panel.lead.lstrip("-")
        if layout.leads == "strip":
            wanted, words = replace(layout, leads="3x4+1R"), tr("All leads")
        else:
            words = tr("Lead {lead} as a strip").format(lead=lead)
            wanted = replace(layout, leads="strip", strip_lead=lead)
        menu.addAction(words).triggered.connect(
            lambda: set_page_layout(self._workbench, wanted, N_("layout"))
        )

    def _fill_beat(self, menu, panel, page_map, point):
        """Calipers on the intervals of the beat under the pointer, of the front layer that has marks."""
        known = self._parts.page_view.marks.marks
        who = next((who for who in reversed(panel.shows) if who in known), None)
        if who is None or not known[who].beats:
            return
        marks, shift = known[who], page_map.shift(panel, who)
        seconds, height = page_map.seconds(panel, point.x()) - shift, page_map.millivolts(panel, point.y())
        index = min(range(len(marks.beats)), key=lambda k: abs(marks.beats[k].time - seconds))
        beat = marks.beats[index]
        peaks = lead_peaks(page_map.page.recording(who), panel.lead, marks)
        main = {peak.beat: peak.time for peak in peaks if peak.main}
        spans = [(tr("RR"), main.get(index), main.get(index + 1))]
        spans += [(tr(words), marks.time_of(beat, a), marks.time_of(beat, b)) for words, a, b in _INTERVALS]
        of_beat = menu.addMenu(tr("Beat at {time} s").format(time=number(beat.time, 2)))
        for words, start, end in spans:
            if None in (start, end):
                continue
            caliper = Caliper(TIME, panel.lead, panel.shows, start + shift, end + shift, height)
            action = of_beat.addAction(tr("Caliper on {interval}").format(interval=words))
            action.triggered.connect(lambda _=False, one=caliper: self._set_caliper(one))

    def _set_caliper(self, caliper):
        """One more caliper, which is the chosen one."""
        tool = self._parts.page_view.calipers
        set_calipers(self._workbench, (*tool.calipers, caliper), N_("caliper"))
        tool.current = len(tool.calipers) - 1
        tool.selected.emit()
        self._parts.page_view.viewport().update()

    # -- lists and tables -------------------------------------------------------------------------

    def _fill_row(self, menu, table: QTableWidget, at):
        item = table.itemAt(at) or table.currentItem()
        if item is not None and table.currentItem() is not item:
            table.setCurrentItem(item)
        if item is not None:
            menu.addAction(tr("Show on the trace")).triggered.connect(lambda: table.itemActivated.emit(item))
        self._add(menu, ("copy_table",))

    def _fill_twin(self, menu, at):
        item = self._parts.filmstrip.itemAt(at)
        if item is not None:
            self._workbench.session.show_twin(self._parts.filmstrip.row(item))
        menu.addMenu(self._parts.heat_menu)
        self._add(menu, _OF_TWIN, ("copy_table",))

    def _fill_condition(self, menu, at):
        conditions = self._parts.request_panel.conditions
        name = conditions.list.name_at(at)
        if not name:
            return
        menu.addAction(tr("Choose")).triggered.connect(lambda: conditions.list.chosen.emit(name))
        chosen = name in self._workbench.session.request.conditions
        words = tr("Take from what is chosen") if chosen else tr("Add to what is chosen")
        menu.addAction(words).triggered.connect(lambda: conditions.list.toggled.emit(name))
        self._add(menu, ("generate", "add_favourite"))

    def _show_chip_menu(self, name: str, at: QPoint) -> None:
        line = self._parts.request_panel.shown_line
        self._show(line, lambda menu: self._fill_chip(menu, name), at)

    def _fill_chip(self, menu, name):
        """What speaks for a condition of the recording, and what can be done with it."""
        workbench = self._workbench
        row = next((row for row in shown.rows_of(workbench) if row.finding.name == name), None)
        if row is None:
            return
        words = tr("Keep it in the twin") if row.state == REMOVED else tr("Make the twin without it")
        action = menu.addAction(words)
        action.setEnabled(row.state != IMPOSSIBLE)
        action.triggered.connect(lambda: shown.switch(workbench, name))
        menu.addAction(tr("The recording does not show this")).triggered.connect(
            lambda: shown.deny(workbench, name)
        )
        self._add(menu, ("add_shown", "back_to_recognised"), ("keep_nothing",))

    def _fill_request(self, menu, at):
        history = self._parts.history
        item = history.tree.itemAt(at)
        if item is not None:
            history.tree.setCurrentItem(item)
        request = history.request
        if request is None:
            return
        menu.addAction(tr("Load into the form")).triggered.connect(lambda: history.loaded.emit(request))
        for button in (history.run, history.star, history.remove):
            if button.isEnabled():
                menu.addAction(button.text()).triggered.connect(button.click)

"""What keeps the event loop free: paintings one a turn, tabs that stay still, lists that are not made anew."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.session.condition_names import search
from ecgtwin_app.ui.jobs.turns import PaintTurns
from ecgtwin_app.ui.panels.condition_list import ConditionList
from ecgtwin_app.ui.widgets.tables import fill, make_table
from ecgtwin_app.ui.widgets.tabs import Tabs
from ecgtwin_app.ui.widgets.theme import LIGHT, dress, prepare


class _Paintings(QObject):
    """Notes which widgets are painted, in order."""

    def __init__(self, *widgets):
        super().__init__()
        self.names = []
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.names.append(watched.objectName())
        return False


@pytest.fixture
def shown(qtbot, qapp):
    """Shows a widget and waits until it is painted."""

    def show(widget, width=300, height=400):
        prepare(qapp)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        qtbot.wait(20)
        return widget

    return show


def test_panels_are_painted_one_a_turn_and_hold_what_is_new_at_once(shown, qtbot):
    window, panels = QWidget(), [QLabel("old", objectName=name) for name in ("first", "second", "third")]
    row = QHBoxLayout(window)
    for panel in panels:
        row.addWidget(panel)
    shown(window)
    paintings, turns = _Paintings(*panels), PaintTurns(panels, window)
    turns.begin()
    for panel in panels:
        panel.setText("new")
    assert [panel.text() for panel in panels] == ["new"] * 3
    seen = []
    turns._timer.timeout.connect(lambda: seen.append(len(paintings.names)))
    qtbot.waitUntil(lambda: len(paintings.names) == 3)
    assert paintings.names == ["first", "second", "third"]
    assert seen == [0, 1, 2], "no turn paints two"
    assert all(panel.updatesEnabled() for panel in panels)


def test_a_change_during_the_turns_begins_them_anew(shown, qtbot):
    window = QWidget()
    panels = [QLabel(window) for _ in range(3)]
    shown(window)
    turns = PaintTurns(panels, window)
    turns.begin()
    turns._next()
    turns.begin()
    assert not any(panel.updatesEnabled() for panel in panels)
    qtbot.waitUntil(lambda: all(panel.updatesEnabled() for panel in panels))


def test_a_layout_inside_a_tab_does_not_paint_its_neighbours(shown, qtbot):
    tabs, page = Tabs(), QWidget()
    column = QVBoxLayout(page)
    neighbour, changing = QLabel("still", objectName="neighbour"), QLabel("short", objectName="changing")
    for label in (neighbour, changing):
        label.setFixedHeight(30)
        column.addWidget(label)
    column.addStretch(1)
    tabs.addTab(page, "One")
    shown(tabs)
    paintings = _Paintings(neighbour, changing)
    changing.setText("rather longer than before")
    qtbot.waitUntil(lambda: "changing" in paintings.names)
    qtbot.wait(20)
    assert "neighbour" not in paintings.names


def test_a_higher_bar_moves_what_lies_below(shown, qtbot):
    tabs, page = Tabs(), QWidget()
    tabs.addTab(page, "One")
    shown(tabs)
    before = page.mapTo(tabs, QPoint(0, 0)).y()
    tabs.tabBar().setStyleSheet("font-size: 40px")
    qtbot.waitUntil(lambda: page.mapTo(tabs, QPoint(0, 0)).y() > before)


@pytest.mark.parametrize("width", [265, 300])
def test_every_condition_is_named_whole(shown, width):
    names = ConditionList()
    dress(names, LIGHT)
    names.show_conditions(list(load_vocabulary()))
    shown(names, width, 1600)
    for condition in load_vocabulary():
        row = names.item_of(condition.name)
        for chosen in ((), (condition.name,)):  # then it is bold
            names.show_chosen(chosen)
            names.doItemsLayout()
            font = names.font()
            font.setWeight(row.font(1).weight())
            assert (font.weight() == font.Weight.DemiBold) == bool(chosen)
            room = names.visualItemRect(row).height() - 6, names.columnWidth(1) - 4
            needed = QFontMetrics(font).boundingRect(0, 0, room[1], 999, 0x1000, row.text(1))  # words wrap
            assert needed.height() <= room[0] and needed.width() <= room[1], condition.name


def test_rows_of_conditions_keep_their_marks_through_a_search(shown):
    names = ConditionList()
    names.show_conditions(list(load_vocabulary()))
    shown(names)
    row = names.item_of("right bundle branch block")
    names.show_conditions(search("LBBB"))
    assert names.item_of("right bundle branch block") is None
    names.show_chosen(("left bundle branch block",))
    names.show_conditions(list(load_vocabulary()))
    assert names.item_of("right bundle branch block") is row
    assert row.text(0) == "", "no heart shows both"
    assert names.item_of("left bundle branch block").text(0) == "✓"
    assert names.currentItem() is names.item_of("left bundle branch block")


def test_columns_of_a_table_are_as_wide_as_their_widest_words(shown):
    table = shown(make_table(("Name", "Ref.", "Got"), "Values"))
    fill(table, [("rate", "1", "discordant"), ("axis", "−120", "none")])
    metrics = table.fontMetrics()
    assert table.columnWidth(2) > metrics.horizontalAdvance("discordant")
    assert metrics.horizontalAdvance("−120") < table.columnWidth(1) < table.columnWidth(2)

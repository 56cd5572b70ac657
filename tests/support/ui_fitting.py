"""Run in a process of its own, whose environment says the scale: prints as JSON what does not fit in the window.

Usage: python ui_fitting.py LANGUAGE FOLDER WIDTHxHEIGHT...
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QMenu,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)
from ui_standin import StandInEngine
from ui_window import run

from ecgtwin_app.ui.preferences.language import install_everywhere
from ecgtwin_app.ui.widgets.overflow_row import OverflowRow
from ecgtwin_app.ui.window.main_window import MainWindow
from ecgtwin_app.ui.window.screen import room_for


def cut(widget: QWidget) -> str:
    """The text of a control that is not seen whole; "" where all of it is."""
    text = widget.text() if hasattr(widget, "text") and not isinstance(widget, QAbstractSpinBox) else ""
    if isinstance(widget, QToolButton | QPushButton | QCheckBox):
        return text if text and widget.width() < widget.sizeHint().width() else ""
    if isinstance(widget, QLabel) and text and not text.startswith("<"):
        if widget.wordWrap():
            return text if widget.height() + 2 < widget.heightForWidth(widget.width()) else ""
        return text if widget.width() < widget.sizeHint().width() else ""
    metrics = widget.fontMetrics()
    if isinstance(widget, QComboBox):
        wide = metrics.horizontalAdvance(widget.currentText()) > widget.width() - 30
        return widget.currentText() if wide else ""
    if isinstance(widget, QAbstractSpinBox):
        line = widget.lineEdit()
        return widget.text() if metrics.horizontalAdvance(widget.text()) > line.width() else ""
    if isinstance(widget, QTabBar):
        cut_tabs = [
            widget.tabText(k)
            for k in range(widget.count())
            if widget.isTabVisible(k)
            and (
                widget.tabRect(k).width() < metrics.horizontalAdvance(widget.tabText(k)) + 8
                or widget.tabRect(k).right() > widget.width()
                and not widget.usesScrollButtons()
            )
        ]
        return ", ".join(cut_tabs)
    return ""


def scrolls(widget: QWidget) -> bool:
    """Whether it lies in something that scrolls."""
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow():
        if isinstance(parent.parentWidget(), QAbstractScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def names(menu: QMenu) -> int:
    """How many commands a menu has, its menus' included."""
    return sum(names(a.menu()) if a.menu() is not None else not a.isSeparator() for a in menu.actions())


def problems(window: MainWindow) -> list[str]:
    """What is cut, out of sight or out of reach."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        text = cut(widget)
        button = isinstance(widget, QToolButton | QPushButton)
        if text and (button or not widget.toolTip()):
            found.append(f"cut: {type(widget).__name__} “{text}” {widget.width()} px")
        control = isinstance(widget, QToolButton | QPushButton | QComboBox | QAbstractSpinBox)
        if control and not scrolls(widget) and widget.visibleRegion().boundingRect() != widget.rect():
            found.append(f"out of sight: {type(widget).__name__} “{widget.accessibleName() or text}”")
    for row in window.findChildren(OverflowRow):
        if not row.isVisible() or not row.left_out:
            continue
        row.menu.aboutToShow.emit()
        if (
            not row.more.isVisible()
            or not row.more.accessibleName()
            or names(row.menu) < len([item for item in row.left_out if item.fill is not None])
        ):
            found.append(f"out of reach: {len(row.left_out)} of {type(row).__name__}")
    criteria = window.workbench.parts.results.criteria
    if criteria.isVisible():
        rows = range(criteria.rowCount())
        found += [
            f"cut: {criteria.item(k, 0).text()}"
            for k in rows
            if criteria.rowHeight(k) < criteria.sizeHintForRow(k)
        ]
    table = window.workbench.parts.results.measurements.table
    if table.isVisible():
        metrics, room = table.fontMetrics(), table.columnWidth(0) - 10
        whole = [table.item(row, 0).text() for row in range(table.rowCount())]
        elided = [metrics.elidedText(text, table.textElideMode(), room) for text in whole]
        found += [f"alike: {text}" for text in elided if elided.count(text) > 1]
    return found


def main() -> None:
    """Print the problems of every size."""
    language, folder, *sizes = sys.argv[1:]
    application = QApplication([])
    install_everywhere(application, language)
    store = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
    window = MainWindow(StandInEngine, store)
    room = room_for(window)
    found = {}
    if window.width() > room.width() or window.height() > room.height():
        found["opened"] = [f"{window.width()} × {window.height()} on {room.width()} × {room.height()}"]

    def wait(done):
        end = time.perf_counter() + 120
        while time.perf_counter() < end and not done():
            application.processEvents()
        for _ in range(20):
            application.processEvents()

    def idle():
        return not window.workbench.jobs.worker.busy and not window.workbench.jobs.running

    def drawn():
        return window.workbench.parts.page_view.up_to_date

    window.show()
    window.workbench.jobs.prepare_engine()
    run(window, "open_example")
    wait(lambda: window.workbench.session.reference is not None and idle() and drawn())
    window.workbench.session.set_request(replace(window.workbench.session.request, steps=2))
    run(window, "generate")
    wait(lambda: window.workbench.session.twins and idle())
    for size in sizes:
        window.resize(*map(int, size.split("x")))
        for tab in range(window.workbench.parts.arrangement.tabs.count()):
            if window.workbench.parts.arrangement.tabs.isTabVisible(tab):
                window.workbench.parts.arrangement.tabs.setCurrentIndex(tab)
                # The page is drawn in another thread and cuts nothing: only its last picture is waited for.
                wait(idle)
                key = f"{size}, {window.workbench.parts.arrangement.tabs.tabText(tab)}, {window.width()} × {window.height()}"
                found[key] = problems(window)
    wait(drawn)
    run(window, "close")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

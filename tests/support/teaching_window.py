"""What a window in teaching mode tells, and how it is answered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QListWidget,
    QTabWidget,
    QTextEdit,
    QWidget,
)

BLOCK, PVC = "left bundle branch block", "ventricular premature complex"


def _words(widget):
    """Everything that a widget says to the eye, the pointer and the screen reader."""
    yield from (
        widget.toolTip(),
        widget.accessibleName(),
        widget.accessibleDescription(),
        widget.windowTitle(),
    )
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield widget.text()
    if isinstance(widget, QTextEdit):
        yield widget.toPlainText()
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(k) for k in range(widget.count()))
    if isinstance(widget, QListWidget):
        for row in range(widget.count()):
            item = widget.item(row)
            yield from (item.text(), item.toolTip(), str(item.data(Qt.ItemDataRole.AccessibleTextRole) or ""))


def words_told(window):
    """The words of every visible widget but the list of possible answers."""
    seen = [w for w in (window, *window.findChildren(QWidget)) if w.isVisible()]
    return " ".join(
        word
        for widget in seen
        if not window.workbench.parts.quiz.isAncestorOf(widget)
        for word in _words(widget)
    )


def answer_case(window, qtbot, *words):
    for word in words:
        window.workbench.parts.quiz.search.clear()
        qtbot.keyClicks(window.workbench.parts.quiz.search, word)
        qtbot.keyClick(window.workbench.parts.quiz.search, Qt.Key.Key_Return)

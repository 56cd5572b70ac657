"""The first-run tour: five steps, each beside the widget it speaks of; by keyboard, and skipped with Esc."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.widgets.theme import Theme, dress

_CARD_WIDTH, _GAP = 340, 14


@dataclass(frozen=True)
class Step:
    """A step: its title and its words."""

    title: str
    words: str


STEPS = (
    Step(
        N_("Open"),
        N_(
            "Open a patient's ECG here, with Ctrl+O, or by dropping a file on the window. An example is open"
            " already."
        ),
    ),
    Step(
        N_("Ask"),
        N_(
            "Choose a condition by name, synonym or code, set heart rate and severity, and press Generate"
            " (Ctrl+G). The twin is this patient's ECG under that condition."
        ),
    ),
    Step(
        N_("Compare"),
        N_(
            "See the twin over the reference, beside it, as a difference, as median beats or as vector loops"
            " (Ctrl+1 to 7). On the right stands which criteria the twin meets."
        ),
    ),
    Step(
        N_("Measure"),
        N_(
            "T takes the time caliper, A the amplitude caliper, F shows the marks of the waves. Drag on a lead"
            " to measure; H moves the page again."
        ),
    ),
    Step(
        N_("Print"),
        N_(
            "Ctrl+P prints at true scale, Ctrl+Shift+D saves a PDF. Every page that shows a twin is marked"
            " synthetic. All keys are listed with ?, everything can be typed with Ctrl+K."
        ),
    ),
)


class Tour(QWidget):
    """A veil over the window with a hole at the step's widget, and a card with its words.

    Parameters
    ----------
    window : QWidget
        The main window; the tour goes with it.
    targets : sequence of callable
        For every step, what gives the widget that it points at.
    theme : Theme
    """

    ended = Signal()

    def __init__(self, window: QWidget, targets: Sequence[Callable[[], QWidget]], theme: Theme):
        super().__init__(window)
        self._window, self._targets, self.number = window, targets, 0
        self._frame = QColor(theme.accent)
        self.setAccessibleName(tr("Tour"))
        self.card = QFrame(self, objectName="tourCard")
        self.card.setFixedWidth(_CARD_WIDTH)
        self.count = QLabel(objectName="quiet")
        self.title = QLabel(objectName="heading")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.skip = _button(tr("Skip"), tr("End the tour (Esc); it stands in the Help menu"), self.end)
        self.back = _button(tr("Back"), tr("The step before (left arrow)"), lambda: self.go(self.number - 1))
        self.next = _button(
            "", tr("The next step (right arrow)"), lambda: self.go(self.number + 1), "primary"
        )
        self._lay_out()
        dress(self.card, theme)
        for widget in (window, self.skip, self.back, self.next):
            widget.installEventFilter(self)
        self.resize(window.size())
        self.show()
        self.raise_()
        self.go(0)

    @property
    def target(self) -> QWidget:
        """The widget the step speaks of."""
        return self._targets[self.number]()

    def go(self, number: int) -> None:
        """Show a step; one after the last ends the tour."""
        if number >= len(STEPS):
            self.end()
            return
        self.number = max(0, number)
        step = STEPS[self.number]
        self.count.setText(tr("Step {n} of {count}").format(n=self.number + 1, count=len(STEPS)))
        self.title.setText(tr(step.title))
        self.words.setText(tr(step.words))
        self.back.setEnabled(self.number > 0)
        self.next.setText(tr("Done") if self.number == len(STEPS) - 1 else tr("Next"))
        self.card.setAccessibleName(f"{self.count.text()}: {self.title.text()}")
        self.card.setAccessibleDescription(self.words.text())
        self.next.setFocus()
        self._place()

    def end(self) -> None:
        """Take the veil away."""
        self._window.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def hole(self) -> QRect:
        """Where the step's widget lies, in this widget."""
        target = self.target
        corner = target.mapTo(self._window, target.rect().topLeft())
        return QRect(corner, target.size()).adjusted(-4, -4, 4, 4).intersected(self.rect())

    def _lay_out(self):
        column = QVBoxLayout(self.card)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
        for label in (self.count, self.title, self.words):
            column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        column.addLayout(row)

    def _place(self):
        """The card goes where there is room: right of the hole, left of it, below or above."""
        hole, room = self.hole(), self.rect().adjusted(_GAP, _GAP, -_GAP, -_GAP)
        size = QSize(_CARD_WIDTH, self.card.layout().totalHeightForWidth(_CARD_WIDTH))
        middle = hole.center()
        places = (
            (hole.right() + _GAP, middle.y() - size.height() // 2),
            (hole.left() - _GAP - size.width(), middle.y() - size.height() // 2),
            (middle.x() - size.width() // 2, hole.bottom() + _GAP),
            (middle.x() - size.width() // 2, hole.top() - _GAP - size.height()),
        )
        for x, y in places:
            x = min(max(x, room.left()), room.right() - size.width())
            y = min(max(y, room.top()), room.bottom() - size.height())
            card = QRect(x, y, size.width(), size.height())
            if not card.intersects(hole):
                break
        self.card.setGeometry(card)
        self.update()

    def paintEvent(self, event):
        """The veil around the hole, and a frame at its edge."""
        painter = QPainter(self)
        hole = self.hole()
        painter.setClipRegion(self.rect())
        painter.fillRect(QRect(0, 0, self.width(), hole.top()), _VEIL)
        painter.fillRect(QRect(0, hole.bottom() + 1, self.width(), self.height() - hole.bottom()), _VEIL)
        painter.fillRect(QRect(0, hole.top(), hole.left(), hole.height()), _VEIL)
        beside = QRect(hole.right() + 1, hole.top(), self.width() - hole.right(), hole.height())
        painter.fillRect(beside, _VEIL)
        painter.setPen(QPen(self._frame, 3))
        painter.drawRect(hole)

    def keyPressEvent(self, event):
        """Arrow keys and Enter go through the steps, Esc ends."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go(self.number + 1)
        elif key == Qt.Key.Key_Left:
            self.go(self.number - 1)
        else:
            super().keyPressEvent(event)

    def event(self, event):
        """While the tour runs, its keys are its own, whatever menu they belong to otherwise."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event):
        """What lies under the veil waits."""
        event.accept()

    def eventFilter(self, watched, event):
        """Grow with the window; arrow keys on a button go through the steps, not through the buttons."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.resize(self._window.size())
            self._place()
        elif event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


_VEIL = QColor(10, 16, 22, 150)


def _button(text, tip, do, name="secondary"):
    button = QPushButton(text, objectName=name)
    button.setToolTip(tip)
    button.setAutoDefault(True)
    button.clicked.connect(lambda: do())
    return button

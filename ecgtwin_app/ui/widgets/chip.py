"""A chip: something that is there, with a small button that takes it out or puts it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from ecgtwin_app.session.reference_shows import IMPOSSIBLE, KEPT, REMOVED
from ecgtwin_app.ui.widgets.theme import LIGHT, Theme

_HEIGHT, _LEFT = 26, 10
#: Pixels of the button at the end: as large as a target has to be (WCAG 2.2, 2.5.8).
_BUTTON = 26
#: Milliseconds that the words stay when the keyboard comes to a chip.
_READ = 20_000
_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TOUCHED = (
    QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.EnabledChange, QEvent.Type.FontChange,
)  # fmt: skip


class Chip(QAbstractButton):
    """Kept, removed or impossible, told by the line through the words, the border and the sign, not by colour alone.

    Clicked by its button, the space bar, Enter or Delete. Elsewhere a click says why it is there.

    Attributes
    ----------
    name : str
        What it stands for.
    state : {"kept", "removed", "impossible"}
    """

    #: It has the focus now.
    entered = Signal()
    #: The keyboard goes so many chips on.
    left = Signal(int)
    #: The menu is asked for, at this place of the screen.
    menu_requested = Signal(object)

    def __init__(self, name: str, words: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.name, self.state = name, KEPT
        self._theme = LIGHT
        self.setText(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_state(self, state: str, tip: str, description: str) -> None:
        """Show what becomes of it.

        Parameters
        ----------
        state : {"kept", "removed", "impossible"}
        tip : str
            Why it is there and what becomes of it, as rich text.
        description : str
            The same for those who hear it.
        """
        self.state = state
        self.setToolTip(tip)
        self.setAccessibleName(description)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    @property
    def button(self) -> QRect:
        """Where a click takes it out or puts it back."""
        return QRect(self.width() - _BUTTON, 0, _BUTTON, self.height())

    def hitButton(self, at) -> bool:
        """Only its button is clicked."""
        return self.button.contains(at)

    def sizeHint(self) -> QSize:
        """All of its words."""
        wide = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_LEFT + wide + 2 + _BUTTON, max(_HEIGHT, self.fontMetrics().height() + 8))

    def minimumSizeHint(self) -> QSize:
        """A few letters; the tip has them all."""
        return QSize(_LEFT + 60 + _BUTTON, self.sizeHint().height())

    # -- keys and the mouse -----------------------------------------------------------------------

    def keyPressEvent(self, event):
        """Delete and Enter are its button, the arrows go on."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()  # Ctrl+Backspace is the window's
        elif event.key() in _KEYS:
            self.click()
        elif event.key() in steps:
            self.left.emit(steps[event.key()])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent):
        """Whoever comes by the keyboard reads what the pointer would show."""
        super().focusInEvent(event)
        self.entered.emit()
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self._tell()

    def focusOutEvent(self, event: QFocusEvent):
        """And no longer than that."""
        super().focusOutEvent(event)
        QToolTip.hideText()

    def mousePressEvent(self, event):
        """Beside the button a click says why it is there."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.hitButton(event.position().toPoint()):
            self._tell()

    def contextMenuEvent(self, event):
        """By the right button or the menu key."""
        by_mouse = event.reason() == event.Reason.Mouse
        self.menu_requested.emit(
            event.globalPos() if by_mouse else self.mapToGlobal(self.rect().bottomLeft())
        )

    def event(self, event: QEvent) -> bool:
        """Painted anew when the pointer comes and goes."""
        if event.type() in _TOUCHED:
            self.update()
        return super().event(event)

    def _tell(self):
        QToolTip.showText(
            self.mapToGlobal(self.rect().bottomLeft()), self.toolTip(), self, self.rect(), _READ
        )

    # -- painting ---------------------------------------------------------------------------------

    def paintEvent(self, _):
        """Border, words and sign."""
        theme, kept = self._theme, self.state == KEPT
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        line = Qt.PenStyle.SolidLine if kept else Qt.PenStyle.DashLine
        border = QPen(QColor(theme.edge), 1.0, line)
        if self.hasFocus():
            border = QPen(QColor(theme.accent), 2.0)
        painter.setPen(border)
        painter.setBrush(QColor(theme.selection if kept else theme.panel))
        painter.drawRoundedRect(outline, outline.height() / 2, outline.height() / 2)
        ink = QColor(theme.text if kept else theme.quiet)
        font = self.font()
        font.setStrikeOut(self.state == REMOVED)
        painter.setFont(font)
        painter.setPen(ink)
        room = self.rect().adjusted(_LEFT, 0, -_BUTTON, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        over = self.underMouse() and self.isEnabled()
        painter.setPen(QPen(QColor(theme.accent) if over else ink, 1.6, c=Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        centre = QPointF(self.width() - _BUTTON / 2 - 1, self.height() / 2)
        _SIGNS[self.state](painter, centre)


def _draw_cross(painter, centre):
    """Take it out."""
    painter.drawLine(centre + QPointF(-3.5, -3.5), centre + QPointF(3.5, 3.5))
    painter.drawLine(centre + QPointF(-3.5, 3.5), centre + QPointF(3.5, -3.5))


def _draw_back(painter, centre):
    """Put it back: an arrow that turns to the left."""
    circle = QRectF(centre.x() - 4.5, centre.y() - 4.5, 9, 9)
    painter.drawArc(circle, 150 * 16, -290 * 16)
    path = QPainterPath(centre + QPointF(-6.8, -4.6))
    path.lineTo(centre + QPointF(-4.2, -1.6))
    path.lineTo(centre + QPointF(-0.8, -3.4))
    painter.drawPath(path)


def _draw_barred(painter, centre):
    """Not possible: a circle with a bar."""
    painter.drawEllipse(centre, 4.8, 4.8)
    painter.drawLine(centre + QPointF(-3.3, 3.3), centre + QPointF(3.3, -3.3))


_SIGNS = {KEPT: _draw_cross, REMOVED: _draw_back, IMPOSSIBLE: _draw_barred}

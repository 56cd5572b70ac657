"""The line of the rhythm score: P and QRS events on a time axis, moved by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.words import N_, number, tr
from ecgtwin_app.session import score_edit

_P_ROW, _QRS_ROW, _HEIGHT = 13, 34, 50
_GRIP = 7.0
#: Pixels before second 0, where the rows are named.
_MARGIN = 44.0
_KEYS = (
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
)
#: Every origin that an event can have, with the letter that tells it beside its colour, and its name.
ORIGINS = {
    "sinus": ("", N_("sinus")),
    "ectopic": ("e", N_("ectopic")),
    "retrograde": ("r", N_("retrograde")),
    "flutter": ("", N_("flutter")),  # drawn as a tooth of the saw; letters would lie on each other
    "conducted": ("", N_("conducted")),
    "aberrant": ("a", N_("aberrant")),
    "ventricular": ("V", N_("ventricular")),
    "paced": ("p", N_("paced")),
}


class ScoreLine(QWidget):
    """The events on a time axis. A click chooses, a drag moves, a double click inserts a sinus beat."""

    edited = Signal(object, str)
    #: Why there is no room for what was to be inserted.
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.score: RhythmScore | None = None
        self.current = -1
        self.caret, self._caret_chosen = 5.0, False
        self._left, self._speed, self._followed = _MARGIN, 0.0, False
        self._held: tuple[float, RhythmScore, int] | None = None
        self._accent = QColor("#0B5F94")
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Rhythm score"))

    def show_score(self, score: RhythmScore | None) -> None:
        """Show a score; the chosen event stays chosen where there still is one."""
        if self._held is None:
            self.score = score
        if score is not None and not self._caret_chosen:
            self.caret = score_edit.usual_mark(score)
        count = len(score.events) if score is not None else 0
        self.current = min(self.current, count - 1)
        self.setAccessibleDescription(self._words())
        self.update()

    def set_accent(self, colour: str) -> None:
        """The colour of what is chosen."""
        self._accent = QColor(colour)
        self.update()

    def follow(self, left: float | None, speed: float) -> None:
        """Stand under the page's strip: where second 0 lies and pixels a second; None uses the whole width."""
        self._followed = left is not None
        self._left, self._speed = (_MARGIN, 0.0) if left is None else (left, speed)
        self.update()

    def x_offset(self, ancestor: QWidget) -> float:
        """Where the line begins in the widget around it."""
        return self.mapTo(ancestor, QPoint(0, 0)).x() if self.isVisible() else 0.0

    @property
    def chosen(self) -> Event | None:
        """The chosen event."""
        if self.score is None or not 0 <= self.current < len(self.score.events):
            return None
        return self.score.events[self.current]

    def edit(self, score: RhythmScore, words: str) -> None:
        """Propose another score."""
        if score != self.score:
            self.score = score
            self.update()
            self.edited.emit(score, words)

    def insert(self, kind: str, at: float | None = None) -> None:
        """Propose a further beat of `score_edit.INSERTIONS` at a moment, or at the mark."""
        if self.score is None:
            return
        try:
            self.edit(score_edit.insert(self.score, kind, self.caret if at is None else at), N_("insertion"))
        except EcgError as error:
            self.refused.emit(error.message)

    def x(self, seconds: float) -> float:
        """The pixel of a moment."""
        return self._left + seconds * self._pixels()

    def seconds(self, x: float) -> float:
        """The moment under a pixel."""
        return (x - self._left) / self._pixels()

    def _pixels(self):
        duration = self.score.duration if self.score is not None else 10.0
        return self._speed or max(1.0, (self.width() - _MARGIN - 12) / duration)

    def _at(self, point: QPointF) -> int:
        """The event under a point, -1 where there is none."""
        if self.score is None:
            return -1
        chamber = "P" if point.y() < (_P_ROW + _QRS_ROW) / 2 else "QRS"
        near = [
            (abs(self.x(e.time) - point.x()), k)
            for k, e in enumerate(self.score.events)
            if e.chamber == chamber
        ]
        distance, index = min(near, default=(_GRIP + 1, -1))
        return index if distance <= _GRIP else -1

    def mousePressEvent(self, event):
        """Choose an event, or the place where the next one is inserted."""
        self.setFocus()
        self.current = self._at(event.position())
        self.caret = min(max(0.0, self.seconds(event.position().x())), 10.0)
        self._caret_chosen = True
        if self.current >= 0 and self.score is not None:
            self._held = (self.seconds(event.position().x()), self.score, self.current)
        self.update()

    def mouseMoveEvent(self, event):
        """Move it; with Shift everything later comes along."""
        if self._held is None:
            return
        start, before, index = self._held
        by = round(self.seconds(event.position().x()) - start, 3)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._show_moved(before, index, by, shift)
        self.update()

    def mouseReleaseEvent(self, event):
        """Let go: the score is edited."""
        if self._held is None:
            return
        (_, before, _), after = self._held, self.score
        self._held, self.score = None, before
        self.edit(after, N_("move"))

    def mouseDoubleClickEvent(self, event):
        """Insert a sinus beat."""
        if self.score is not None and self._at(event.position()) < 0:
            self.insert("sinus", self.seconds(event.position().x()))

    def event(self, event):
        """The keys of the line are its own while it has the focus, whatever menu they belong to otherwise."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event):
        """Arrow keys move the chosen event by 10 ms, with Shift by 50; Tab-like keys choose the next."""
        steps = {Qt.Key.Key_Left: -0.01, Qt.Key.Key_Right: 0.01}
        if self.score is None:
            super().keyPressEvent(event)
        elif event.key() in steps and self.chosen is not None:
            factor = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            before = self.score
            self._show_moved(before, self.current, steps[event.key()] * factor, False)
            after, self.score = self.score, before
            self.edit(after, N_("move"))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Up else -1
            seen = [k for k, e in enumerate(self.score.events) if 0 <= e.time <= self.score.duration]
            at = seen.index(self.current) + step if self.current in seen else 0
            self.current = seen[at % len(seen)]
            self.caret, self._caret_chosen = self.chosen.time, True
            self.setAccessibleDescription(self._words())
            self.update()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chosen is not None:
            self.edit(score_edit.delete(self.score, self.current), N_("deletion"))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event):
        """A ruler of seconds, P events above, QRS events below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, quiet = self.palette().windowText().color(), self.palette().mid().color()
        accent = self._accent
        if self.score is None:
            return
        painter.setPen(QPen(quiet, 1))
        for second in range(int(self.score.duration) + 1):
            painter.drawLine(QPointF(self.x(second), 2), QPointF(self.x(second), _HEIGHT - 4))
        for row in (_P_ROW, _QRS_ROW):
            painter.drawLine(QPointF(self.x(0), row), QPointF(self.x(self.score.duration), row))
        painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self.x(self.caret), 0), QPointF(self.x(self.caret), _HEIGHT))
        painter.setPen(text)
        for row, words in ((_P_ROW, "P"), (_QRS_ROW, "QRS")):
            painter.drawText(
                # Where the page's strip begins near the edge, as far left as the words are whole.
                QRectF(max(self.x(0) - 40, -4.0), row - 9, 32, 18),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                words,
            )
        for index, one in enumerate(self.score.events):
            # A beat before the first second only lends the strip its T wave.
            if 0 <= one.time <= self.score.duration:
                self._paint_event(painter, one, accent if index == self.current else text)

    def _paint_event(self, painter, event, colour: QColor):
        x = self.x(event.time)
        painter.setPen(QPen(colour, 2.2))
        if event.origin == "flutter":
            painter.drawPolyline(
                [QPointF(x - 4, _P_ROW - 3), QPointF(x + 3, _P_ROW + 4), QPointF(x + 4, _P_ROW - 3)]
            )
        elif event.chamber == "P":
            painter.setBrush(colour if event.origin == "sinus" else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, _P_ROW), 4.5, 4.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.drawLine(QPointF(x, _QRS_ROW - 10), QPointF(x, _QRS_ROW + 10))
        letter, _ = ORIGINS[event.origin]
        if letter:
            row = _P_ROW if event.chamber == "P" else _QRS_ROW
            painter.drawText(QRectF(x + 5, row - 9, 16, 18), Qt.AlignmentFlag.AlignLeft, letter)

    def _show_moved(self, before, index, by, with_later):
        """Show a score with an event moved, which stays chosen though its place in the order may have changed."""
        self.score = score_edit.move(before, index, by, with_later)
        chamber = before.events[index].chamber
        # Events of a chamber never pass each other.
        place = sum(event.chamber == chamber for event in before.events[:index])
        same = [k for k, event in enumerate(self.score.events) if event.chamber == chamber]
        self.current = same[place] if place < len(same) else -1

    def _words(self):
        if self.score is None:
            return tr("No score")
        values = {"p": len(self.score.times("P")), "qrs": len(self.score.times("QRS"))}
        if self.chosen is None:
            return tr("{p} P and {qrs} QRS events").format(**values)
        return tr("{p} P and {qrs} QRS events; chosen: {origin} {chamber} at {time} s").format(
            **values,
            origin=tr(ORIGINS[self.chosen.origin][1]),
            chamber=self.chosen.chamber,
            time=number(self.chosen.time, 2),
        )

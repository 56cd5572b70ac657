"""Marking what is bad on the page, by mouse and by keys."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.panels import Panel
from ecgtwin_app.session.repair_state import (
    USUAL,
    BadMark,
    longer,
    moved,
    of_next_lead,
    of_whole_lead,
    within,
)
from ecgtwin_app.ui.page.page_map import PageMap

#: Seconds of one nudge; Shift makes it ten.
_NUDGE = 0.02
#: Pixels that the mouse has to go before a press is a mark, not a choice.
_CLICK = 4.0


class RepairTool(QObject):
    """Marks over leads; `changed` says what they are to become, with the words for undo, `chosen` which one keys move."""

    changed = Signal(object, str)
    chosen = Signal(int)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.on = False
        self.recording: Recording | None = None
        self.marks: tuple[BadMark, ...] = ()
        self.current = -1
        self._held: BadMark | None = None
        self._panel: Panel | None = None
        #: A second on the screen, where the press was.
        self._pixels = 1.0

    def show_marks(
        self, recording: Recording | None, marks: tuple[BadMark, ...], current: int, on: bool
    ) -> None:
        """Show these; without a recording, or when it is off, none can be set."""
        self.recording, self.marks, self.current = recording, marks, current
        self.on = on and recording is not None

    # -- mouse and keys ---------------------------------------------------------------------------

    def press(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """Choose the mark under the pointer, or begin one."""
        panel = page_map.panel_at(event.position()) if self.on else None
        if panel is None or self.recording is None:
            return False
        lead = panel.lead.removeprefix("-")
        if lead not in self.recording.leads:
            return False
        second = page_map.seconds(panel, event.position().x())
        for number, mark in enumerate(self.marks):
            if mark.lead == lead and mark.start <= second <= mark.end:
                self.chosen.emit(number)
        self._panel, self._pixels = panel, page_map.speed
        self._held = BadMark(lead, second, second)
        return True

    def move(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """Drag its other end."""
        if self._held is None or self._panel is None:
            return False
        self._held = replace(self._held, end=page_map.seconds(self._panel, event.position().x()))
        return True

    def release(self) -> bool:
        """Let go; a press without a drag only chose."""
        held, self._held = self._held, None
        if held is None or self.recording is None:
            return False
        if abs(held.end - held.start) * self._pixels >= _CLICK:
            self.changed.emit((*self.marks, within(held, self.recording)), N_("mark"))
        return True

    def double_click(self, event: QMouseEvent, page_map: PageMap) -> bool:
        """The whole lead."""
        panel = page_map.panel_at(event.position()) if self.on else None
        if (
            panel is None
            or self.recording is None
            or panel.lead.removeprefix("-") not in self.recording.leads
        ):
            return False
        self._held = None
        self.mark_lead(panel.lead.removeprefix("-"))
        return True

    def mark_lead(self, lead: str) -> None:
        """Mark a lead as a whole, instead of parts of it."""
        if self.recording is not None:
            others = tuple(mark for mark in self.marks if mark.lead != lead)
            self.changed.emit((*others, BadMark(lead, 0.0, self.recording.duration)), N_("mark of a lead"))

    def key(self, event: QKeyEvent) -> bool:
        """Arrow keys move the chosen mark to another time or lead, with Alt its end; Insert sets one, Delete removes it."""
        recording = self.recording
        if not self.on or recording is None:
            return False
        if event.key() == Qt.Key.Key_Insert:
            self.add(recording)
            return True
        mark = self.marks[self.current] if 0 <= self.current < len(self.marks) else None
        if mark is None:
            return False
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        ends = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = _NUDGE * far * (1 if event.key() == Qt.Key.Key_Right else -1)
            self._put(longer(mark, by, recording) if ends else moved(mark, by, recording))
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._put(of_next_lead(mark, 1 if event.key() == Qt.Key.Key_Down else -1, recording))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove()
        else:
            return False
        return True

    def add(self, recording: Recording) -> None:
        """One more mark: beside the chosen one in its lead, or at the beginning of the first lead."""
        last = self.marks[self.current] if 0 <= self.current < len(self.marks) else None
        lead, start = (recording.leads[0], 0.0) if last is None else (last.lead, last.end)
        start = min(start, max(0.0, recording.duration - USUAL))
        end = min(recording.duration, start + USUAL)
        self.changed.emit((*self.marks, within(BadMark(lead, start, end), recording)), N_("mark"))

    def whole_lead(self) -> None:
        """The chosen mark's lead as a whole."""
        if self.recording is not None and 0 <= self.current < len(self.marks):
            self._put(of_whole_lead(self.marks[self.current], self.recording))

    def remove(self) -> None:
        """Take the chosen mark away."""
        if 0 <= self.current < len(self.marks):
            rest = self.marks[: self.current] + self.marks[self.current + 1 :]
            self.changed.emit(rest, N_("removal of mark"))

    def _put(self, mark: BadMark) -> None:
        marks = (*self.marks[: self.current], mark, *self.marks[self.current + 1 :])
        self.changed.emit(marks, N_("move of mark"))

    # -- painting ---------------------------------------------------------------------------------

    def paint(self, painter: QPainter, page_map: PageMap) -> None:
        """Crossed boxes over what is marked, the chosen one with a thicker edge."""
        if not self.on:
            return
        marks = list(enumerate(self.marks))
        if self._held is not None and self.recording is not None:
            marks.append((-1, within(self._held, self.recording)))
        colour = QColor(page_map.page.look.warning)
        for number, mark in marks:
            for panel in page_map.panels:
                if panel.lead.removeprefix("-") == mark.lead:
                    self._paint_one(painter, page_map, panel, mark, colour, number in (self.current, -1))

    def _paint_one(self, painter, page_map, panel, mark, colour, chosen):
        start, end = max(mark.start, panel.start), min(mark.end, panel.start + panel.seconds)
        if start >= end:
            return
        left, right = (page_map.x(panel, at) for at in (start, end))
        top, bottom = (page_map.origin.y() + edge * page_map.scale for edge in (panel.top, panel.bottom))
        box = QRectF(left, top + 2, right - left, bottom - top - 4)
        fill = QColor(colour)
        fill.setAlphaF(0.55)
        painter.fillRect(box, QBrush(fill, Qt.BrushStyle.DiagCrossPattern))
        painter.setPen(QPen(colour, 2.4 if chosen else 1.2, Qt.PenStyle.DashLine))
        painter.drawRect(box)
        if mark.note:
            words = tr(mark.note)
            width = painter.fontMetrics().horizontalAdvance(words) + 8
            if width < box.width():
                label = QRectF(box.left(), box.top(), width, painter.fontMetrics().height() + 2)
                ground = QColor(page_map.page.look.paper)
                painter.fillRect(label, ground)
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)

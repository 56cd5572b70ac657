"""The line at the foot of the window: a hint, what lies under the pointer, the zoom, and the synthetic mark."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar

from ecgtwin_app.i18n.words import N_, tr

HINT = N_("Generate Ctrl+G · Heat map Ctrl+H · Views Ctrl+1 to 7 · Commands Ctrl+K · All shortcuts ?")


class StatusLine(QStatusBar):
    """Also says what the command under the pointer does, or why it cannot be done."""

    def __init__(self):
        super().__init__()
        self.zoom, self.others, self.pointer = QLabel(), QLabel(), QLabel()
        self.pointer.setAccessibleName(tr("Under the pointer"))
        # Of a fixed width: a label that grows and shrinks would lay the bar out at every move of the mouse.
        self.pointer.setFixedWidth(172)
        self.addWidget(Hint(tr(HINT)), 1)
        for label in (self.pointer, self.others, self.zoom):
            self.addPermanentWidget(label)
        mark = QLabel(tr("TWINS ARE SYNTHETIC – NOT FOR DIAGNOSIS"), objectName="syntheticMark")
        self.addPermanentWidget(mark)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(4, 0, 8, 0)


class Hint(QLabel):
    """Words parted by dots, as many of them as there is room for: a hint gives way to what is said of the session."""

    def __init__(self, words: str):
        super().__init__(words)
        self._parts = words.split(" · ")
        self.setToolTip(words)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event):
        """Whole words only."""
        super().resizeEvent(event)
        for count in range(len(self._parts), -1, -1):
            words = " · ".join(self._parts[:count])
            if self.fontMetrics().horizontalAdvance(words) + 18 <= self.width():
                break
        self.setText(words)

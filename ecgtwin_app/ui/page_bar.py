"""The line under the page: what the mouse does on it, how large it is, and printing it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ecgtwin_app.ui.words import noted, tr

#: Commands with their words on the bar; "" leaves a gap, which takes what room there is.
_BUTTONS = (
    ("tool_hand", noted("Move")),
    ("tool_time", noted("Caliper ms")),
    ("tool_amplitude", noted("Caliper mV")),
    ("toggle_fiducials", noted("Marks")),
    ("toggle_labels", noted("Labels")),
    ("toggle_magnifier", noted("Lens")),
    ("", ""),
    ("zoom_out", "−"),
    ("fit", noted("Fit")),
    ("zoom_in", "+"),
    ("print_page", noted("Print…")),
)


class PageBar(QWidget):
    """Buttons of the commands that are wanted with the hand on the page."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(2)
        for name, words in _BUTTONS:
            if not name:
                row.addStretch(1)
                continue
            self.buttons[name] = button = _button(actions[name], tr(words))
            row.addWidget(button)


def _button(action, words):
    button = QToolButton(text=words, objectName="flat", checkable=action.isCheckable())
    button.setToolTip(action.toolTip())
    button.setAccessibleName(action.statusTip())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda _=False: action.trigger())

    def follow():
        button.setEnabled(action.isEnabled())
        button.setChecked(action.isChecked())

    action.changed.connect(follow)
    follow()
    return button

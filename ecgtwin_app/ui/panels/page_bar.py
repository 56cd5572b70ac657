"""The line under the page: what the mouse does on it, how large it is, and printing it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.widgets.overflow_row import OverflowRow

#: What the mouse does on the page: one of these.
_TOOLS = (
    ("tool_hand", N_("Move"), "first"),
    ("tool_time", N_("Caliper ms"), "middle"),
    ("tool_amplitude", N_("Caliper mV"), "last"),
)
#: What is shown on the page, on or off.
_SHOWN = (
    ("toggle_fiducials", N_("Fiducials")),
    ("toggle_labels", N_("Beats")),
    ("toggle_magnifier", N_("Magnifier")),
)
_SIZE = (("zoom_out", "−"), ("fit", N_("Fit")), ("zoom_in", "+"))


class PageBar(OverflowRow):
    """Buttons of the commands that are wanted with the hand on the page."""

    def __init__(self, actions: dict[str, QAction]):
        super().__init__(margins=(8, 3, 8, 3))
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self.buttons: dict[str, QToolButton] = {}
        for name, words, place in _TOOLS:
            self._add(name, tr(words), "segment").setProperty("place", place)
        for number, (name, words) in enumerate(_SHOWN):
            self._add(name, tr(words), "tool", 0 if number else 8)
        self.add_stretch()
        for name, words in _SIZE:
            self._add(name, tr(words), "tool")
        self._add("print_page", tr("Print…"), "secondary", 8)

    def _add(self, name, words, look, gap=0):
        action = self._actions[name]
        self.buttons[name] = button = _button(action, words, look)
        self.add(button, lambda menu: menu.addAction(action), gap)
        return button


def _button(action, words, look):
    button = QToolButton(text=words, objectName=look, checkable=action.isCheckable())
    button.setAccessibleName(action.statusTip())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda _=False: action.trigger())

    def follow():
        button.setEnabled(action.isEnabled())
        button.setChecked(action.isChecked())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()
    return button

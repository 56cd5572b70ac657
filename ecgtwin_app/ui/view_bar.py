"""The toolbar: what is shown and how. It holds no state of its own but shows a layout and reports wishes."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QMenu, QToolBar, QToolButton, QWidget

from ecgtwin_app.report.layout import MODES, TWIN_MODES, PageLayout
from ecgtwin_app.ui.paper_menu import OPTIONS

#: Heat-map methods with the words of the chooser; "" shows none.
HEAT_MAPS = (
    ("", "No heat map"),
    ("contrast", "Contrast map"),
    ("attention", "Attention map"),
    ("gradients", "Gradients map"),
)
_SHORT = {"median beats": "Median", "vector loops": "Loops"}
#: Choices of the page that stand in the toolbar; the others are in its menu.
_BOXES = ("leads", "speed", "gain")


class ViewBar(QToolBar):
    """Views, layout, speed, gain, the menu of the paper, and the heat map."""

    layout_wished = Signal(object, str)
    heat_map_wished = Signal(str)

    def __init__(self, actions: dict[str, QAction], paper: QMenu, parent: QWidget | None = None):
        super().__init__("View", parent)
        self.setMovable(False)
        self.setContextMenuPolicy(self.contextMenuPolicy().PreventContextMenu)
        self._page_layout = PageLayout()
        self._add_button(actions["open_file"], "Open…")
        self.addSeparator()
        self.modes = self._add_modes()
        self.addSeparator()
        self.boxes = {option.field: self._add_choice(option) for option in OPTIONS if option.field in _BOXES}
        more = QToolButton(text="Paper", objectName="flat")
        more.setToolTip("Order, time, chest gain, filter, ruled paper, scheme and sheet")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(paper)
        self.addWidget(more)
        self.addSeparator()
        self.heat_map = _box("Heat map", HEAT_MAPS)
        self.heat_map.activated.connect(lambda k: self.heat_map_wished.emit(self.heat_map.itemData(k)))
        self.addWidget(self.heat_map)

    def show_layout(self, layout: PageLayout, has_twin: bool) -> None:
        """Show a layout; views of a twin are out of reach until there is one."""
        self._page_layout = layout
        for field, box in self.boxes.items():
            box.setCurrentIndex(box.findData(getattr(layout, field)))
        mode = layout.mode if has_twin or layout.mode not in TWIN_MODES else "reference"
        for button, name in zip(self.modes.buttons(), MODES):
            button.setChecked(name == mode)
            button.setEnabled(has_twin or name not in TWIN_MODES)
        self.heat_map.setEnabled(has_twin)

    def show_heat_map(self, method: str) -> None:
        """Show which heat map is chosen."""
        self.heat_map.setCurrentIndex(self.heat_map.findData(method))

    def _add_button(self, action, text):
        button = QToolButton(text=text)
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.statusTip())
        button.setEnabled(action.isEnabled())
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        self.addWidget(button)

    def _add_modes(self):
        group = QButtonGroup(self)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        places = ("first", *["middle"] * (len(MODES) - 2), "last")
        for number, (mode, place) in enumerate(zip(MODES, places), 1):
            text = _SHORT.get(mode, mode.capitalize())
            button = QToolButton(text=text, checkable=True, objectName="segment")
            button.setProperty("place", place)
            button.setToolTip(f"View: {mode} (Ctrl+{number})")
            button.setAccessibleName(f"View: {mode}")
            button.clicked.connect(lambda _=False, mode=mode: self._wish("view", mode=mode))
            group.addButton(button)
            row.addWidget(button)
        self.addWidget(holder)
        return group

    def _add_choice(self, option):
        box = _box(option.title, option.values)
        words = option.title.lower()
        box.activated.connect(lambda k: self._wish(words, **{option.field: box.itemData(k)}))
        self.addWidget(box)
        return box

    def _wish(self, what, **fields):
        self.layout_wished.emit(replace(self._page_layout, **fields), what)


def _box(name, choices, widest=126):
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for value, text in choices:
        box.addItem(text, value)
    longest = max(box.fontMetrics().horizontalAdvance(text) for _, text in choices)
    box.setFixedWidth(min(longest + 40, widest))
    box.view().setMinimumWidth(longest + 40)  # the list may be wider than the closed box
    return box

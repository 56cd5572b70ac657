"""The toolbar: what is shown and how. It holds no state of its own but shows a layout and reports wishes."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QToolBar,
    QToolButton,
    QWidget,
)

from ecgtwin_app.report.layout import GAINS, LEAD_GRIDS, MODES, SPEEDS, PageLayout

#: Heat-map methods with the words of the chooser; "" shows none.
HEAT_MAPS = (
    ("", "No heat map"),
    ("contrast", "Contrast map"),
    ("attention", "Attention map"),
    ("gradients", "Gradients map"),
)


class ViewBar(QToolBar):
    """Open and save, view modes, layout, speed, gain and heat map."""

    layout_wished = Signal(object)
    heat_map_wished = Signal(str)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None):
        super().__init__("View", parent)
        self.setMovable(False)
        self.setContextMenuPolicy(self.contextMenuPolicy().PreventContextMenu)
        self._page_layout = PageLayout()
        self._add_button(actions["open_file"], "Open…")
        self._add_button(actions["save_twins"], "Save…")
        self._add_button(actions["save_pdf"], "PDF…")
        self.addSeparator()
        self.modes = self._add_modes()
        self.addSeparator()
        self.leads = self._add_choice(
            "Layout", [(key, grid.title) for key, grid in LEAD_GRIDS.items()], "leads"
        )
        self.speed = self._add_choice("Paper speed", [(v, f"{v:g} mm/s") for v in SPEEDS], "speed")
        self.gain = self._add_choice("Gain", [(v, f"{v:g} mm/mV") for v in GAINS], "gain")
        self.addSeparator()
        self.heat_map = _box("Heat map", HEAT_MAPS)
        self.heat_map.activated.connect(lambda k: self.heat_map_wished.emit(self.heat_map.itemData(k)))
        self.addWidget(self.heat_map)

    def show_layout(self, layout: PageLayout, has_twin: bool) -> None:
        """Show a layout; views of a twin are out of reach until there is one."""
        self._page_layout = layout
        for box, value in ((self.leads, layout.leads), (self.speed, layout.speed), (self.gain, layout.gain)):
            box.setCurrentIndex(box.findData(value))
        mode = layout.mode if has_twin else "reference"
        for button, name in zip(self.modes.buttons(), MODES):
            button.setChecked(name == mode)
            button.setEnabled(has_twin or name == "reference")
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
            button = QToolButton(text=mode.capitalize(), checkable=True, objectName="segment")
            button.setProperty("place", place)
            button.setToolTip(f"View: {mode} (Ctrl+{number})")
            button.setAccessibleName(f"View: {mode}")
            button.clicked.connect(lambda _=False, mode=mode: self._wish(mode=mode))
            group.addButton(button)
            row.addWidget(button)
        self.addWidget(holder)
        return group

    def _add_choice(self, name, choices, field):
        box = _box(name, choices)
        box.activated.connect(lambda k: self._wish(**{field: box.itemData(k)}))
        self.addWidget(box)
        return box

    def _wish(self, **fields):
        self.layout_wished.emit(replace(self._page_layout, **fields))


def _box(name, choices, widest=136):
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for value, text in choices:
        box.addItem(text, value)
    longest = max(box.fontMetrics().horizontalAdvance(text) for _, text in choices)
    box.setFixedWidth(min(longest + 42, widest))
    box.view().setMinimumWidth(longest + 40)  # the list may be wider than the closed box
    return box

"""The toolbar: what is shown and how. It holds no state of its own but shows a layout and reports wishes."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QMenu, QToolBar, QToolButton, QWidget

from ecgtwin_app.report.layout import MODES, TWIN_MODES, PageLayout
from ecgtwin_app.ui.heat_menu import HEAT_MAPS
from ecgtwin_app.ui.paper_menu import OPTIONS, choice_text
from ecgtwin_app.ui.words import noted, tr

#: Views: the words of the button, and what it does.
_VIEWS = {
    "overlay": (noted("Overlay"), noted("Twin over reference")),
    "side by side": (noted("Side by side"), noted("Reference left, twin right")),
    "reference": (noted("Reference"), noted("The recorded ECG")),
    "twin": (noted("Twin"), noted("The generated ECG")),
    "difference": (noted("Difference"), noted("Twin less reference, beat on beat")),
    "median beats": (noted("Median"), noted("One beat of each on the other")),
    "vector loops": (noted("Loops"), noted("Derived vectorcardiogram")),
}
#: Choices of the page that stand in the toolbar; the others are in its menu.
_TIPS = {
    "leads": noted("rows × columns of leads, with rhythm strips below"),
    "speed": noted("25 mm/s is usual; 50 mm/s is the habit in German-speaking and Nordic countries"),
    "gain": noted("10 mm/mV is usual; the calibration pulse shows it"),
}


class ViewBar(QToolBar):
    """Views, layout, speed, gain, the menu of the paper, and the heat map."""

    layout_wished = Signal(object, str)
    heat_map_wished = Signal(str)

    def __init__(self, actions: dict[str, QAction], paper: QMenu, parent: QWidget | None = None):
        super().__init__(tr("View"), parent)
        self.setMovable(False)
        self.setContextMenuPolicy(self.contextMenuPolicy().PreventContextMenu)
        self._page_layout = PageLayout()
        self.open_button = self._add_button(actions["open_file"], tr("Open…"))
        self.addSeparator()
        self.modes = self._add_modes()
        self.addSeparator()
        self.boxes = {option.field: self._add_choice(option) for option in OPTIONS if option.field in _TIPS}
        more = QToolButton(text=tr("Paper"), objectName="flat")
        more.setToolTip(tr("Order, time, chest gain, filter, ruled paper, scheme and sheet"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(paper)
        self.addWidget(more)
        self.addSeparator()
        self.heat_map = _box(
            tr("Heat map"),
            tr("What the twin owes to the condition; a map tells about the model, not the heart"),
            [(method, tr(words)) for method, words in HEAT_MAPS],
        )
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
        return button

    def _add_modes(self):
        group = QButtonGroup(self)
        self.mode_buttons = holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        places = ("first", *["middle"] * (len(MODES) - 2), "last")
        for number, (mode, place) in enumerate(zip(MODES, places), 1):
            text, tip = (tr(words) for words in _VIEWS[mode])
            button = QToolButton(text=text, checkable=True, objectName="segment")
            button.setProperty("place", place)
            button.setToolTip(f"{tip} (Ctrl+{number})")
            button.setAccessibleName(tr("View: {name}").format(name=text))
            button.clicked.connect(lambda _=False, mode=mode: self._wish(noted("view"), mode=mode))
            group.addButton(button)
            row.addWidget(button)
        self.addWidget(holder)
        return group

    def _add_choice(self, option):
        values = [(value, choice_text(option, value, words)) for value, words in option.values]
        box = _box(tr(option.title), tr(_TIPS[option.field]), values)
        box.activated.connect(lambda k: self._wish(option.what, **{option.field: box.itemData(k)}))
        self.addWidget(box)
        return box

    def _wish(self, what, **fields):
        self.layout_wished.emit(replace(self._page_layout, **fields), what)


def _box(name, tip, choices, widest=126):
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(f"{name}: {tip}")
    for value, text in choices:
        box.addItem(text, value)
    longest = max(box.fontMetrics().horizontalAdvance(text) for _, text in choices)
    box.setFixedWidth(min(longest + 40, widest))
    box.view().setMinimumWidth(longest + 40)  # the list may be wider than the closed box
    return box

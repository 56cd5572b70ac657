"""The toolbar: what is shown and how. It holds no state of its own but shows a layout and reports wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from ecgtwin_app.generators.base import Spec
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.layout import MODES, TWIN_MODES, PageLayout
from ecgtwin_app.ui.panels.heat_menu import HEAT_MAPS, HeatMenu, why_not_made
from ecgtwin_app.ui.panels.paper_menu import OPTIONS, PaperMenu, choice_text
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox
from ecgtwin_app.ui.widgets.overflow_row import OverflowRow

#: Views: the words of the button, and what it does.
_VIEWS = {
    "overlay": (N_("Overlay"), N_("Twin over reference")),
    "side by side": (N_("Side by side"), N_("Reference left, twin right")),
    "reference": (N_("Reference"), N_("The recorded ECG")),
    "twin": (N_("Twin"), N_("The generated ECG")),
    "difference": (N_("Difference"), N_("Twin less reference, beat on beat")),
    "median beats": (N_("Median"), N_("One beat of each on the other")),
    "vector loops": (N_("Loops"), N_("Derived vectorcardiogram")),
}
#: Choices of the page that stand in the toolbar; the others are in its menu.
_TIPS = {
    "leads": N_("rows × columns of leads, with rhythm strips below"),
    "speed": N_("25 mm/s is usual; 50 mm/s is the habit in German-speaking and Nordic countries"),
    "gain": N_("10 mm/mV is usual; the calibration pulse shows it"),
}


class ViewBar(QToolBar):
    """Views, layout, speed, gain, the menu of the paper, and the heat map."""

    layout_requested = Signal(object, str)
    heat_map_requested = Signal(str)

    def __init__(
        self, actions: dict[str, QAction], paper: PaperMenu, heat: HeatMenu, parent: QWidget | None = None
    ):
        super().__init__(tr("View"), parent)
        self.setMovable(False)
        self.setContextMenuPolicy(self.contextMenuPolicy().PreventContextMenu)
        self._page_layout = PageLayout()
        self.row = OverflowRow(spacing=4)
        self.open_button = self._add_button(actions["open_file"], tr("Open…"))
        self.modes = self._add_modes(actions)
        self.boxes = {}
        for option in OPTIONS:
            if option.field in _TIPS:
                of_option = paper.of_field[option.field]
                box = self.boxes[option.field] = self._choice(option)
                self.row.add(box, lambda menu, m=of_option: menu.addMenu(m), 0 if len(self.boxes) > 1 else 8)
        more = QToolButton(text=tr("Paper"), objectName="flat")
        more.setToolTip(tr("Order, time, chest gain, filter, ruled paper, scheme and sheet"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(paper.menu)
        self.row.add(more, lambda menu: menu.addMenu(paper.menu))
        self.heat_map = _box(
            tr("Heat map"),
            tr("What the twin owes to the condition; a map tells about the model, not the heart"),
            [(method, tr(words)) for method, words in HEAT_MAPS],
        )
        self.heat_map.activated.connect(lambda k: self.heat_map_requested.emit(self.heat_map.itemData(k)))
        self.row.add(self.heat_map, lambda menu: menu.addMenu(heat), 8)
        self.row.end()
        self.addWidget(self.row)

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

    def show_offer(self, spec: Spec | None) -> None:
        """Grey the heat maps that the generator does not offer, with the reason."""
        model = cast(QStandardItemModel, self.heat_map.model())
        for row in range(self.heat_map.count()):
            reason = why_not_made(spec, self.heat_map.itemData(row))
            model.item(row).setEnabled(not reason)
            self.heat_map.setItemData(row, reason or None, Qt.ItemDataRole.ToolTipRole)

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
        self.row.add(button, lambda menu: menu.addAction(action))
        return button

    def _add_modes(self, actions):
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
            button.clicked.connect(lambda _=False, mode=mode: self._wish(N_("view"), mode=mode))
            group.addButton(button)
            row.addWidget(button)
        holder.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        views = [actions[f"view_{mode.replace(' ', '_')}"] for mode in MODES]

        def fill(menu):
            of_views = menu.addMenu(tr("View"))
            of_views.addActions(views)

        self.row.add(holder, fill, 8)
        return group

    def _choice(self, option):
        values = [(value, choice_text(option, value, words)) for value, words in option.values]
        box = _box(tr(option.title), tr(_TIPS[option.field]), values)
        box.activated.connect(lambda k: self._wish(option.what, **{option.field: box.itemData(k)}))
        return box

    def _wish(self, what, **fields):
        self.layout_requested.emit(replace(self._page_layout, **fields), what)


def _box(name, tip, choices, widest=144):
    box = ChoiceBox()
    box.setAccessibleName(name)
    box.setToolTip(f"{name}: {tip}")
    for value, text in choices:
        box.addItem(text, value)
    longest = max(box.fontMetrics().horizontalAdvance(text) for _, text in choices)
    box.setFixedWidth(min(longest + 40, widest))
    return box

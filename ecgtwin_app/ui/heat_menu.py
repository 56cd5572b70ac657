"""The heat maps as a menu: none, or one by each method."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from ecgtwin_app.ui.words import noted, tr

#: Heat-map methods with the words of the chooser; "" shows none.
HEAT_MAPS = (
    ("", noted("No heat map")),
    ("contrast", noted("Contrast map")),
    ("attention", noted("Attention map")),
    ("gradients", noted("Gradients map")),
)


class HeatMenu(QMenu):
    """Marks the method that is shown; `wish` takes the one that is wanted."""

    def __init__(self, wish: Callable[[str], None], parent: QWidget | None = None):
        super().__init__(tr("Heat map &method"), parent)
        group = QActionGroup(self)
        self.methods = {}
        for method, words in HEAT_MAPS:
            self.methods[method] = action = self.addAction(tr(words))
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, method=method: wish(method))

    def show_method(self, method: str) -> None:
        """Mark a method."""
        self.methods[method].setChecked(True)

"""A box of choices whose list shows every row, and every row whole."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

#: Rows that a list shows without scrolling.
_MOST = 20
#: Pixels that a row needs beside its letters.
_BESIDE = 40


class ChoiceBox(QComboBox):
    """Opens its list as high and as wide as what is in it.

    Qt measures the list before the style sheet's border is around it: it comes out too low by a border, for which
    a whole row gives way to an arrow that scrolls, and no wider than the closed box.
    """

    def showPopup(self) -> None:
        """Open the list, then give it the room that it lacks, within the screen."""
        self.setMaxVisibleItems(max(_MOST, self.maxVisibleItems()))
        super().showPopup()
        view, holder = self.view(), self.view().window()
        metrics = view.fontMetrics()
        texts = [self.itemText(row) for row in range(self.count())]
        widest = max(map(metrics.horizontalAdvance, texts), default=0) + _BESIDE
        rows = min(self.count(), self.maxVisibleItems())
        lacking = sum(view.sizeHintForRow(row) for row in range(rows)) - view.viewport().height()
        place, screen = holder.geometry(), self.screen().availableGeometry()
        place.setHeight(min(place.height() + max(0, lacking), screen.height()))
        place.setWidth(min(max(place.width(), widest), screen.width()))
        place.moveBottom(min(place.bottom(), screen.bottom()))
        place.moveRight(min(place.right(), screen.right()))
        if place != holder.geometry():
            holder.setGeometry(place)

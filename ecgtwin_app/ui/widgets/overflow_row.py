"""A row of controls that is never cut: what does not fit stands in a menu at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QMenu, QSizePolicy, QToolButton, QWidget

from ecgtwin_app.i18n.words import tr


@dataclass
class _Item:
    """A control, what it is in the menu, the pixels before it, and whether it is offered at all."""

    widget: QWidget
    fill: Callable[[QMenu], None] | None
    gap: int
    offered: bool = True


class OverflowRow(QWidget):
    """Controls from left to right, each as wide as it wants to be.

    Those at the end that do not fit are hidden; the button "»" takes their place and opens a menu with all of
    them. It is reached by Tab and opened by the space bar.
    """

    def __init__(self, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 0):
        super().__init__()
        self._items: list[_Item] = []
        self._stretch_at = -1
        self._fitting = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(*margins)
        self._row.setSpacing(0)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._spacing = spacing
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.more = QToolButton(text="»", objectName="more")
        self.more.setToolTip(tr("What does not fit here"))
        self.more.setAccessibleName(tr("More commands"))
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.more)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self.menu)
        self._row.addWidget(self.more)
        self.more.hide()

    def add(self, widget: QWidget, fill: Callable[[QMenu], None] | None = None, gap: int = 0) -> None:
        """Put a control at the end.

        Parameters
        ----------
        fill : callable or None
            Puts what the control does into a menu; None for words that only explain and may go.
        gap : int
            Pixels before it, beside the usual spacing.
        """
        before = gap + (self._spacing if self._items else 0)
        if before:
            self._row.insertSpacing(self._row.count() - 1, before)
        self._row.insertWidget(self._row.count() - 1, widget)
        self._items.append(_Item(widget, fill, before))

    def add_stretch(self) -> None:
        """What follows stands at the right."""
        self._row.insertStretch(self._row.count() - 1, 1)
        self._stretch_at = len(self._items)

    def end(self) -> None:
        """Without a stretch, what is there stands at the left."""
        if self._stretch_at < 0:
            self._row.addStretch(1)

    def offer(self, offered: bool) -> None:
        """Offer everything that does something, or only what is words."""
        for item in self._items:
            item.offered = offered or item.fill is None
        self._fit()

    def place_of(self, widget: QWidget) -> QWidget:
        """Where a control is found now: itself, or the button of the menu."""
        return self.more if any(i.widget is widget for i in self.left_out) else widget

    @property
    def left_out(self) -> list[_Item]:
        """What stands in the menu now."""
        return [item for item in self._items if item.offered and item.widget.isHidden()]

    def sizeHint(self) -> QSize:
        """Everything beside each other."""
        margins = self._row.contentsMargins()
        width = margins.left() + margins.right() + sum(map(_width, self._items))
        height = max((item.widget.sizeHint().height() for item in self._items), default=0)
        return QSize(width, height + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """The button of the menu."""
        return QSize(self.more.sizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event):
        """Show what fits."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Controls may want another size: another font, another word."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.StyleChange, QEvent.Type.Show):
            self._fit()
        return done

    def _fit(self):
        if self._fitting or not self._items:
            return
        self._fitting = True
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        offered = [item for item in self._items if item.offered]
        widths = [_width(item) for item in offered]
        count = len(widths)
        if sum(widths) > room:
            room -= self.more.sizeHint().width()
            while count and sum(widths[:count]) > room:
                count -= 1
        shown = {id(item) for item in offered[:count]}
        for item in self._items:
            _show(item.widget, id(item) in shown)
        _show(self.more, count < len(offered))
        self._fitting = False

    def _fill_menu(self):
        self.menu.clear()
        for item in self.left_out:
            if item.fill is not None:
                item.fill(self.menu)


def _show(widget, wanted):
    if widget.isHidden() == wanted:
        widget.setVisible(wanted)


def _width(item):
    return item.gap + max(item.widget.sizeHint().width(), item.widget.minimumWidth())

"""The layers of an overlay: eye, name, colour, opacity and order."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.colours import look_of
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.session.request_json import conditions_title
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.panels.filmstrip import marks
from ecgtwin_app.ui.panels.provenance import OTHERS_ARE_FOR, others_words

#: What an item stands for, and the words it was given.
_KEY, _WORDS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class LayersPanel(QWidget):
    """The highest layer stands first, as it lies on the page. A tick shows a layer."""

    changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._stack, self._session = LayerStack(), None
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Layers"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # names are wrapped
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.itemChanged.connect(self._changed)
        self.list.currentRowChanged.connect(lambda _: self._show_controls())
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(10, 100)
        self.opacity.setAccessibleName(tr("Opacity"))
        self.opacity.valueChanged.connect(lambda v: self._style(N_("opacity of layer"), opacity=v / 100))
        self.colour = _button(tr("Colour…"), tr("Another colour for the chosen layer"), self._choose_colour)
        self.usual = _button(tr("Usual look"), tr("The scheme's colour, fully opaque"), self._reset)
        self.up = _button(tr("Up"), tr("Draw the chosen layer over the next one"), lambda: self._move(+1))
        self.down = _button(
            tr("Down"), tr("Draw the chosen layer under the next one"), lambda: self._move(-1)
        )
        self._lay_out()

    def show_session(self, session: Session, stack: LayerStack) -> None:
        """List the reference and the twins."""
        self._session, self._stack = session, stack
        chosen = self.key
        self.list.blockSignals(True)
        self.list.clear()
        keys = stack.keys(session.twins)[::-1] if session.reference is not None else []
        for key in keys:
            number = 0 if key == REFERENCE else session.twins.index(key) + 1
            words = f"{tr('Reference')} {others_words(session)}".strip()
            if not isinstance(key, str):
                usual = tr("{number} · {conditions}, seed {seed}").format(
                    number=number, conditions=conditions_title(key.request), seed=key.seed
                )
                name = stack.style(key).name or usual
                words = f"{name}  {marks(key)}"
            item = QListWidgetItem(words)
            item.setData(_KEY, key)
            item.setData(_WORDS, words)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            if key != REFERENCE:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            seen = stack.is_visible(key, session.twin)
            item.setCheckState(Qt.CheckState.Checked if seen else Qt.CheckState.Unchecked)
            item.setIcon(_swatch(stack.style(key).colour or _usual_colour(key, session, stack)))
            if not isinstance(key, str):
                item.setToolTip(conditions_title(key.request))
            elif session.others:
                item.setToolTip(tr(OTHERS_ARE_FOR))
            self.list.addItem(item)
        rows = [row for row, key in enumerate(keys) if key is chosen or key == chosen]
        self.list.setCurrentRow(rows[0] if rows else 0)
        self.list.blockSignals(False)
        self._show_controls()

    @property
    def key(self):
        """The chosen layer."""
        item = self.list.currentItem()
        return item.data(_KEY) if item is not None else None

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 12)
        column.setSpacing(6)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Opacity"), objectName="quiet"))
        row.addWidget(self.opacity, 1)
        column.addLayout(row)
        for buttons in ((self.colour, self.usual), (self.up, self.down)):
            row = QHBoxLayout()
            for button in buttons:
                row.addWidget(button, 1)
            column.addLayout(row)
        words = QLabel(
            tr(
                "Layers are drawn in the views Overlay, Median and Loops. Hold the key ` to flicker between the"
                " reference and the twin."
            ),
            objectName="quiet",
        )
        words.setWordWrap(True)
        column.addWidget(words)

    def _show_controls(self):
        key = self.key
        for widget in (self.opacity, self.colour, self.usual, self.up, self.down):
            widget.setEnabled(key is not None)
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(100 * self._stack.style(key).opacity) if key is not None else 100)
        self.opacity.blockSignals(False)

    def _changed(self, item):
        """A layer was ticked, or a twin renamed (F2 or a double click)."""
        if item.text() == item.data(_WORDS):
            self._ticked(item)
            return
        key = item.data(_KEY)
        name = item.text().removesuffix(marks(key)).strip()
        QTimer.singleShot(
            0, self, lambda: self.changed.emit(self._stack.with_style(key, name=name), N_("name of twin"))
        )

    def _ticked(self, item):
        key, seen = item.data(_KEY), item.checkState() == Qt.CheckState.Checked
        # The list is filled anew, which must not happen while Qt is still ticking the item.
        QTimer.singleShot(
            0,
            self,
            lambda: self.changed.emit(self._stack.with_style(key, visible=seen), N_("visibility of layer")),
        )

    def _style(self, what, **fields):
        if self.key is not None:
            self.changed.emit(self._stack.with_style(self.key, **fields), what)

    def _move(self, by):
        if self.key is not None:
            self.changed.emit(self._stack.moved(self.key, by, self._session.twins), N_("order of layers"))

    def _reset(self):
        self._style(N_("look of layer"), opacity=1.0, colour="")

    def _choose_colour(self):
        dialog = QColorDialog(
            QColor(self._stack.style(self.key).colour or look_of("paper", "none").twins[0]), self
        )
        dialog.setWindowTitle(tr("Colour of the layer"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._style(N_("colour of layer"), colour=colour.name()))
        dialog.open()


def _usual_colour(key, session, stack):
    """The colour that the page gives a layer without one of its own."""
    look = look_of("paper", "none")
    if key == REFERENCE:
        return look.reference
    seen = [k for k in stack.keys(session.twins) if k != REFERENCE and stack.is_visible(k, session.twin)]
    others = [k for k in seen if k is not session.twin]
    place = 1 + others.index(key) if key in others else 0
    return look.twins[place % len(look.twins)]


def _swatch(colour):
    picture = QPixmap(14, 14)
    picture.fill(QColor(colour))
    return QIcon(picture)


def _button(text, tip, do):
    button = QPushButton(text, objectName="secondary")
    button.setToolTip(tip)
    button.clicked.connect(lambda: do())
    return button

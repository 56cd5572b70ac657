"""Fields for numbers that may be left as the reference has them, and the keys that fields leave to the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
#: Keys by which a field is edited, whatever a menu does with them elsewhere.
_EDITING = (
    Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip
_CLIPBOARD = (
    QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut, QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.SelectAll,
)  # fmt: skip
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NumberField(QDoubleSpinBox):
    """A number that may be "not set": by a word, which can be typed, and by an empty field."""

    def __init__(self, parent: QWidget | None = None, **settings):
        self._word = ""
        super().__init__(parent, **settings)
        self.setKeyboardTracking(False)

    def set_word(self, word: str, shown: str = "") -> None:
        """The word that stands for "not set" and can be typed, and how it is shown: "keep", "keep (61)"."""
        self._word = word
        self.setSpecialValueText(shown or word)

    @property
    def may_be_open(self) -> bool:
        """Whether the number need not be set."""
        return bool(self._word)

    @property
    def is_open(self) -> bool:
        """Whether it is not set."""
        return self.may_be_open and self.value() <= self.minimum()

    def leave_open(self) -> None:
        """Back to "not set"."""
        self.setValue(self.minimum())

    def wants(self, letter: str) -> bool:
        """Whether a letter goes on with the word for "not set"."""
        line = self.lineEdit()
        start = line.selectionStart() if line.hasSelectedText() else line.cursorPosition()
        end = start + len(line.selectedText())
        text = line.text()[:start] + letter + line.text()[end:]
        return self.may_be_open and self._begins_word(self._bare(text))

    def validate(self, text: str, at: int):
        """The word and its beginnings are no mistakes, nor is an empty field."""
        typed = self._bare(text)
        if self.may_be_open and self._says_open(typed):
            return QValidator.State.Acceptable, text, at
        if self.may_be_open and self._begins_word(typed):
            return QValidator.State.Intermediate, text, at
        return super().validate(text, at)

    def valueFromText(self, text: str):
        """The number of a text; the lowest stands for "not set"."""
        if self.may_be_open and self._says_open(self._bare(text)):
            return self.minimum()
        return super().valueFromText(text)

    def _bare(self, text):
        """What was typed, without the unit."""
        return text.strip().removesuffix(self.suffix().strip()).strip().casefold()

    def _begins_word(self, typed):
        return self._word.casefold().startswith(typed)

    def _says_open(self, typed):
        return typed in ("", self._word.casefold(), self.specialValueText().casefold())


class WholeField(NumberField):
    """A whole number."""

    def __init__(self, parent: QWidget | None = None, **settings):
        super().__init__(parent, **settings)
        self.setDecimals(0)

    def value(self) -> int:
        """The number, without a fraction."""
        return round(super().value())


class FieldKeys(QObject):
    """Leaves the window's shortcuts to the window while a field has the focus.

    Qt's fields take every letter and many a Ctrl key for themselves, also where they mean nothing to them. A number
    field needs digits and the keys of editing, a search box letters; all else belongs to the menus. A number field
    gives the focus back to the page once its number is entered or given up.

    Parameters
    ----------
    window : QWidget
        Its fields are those that are in it now.
    page : QWidget
        What gets the focus after a number.
    """

    def __init__(self, window: QWidget, page: QWidget):
        super().__init__(window)
        self._page = page
        for kind in (QAbstractSpinBox, QLineEdit):
            for field in window.findChildren(kind):
                if not isinstance(field.parent(), QAbstractSpinBox):
                    field.installEventFilter(self)

    def eventFilter(self, field, event) -> bool:
        """Let through what is the field's own."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            own = is_of_field(field, event)
            if not own and isinstance(field, QAbstractSpinBox) and event.key() != Qt.Key.Key_Escape:
                field.interpretText()  # what is typed counts for what the shortcut does
            event.setAccepted(own)
            return True
        if kind == QEvent.Type.KeyPress and isinstance(field, QAbstractSpinBox):
            if event.key() in _ENTER:
                QTimer.singleShot(0, self._page, self._page.setFocus)
            elif event.key() == Qt.Key.Key_Escape:
                field.lineEdit().setText(_text_of_value(field))
                self._page.setFocus()
            elif event.text().isprintable() and event.text() and not is_of_field(field, event):
                event.ignore()  # such as the key that flickers, which the window knows by itself
                return True
        return False


def is_of_field(field: QWidget, event) -> bool:
    """Whether a key edits a field."""
    if any(event.matches(sequence) for sequence in _CLIPBOARD):
        return True
    plain = event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier) == _NONE
    control = event.modifiers() & ~_SHIFT == Qt.KeyboardModifier.ControlModifier
    if event.key() in _EDITING:
        return plain or control
    if event.key() == Qt.Key.Key_Escape:
        # It gives up what is typed; without that it is the window's.
        return isinstance(field, QSpinBox | QDoubleSpinBox) and field.lineEdit().text() != _text_of_value(
            field
        )
    if not isinstance(field, QAbstractSpinBox):
        undo = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        return (plain and bool(event.text())) or undo
    text = event.text()
    if not plain or not text:
        return False
    return text.isdecimal() or text in "+-−.," or (isinstance(field, NumberField) and field.wants(text))


def _text_of_value(field: QSpinBox | QDoubleSpinBox) -> str:
    """What stands in a field that nobody types in."""
    if field.specialValueText() and field.value() <= field.minimum():
        return field.specialValueText()
    number = field.textFromValue(field.value())  # pyright: ignore[reportArgumentType]  each takes what it gives
    return field.prefix() + number + field.suffix()

"""One number of a request: name, slider over what is plausible, and a field for everything allowed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from ecgtwin_app.i18n.words import figure, tr
from ecgtwin_app.ui.widgets.number_field import NumberField


class Dial(QWidget):
    """A number that may be left open; a small button takes it back to that, or to its usual value.

    Parameters
    ----------
    name, unit : str
    limits : tuple of float
        What may be typed.
    plausible : tuple of float
        What the slider covers.
    step : float
    open_text : str
        Shown while the number is left open, and typed to leave it so; "" makes it a number that always has a value.
    usual : float or None
        What the button goes back to; None leaves the number open.
    """

    changed = Signal(object)

    def __init__(
        self, name, unit, limits, plausible, step=1.0, open_text="", usual=None, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._step, self._usual = step, usual
        self.label = QLabel(name, objectName="quiet")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("{name}, slider").format(name=name))
        self.slider.setMinimumWidth(30)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field beside it takes the keys
        decimals = 0 if step >= 1 else len(f"{step:g}".partition(".")[2])
        self.field = NumberField(decimals=decimals, singleStep=step)
        low, high = limits
        # The value below the lowest says that the number is left open.
        self.field.setRange(low - step if open_text else low, high)
        self.field.set_word(open_text)
        self.field.setSuffix(f" {unit}" if unit else "")
        self.field.setAccessibleName(name)
        self.back = back_button(name, open_text or figure(usual or 0.0))
        self.back.clicked.connect(lambda: self.field.setValue(low - step if usual is None else usual))
        self.label.setBuddy(self.field)
        self.set_plausible(*plausible)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.label.setFixedWidth(72)
        self.field.setFixedWidth(100)
        row.addWidget(self.label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.field)
        row.addWidget(self.back)
        self.field.valueChanged.connect(self._typed)
        self.slider.valueChanged.connect(lambda k: self.field.setValue(k * self._step))

    @property
    def value(self) -> float | None:
        """The number, None while it is left open."""
        return None if self.field.is_open else round(self.field.value(), 4)

    def show_value(self, value: float | None) -> None:
        """Show a number without saying so to anyone."""
        self.field.blockSignals(True)
        self.field.setValue(self.field.minimum() if value is None else value)
        self.field.blockSignals(False)
        self._show_slider()

    def set_plausible(self, low: float, high: float) -> None:
        """What the slider covers."""
        self.slider.blockSignals(True)
        self.slider.setRange(round(low / self._step), round(high / self._step))
        self.slider.setToolTip(
            tr("Plausible: {low} to {high}").format(low=figure(low), high=figure(high)) + self.field.suffix()
        )
        self.slider.blockSignals(False)
        self._show_slider()

    def _typed(self):
        self._show_slider()
        self.changed.emit(self.value)

    def _show_slider(self):
        self.slider.blockSignals(True)
        middle = (self.slider.minimum() + self.slider.maximum()) // 2
        self.slider.setValue(middle if self.field.is_open else round(self.field.value() / self._step))
        self.slider.setProperty("open", self.field.is_open)
        self.slider.blockSignals(False)
        self.back.setVisible(self.value != self._usual)


def back_button(name: str, word: str) -> QToolButton:
    """The small button beside a field that takes it back to "keep", or to its usual value."""
    button = QToolButton(text="↺", objectName="tool")
    words = tr("{name}: back to “{word}”").format(name=name, word=word)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFixedWidth(22)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by keys the field is cleared, or the word typed
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    return button

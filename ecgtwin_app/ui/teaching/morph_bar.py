"""The morph under the page: a slider from the patient's own rhythm to the twin, and a play button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from ecgtwin_app.i18n.words import number, tr
from ecgtwin_app.session.morph import FRAMES
from ecgtwin_app.ui.jobs.morph_player import MorphPlayer


class MorphBar(QWidget):
    """Hidden until a morph is opened. The slider's arrow keys go from frame to frame."""

    def __init__(self, player: MorphPlayer, parent: QWidget | None = None):
        super().__init__(parent)
        self._player = player
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.play = QPushButton(tr("Play"), objectName="secondary")
        self.play.setMinimumWidth(84)
        self.play.setToolTip(tr("Play from the patient's own rhythm into the condition (Ctrl+Shift+M)"))
        self.play.clicked.connect(player.play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, FRAMES - 1)
        self.slider.setMinimumWidth(120)
        self.slider.setAccessibleName(tr("Morph"))
        self.slider.valueChanged.connect(lambda value: player.move_to(value / (FRAMES - 1)))
        self.says = QLabel(objectName="quiet")
        self.says.setMinimumWidth(236)
        self.close_button = QToolButton(text=tr("Close"), objectName="flat")
        self.close_button.setToolTip(tr("Show the twin again (Ctrl+M)"))
        self.close_button.clicked.connect(player.stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.setSpacing(8)
        row.addWidget(self.play)
        row.addWidget(QLabel(tr("Own rhythm")))
        row.addWidget(self.slider, 1)
        row.addWidget(QLabel(tr("Twin")))
        row.addWidget(self.says)
        row.addWidget(self.close_button)
        self.hide()
        player.changed.connect(self.show_player)

    def show_player(self) -> None:
        """Show where the morph is and what is still being made."""
        player = self._player
        self.setVisible(player.on)
        if not player.on:
            return
        self.play.setText(tr("Pause") if player.playing else tr("Play"))
        self.play.setEnabled(player.making or len(player.frames) > 1)
        self.slider.blockSignals(True)
        self.slider.setValue(round(player.place * (FRAMES - 1)))
        self.slider.blockSignals(False)
        words = morph_words(player)
        self.says.setText(words)
        self.slider.setAccessibleDescription(words)


def morph_words(player: MorphPlayer) -> str:
    """Where it is, in words; while frames are missing, how many are made."""
    frame, made = player.frame, len(player.frames)
    if player.making and made < 2:
        step = player.progress
        if step is None or not step.total:
            return tr("Making the own rhythm…")
        return tr("Making the own rhythm, step {step} of {total}").format(step=step.step, total=step.total)
    if player.making:
        return tr("{made} of {all} frames made").format(made=made, all=FRAMES)
    if made < 2:
        return tr("Stopped; Play goes on making frames")
    percent = number(100 * frame.fraction)
    if frame.onset is None or frame.fraction in (0.0, 1.0):
        return tr("{percent} % of the change").format(percent=percent)
    return tr("Sets in at second {second}").format(second=number(frame.onset, 1))

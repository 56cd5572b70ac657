"""The rhythm score under the page: its line, and buttons for what can be inserted and taken away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.session import score_edit
from ecgtwin_app.session.score_edit import COMPENSATED, INSERTIONS
from ecgtwin_app.ui.rhythm.score_line import ScoreLine
from ecgtwin_app.ui.widgets.overflow_row import OverflowRow


class ScoreStrip(QWidget):
    """The line with its buttons; every button says what it inserts at the dashed mark."""

    edited = Signal(object, str)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = ScoreLine()
        self.line.edited.connect(self.edited)
        self.line.refused.connect(self.refused)
        self.line.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.line.customContextMenuRequested.connect(self._open_menu)
        self.buttons: dict[str, QToolButton] = {}
        self.row = row = OverflowRow((10, 2, 10, 0), 2)
        heading = QLabel(tr("Rhythm score"), objectName="heading")
        heading.setToolTip(
            tr("When atria (dots) and ventricles (bars) are activated; edit it and the twin follows")
        )
        row.add(heading)
        row.add_stretch()
        for name, text, tip, do in self._commands():
            if name == COMPENSATED:
                continue  # in the menu of the ventricular beat
            button = QToolButton(text=text, objectName="tool")
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(do)
            self.buttons[name] = button
            row.add(button, lambda menu, name=name: self._fill(menu, name))
        self._offer_pause()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(0)
        column.addWidget(row)
        column.addWidget(self.line)
        self.hide()

    def show_score(self, score: RhythmScore | None) -> None:
        """Show the score of the shown twin; without one there is nothing to edit."""
        self.line.show_score(score)
        self.setVisible(score is not None)

    def _commands(self):
        """Name, text, help and deed of every button and menu entry."""
        short = {
            "sinus": tr("+ Sinus"),
            "pac": tr("+ PAC"),
            "pvc": tr("+ PVC"),
            COMPENSATED: "",
            "paced": tr("+ Paced"),
            "p": tr("+ P"),
        }
        for kind, (words, _) in INSERTIONS.items():
            yield (
                kind,
                short[kind],
                tr("Insert at the mark: {beat}").format(beat=tr(words)),
                lambda _=False, k=kind: self.line.insert(k),
            )
        yield (
            "pause",
            tr("Pause"),
            tr("Everything after the mark comes a second later"),
            lambda _=False: self._pause(),
        )
        yield (
            "block",
            tr("Block"),
            tr("Drop the QRS of the chosen P, or the chosen QRS"),
            lambda _=False: self._block(),
        )
        yield (
            "delete",
            tr("Delete"),
            tr("Take the chosen event away (Del)"),
            lambda _=False: self._delete(),
        )

    def _fill(self, menu, name):
        """What a button does, for the menu of those that do not fit."""
        names = (name, COMPENSATED) if name == "pvc" else (name,)
        for one, _, tip, do in self._commands():
            if one in names:
                action = menu.addAction(tip)
                action.triggered.connect(do)
                action.setEnabled(self.buttons[name].isEnabled())

    def _open_menu(self, place):
        menu = QMenu(self)
        for _, _, tip, do in self._commands():
            menu.addAction(tip).triggered.connect(do)
        menu.popup(self.line.mapToGlobal(place))

    def _offer_pause(self):
        """The ventricular beat with its pause, behind the arrow of the button that inserts one."""
        button = self.buttons["pvc"]
        menu = QMenu(button)
        menu.addAction(tr("With compensatory pause")).triggered.connect(lambda: self.line.insert(COMPENSATED))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def _pause(self):
        if self.line.score is not None:
            self.line.edit(score_edit.pause(self.line.score, self.line.caret), N_("pause"))

    def _block(self):
        if self.line.chosen is not None:
            self.line.edit(score_edit.block(self.line.score, self.line.current), N_("block"))

    def _delete(self):
        if self.line.chosen is not None:
            self.line.edit(score_edit.delete(self.line.score, self.line.current), N_("deletion"))

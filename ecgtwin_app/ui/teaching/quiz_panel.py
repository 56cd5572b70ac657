"""The quiz beside the page: pick answers from the vocabulary, reveal, read what was right and why."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.conditions.record import GROUPS
from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.i18n.words import N_, number, tr, translate
from ecgtwin_app.session.condition_names import (
    capital,
    criteria_of,
    names_text,
    search,
    synonyms_of,
    teaching_of,
)
from ecgtwin_app.session.quiz_score import Outcome
from ecgtwin_app.session.teaching import Teaching
from ecgtwin_app.ui.panels.provenance import shown

_NAME = Qt.ItemDataRole.UserRole
HOW_COUNTED = N_(
    "Each right answer is a point, each wrong one takes a point back, never below zero; the sum is divided by the"
    " number of right answers. What is on the strip besides neither counts nor costs."
)
#: How an outcome is told: its list, sign and words.
_PARTS = (
    ("right", "✓", N_("Right: {names}")),
    ("missed", "○", N_("Missed: {names}")),
    ("wrong", "✗", N_("Wrong: {names}")),
    ("present", "–", N_("Also on the strip, not counted: {names}")),
)


class QuizPanel(QWidget):
    """A list to tick, with a search line above it; after the reveal, the outcome in its place."""

    chosen = Signal(tuple)
    reveal_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._chosen: tuple[str, ...] = ()
        self.heading = QLabel(objectName="heading")
        self.heading.setWordWrap(True)
        self.vignette = QLabel()
        self.vignette.setWordWrap(True)
        self.vignette.setTextFormat(Qt.TextFormat.PlainText)
        self.vignette.setAccessibleName(tr("What is known of the patient"))
        self.search = QLineEdit(placeholderText=tr("Search name, synonym or code"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search answers"))
        self.search.setToolTip(tr("Enter ticks the best match; Ctrl+Enter reveals"))
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._take_first)
        self.search.installEventFilter(self)
        self.list = AnswerList()
        self.list.toggled.connect(self._toggle)
        self.answer = QLabel(objectName="chosen")
        self.answer.setWordWrap(True)
        self.answer.setAccessibleName(tr("Your answer"))
        self.outcome = QTextBrowser(openLinks=False)
        self.outcome.setAccessibleName(tr("What came of the answer"))
        self.outcome.setMinimumHeight(132)
        self.reveal = _button(tr("Reveal"), "primary", self.reveal_requested.emit)
        self.reveal.setToolTip(tr("Show the answer, its criteria and what was measured (R or Ctrl+Enter)"))
        self.next = _button(tr("Next case"), "primary", self.next_requested.emit)
        self.next.setToolTip(tr("Go on to the next case (N)"))
        self._lay_out()

    def show_teaching(self, teaching: Teaching) -> None:
        """Ask, or tell what came of it."""
        outcome, ready = teaching.outcome, teaching.recording is not None
        self._chosen, case = teaching.chosen, teaching.case
        if outcome is not None:
            self.search.clear()  # what was typed for one case narrows no other
        self.vignette.setText(case.vignette if case else "")
        self.vignette.setVisible(bool(self.vignette.text()))
        for widget in (self.search, self.list, self.answer, self.reveal):
            widget.setVisible(outcome is None)
            widget.setEnabled(ready and not teaching.waiting)
        self.outcome.setVisible(outcome is not None)
        more = teaching.at >= 0 and teaching.at + 1 < len(teaching.course.cases)
        self.next.setVisible(outcome is not None and more)
        if outcome is None:
            self.heading.setText((case.question if case else "") or tr("What does this ECG show?"))
            self.answer.setText(names_text(self._chosen) or tr("Tick one answer or more."))
            self.reveal.setText(tr("Measuring…") if teaching.waiting else tr("Reveal"))
            self.reveal.setEnabled(ready)  # asked twice, it does not wait
            self.list.show_chosen(self._chosen)
        else:
            self.heading.setText(credit_words(outcome))
            self.outcome.setHtml(_outcome_html(teaching))

    def focus_search(self) -> None:
        """Begin to answer."""
        self.search.setFocus()
        self.search.selectAll()

    def eventFilter(self, watched, event):
        """The arrow keys go on from the search line into the list."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            self.list.enter()
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(6)
        for widget in (self.vignette, self.heading, self.search):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(self.answer)
        column.addWidget(self.outcome, 1)
        row = QHBoxLayout()
        row.addWidget(self.reveal, 1)
        row.addWidget(self.next, 1)
        column.addLayout(row)
        self._fill()

    def _fill(self):
        self.list.show_conditions(search(self.search.text()))
        self.list.show_chosen(self._chosen)

    def _take_first(self):
        found = search(self.search.text())
        if found and self.search.text().strip():
            self._toggle(found[0].name)
            self.search.selectAll()

    def _toggle(self, name):
        if name in self._chosen:
            names = tuple(other for other in self._chosen if other != name)
        else:
            chosen = (*self._chosen, name)
            names = tuple(c.name for c in load_vocabulary() if c.name in chosen)
        self.chosen.emit(names)


class AnswerList(QTreeWidget):
    """The vocabulary under its groups, each condition with a box to tick."""

    toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setColumnCount(1)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("Answers"))
        self.setMinimumHeight(110)

    def show_conditions(self, conditions) -> None:
        """List what was found."""
        self.clear()
        for group in GROUPS:
            members = [condition for condition in conditions if condition.group == group]
            if members:
                self.addTopLevelItem(_heading(capital(tr(group))))
            for condition in members:
                item = QTreeWidgetItem([tr(condition.name)])
                item.setData(0, _NAME, condition.name)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                item.setCheckState(0, Qt.CheckState.Unchecked)
                synonyms = ", ".join(synonyms_of(condition))
                if synonyms:
                    item.setToolTip(0, tr("Also: {names}").format(names=synonyms))
                self.addTopLevelItem(item)
        if not conditions:
            self.addTopLevelItem(_heading(tr("Nothing found; clear the search")))

    def show_chosen(self, names: tuple[str, ...]) -> None:
        """Tick what is chosen."""
        for item in self._items():
            name = item.data(0, _NAME)
            if name:
                ticked = name in names
                item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
                font = item.font(0)
                font.setWeight(font.Weight.DemiBold if ticked else font.Weight.Normal)
                item.setFont(0, font)

    def item_of(self, name: str) -> QTreeWidgetItem | None:
        """The row of a condition, if it is listed."""
        return next((item for item in self._items() if item.data(0, _NAME) == name), None)

    def enter(self) -> None:
        """Come in from above: the first condition is current."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        first = next((item for item in self._items() if item.data(0, _NAME)), None)
        if first is not None:
            self.setCurrentItem(first)

    def mousePressEvent(self, event):
        """A click anywhere in a row ticks it."""
        item = self.itemAt(event.position().toPoint())
        if item is not None and item.data(0, _NAME):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.setCurrentItem(item)
            self.toggled.emit(item.data(0, _NAME))

    def keyPressEvent(self, event):
        """Enter and the space bar tick; Ctrl+Enter and single letters are the window's."""
        item = self.currentItem()
        name = item.data(0, _NAME) if item is not None else None
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif name and event.key() in keys:
            self.toggled.emit(name)
        elif event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _items(self):
        return [self.topLevelItem(k) for k in range(self.topLevelItemCount())]


def credit_words(outcome: Outcome) -> str:
    """What an answer is worth, in words."""
    if outcome.credit is None:
        return tr("No right answer is known for this ECG")
    if not outcome.chosen:
        return tr("Revealed without an answer")
    sign = "✓" if outcome.credit == 1 else "✗" if outcome.credit == 0 else "◐"
    return tr("{sign} {points} of 1 point").format(sign=sign, points=points_words(outcome.credit))


def points_words(points: float) -> str:
    """Points with as many decimals as they have, two at most."""
    decimals = next((k for k in (0, 1) if abs(points - round(points, k)) < 0.005), 2)
    return number(points, decimals)


def outcome_lines(outcome: Outcome) -> list[tuple[str, str]]:
    """What was right, missed, wrong and there besides: a sign and a sentence each."""
    found = []
    for part, sign, words in _PARTS:
        names = getattr(outcome, part)
        if names:
            found.append((sign, tr(words).format(names=names_text(names, ", "))))
    return found


def _outcome_html(teaching):
    rows = "".join(
        f"<tr><td width='18'>{sign}</td><td>{escape(words)}</td></tr>"
        for sign, words in outcome_lines(teaching.outcome)
    )
    html = f"<table cellspacing='0' cellpadding='2'>{rows}</table>"
    if not teaching.recording.synthetic and teaching.lines:
        html += _criteria_html(teaching.lines)
    for name in teaching.answers:
        condition = find_condition(name)
        html += (
            f"<p style='margin:8px 0 0 0'><span style='font-weight:600'>{escape(capital(tr(name)))}</span>. "
            f"{escape(teaching_of(condition))}</p>"
            f"<p style='margin:3px 0 0 0'>{escape(criteria_of(condition))} "
            f"<small>{escape(tr(condition.source))}</small></p>"
        )
    return html + f"<p style='margin:8px 0 0 0'><small>{escape(tr(HOW_COUNTED))}</small></p>"


def _criteria_html(lines):
    """Asked and got of a recorded strip; those of a twin stand in the table below."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in (
            {True: "✓", False: "✗", None: "–"}[line.met],
            f"{translate(line.name)}, {line.unit}" if line.unit else translate(line.name),
            tr("asked {asked}").format(asked=translate(line.asked)),
            tr("got {got}").format(got=shown(line.got)),
        )) + "</tr>"
        for line in lines
    )  # fmt: skip
    return f"<table cellspacing='0' cellpadding='2'>{rows}</table>"


def _heading(text):
    item = QTreeWidgetItem([text])
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font(0)
    font.setWeight(font.Weight.DemiBold)
    font.setPixelSize(12)
    item.setFont(0, font)
    item.setSizeHint(0, QSize(0, 26))
    return item


def _button(text, name, do):
    button = QPushButton(text, objectName=name)
    button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    button.clicked.connect(lambda: do())
    return button

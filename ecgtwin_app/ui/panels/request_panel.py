"""The left panel: what to ask, and the button that asks it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.conditions.feasible_rate import of_several, rate_for
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import contradiction
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.engine.tasks import offered_by
from ecgtwin_app.generators.base import Spec
from ecgtwin_app.i18n.words import N_, plural, tr, translate
from ecgtwin_app.recognition.shown import Shown
from ecgtwin_app.session.reference_shows import asking_for, settled
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.panels.condition_panel import ConditionPanel
from ecgtwin_app.ui.panels.request_form import RequestForm
from ecgtwin_app.ui.panels.shown_line import ShownLine


class RequestPanel(QWidget):
    """What the recording shows, the conditions, numbers below, then Generate with progress and Cancel."""

    changed = Signal(object, str)
    generate_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._request = TwinRequest()
        self._ready = self._running = self._more = False
        self._lacks: str | None = None
        self._own_rate: float | None = None
        self._spec: Spec | None = None
        self._shown: Shown | None = None
        self.shown_line = ShownLine()
        self.conditions = ConditionPanel()
        self.form = RequestForm()
        self.generate = QPushButton(tr("Generate"), objectName="primary")
        self.generate.setAccessibleDescription(tr("Makes digital twins as asked above"))
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.cancel = QPushButton(tr("Cancel"), objectName="secondary")
        self.cancel.setToolTip(tr("Stop at the next step (Esc)"))
        self._lay_out()
        self.conditions.chosen.connect(
            lambda names: self.changed.emit(asking_for(self._request, names), N_("condition"))
        )
        self.form.changed.connect(self._form_changed)
        self.form.more_toggled.connect(self._show_more)
        self.generate.clicked.connect(self.generate_requested)
        self.cancel.clicked.connect(self.cancel_requested)
        self.show_running(False)
        self._show_more(False)

    @property
    def may_generate(self) -> bool:
        """Whether what is asked can be made now."""
        possible = self.conditions.possible and not self.form.problem.text()
        return self._ready and self._lacks is None and not self._running and possible

    def show_request(self, request: TwinRequest) -> None:
        """Show what is asked, and what follows from it before anything is made."""
        self._request = request
        self.conditions.allow_none(bool(request.without or request.only or request.keep is not None))
        self.conditions.show_names(request.conditions)
        # Who only takes something out names no condition.
        ranges = [find_condition(name).rate_range for name in request.conditions or (NORMAL,)]
        self.form.show_rate_range(max(low for low, _ in ranges), min(high for _, high in ranges))
        self.shown_line.show_shown(self._shown, request, self._ready)
        self.form.show_request(request)
        if request.score:
            words = plural(
                "Generate twin of your rhythm", "Generate {n} twins of your rhythm", request.samples
            )
        else:
            words = plural("Generate twin", "Generate {n} twins", request.samples)
        self.generate.setText(words)
        self._show_notes()

    def show_session(self, session: Session) -> None:
        """A reference makes generating possible."""
        self._ready = session.reference is not None
        self._lacks = needs(session.reference) if self._ready else None
        self._own_rate = (session.measurements or {}).get("heart_rate")
        self._shown = session.shown
        self.shown_line.show_shown(self._shown, self._request, self._ready)
        self.form.show_reference(self._own_rate, session.reference.patient.age if self._ready else None)
        self._show_notes()

    def show_offer(self, spec: Spec | None) -> None:
        """What the generator offers; None while it is not known."""
        self._spec = spec
        self.form.show_offer(spec)
        self._show_notes()

    def _present(self) -> tuple[str, ...]:
        """What the twin is to have: what is asked, and what is kept of what the recording shows."""
        found = settled(self._shown, self._request) if self._shown is not None else None
        return self._request.conditions if found is None else found.present

    def show_running(self, running: bool) -> None:
        """While a run lasts, progress and Cancel stand in Generate's place, and take its focus along."""
        focused = self.generate.hasFocus() or self.cancel.hasFocus()
        self._running = running
        self.cancel.setEnabled(running)
        self.form.generator.setEnabled(not running)
        self._stack.setCurrentIndex(1 if running else 0)
        self._show_generate()
        if focused:
            (self.cancel if running else self.generate).setFocus()
        if not running:
            self.show_progress("", 0, 1)

    def show_progress(self, words: str, step: int, total: int) -> None:
        """Words and how far; a total of 0 is a run of unknown length."""
        self.progress.setRange(0, total)
        self.progress.setValue(step)
        self.progress.setFormat(words.replace("%", "%%"))

    def resizeEvent(self, event):
        """The note goes where there is no room for it."""
        super().resizeEvent(event)
        self._fit_note()

    def _show_more(self, shown):
        self._more = shown
        self._scroll.updateGeometry()
        self._fit_note()

    def _fit_note(self):
        """Criteria and teaching note stand below the list where they leave room for all else."""
        note, chips = self.conditions.note, self._shown_scroll
        needed = self.layout().totalMinimumHeightForWidth(self.width())
        if not chips.isHidden():
            needed += chips.sizeHint().height() - chips.minimumSizeHint().height()
        if note.isHidden():
            needed += note.minimumHeight() + self.conditions.layout().spacing()
        note.setVisible(not self._more and self.height() >= needed)

    def _show_notes(self):
        """The rate that is taken, and what contradicts itself; what no heart shows stands above already."""
        reason = problem = ""
        if self.conditions.possible:
            problem = translate(contradiction(self._request, self._own_rate) or self._not_offered())
            if not problem and self._own_rate is not None and self._request.score is None:
                asked = self._request
                because = rate_for(self._present(), asked.heart_rate, self._own_rate, asked.seed)[1]
                reason = translate(because if asked.samples == 1 else of_several(because))
        self.form.show_notes(reason, problem)
        self._scroll.updateGeometry()
        self._fit_note()
        self._show_generate()

    def _not_offered(self) -> str:
        """What the generator cannot be asked, in one sentence."""
        try:
            if self._spec is not None:
                offered_by(self._spec, self._request)
        except EcgError as error:
            return error.message
        return ""

    def _show_generate(self):
        self.generate.setEnabled(self.may_generate)
        why = (
            translate(self._lacks)
            if self._lacks
            else self.conditions.problem.text() or self.form.problem.text()
        )
        why = why if self._ready else tr("Open an ECG first (Ctrl+O)")
        self.generate.setToolTip(why or tr("Make twins as asked (Ctrl+G or F5)"))

    def _form_changed(self, request, what):
        kept = {name: getattr(self._request, name) for name, field in FIELDS.items() if not field.in_form}
        self.changed.emit(replace(request, **kept), what)

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 12)
        column.setSpacing(8)
        self._shown_scroll = _ShownScroll(self.shown_line)
        self.shown_line.grown.connect(self._fit_note)
        column.addWidget(self._shown_scroll)
        column.addWidget(self.conditions, 1)
        rule = QFrame(objectName="rule")
        column.addWidget(rule)
        self._scroll = _FormScroll(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self._scroll.setWidget(self.form)
        self._scroll.setObjectName("plain")
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll)
        run = QWidget()
        row = QHBoxLayout(run)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.generate)
        self._stack.addWidget(run)
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column.addWidget(self._stack)
        self.parts = (self._shown_scroll, self.conditions, rule, self._scroll, self._stack)


class _FormScroll(QScrollArea):
    """As high as what is in it, where there is room; in a small window it scrolls."""

    def sizeHint(self) -> QSize:
        """That of what is in it."""
        return self.widget().sizeHint() + QSize(0, 2)

    def minimumSizeHint(self) -> QSize:
        """The first dials are always seen."""
        return QSize(0, cast(RequestForm, self.widget()).first_height() + 2)


class _ShownScroll(QScrollArea):
    """As high as the line in it takes; where that is very much, it scrolls.

    Parameters
    ----------
    line : ShownLine
    """

    #: Pixels that are always seen: the heading, four lines of chips and a sentence.
    SEEN = 176

    def __init__(self, line: ShownLine):
        super().__init__(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="plain")
        self._line = line
        self.setWidget(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line.grown.connect(self._follow)
        line.entered.connect(self.ensureWidgetVisible)
        self._follow()

    def sizeHint(self) -> QSize:
        """As high as the line is in this width."""
        return QSize(0, self._line.room_for(self.width()))

    def minimumSizeHint(self) -> QSize:
        """The first chips are always seen."""
        return QSize(0, min(self.SEEN, self.sizeHint().height()))

    def resizeEvent(self, event):
        """In another width the line has another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _follow(self):
        self.setVisible(not self._line.isHidden())
        self.updateGeometry()

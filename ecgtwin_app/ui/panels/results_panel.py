"""What came out: asked versus got, measurements and provenance."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.conditions.verdict import ABSENCE, KEPT, PLAUSIBILITY
from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.engine.request import AskedGot, HeatMap, Twin
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.i18n.words import N_, number, tr, translate
from ecgtwin_app.report.marking import SYNTHETIC
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.session.morph import Frame
from ecgtwin_app.session.request_json import conditions_title
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.panels.lead_table import LeadTable
from ecgtwin_app.ui.panels.measurement_table import MeasurementTable
from ecgtwin_app.ui.panels.provenance import Paragraphs, checks_of, provenance_of, shown
from ecgtwin_app.ui.panels.recording_panel import RecordingPanel
from ecgtwin_app.ui.widgets.tables import fill, fit_rows, make_table
from ecgtwin_app.ui.widgets.tabs import Tabs
from ecgtwin_app.ui.widgets.theme import Theme

#: What the lines that are no criteria of what is asked are about, by their kind, as they follow the criteria.
_GROUPS = (
    (KEPT, N_("Kept of this ECG")),
    (ABSENCE, N_("Taken out of this ECG")),
    (PLAUSIBILITY, N_("Beside real recordings of it")),
)
_READ = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
#: Pixels around the tables.
_MARGIN = 10
#: Share of the table of criteria that a column of values takes at most; narrower than this (pixels) the table goes
#: without the reference's column, which the tooltips have.
_WIDEST, _WITH_REFERENCE = 0.21, 340
#: The mean gap is docs/evaluation.md's "identity gap".
_IDENTITY = N_(
    "Identity: how alike twin and reference are in what is personal, from −1 to 1. Twins of unseen patients were on"
    " average 0.77 nearer to their own reference than to those of others."
)


class ResultsPanel(QWidget):
    """The verdict and the criteria above; measurements and provenance below."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme: Theme | None = None
        self._lines: tuple[AskedGot, ...] = ()
        self._content: dict[QWidget, tuple] = {}
        self._heat_map_read = -1
        self.verdict = QLabel(objectName="heading")
        self.summary = QLabel(objectName="quiet")
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.summary.setWordWrap(True)
        self.criteria = make_table(
            (tr("Criterion"), tr("Ref."), tr("Asked"), tr("Got"), ""), tr("Asked versus got"), (0, 2, 4)
        )
        self.criteria.setWordWrap(True)
        self.criteria.horizontalHeader().sectionResized.connect(self._wrap_names)
        self.measurements = MeasurementTable()
        self.by_lead = LeadTable()
        self.recording = RecordingPanel()
        self.provenance = Paragraphs(tr("Provenance"))
        self.heat_map = Paragraphs(tr("Checks of the heat map"))
        self.tabs = Tabs()
        self.tabs.addTab(self.measurements, tr("Measurements"))
        self.tabs.addTab(self.by_lead, tr("Leads"))
        self.tabs.addTab(self.recording, tr("Recording"))
        self.tabs.addTab(self.provenance, tr("Provenance"))
        self.tabs.addTab(self.heat_map, tr("Heat map"))
        self.tabs.setTabVisible(self.tabs.indexOf(self.heat_map), False)
        self._lay_out()

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(4)
        column.addWidget(self.verdict)
        column.addWidget(self.summary)
        column.addWidget(self.criteria, 2)
        column.addWidget(self.tabs, 3)

    def set_theme(self, theme: Theme) -> None:
        """Colours for met and missed."""
        self._theme = theme
        self.measurements.set_theme(theme)

    def resizeEvent(self, event):
        """The columns of the criteria keep their shares."""
        super().resizeEvent(event)
        self._show_criteria()

    def showEvent(self, event):
        """Names that were measured while nothing was shown take the lines that they need."""
        super().showEvent(event)
        self._fit_soon()

    def show_session(self, session: Session, frame: Frame | None = None) -> None:
        """Fill everything in for the reference and the shown twin, or the frame of a morph that is shown."""
        twin = session.twin
        patient = session.reference.patient if session.reference is not None else Patient()
        # Half way into a condition nothing is held against its criteria.
        self._show_verdict(twin, frame, needs(session.reference) if session.reference is not None else None)
        self.criteria.setVisible(twin is not None and frame is None)
        self._lines = twin.asked_got if twin else ()
        self._show_criteria()
        measured = session.measured(session.reference) if session.reference is not None else {}
        of_twin = session.measured(twin.recording) if twin else {}
        of_twin = of_twin if frame is None else frame.measurements
        twins_own = twin.recording.patient if twin else patient
        self.measurements.show_measurements(
            measured, of_twin, (patient.age, patient.sex), (twins_own.age, twins_own.sex)
        )
        self.by_lead.show_measurements(measured, of_twin)
        self.recording.show_session(session)
        self.provenance.show_rows(provenance_of(session))

    def _is_new(self, table: QWidget, *content) -> bool:
        """Whether a table is to show something else; filling in the same would lay it out and paint it again."""
        before, self._content[table] = self._content.get(table), content
        return content != before

    def table_text(self, session: Session) -> str:
        """The measurements as a table with tabs; a twin's carries the synthetic mark."""
        twin = session.twin
        return self.measurements.text(
            f"{tr(SYNTHETIC)}: {names_text(twin.request.conditions, ', ')}" if twin is not None else ""
        )

    def show_heat_map(self, heatmap: HeatMap | None, wanted: bool = False) -> None:
        """The checks made on the map that is shown, in a tab of their own.

        The tab is there for as long as a map is `wanted`, made or in the making: whoever reads it is not sent
        to another tab, and comes back to it when the map is shown again.
        """
        place = self.tabs.indexOf(self.heat_map)
        if wanted:
            making = [(tr("Heat map"), tr("It is being made."))]
            self.heat_map.show_rows(checks_of(heatmap) if heatmap is not None else making)
        if wanted != self.tabs.isTabVisible(place):
            read = self.tabs.currentIndex() == place
            self.tabs.setTabVisible(place, wanted)
            if wanted and self._heat_map_read == self.tabs.currentIndex():
                self.tabs.setCurrentIndex(place)
            # Where Qt went when the tab was taken away: still there means that nobody chose another.
            self._heat_map_read = self.tabs.currentIndex() if read else -1

    def _show_verdict(self, twin: Twin | None, frame: Frame | None, lacks: str | None):
        if frame is not None:
            percent = number(100 * frame.fraction)
            self.verdict.setText(tr("Morph, {percent} %").format(percent=percent))
            self.summary.setText(
                tr("Measured on what is shown; the criteria are those of the twin at 100 %.")
            )
            self.summary.setToolTip("")
            return
        if twin is None:
            self.verdict.setText(tr("No twin yet"))
            self.summary.setText(translate(lacks) if lacks else tr("Choose a condition and press Generate."))
            self.summary.setToolTip("")
            return
        lines = twin.judged
        met = sum(bool(line.met) for line in lines)
        mark = "✓" if twin.met else "✗"
        words = tr("{mark} {met} of {count} criteria met")
        self.verdict.setText(words.format(mark=mark, met=met, count=len(lines)))
        words = tr("{conditions} · seed {seed} · identity {identity} · {seconds} s")
        words = words.format(
            conditions=conditions_title(twin.request),
            seed=twin.seed,
            identity=number(twin.identity_similarity, 2),
            seconds=number(twin.seconds, 1),
        )
        self.summary.setText(words if twin.first_draw else f"{tr('not the first draw')} · {words}")
        self.summary.setToolTip(f"{self.summary.text()}\n{tr(_IDENTITY)}")

    def _show_criteria(self):
        room = self.width() - 2 * _MARGIN
        narrow = room < _WITH_REFERENCE
        lines, widest = self._lines, round((_WIDEST + 0.05 * narrow) * room)
        self.criteria.setColumnHidden(1, narrow)
        if not self._is_new(self.criteria, lines, widest, self._theme):
            return
        grouped = _in_groups(lines)
        fill(self.criteria, [_cells(line) for line in grouped])
        for column in range(1, 4):  # long words wrap, so that the names of the criteria keep their room
            self.criteria.setColumnWidth(column, min(self.criteria.columnWidth(column), widest))
        self._fit_soon()
        for row, line in enumerate(grouped):
            self._show_span(row, line)
            if isinstance(line, str):
                continue
            name, before, asked, got, _ = _values(line)
            words = {True: tr("met"), False: tr("missed"), None: tr("for information")}[line.met]
            sentence = tr("{criterion}: asked {asked}, got {got}, {verdict}; the reference has {reference}")
            sentence = sentence.format(
                criterion=name, asked=asked or "–", got=got, verdict=words, reference=before
            )
            self.criteria.item(row, 0).setToolTip(sentence)
            self.criteria.item(row, 4).setToolTip(words)
            self.criteria.item(row, 4).setData(Qt.ItemDataRole.AccessibleTextRole, words)
            if self._theme:
                colour = {True: self._theme.good, False: self._theme.bad, None: self._theme.quiet}[line.met]
                self.criteria.item(row, 4).setForeground(QColor(colour))

    def _show_span(self, row: int, line: AskedGot | str):
        """A row that names a group runs over all columns, one that tells in words up to its mark."""
        table, heading = self.criteria, isinstance(line, str)
        span = table.columnCount() if heading else table.columnCount() - 1 if _is_told(line) else 1
        if table.columnSpan(row, 0) != span:
            table.setSpan(row, 0, 1, span)
        item = table.item(row, 0)
        font = item.font()
        font.setBold(heading)
        item.setFont(font)
        item.setFlags(Qt.ItemFlag.NoItemFlags if heading else _READ)
        if heading:
            item.setToolTip("")
        if self._theme:
            item.setForeground(QColor(self._theme.accent if heading else self._theme.text))

    def _wrap_names(self, column, *_):
        """The names get their room after the others, in another turn, and take as many lines as they need."""
        if column == 0:
            self._fit_soon()

    def _fit_soon(self):
        """In the next turn, when the columns have their widths."""
        QTimer.singleShot(0, self, lambda: fit_rows(self.criteria))


def _in_groups(lines: tuple[AskedGot, ...]) -> list[AskedGot | str]:
    """The criteria, then a heading and its lines for each group that there is."""
    named = [kind for kind, _ in _GROUPS]
    rows: list[AskedGot | str] = [line for line in lines if line.kind not in named]
    for kind, words in _GROUPS:
        of_kind = [line for line in lines if line.kind == kind]
        rows += [tr(words), *of_kind] if of_kind else []
    return rows


def _cells(line: AskedGot | str) -> tuple[str, ...]:
    """The texts of a row."""
    if isinstance(line, str):
        return line, "", "", "", ""
    name, before, asked, got, mark = _values(line)
    # What is measured of a whole condition is a sentence, and has no room in a column.
    return (f"{name}: {got}", "", "", "", mark) if _is_told(line) else (name, before, asked, got, mark)


def _is_told(line: AskedGot | str) -> bool:
    """Whether a line tells in words what was measured."""
    return not isinstance(line, str) and line.kind in (KEPT, ABSENCE) and line.got is not None


def _values(line: AskedGot) -> tuple[str, str, str, str, str]:
    """Name, reference, asked, got and mark, as they are read."""
    name = f"{translate(line.name)}, {line.unit}" if line.unit else translate(line.name)
    mark = {True: "✓", False: "✗", None: "–"}[line.met]
    return name, shown(line.reference), translate(line.asked), shown(line.got), mark

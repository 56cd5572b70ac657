"""What came out: asked versus got, measurements and provenance."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.ecg.recording import Patient
from ecgtwin_app.engine.request import AskedGot, HeatMap, Twin
from ecgtwin_app.report.marking import SYNTHETIC, condition_text
from ecgtwin_app.ui.lead_table import LeadTable
from ecgtwin_app.ui.normal_ranges import SOURCES, normal_text
from ecgtwin_app.ui.session import Session
from ecgtwin_app.ui.tables import fill, make_table, number
from ecgtwin_app.ui.theme import Theme

#: Name, unit, key and decimals of the measurements that are listed, in the order of reading an ECG.
MEASUREMENTS = (
    ("Heart rate", "/min", "heart_rate", 0),
    ("Atrial rate", "/min", "atrial_rate", 0),
    ("RR variation", "", "rr_cv", 2),
    ("P before QRS", "", "p_before_qrs", 2),
    ("P duration", "ms", "p_duration", 0),
    ("PR", "ms", "pr", 0),
    ("QRS", "ms", "qrs", 0),
    ("QT", "ms", "qt", 0),
    ("QTc Bazett", "ms", "qtc_bazett", 0),
    ("QTc Fridericia", "ms", "qtc_fridericia", 0),
    ("QTc Framingh.", "ms", "qtc_framingham", 0),
    ("QTc Hodges", "ms", "qtc_hodges", 0),
    ("P axis", "°", "p_axis", 0),
    ("QRS axis", "°", "qrs_axis", 0),
    ("T axis", "°", "t_axis", 0),
    ("Sokolow-Lyon", "mV", "sokolow_lyon", 2),
    ("Cornell", "mV", "cornell", 2),
    ("QRS p. to p.", "mV", "qrs_peak_to_peak", 2),
)


class ResultsPanel(QWidget):
    """The verdict and the criteria above; measurements and provenance below."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme: Theme | None = None
        self._age, self._sex = None, None
        self.verdict = QLabel(objectName="heading")
        self.summary = QLabel(objectName="quiet")
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A long summary is cut, rather than push the measurements out of a small window.
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.criteria = make_table(("Criterion", "Ref.", "Asked", "Got", ""), "Asked versus got")
        self.criteria.setWordWrap(True)
        self.measurements = make_table(("Measurement", "Ref.", "Twin", "Δ", "Normal"), "Measurements")
        self.by_lead = LeadTable()
        self.provenance = QTextBrowser(openLinks=False)
        self.provenance.setAccessibleName("Provenance")
        self.heat_map = QTextBrowser(openLinks=False)
        self.heat_map.setAccessibleName("Checks of the heat map")
        self.tabs = QTabWidget()
        self.tabs.addTab(self.measurements, "Measurements")
        self.tabs.addTab(self.by_lead, "Leads")
        self.tabs.addTab(self.provenance, "Provenance")
        self.tabs.addTab(self.heat_map, "Heat map")
        self.tabs.setTabVisible(self.tabs.indexOf(self.heat_map), False)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._lay_out()

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(4)
        column.addWidget(self.verdict)
        column.addWidget(self.summary)
        column.addWidget(self.criteria, 2)
        column.addWidget(self.tabs, 3)

    def set_theme(self, theme: Theme) -> None:
        """Colours for met and missed."""
        self._theme = theme

    def show_session(self, session: Session) -> None:
        """Fill everything in for the reference and the shown twin."""
        twin = session.twin
        patient = session.reference.patient if session.reference is not None else Patient()
        self._age, self._sex = patient.age, patient.sex
        self._show_verdict(twin)
        self._show_criteria(twin.asked_got if twin else ())
        measured = session.measured(session.reference) if session.reference is not None else {}
        of_twin = session.measured(twin.recording) if twin else {}
        self._show_measurements(measured, of_twin)
        self.by_lead.show_measurements(measured, of_twin)
        self.provenance.setHtml(_paragraphs(_provenance(session)))

    @staticmethod
    def _caution(key: str, reference: dict, twin: dict) -> str:
        """What to mind about a measurement, in one line (Rautaharju et al. 2009, AHA/ACC/HRS part IV)."""
        if key in ("pr", "qrs", "qt", "p_duration"):
            return "Global: earliest onset to latest end over twelve leads."
        if not key.startswith("qtc"):
            return ""
        notes = []
        rates = [measured["heart_rate"] for measured in (reference, twin) if measured.get("heart_rate")]
        if key == "qtc_bazett" and any(not 60 <= rate <= 90 for rate in rates):
            notes.append("Bazett overcorrects above 90/min and undercorrects below 60.")
        if any((measured.get("qrs") or 0) >= 120 for measured in (reference, twin)):
            notes.append("A wide QRS lengthens QT without longer repolarisation.")
        if any((measured.get("rr_cv") or 0) > 0.15 for measured in (reference, twin)):
            notes.append("RR varies widely; a QTc from the mean RR says little.")
        return " ".join(notes)

    def table_text(self, session: Session) -> str:
        """The measurements as a table with tabs; a twin's carries the synthetic mark."""
        rows = ["Measurement\tUnit\tReference\tTwin"]
        if session.twin is not None:
            rows.insert(0, f"{SYNTHETIC}: {condition_text(session.twin.recording)}")
        for row, (name, unit, *_) in enumerate(MEASUREMENTS):
            cells = [self.measurements.item(row, column).text() for column in (1, 2)]
            rows.append("\t".join((name, unit, *cells)))
        return "\n".join(rows)

    def show_heat_map(self, heatmap: HeatMap | None) -> None:
        """The checks made on the map that is shown, in a tab of their own."""
        self.tabs.setTabVisible(self.tabs.indexOf(self.heat_map), heatmap is not None)
        if heatmap is not None:
            self.heat_map.setHtml(_paragraphs(_checks(heatmap)))

    def _show_verdict(self, twin: Twin | None):
        if twin is None:
            self.verdict.setText("No twin yet")
            self.summary.setText("Choose a condition and press Generate.")
            return
        lines = [line for line in twin.asked_got if line.met is not None]
        met = sum(line.met for line in lines)
        mark = "✓" if twin.met else "✗"
        self.verdict.setText(f"{mark} {met} of {len(lines)} criteria met")
        draw = "" if twin.first_draw else "not the first draw · "
        self.summary.setText(
            f"{draw}{', '.join(twin.request.conditions)} · seed {twin.seed} · "
            f"identity {twin.identity_similarity:.2f} · {twin.seconds:.1f} s"
        )

    def _show_criteria(self, lines: tuple[AskedGot, ...]):
        rows = []
        for line in lines:
            name = f"{line.name}, {line.unit}" if line.unit else line.name
            mark = {True: "✓", False: "✗", None: "–"}[line.met]
            rows.append((name, shown(line.reference), line.asked, shown(line.got), mark))
        fill(self.criteria, rows)
        self.criteria.resizeRowsToContents()
        for row, (line, cells) in enumerate(zip(lines, rows)):
            name, _, asked, got, mark = cells
            words = {True: "met", False: "missed", None: "for information"}[line.met]
            self.criteria.item(row, 0).setToolTip(f"{name}: asked {asked}, got {got}, {words}")
            self.criteria.item(row, 4).setToolTip(words)
            self.criteria.item(row, 4).setData(Qt.ItemDataRole.AccessibleTextRole, words)
            if self._theme:
                colour = {True: self._theme.good, False: self._theme.bad, None: self._theme.quiet}[line.met]
                self.criteria.item(row, 4).setForeground(QColor(colour))

    def _show_measurements(self, reference: dict, twin: dict):
        rows = []
        for name, unit, key, decimals in MEASUREMENTS:
            before, after = reference.get(key), twin.get(key)
            change = after - before if before is not None and after is not None else None
            numbers = number(before, decimals), number(after, decimals), number(change, decimals, "+")
            rows.append((name, *numbers, normal_text(key, self._age, self._sex)))
        fill(self.measurements, rows)
        for row, (name, unit, key, _) in enumerate(MEASUREMENTS):
            limits = f"normal in adults; {SOURCES[key]}" if key in SOURCES else "no limits are stated"
            self.measurements.item(row, 4).setToolTip(limits)
            words = f"{name} in {unit}" if unit else name
            self.measurements.item(row, 0).setToolTip(
                f"{words}. {self._caution(key, reference, twin)}".strip()
            )
            if self._theme:
                self.measurements.item(row, 4).setForeground(QColor(self._theme.quiet))


def shown(value: float | str | None) -> str:
    """A measured value for the table; a dash where it could not be measured."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:.3g}".replace("-", "−") if abs(value) < 100 else f"{value:.0f}".replace("-", "−")
    return str(value)


def _provenance(session: Session) -> list[tuple[str, str]]:
    """Where reference and twin come from, as a list. Nothing that identifies the patient."""
    rows = []
    reference = session.reference
    if reference is not None:
        rows += [
            ("Reference", f"{reference.source}, {reference.rate:g} Hz, {reference.duration:.1f} s"),
            ("Since the file was read", "; ".join(reference.history) or "nothing was changed"),
            ("Quality of the leads", "; ".join(session.quality) or "nothing was noticed"),
        ]
    if session.twin is not None:
        twin, origin = session.twin, session.twin.recording.provenance
        request = twin.request
        rows += [
            ("Twin", "SYNTHETIC – not for diagnosis"),
            ("Model", origin.get("model", "–")),
            ("Weights SHA-256", origin.get("weights_sha256", "–")),
            ("Reference SHA-256", origin.get("reference_sha256", "–")),
            ("Conditions", ", ".join(request.conditions)),
            ("Seed, steps, strength", f"{twin.seed}, {request.steps}, {request.strength:g}"),
            ("Rhythm", "performed from a rhythm score" if twin.score else "invented by the model"),
            ("Lead law residual", f"{twin.lead_law_residual_uv:.2g} µV"),
            ("Versions", ", ".join(f"{k} {v}" for k, v in origin.get("versions", {}).items()) or "–"),
        ]
    return rows


def _checks(heatmap: HeatMap) -> list[tuple[str, str]]:
    """What is known about a heat map, and what it must not be taken for."""
    rows = [
        (
            "Method",
            f"{heatmap.method}, {heatmap.unit}{'' if heatmap.per_lead else ', one course for all leads'}",
        )
    ]
    for name, value in heatmap.checks.items():
        rows.append((name.replace("_", " ").capitalize(), shown(value)))
    rows.append(("How to read it", "Associated with the model's output; never a cause, never a diagnosis."))
    return rows


def _paragraphs(rows: list[tuple[str, str]]) -> str:
    return "".join(
        f"<p style='margin:0 0 7px 0'><small>{escape(name)}</small><br>{_breakable(str(text))}</p>"
        for name, text in rows
    )


def _breakable(text):
    """Hashes may break every eight characters."""
    return " ".join(
        "\u200b".join(word[k : k + 8] for k in range(0, len(word), 8)) if len(word) > 40 else escape(word)
        for word in text.split(" ")
    )

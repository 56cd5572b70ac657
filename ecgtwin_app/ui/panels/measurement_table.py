"""The measurements of reference and twin, with their units and what is normal."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ecgtwin_app.ecg.measurement.qtc import qtc_doubts
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.ui.panels.definitions import DEFINITIONS
from ecgtwin_app.ui.panels.normal_ranges import BEYOND, QUIETLY_LOW, SOURCES, beyond, normal_text
from ecgtwin_app.ui.widgets.tables import difference, fill, make_table, number
from ecgtwin_app.ui.widgets.theme import Theme

#: Heading, and of each measurement beneath it name, unit, key and decimals, in the order of reading an ECG.
SECTIONS = (
    (
        N_("Rate and rhythm"),
        (
            (N_("Heart rate"), "1/min", "heart_rate", 0),
            (N_("Atrial rate"), "1/min", "atrial_rate", 0),
            (N_("RR variation"), "%", "rr_cv", 0),
            (N_("P before QRS"), "%", "p_before_qrs", 0),
        ),
    ),
    (
        N_("Intervals, ms"),
        (
            (N_("P duration"), "ms", "p_duration", 0),
            (N_("PR"), "ms", "pr", 0),
            (N_("QRS"), "ms", "qrs", 0),
            (N_("QT"), "ms", "qt", 0),
            (N_("QTc Bazett"), "ms", "qtc_bazett", 0),
            (N_("QTc Fridericia"), "ms", "qtc_fridericia", 0),
            (N_("QTc Framingham"), "ms", "qtc_framingham", 0),
            (N_("QTc Hodges"), "ms", "qtc_hodges", 0),
        ),
    ),
    (
        N_("Axes, °"),
        (
            (N_("P axis"), "°", "p_axis", 0),
            (N_("QRS axis"), "°", "qrs_axis", 0),
            (N_("T axis"), "°", "t_axis", 0),
        ),
    ),
    (
        N_("Voltages, mV"),
        (
            (N_("Sokolow-Lyon"), "mV", "sokolow_lyon", 2),
            (N_("Cornell"), "mV", "cornell", 2),
            (N_("QRS peak to peak"), "mV", "qrs_peak_to_peak", 2),
        ),
    ),
)
#: All of them, without the headings.
MEASUREMENTS = tuple(row for _, rows in SECTIONS for row in rows)
#: The key of every row; "" where a heading stands.
_KEYS = tuple(key for _, rows in SECTIONS for key in ("", *(row[2] for row in rows)))
#: Narrower than this (pixels) the limits move into the tooltips, so that the names are read whole.
_WITH_LIMITS = 330
_REF, _TWIN, _CHANGE, _NORMAL = 1, 2, 3, 4

#: What is said of each of `ecg.measurement.qtc.qtc_doubts`.
_DOUBTS = {
    "heart rate": N_("Bazett overcorrects above 90/min and undercorrects below 60."),
    "wide QRS": N_("A wide QRS lengthens QT without longer repolarisation."),
    "irregular rhythm": N_("RR varies widely; a QTc from the mean RR says little."),
}
_WHERE = {1: N_("above the normal {limits}"), -1: N_("below the normal {limits}")}

#: Said of a value with a star.
ON_FILLED = N_("rests on samples that were filled in, not recorded")


class MeasurementTable(QWidget):
    """One row a measurement under headings that name the unit."""

    #: A value was chosen: its key, "PR 158 ms", and whose it is ("reference" or "twin").
    chosen = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme: Theme | None = None
        self._shown: tuple | None = None
        self.table = make_table(
            (tr("Measurement"), tr("Ref."), tr("Twin", "column"), "Δ", tr("Normal")),
            tr("Measurements"),
            (0, 4),
        )
        self.table.itemClicked.connect(self._choose)
        self.table.itemActivated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)

    def set_theme(self, theme: Theme) -> None:
        """Colours of headings, limits and marks."""
        self._theme = theme

    def resizeEvent(self, event):
        """Limits where there is room."""
        super().resizeEvent(event)
        self.table.setColumnHidden(_NORMAL, self.width() < _WITH_LIMITS)

    def row_of(self, key: str) -> int:
        """The row of a measurement."""
        return _KEYS.index(key)

    def show_measurements(
        self,
        reference: dict,
        twin: dict,
        patient: tuple[float | None, str | None],
        twins_patient: tuple[float | None, str | None] | None = None,
    ) -> None:
        """Fill the table.

        Parameters
        ----------
        reference, twin : dict
            Measurements as `ecg.measurement.measure` names them; empty where there are none.
        patient, twins_patient : tuple
            Age (years) and sex, which set the limits; the twin's are the reference's unless given.
        """
        twins_patient = twins_patient or patient
        content = (reference, twin, patient, twins_patient, self._theme)
        if content == self._shown:
            return
        self._shown = content
        rows = []
        for heading, measurements in SECTIONS:
            rows.append((tr(heading), "", "", "", ""))
            for name, unit, key, decimals in measurements:
                words = f"{tr(name)}, {unit}" if unit in ("1/min", "%") else tr(name)
                before, after = (_scaled(values.get(key), unit) for values in (reference, twin))
                cells = (
                    number(value, decimals)
                    if value is None
                    else _marked(number(value, decimals), key, value, who) + _star(key, values)
                    for value, who, values in (
                        (before, patient, reference),
                        (after, twins_patient, twin),
                    )
                )
                change = difference(before, after, decimals, around=360 if unit == "°" else None)
                normal = normal_text(key, *twins_patient) if twin else normal_text(key, *patient)
                rows.append((words, *cells, number(change, decimals, "+"), normal))
        fill(self.table, rows)
        self._explain(reference, twin, patient, twins_patient)

    def text(self, title: str = "") -> str:
        """The table with tabs between its columns, values and units apart; under a title where there is one."""
        rows = [title] if title else []
        rows.append("\t".join((tr("Measurement"), tr("Unit"), tr("Reference"), tr("Twin"))))
        for name, unit, key, _ in MEASUREMENTS:
            cells = [self.table.item(self.row_of(key), column).text() for column in (_REF, _TWIN)]
            rows.append(
                "\t".join((tr(name), unit, *(cell.lstrip("".join(BEYOND.values()) + " ") for cell in cells)))
            )
        return "\n".join(rows)

    def _explain(self, reference, twin, patient, twins_patient):
        """Tooltips, and the words that a screen reader says for a mark."""
        for row in (row for row, key in enumerate(_KEYS) if not key):
            for column in range(5):
                item = self.table.item(row, column)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setToolTip("")
            font = self.table.item(row, 0).font()
            font.setBold(True)
            self.table.item(row, 0).setFont(font)
            self.table.setSpan(row, 0, 1, 5)
            if self._theme:
                self.table.item(row, 0).setForeground(QColor(self._theme.accent))
        for name, unit, key, decimals in MEASUREMENTS:
            row = self.row_of(key)
            limits = tr("no limits are stated")
            if key in SOURCES:
                limits = tr("normal in adults; {source}").format(source=SOURCES[key])
                if normal := normal_text(key, *patient):
                    limits = f"{normal} {unit} · {limits}"
            self.table.item(row, _NORMAL).setToolTip(limits)
            self.table.item(row, 0).setToolTip(
                f"{tr('{name} in {unit}').format(name=tr(name), unit=unit)}. {tr(DEFINITIONS[key])}"
                f" {_caution(key, reference, twin)} {limits}.".replace("  ", " ")
            )
            for column, values, who in ((_REF, reference, patient), (_TWIN, twin, twins_patient)):
                self._explain_value(self.table.item(row, column), values, key, unit, decimals, who)
            if self._theme:
                self.table.item(row, _NORMAL).setForeground(QColor(self._theme.quiet))

    def _explain_value(self, item, values, key, unit, decimals, who):
        value = _scaled(values.get(key), unit)
        side = 0 if value is None else beyond(key, value, *who)
        reason = values.get("reasons", {}).get(key, "") if value is None else ""
        where = tr(_WHERE[side]).format(limits=f"{normal_text(key, *who)} {unit}") if side else ""
        rests = tr(ON_FILLED) if value is not None and _star(key, values) else ""
        words = ". ".join(part for part in (where or translate(reason), rests) if part)
        click = tr("A click shows it on the trace.") if value is not None else ""
        item.setToolTip(" ".join(part for part in (f"{words}." if words else "", click) if part))
        spoken = f"{number(value, decimals)} {unit}"
        said = ", ".join(part for part in (spoken, where, rests) if part)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        if self._theme:
            finding = side > 0 or (side < 0 and key not in QUIETLY_LOW)
            item.setForeground(QColor(self._theme.bad if finding else self._theme.text))

    def _choose(self, item):
        key = _KEYS[item.row()]
        if self._shown is None or not key:
            return
        name, unit, _, decimals = next(row for row in MEASUREMENTS if row[2] == key)
        reference, twin = self._shown[:2]
        who = TWIN if item.column() == _TWIN and twin.get(key) is not None else REFERENCE
        value = _scaled((twin if who == TWIN else reference).get(key), unit)
        if value is not None:
            self.chosen.emit(key, f"{tr(name)} {number(value, decimals)} {unit}", who)


def _scaled(value, unit):
    """Shares are shown as percent."""
    return 100 * value if value is not None and unit == "%" else value


def _marked(text, key, value, who):
    """A value beyond what is normal carries an arrowhead, so that it is not told by its colour alone."""
    side = beyond(key, value, *who)
    return f"{BEYOND[side]} {text}" if side else text


def _star(key, values):
    """A star beside what rests on filled samples."""
    return "*" if key in values.get("on_filled", ()) else ""


def _caution(key: str, reference: dict, twin: dict) -> str:
    """What to mind about a measurement, in one line (Rautaharju et al. 2009, AHA/ACC/HRS part IV)."""
    if key in ("pr", "qrs", "qt", "p_duration"):
        return tr("Global: earliest onset to latest end over twelve leads.")
    if not key.startswith("qtc"):
        return ""
    formula = key.removeprefix("qtc_")
    doubts = {
        doubt
        for measured in (reference, twin)
        for doubt in qtc_doubts(formula, *(measured.get(name) for name in ("heart_rate", "qrs", "rr_cv")))
    }
    return " ".join(tr(said) for doubt, said in _DOUBTS.items() if doubt in doubts)

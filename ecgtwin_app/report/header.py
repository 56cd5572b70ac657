"""The words around the paper: banner, whose ECG it is, legend with measurements, and the footer."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.i18n.words import N_, figure, number, tr, translate
from ecgtwin_app.report import drawing, marking
from ecgtwin_app.report.displayed import filter_text, warning_text
from ecgtwin_app.report.drawing import draw_text, pen
from ecgtwin_app.report.filled import STARRED, draw_legend_swatch, filled_text, made_by_text
from ecgtwin_app.report.heat import COLOUR_BAR_WIDTH
from ecgtwin_app.report.layers import DIFFERENCE, REFERENCE, TWIN
from ecgtwin_app.report.layout import LEAD_GRIDS
from ecgtwin_app.report.median_beats import median_scale
from ecgtwin_app.report.panels import Panel
from ecgtwin_app.report.vector_loops import loop_gain

#: Columns of the header's table: title, and the measurement's name in `ecg.measurement.measure`.
_COLUMNS = (
    (N_("HR /min"), "heart_rate"),
    (N_("PR ms"), "pr"),
    (N_("QRS ms"), "qrs"),
    (N_("QT ms"), "qt"),
    (N_("QTcF ms"), "qtc_fridericia"),
    (N_("QRS axis °"), "qrs_axis"),
)
#: Rows of the legend that there is room for.
_MOST_ROWS = 3
_TITLES = {
    (REFERENCE,): N_("12-lead ECG"),
    (TWIN,): N_("Digital twin"),
    (DIFFERENCE,): N_("Twin less reference"),
}


def draw_banner(painter: QPainter, page) -> None:
    """The mark across the top of every page that shows something generated: black on yellow in any scheme."""
    left, _, width, _ = page.layout.paper
    painter.setPen(pen(QColor("#1A1A1A"), 0.3))
    painter.setBrush(drawing.BANNER_FILL)
    painter.drawRect(QRectF(left, 5.0, width, 7.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    mark = tr(marking.mark_of(page.marked))
    draw_text(painter, left + 3, 9.9, mark, 3.9, bold=True)
    start = left + 6 + drawing.text_width(mark, 3.9, True)
    if page.generated is None:
        words = tr("Filled in: {what}").format(what=filled_text(page.marked))
        words = f"{words} · {made_by_text(page.marked)}"
    else:
        words = f"{_asked_text(page.generated)} · {_origin_text(page.generated)}"
    words = drawing.elided(words, 2.7, left + width - 3 - start)
    draw_text(painter, left + width - 3, 9.6, words, 2.7, align=1.0)


def draw_header(painter: QPainter, page) -> None:
    """Whose ECG it is, and the measurements of what is shown; the rows are the legend, too."""
    left, look = page.layout.paper[0], page.look
    title = _TITLES.get(page.shown, N_("12-lead ECG and digital twin"))
    words = tr(title)
    if not set(LEADS) <= set(page.reference.leads):
        words = tr("{n}-lead ECG").format(n=len(page.reference.leads))
    draw_text(painter, left, 18.2, words, 4.4, look.text, bold=True)
    draw_text(painter, left, 22.8, patient_text(page.reference, page.layout.identity), 2.9, look.text)
    words = source_text(page.reference)
    if REFERENCE not in page.shown:
        words = tr("Made from {source}").format(source=words)
    words = drawing.elided(words, 2.6, 100)
    draw_text(painter, left, 27.0, words, 2.6, look.quiet)
    _draw_legend(painter, page)


def _draw_legend(painter, page):
    left, _, width, _ = page.layout.paper
    first = left + width - 17.0 * (len(_COLUMNS) - 1)
    for k, (title, _) in enumerate(_COLUMNS):
        draw_text(painter, first + 17 * k, 17.6, tr(title), 2.6, page.look.quiet, align=1.0)
    rows = page.shown[:_MOST_ROWS]
    step = 4.4 if len(rows) < 3 else 3.6
    for row, who in enumerate(rows):
        y = 17.6 + step * (row + 1) + (0.4 if step > 4 else 0)
        colour = drawing.layer_colour(page, who)
        painter.setPen(drawing.trace_pen(painter, page, who))
        painter.drawLine(QLineF(first - 66, y - 0.9, first - 58, y - 0.9))
        name = layer_name(page, who)
        if row == _MOST_ROWS - 1 and len(page.shown) > _MOST_ROWS:
            more = len(page.shown) - _MOST_ROWS
            name = tr("{name} (and {count} more)").format(name=name, count=more)
        draw_text(painter, first - 56, y, drawing.elided(name, 2.6, 50, True), 2.6, colour, bold=True)
        measured = {} if who == DIFFERENCE else page.layer(who).measurements
        for k, (_, key) in enumerate(_COLUMNS):
            value = _number(measured.get(key))
            value += "*" if value != "–" and key in measured.get("on_filled", ()) else ""
            draw_text(painter, first + 17 * k, y, value, 2.7, colour, align=1.0)


def layer_name(page, who: str) -> str:
    """What the legend calls a layer."""
    if who == REFERENCE:
        if page.reference.partly_synthetic:
            return tr("Reference (filled in in part)")
        return tr("Reference (synthetic)") if page.reference.synthetic else tr("Reference (recorded)")
    if who == DIFFERENCE:
        return tr("Twin less reference (synthetic)")
    return page.layer(who).name or tr("Digital twin (synthetic)")


def _asked_text(twin: Recording) -> str:
    """What the twin was asked to be; `marking.condition_text` in the language of the page."""
    request = twin.provenance.get("request") or {}
    words = [*map(tr, request.get("conditions") or ())]
    if request.get("without"):
        without = ", ".join(map(tr, request["without"]))
        words.append(tr("without {conditions}").format(conditions=without))
    words = words or [tr("condition not stated")]
    if request.get("only"):
        words.append(tr("nothing else kept"))
    if request.get("heart_rate"):
        words.append(f"{figure(request['heart_rate'])}/min")
    return ", ".join(words)


def _origin_text(twin: Recording) -> str:
    """Model, weights, seed and program on one line."""
    provenance = twin.provenance
    words = [tr("Model {name}").format(name=provenance.get("model") or tr("not stated"))]
    if provenance.get("weights_sha256"):
        words.append(tr("weights {digits}").format(digits=provenance["weights_sha256"][:8]))
    if provenance.get("seed") is not None:
        words.append(tr("seed {seed}").format(seed=provenance["seed"]))
    if marking.has_simulated_beats(twin):
        words.append(tr("beats simulated"))
    return " · ".join([*words, f"ECGTwin Desktop {__version__}"])


def _number(value):
    return "–" if value is None else f"{value:.0f}".replace("-", "−")


def patient_text(reference: Recording, identity: bool) -> str:
    """Age and sex, and who it is only when asked. Ages above 89 are grouped (HIPAA Safe Harbor)."""
    patient = reference.patient
    words = [tr("De-identified")]
    age = patient.age
    if identity:
        words = [patient.name or tr("Name not recorded"), patient.identifier, reference.recorded]
    elif age is not None and age > 89:
        words, age = [*words, tr("90+ years")], None
    if age is not None:
        words.append(tr("{age} years").format(age=figure(age)))
    words.append(tr({"F": N_("female"), "M": N_("male")}.get(patient.sex or "", N_("sex not stated"))))
    return " · ".join(word for word in words if word)


def source_text(reference: Recording) -> str:
    """Where the samples came from and what was done to them."""
    words = [
        reference.source or tr("source not stated"),
        f"{figure(reference.rate)} Hz",
        f"{number(reference.duration, 1)} s",
    ]
    return " · ".join([*words, *map(translate, reference.history)])


def scale_text(page) -> str:
    """Speed and gain as printed: "25 mm/s   limb 10, chest 5 mm/mV"."""
    layout = page.layout
    if layout.mode == "vector loops":
        return f"{figure(loop_gain(page))} mm/mV"
    speed = median_scale(layout)[0] if layout.mode == "median beats" else layout.speed
    gain = figure(layout.gain)
    if layout.chest_gain is not None and layout.chest_gain != layout.gain:
        gain = tr("limb {limb}, chest {chest}").format(limb=gain, chest=figure(layout.chest_gain))
    return f"{figure(speed)} mm/s   {gain} mm/mV"


def draw_footer(painter: QPainter, page, panels: list[Panel]) -> None:
    """Speed, gain, filter and order of time, and a ruler to check the print's scale with."""
    layout, look = page.layout, page.look
    left, top, width, height = layout.paper
    first = top + height + 5.0
    scale = scale_text(page)
    draw_text(painter, left, first, scale, 3.2, look.text, bold=True)
    place = left + max(47.0, drawing.text_width(scale, 3.2, True) + 6)
    warning = warning_text(layout.filter)
    if warning:
        draw_text(painter, place, first, warning, 2.9, look.warning, bold=True)
        place += drawing.text_width(warning, 2.9, True) + 5
    end = left + width - (COLOUR_BAR_WIDTH + 4 if page.heatmap is not None else 0)
    if any(page.recording(who).filled for who in page.shown):
        place += draw_legend_swatch(painter, place, first, look) + 4
    for x, y, words in (
        (place, first, [filter_text(page.reference, layout.filter)]),
        (left, first + 4.4, _notes(page, panels)),
    ):
        draw_text(painter, x, y, drawing.elided(" · ".join(words), 2.6, end - x), 2.6, look.quiet)
    _draw_ruler(painter, left, first + 8.6, look)


def _timing(page, panels):
    words = []
    if any(not panel.opens_row for panel in panels):
        order = tr("time runs on from column to column")
        words.append(tr("every column begins at the same time") if page.layout.simultaneous else order)
    if panels:
        # What the paper has room for beyond the recording's end is not shown.
        end = min(max(panel.start + panel.seconds for panel in panels), page.reference.duration)
        words.append(
            tr("{start} to {end} s of {duration}").format(
                start=figure(round(page.layout.start, 1)),
                end=figure(round(end, 1)),
                duration=number(page.reference.duration, 1),
            )
        )
    return words


def _notes(page, panels):
    layout = page.layout
    drawn = {"median beats": N_("Median beats"), "vector loops": N_("Vector loops")}
    notes = [tr(drawn.get(layout.mode, LEAD_GRIDS[layout.leads].title))]
    if not set(LEADS) <= set(page.reference.leads):
        notes = [tr("all leads that were recorded")]
    if layout.order == "cabrera":
        notes.append(tr("Cabrera sequence"))
    if page.aligned:
        notes.append(tr("twin aligned on the first beat of every panel"))
    if layout.mode == "median beats":
        notes.append(tr("beats of the usual kind; premature and ectopic beats are left out"))
    if layout.mode == "difference":
        notes.append(tr("each beat of the twin less the reference's beat that is nearest in time"))
    if page.generated is not None and page.twin is not None:
        notes.append(tr("twin at {rate} Hz").format(rate=figure(page.twin.rate)))
    if any(page.layer(who).measurements.get("on_filled") for who in page.shown if who != DIFFERENCE):
        notes.insert(0, tr(STARRED))
    notes += _timing(page, panels)
    if panels and page.cut:
        notes.insert(0, tr("▲▼ trace cut: try a lower gain or, against wander, a filter from 0.67 Hz"))
    return notes


def _draw_ruler(painter, x, y, look):
    painter.setPen(pen(QColor(look.quiet), 0.15))
    painter.drawLine(QLineF(x, y, x + 100, y))
    for mm in range(0, 101, 10):
        painter.drawLine(QLineF(x + mm, y, x + mm, y - (1.6 if mm % 50 == 0 else 0.9)))
    words = f"{tr('100 mm when printed at 100 %')} · {tr(marking.PURPOSE)}"
    draw_text(painter, x + 102, y, words, 2.4, look.quiet)

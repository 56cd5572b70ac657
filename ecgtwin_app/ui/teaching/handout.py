"""Hand-outs: one sheet a case at true scale without its answer, and the answers on sheets of their own at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ecgtwin_app.conditions.referee import judge
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import AskedGot
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.report import drawing, marking
from ecgtwin_app.report.drawing import draw_text, pen
from ecgtwin_app.report.export import write_pdf_pages
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page, paint_page
from ecgtwin_app.session.condition_names import capital, criteria_of, names_text
from ecgtwin_app.session.course import Case, Course, open_case
from ecgtwin_app.ui.panels.provenance import shown
from ecgtwin_app.ui.teaching.blind_pages import blind_page

#: Text of the answers: sizes and the advance of a line, mm.
_SIZE, _SMALL, _ADVANCE = 3.2, 2.5, 4.2
_TOP, _BOTTOM = 26.0, 12.0
#: Lines of a vignette that fit above a strip, and where they begin: beside the patient's own lines, mm.
_MOST_LINES, _BESIDE_PATIENT = 3, 104.0
#: A check of the generator, nothing to be read from an ECG.
_NOT_CLINICAL = ("lead law residual",)


@dataclass(frozen=True)
class Answer:
    """What the answer sheet says of a case.

    Attributes
    ----------
    title : str
        "Case 3: left bundle branch block".
    lines : tuple of str
        The criteria with what was measured, then what each condition asks and who says so.
    """

    title: str
    lines: tuple[str, ...]


def write_handout(
    path: Path,
    course: Course,
    layout: PageLayout,
    with_answers: bool,
    opened: Callable[[Case], object] = open_case,
) -> None:
    """Write the hand-out of a course as PDF. Opens every session: for the worker's thread.

    Parameters
    ----------
    path : Path
    course : Course
    layout : PageLayout
        Lead grid, speed, gain and sheet; every case begins at its first second, without a display filter.
    with_answers : bool
        Add the answer sheets.
    opened : callable
        Gives the session state of a case.

    Raises
    ------
    EcgError
        When a case cannot be opened, or the file cannot be written.
    """
    layout = replace(layout.on_paper(), start=0.0, filter="none")
    pages, answers = [], []
    for number, case in enumerate(course.cases, 1):
        state = opened(case)
        pages.append(case_page(state, layout))
        if with_answers:
            answers.append(answer_of(number, case, state))
    generated = next((page.marked for page in pages if page.marked is not None), None)
    heading = course.title or tr("Course")
    paint = [
        partial(_paint_case, page=page, case=case, number=number, count=len(pages), heading=heading)
        for number, (page, case) in enumerate(zip(pages, course.cases, strict=True), 1)
    ]
    if with_answers:
        paint += _answer_sheets(answers, layout, heading, generated is not None)
    write_pdf_pages(path, paint, layout.sheet, generated)


def case_page(state, layout: PageLayout) -> Page:
    """The blind page of a case: its twin, or the reference where there is none."""
    twin = state.twins[state.current].recording if state.twins else None
    mode = "twin" if twin is not None else "reference"
    return blind_page(Page(state.reference, twin, None, replace(layout, mode=mode)))


def answer_of(number: int, case: Case, state) -> Answer:
    """What the answer sheet says of a case: right answers, criteria with what was measured, sources."""
    words = names_text(case.answers) or tr("no answer is known")
    seed = tr("seed {seed}").format(seed=case.seed) if case.seed is not None else tr("recorded")
    title = tr("Case {n}: {answers} ({seed})").format(n=number, answers=words, seed=seed)
    measured = [criterion_text(line) for line in _criteria(case, state) if line.name not in _NOT_CLINICAL]
    lines = [" · ".join(measured)] if measured else []
    for name in case.answers:
        condition = find_condition(name)
        lines.append(f"{capital(tr(name))}: {criteria_of(condition)} {condition.source}")
    return Answer(title, tuple(lines))


def criterion_text(line: AskedGot) -> str:
    """A criterion in one line: "✓ QRS duration, ms: asked ≥ 120, got 146"."""
    sign = {True: "✓", False: "✗", None: "–"}[line.met]
    name = f"{translate(line.name)}, {line.unit}" if line.unit else translate(line.name)
    words = tr("{sign} {name}: asked {asked}, got {got}") if line.asked else tr("{sign} {name}: {got}")
    return words.format(sign=sign, name=name, asked=translate(line.asked), got=shown(line.got))


def _criteria(case, state):
    if state.twins:
        return state.twins[state.current].asked_got
    if not case.answers:
        return ()
    patient = state.reference.patient
    try:
        return judge(measure(state.reference), case.answers, None, patient.age, patient.sex)
    except EcgError:
        return ()


def _paint_case(painter: QPainter, page: Page, case: Case, number: int, count: int, heading: str) -> None:
    paint_page(painter, page)
    _paint_question(painter, page, case)
    left, top, width, height = page.layout.paper
    words = tr("Case {n} of {count}").format(n=number, count=count)
    draw_text(painter, left + 112, 18.2, words, 4.4, page.look.text, bold=True, align=1.0)
    draw_text(painter, left + 112, 22.8, drawing.elided(heading, 2.7, 50), 2.7, page.look.quiet, align=1.0)
    line, label = top + height + 13.6, tr("Answer:")
    start = left + width - 92
    draw_text(painter, start, line, label, 2.9, page.look.text, bold=True)
    painter.setPen(pen(QColor(page.look.quiet), 0.2))
    painter.drawLine(
        QLineF(start + drawing.text_width(label, 2.9, True) + 2, line + 0.4, left + width, line + 0.4)
    )


def _paint_question(painter, page, case):
    """The vignette beside what the page says of the patient, the question above the line for the answer."""
    left, top, width, height = page.layout.paper
    room = width - _BESIDE_PATIENT
    size, advance = _SMALL, 3.2
    lines = _wrapped([case.vignette], size, room) if case.vignette else []
    if len(lines) > 2:
        size, advance = 2.2, 2.5
        lines = _wrapped([case.vignette], size, room)
    y = top - 0.8 - advance * (min(len(lines), _MOST_LINES) - 1)  # the last line stands on the paper's edge
    for number, line in enumerate(lines[:_MOST_LINES]):
        last = number == _MOST_LINES - 1 and len(lines) > _MOST_LINES
        words = f"{line} …" if last else line
        draw_text(painter, left + _BESIDE_PATIENT, y + number * advance, words, size, page.look.text)
    if case.question:
        words = drawing.elided(case.question, 2.9, width - 90, True)
        draw_text(painter, left + width, top + height + 5.0, words, 2.9, page.look.text, bold=True, align=1.0)


def _answer_sheets(answers: Sequence[Answer], layout: PageLayout, heading: str, synthetic: bool):
    """Painters of the answer sheets: whole cases as long as there is room."""
    width = layout.paper[2]
    blocks = [(answer.title, _wrapped(answer.lines, _SMALL, width - 6)) for answer in answers]
    sheets, room = [], 0.0
    for title, lines in blocks:
        height = (len(lines) + 1) * _ADVANCE + 2.5
        if not sheets or height > room:
            sheets.append([])
            room = layout.size[1] - _TOP - _BOTTOM
        sheets[-1].append((title, lines))
        room -= height
    return [
        partial(
            _paint_answers, sheet=sheet, layout=layout, heading=heading, synthetic=synthetic,
            number=number, count=len(sheets),
        )
        for number, sheet in enumerate(sheets, 1)
    ]  # fmt: skip


def _paint_answers(painter, sheet, layout, heading, synthetic, number, count):
    left, _, width, _ = layout.paper
    if synthetic:
        painter.setPen(pen(QColor("#1A1A1A"), 0.3))
        painter.setBrush(drawing.BANNER_FILL)
        painter.drawRect(QRectF(left, 5.0, width, 7.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        draw_text(painter, left + 3, 9.9, tr(marking.SYNTHETIC), 3.9, bold=True)
    title = tr("Answers: {course}").format(course=heading)
    draw_text(painter, left, 20.0, drawing.elided(title, 4.4, width - 40, True), 4.4, bold=True)
    if count > 1:
        words = tr("Sheet {n} of {count}").format(n=number, count=count)
        draw_text(painter, left + width, 20.0, words, _SMALL, "#555555", align=1.0)
    y = _TOP + 1.0
    for heading_line, lines in sheet:
        y += _ADVANCE
        draw_text(painter, left, y, drawing.elided(heading_line, _SIZE, width, True), _SIZE, bold=True)
        for line in lines:
            y += _ADVANCE
            draw_text(painter, left + 6, y, line, _SMALL)
        y += 2.5
    words = f"{tr(marking.PURPOSE)} · {tr('What was measured is the program’s own measurement.')}"
    draw_text(painter, left, layout.size[1] - 7.0, words, 2.3, "#555555")


def _wrapped(lines: Sequence[str], size: float, width: float) -> list[str]:
    """Lines broken at spaces so that none is wider than `width` mm."""
    broken = []
    for line in lines:
        row = ""
        for word in line.split():
            if row and drawing.text_width(f"{row} {word}", size) > width:
                broken.append(row)
                row = word
            else:
                row = f"{row} {word}".strip()
        broken.append(row)
    return broken

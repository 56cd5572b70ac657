"""Hand-outs: a sheet a case, blind, its answer at the end."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pypdf import PdfReader
from teaching_window import BLOCK

from ecgtwin_app.report import drawing, header, marking
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.course import (
    Course,
    open_case,
    read_course,
)
from ecgtwin_app.ui.teaching import handout as teaching_handout
from ecgtwin_app.ui.teaching.handout import answer_of, case_page, write_handout

pytest_plugins = ("ui_fixtures",)


def test_a_handout_has_a_sheet_a_case_and_its_answers_at_the_end(qapp, folder, tmp_path):
    course = read_course(folder / "round.ecgcourse")
    write_handout(tmp_path / "without.pdf", course, PageLayout(), False)
    write_handout(tmp_path / "with.pdf", course, PageLayout(sheet="Letter"), True)
    pages = {}
    for name in ("without", "with"):
        data = (tmp_path / f"{name}.pdf").read_bytes()
        pages[name] = len(re.findall(rb"/Type /Page\b", data))
        assert b"SYNTHETIC" in data
        assert b"trainedAlgorithmicMedia" in data
        assert b"bundle" not in data
    assert pages == {"without": 3, "with": 4}
    box = re.search(rb"/MediaBox \[([\d. ]+)\]", (tmp_path / "without.pdf").read_bytes())[1].split()
    assert [float(v) * 25.4 / 72 for v in box[2:]] == pytest.approx((297, 210), abs=0.4)


def test_a_sheet_is_blind_and_its_answer_says_what_was_measured(folder):
    course = read_course(folder / "round.ecgcourse")
    state = open_case(course.cases[0])
    page = case_page(state, replace(PageLayout(), identity=True))
    assert page.shown == ("twin",)
    assert marking.condition_text(page.generated) == "condition hidden"
    assert not page.layout.identity
    answer = answer_of(1, course.cases[0], state)
    assert answer.title == f"Case 1: {BLOCK} (seed 41)"
    assert "✗ QRS duration of the early beat, ms: asked ≥ 120, got 96" in answer.lines[0]
    assert any("2009" in line for line in answer.lines), "the source is named"
    recorded = answer_of(3, course.cases[2], open_case(course.cases[2]))
    assert recorded.title.endswith("(recorded)")
    assert "asked 60 to 100, got 66" in recorded.lines[0]


def test_vignette_and_question_stand_on_the_hand_out(folder, tmp_path):
    course = read_course(folder / "round.ecgcourse")
    told = course.with_case(0, vignette="Palpitations since noon.", question="Where is the block?")
    write_handout(tmp_path / "told.pdf", told, PageLayout(), False)
    text = " ".join(PdfReader(tmp_path / "told.pdf").pages[0].extract_text().split())
    assert "Palpitations since noon." in text and "Where is the block?" in text


def test_vignette_and_question_cover_neither_the_ruler_nor_each_other(folder, tmp_path, monkeypatch):
    drawn = []

    def note(painter, x, y, words, size, *more, **named):
        drawn.append((y, words))
        return drawing.draw_text(painter, x, y, words, size, *more, **named)

    monkeypatch.setattr(teaching_handout, "draw_text", note)
    monkeypatch.setattr(header, "draw_text", note)
    told = read_course(folder / "round.ecgcourse")
    told = told.with_case(
        0, vignette="Known hypertension, on a beta blocker. " * 10, question="Where is the block?"
    )
    write_handout(tmp_path / "told.pdf", Course("Told", told.cases[:1]), PageLayout(), False)
    (ruler,) = (y for y, words in drawn if words.startswith("100 mm when"))
    (question,) = (y for y, words in drawn if words == "Where is the block?")
    lines = [y for y, words in drawn if "hypertension" in words]
    assert ruler - question > 4
    assert len(lines) > 1 and max(lines) < 31, "above the ruled paper"


def test_the_answers_of_a_synthetic_course_are_marked_in_the_language_of_the_window(folder, tmp_path, german):
    course = read_course(folder / "round.ecgcourse")
    write_handout(tmp_path / "answers.pdf", course, PageLayout(), True)
    text = " ".join(PdfReader(tmp_path / "answers.pdf").pages[-1].extract_text().split())
    assert "SYNTHETISCH – NICHT ZUR DIAGNOSE" in text and "SYNTHETIC" not in text

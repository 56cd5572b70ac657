"""Answers: how they count, what is written of them, and pages that do not tell them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from courses import BLOCK, FLUTTER, SINUS, twins_of

from ecgtwin_app.engine.request import HeatMap
from ecgtwin_app.report import marking
from ecgtwin_app.report.layers import REFERENCE, TWIN, Layer
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.quiz_score import answers_csv, mark, total
from ecgtwin_app.session.teaching import read_strip
from ecgtwin_app.ui.teaching.blind_pages import HIDDEN, blind_page


@pytest.mark.parametrize(
    ("chosen", "answers", "there", "credit"),
    [
        ((BLOCK,), (BLOCK,), (), 1.0),
        ((BLOCK, SINUS), (BLOCK,), (SINUS,), 1.0),
        ((BLOCK, FLUTTER), (BLOCK,), (SINUS,), 0.0),
        ((BLOCK,), (BLOCK, FLUTTER), (), 0.5),
        ((BLOCK, FLUTTER, SINUS), (BLOCK, FLUTTER), (), 0.5),
        ((SINUS,), (BLOCK,), (), 0.0),
        ((SINUS, FLUTTER), (BLOCK,), (), 0.0),
        ((SINUS,), (BLOCK,), (SINUS,), 0.0),
        ((), (BLOCK,), (), 0.0),
        ((BLOCK,), (), (), None),
    ],
)
def test_right_ones_count_wrong_ones_take_back_and_what_is_there_is_free(chosen, answers, there, credit):
    outcome = mark(chosen, answers, there)
    assert outcome.credit == credit
    assert sorted(outcome.chosen) == sorted(chosen)


def test_ticking_everything_earns_nothing():
    every = tuple(f"condition {k}" for k in range(20))
    assert mark(every, every[:2]).credit == 0.0


def test_the_score_is_over_every_case_with_an_answer(course):
    outcomes = {1: mark((BLOCK,), (BLOCK,)), 2: mark((), course.cases[2].answers)}
    score = total(course, outcomes)
    assert (score.points, score.of, score.answered, score.given_up) == (1.0, 2, 1, 1)


def test_the_csv_holds_no_name_unless_given_and_no_formula(course):
    outcomes = {1: mark((BLOCK, SINUS), (BLOCK,), (SINUS,)), 2: mark((), course.cases[2].answers)}
    rows = list(csv.DictReader(io.StringIO(answers_csv(course, outcomes, "  "))))
    assert "learner" not in rows[0]
    assert rows[0]["case"] == "2"
    assert rows[0]["seed"] == "3"
    assert rows[0]["answered"] == f"{BLOCK}; {SINUS}"
    assert rows[0]["credit"] == "1.00"
    assert rows[0]["synthetic"] == "yes"
    assert rows[1]["answered"] == ""
    rows = list(csv.DictReader(io.StringIO(answers_csv(course, outcomes, "=cmd()"))))
    assert rows[0]["learner"] == "'=cmd()"


def test_the_referee_finds_sinus_rhythm_on_a_normal_strip(reference):
    reading = read_strip(reference)
    assert "sinus rhythm" in reading.met
    assert not reading.met & {"atrial fibrillation", "left bundle branch block", "complete AV block"}
    flat = replace(reference, signal=reference.signal * 0)
    assert read_strip(flat).met == frozenset()


def test_a_blind_page_tells_nothing_and_stays_marked(reference):
    twin, other = twins_of(reference, samples=2)
    heat = HeatMap("contrast", twin.recording.signal, True, "mV", True)
    layers = (
        Layer(REFERENCE, reference, "", {"qrs": 90}),
        Layer("twin 2", other.recording, f"Broad {BLOCK}", {"qrs": 150}, dashed=True),
        Layer(TWIN, twin.recording, f"Twin 1: {BLOCK}", {"qrs": 150}),
    )
    page = Page(reference, twin.recording, heat, reference_measurements={}, layers=layers)
    page = replace(page, layout=replace(page.layout, identity=True))
    blind = blind_page(page)
    said = [*marking.metadata(blind.generated).values(), marking.condition_text(blind.generated)]
    said += [layer.name for layer in blind.layers] + [str(marking.xmp(blind.generated))]
    assert not any("bundle" in text for text in said)
    assert HIDDEN in marking.condition_text(blind.generated)
    assert "seed 1" in marking.origin_text(blind.generated)
    assert blind.generated.synthetic
    assert marking.metadata(blind.generated)["Synthetic"] == "YES"
    assert blind.heatmap is None
    assert not blind.layout.identity
    assert [layer.measurements for layer in blind.layers] == [{}, {}, {}]
    assert [layer.name for layer in blind.layers] == ["", "Twin 2", ""]
    assert np.array_equal(blind.twin.signal, twin.recording.signal)
    assert blind_page(page).twin is blind.twin, "made once"

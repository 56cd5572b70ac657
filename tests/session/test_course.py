"""Teaching without widgets: courses and hostile files, how answers are counted, blind pages, frames of a morph."""

from __future__ import annotations

import json

import pytest
from courses import BLOCK, FLUTTER, SINUS, twins_of

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.session.course import (
    MOST_CASES,
    Case,
    make_cases,
    open_case,
    read_course,
    sessions_in,
    write_course,
)
from ecgtwin_app.session.session_file import SessionState, write_session


def test_a_folder_becomes_a_course_in_the_order_of_its_numbers(course):
    assert [case.file.name for case in course.cases] == [
        "case 1.ecgtwin",
        "case 2.ecgtwin",
        "case 10.ecgtwin",
    ]
    assert [case.answers for case in course.cases] == [
        (),
        (BLOCK,),
        ("atrial fibrillation", "ventricular premature complex"),
    ]
    assert [(case.twin, case.seed, case.met) for case in course.cases] == [
        (-1, None, None),
        (0, 3, False),
        (0, 11, False),
    ]


def test_every_twin_of_a_session_is_a_case(reference, tmp_path):
    twins = twins_of(reference, BLOCK, seed=5, samples=3) + twins_of(reference, FLUTTER, seed=9, samples=3)
    write_session(tmp_path / "six.ecgtwin", SessionState(reference, twins=twins, current=4))
    cases = make_cases(tmp_path / "six.ecgtwin")
    assert [case.seed for case in cases] == [5, 6, 7, 9, 10, 11]
    assert [case.answers for case in cases] == [(BLOCK,)] * 3 + [(FLUTTER,)] * 3
    for case in cases:
        assert [twin.seed for twin in open_case(case).twins] == [case.seed]


def test_vignette_and_question_come_back_and_earlier_courses_have_none(course, folder):
    told = course.with_case(1, vignette="72 years, “palpitations” since noon", question="Where is the block?")
    write_course(folder / "told.ecgcourse", told)
    assert read_course(folder / "told.ecgcourse") == told
    document = json.loads((folder / "told.ecgcourse").read_text(encoding="utf-8"))
    for row in document["cases"]:
        del row["vignette"], row["question"]
    (folder / "told.ecgcourse").write_text(json.dumps(document), encoding="utf-8")
    assert read_course(folder / "told.ecgcourse") == course


def test_a_course_comes_back_and_moves_with_its_folder(course, folder, tmp_path_factory):
    write_course(folder / "round.ecgcourse", course)
    text = (folder / "round.ecgcourse").read_text(encoding="utf-8")
    assert str(folder) not in text
    assert read_course(folder / "round.ecgcourse") == course
    elsewhere = tmp_path_factory.mktemp("usb") / "moved"
    folder.rename(elsewhere)
    moved = read_course(elsewhere / "round.ecgcourse")
    assert [case.seed for case in moved.cases] == [None, 3, 11]
    assert open_case(moved.cases[1]).twins[0].seed == 3


def test_a_case_shows_its_one_twin_and_nothing_that_tells(course):
    state = open_case(course.cases[1])
    assert [twin.seed for twin in state.twins] == [3]
    assert state.current == 0
    assert state.calipers == ()
    assert state.layers.order == ()
    assert open_case(course.cases[0]).twins == ()


def test_the_order_is_kept_and_can_be_changed(course, folder):
    changed = course.moved(2, -2).without(1)
    write_course(folder / "r.ecgcourse", changed)
    assert [case.seed for case in read_course(folder / "r.ecgcourse").cases] == [11, 3]


def test_a_course_has_an_end(course):
    with pytest.raises(EcgError, match="at most"):
        course.with_cases(course.cases * MOST_CASES)


def test_a_folder_without_sessions_says_so(tmp_path):
    with pytest.raises(EcgError, match="holds no session"):
        sessions_in(tmp_path)


def test_a_case_of_a_recorded_strip_can_be_given_answers(course):
    assert course.with_case(0, answers=(SINUS,)).cases[0].answers == (SINUS,)
    assert isinstance(course.cases[0], Case)

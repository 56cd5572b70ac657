"""Courses that are damaged, changed or point elsewhere are refused in one sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from courses import BLOCK

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.session.course import (
    MOST_CASES,
    open_case,
    read_course,
    write_course,
)


def test_a_course_does_not_point_outside_its_folder(course, folder):
    (folder / "sub").mkdir()
    with pytest.raises(EcgError, match=r"outside the folder sub; .*\.$"):
        write_course(folder / "sub" / "round.ecgcourse", course)
    assert not list((folder / "sub").iterdir())


def test_a_session_that_was_changed_is_refused_without_saying_its_name(course, folder):
    path = folder / "case 2.ecgtwin"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(EcgError, match="was changed since the course was saved") as caught:
        open_case(course.cases[1])
    assert "case 2" not in str(caught.value)
    path.unlink()
    with pytest.raises(EcgError, match="cannot be read"):
        open_case(course.cases[1])


def test_a_case_whose_seed_is_another_is_refused(course):
    with pytest.raises(EcgError, match="does not hold its twin"):
        open_case(replace(course.cases[1], seed=99))
    with pytest.raises(EcgError, match="does not hold its twin"):
        open_case(replace(course.cases[1], twin=7))


def _case(**fields):
    return {
        "file": "a.ecgtwin",
        "sha256": "0" * 64,
        "twin": 0,
        "seed": 1,
        "answers": [BLOCK],
        "met": True,
    } | fields


@pytest.mark.parametrize(
    "fields",
    [
        {"file": "../a.ecgtwin"},
        {"file": "/etc/a.ecgtwin"},
        {"file": "sub/../../a.ecgtwin"},
        {"file": "C:\\a.ecgtwin"},
        {"file": "a.exe"},
        {"file": "a\0.ecgtwin"},
        {"file": 7},
        {"sha256": "short"},
        {"sha256": "Z" * 64},
        {"twin": 1.5},
        {"twin": -2},
        {"twin": True},
        {"twin": 10**9},
        {"seed": "1"},
        {"answers": "all"},
        {"answers": ["heart burn"]},
        {"answers": [BLOCK] * 13},
        {"answers": [{"a": 1}]},
        {"met": "yes"},
        {"vignette": 7},
        {"vignette": "x" * 601},
        {"question": ["?"]},
        {"question": "x" * 121},
    ],
)
def test_a_hostile_case_gives_one_sentence(tmp_path, fields):
    path = tmp_path / "c.ecgcourse"
    path.write_text(json.dumps({"format": 1, "title": "", "cases": [_case(**fields)]}))
    with pytest.raises(EcgError, match=r"(is no course|outside its own folder).*\.$"):
        read_course(path)


@pytest.mark.parametrize(
    "text",
    ["", "Dear colleague", "[]", "7", "null", '{"format": 1}', '{"format": "x", "title": "", "cases": []}',
     '{"format": 1, "title": 3, "cases": []}', '{"format": 1, "title": "", "cases": {}}', "[" * 100_000,
     json.dumps({"format": 1, "title": "", "cases": [_case()] * (MOST_CASES + 1)})],
)  # fmt: skip
def test_what_is_no_course_gives_one_sentence(tmp_path, text):
    path = tmp_path / "c.ecgcourse"
    path.write_text(text)
    with pytest.raises(EcgError, match="is no course"):
        read_course(path)


def test_other_files_give_one_sentence(tmp_path):
    path = tmp_path / "c.ecgcourse"
    with pytest.raises(EcgError, match="cannot be read"):
        read_course(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EcgError, match="is no course"):
        read_course(path)
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(EcgError, match="is no course"):
        read_course(path)
    path.write_text('{"format": 2, "title": "", "cases": []}')
    with pytest.raises(EcgError, match="newer version"):
        read_course(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "secret.ecgtwin").write_text("x")
    try:
        (tmp_path / "inner" / "a.ecgtwin").symlink_to(tmp_path / "secret.ecgtwin")
    except OSError:
        pytest.skip("this system makes no links")
    path = tmp_path / "inner" / "c.ecgcourse"
    path.write_text(json.dumps({"format": 1, "title": "", "cases": [_case()]}))
    with pytest.raises(EcgError, match="outside its own folder"):
        read_course(path)

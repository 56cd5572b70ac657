"""Presets, courses and sessions of anybody: each is read, or refused in one sentence, and what is read can be kept again."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile

import numpy as np
import pytest
from courses import BLOCK, twins_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutated import damaged, documents, written
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.course import MOST_CASES, read_course, write_course
from ecgtwin_app.session.request_json import read_presets, title, to_json, write_presets
from ecgtwin_app.session.session_file import SessionState, read_session, write_session

PRESETS = {
    "presets": [
        {
            "name": "slow",
            "request": to_json(TwinRequest(("sinus rhythm",), heart_rate=50.0, age=60.0, sex="F")),
        },
        {
            "name": "block",
            "request": to_json(TwinRequest((BLOCK,), severity=0.5, samples=3, seed=7, keep=())),
        },
    ]
}
CASE = {
    "file": "a.ecgtwin", "sha256": "0" * 64, "twin": 0, "seed": 1, "answers": [BLOCK], "met": True,
    "vignette": "A man of 60.", "question": "Which rhythm?",
}  # fmt: skip
COURSE = {"format": 1, "program": "1", "title": "Round", "cases": [CASE, {**CASE, "twin": -1, "seed": None}]}
#: What a refusal looks like: one sentence that ends, without the words of an exception.
SENTENCE = re.compile(r"[A-Z“0-9a-z].{10,400}[.?]", re.DOTALL)

fuzzed = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read_or_refused(read, path, data: bytes):
    """What is read; None where it was refused as it should be."""
    path.write_bytes(data)
    try:
        return read(path)
    except EcgError as error:
        assert SENTENCE.fullmatch(str(error)) and "Error" not in str(error), str(error)
        return None


@pytest.mark.parametrize(
    "fields",
    [
        {"heart_rate": 10**400},
        {"seed": 10**400},
        {"sex": "x" * 10_000},
        {"conditions": ["x" * 10_000]},
        {"conditions": 7},
    ],
)
def test_what_fuzzing_found_in_presets(tmp_path, fields):
    request = {**PRESETS["presets"][0]["request"], **fields}
    data = written({"presets": [{"name": "one", "request": request}]})
    assert read_or_refused(read_presets, tmp_path / "presets.json", data) is None


@fuzzed
@given(data=st.one_of(documents(PRESETS).map(written), damaged(written(PRESETS))))
def test_presets(data, tmp_path):
    named = read_or_refused(read_presets, tmp_path / "presets.json", data)
    if named:
        assert all(title(request) for _, request in named)
        write_presets(tmp_path / "again.json", named)
        assert read_presets(tmp_path / "again.json") == named


def test_half_a_character_is_refused_for_it_could_not_be_written_again(tmp_path):
    named = {"presets": [{**PRESETS["presets"][0], "name": "\ud800"}]}
    assert read_or_refused(read_presets, tmp_path / "presets.json", written(named)) is None
    data = written({**COURSE, "cases": [{**CASE, "vignette": "\ud800"}]})
    assert read_or_refused(read_course, tmp_path / "round.ecgcourse", data) is None


@fuzzed
@given(data=st.one_of(documents(COURSE).map(written), damaged(written(COURSE))))
def test_courses(data, tmp_path):
    course = read_or_refused(read_course, tmp_path / "round.ecgcourse", data)
    if course:
        assert len(course.cases) <= MOST_CASES
        assert all(case.file.is_relative_to(tmp_path.resolve()) for case in course.cases)
        write_course(tmp_path / "again.ecgcourse", course)
        assert read_course(tmp_path / "again.ecgcourse") == course


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Members of a session with a twin, a caliper and a request, and its document."""
    path = tmp_path_factory.mktemp("session") / "a.ecgtwin"
    reference = strip(rate=66, seconds=10)[0]
    twins = twins_of(reference, BLOCK, seed=2)
    caliper = Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.2, True)
    state = SessionState(
        reference,
        twins=twins,
        current=0,
        calipers=(caliper,),
        requests=(TwinRequest((BLOCK,)),),
        layout=PageLayout(),
    )
    write_session(path, state)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return members, json.loads(members["session.json"])


def forged(path, members: dict[str, bytes], document: bytes) -> bytes:
    """A session with another document, its hashes made to fit."""
    members = {**members, "session.json": document}
    members.pop("hashes.json")
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**members, "hashes.json": json.dumps(hashes).encode()}.items():
            archive.writestr(name, data)
    return path.read_bytes()


@settings(fuzzed, max_examples=60)
@given(data=st.data())
def test_sessions_whose_hashes_fit(session, data, tmp_path):
    members, document = session
    changed = data.draw(st.one_of(documents(document).map(written), damaged(members["session.json"])))
    path = tmp_path / "a.ecgtwin"
    state = read_or_refused(read_session, path, forged(path, members, changed))
    if state:
        write_session(tmp_path / "again.ecgtwin", state)
        again = read_session(tmp_path / "again.ecgtwin")
        assert np.array_equal(again.reference.signal, state.reference.signal)
        assert len(again.twins) == len(state.twins) and again.request == state.request


def test_valid_ones_are_read(session, tmp_path):
    """Nothing above passes because everything is refused."""
    assert len(read_or_refused(read_presets, tmp_path / "p.json", written(PRESETS))) == 2
    assert len(read_or_refused(read_course, tmp_path / "c.ecgcourse", written(COURSE)).cases) == 2
    path = tmp_path / "a.ecgtwin"
    assert read_or_refused(read_session, path, forged(path, *session[:1], written(session[1]))).twins

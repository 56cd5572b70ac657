"""What the tests of teaching share: a folder with a course, the window that has it open, and German."""

from __future__ import annotations

import pytest
from synthetic_ecg import strip
from teaching_window import BLOCK, PVC
from ui_standin import StandInEngine
from ui_window import idle

from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.session.course import (
    Course,
    make_cases,
    sessions_in,
    write_course,
)
from ecgtwin_app.session.session_file import SessionState, write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.preferences import language as words


@pytest.fixture
def german(qapp):
    words.install_everywhere(qapp, "de")
    yield
    words.install_everywhere(qapp, "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a course of two twins and a recorded strip."""
    folder = tmp_path_factory.mktemp("course")
    reference, _ = strip(rate=66)
    for number, conditions in ((1, (BLOCK,)), (2, ("atrial fibrillation", PVC))):
        request = TwinRequest(conditions, seed=40 + number, steps=1)
        twins = [t for t in StandInEngine().iter_generate(reference, request) if isinstance(t, Twin)]
        state = SessionState(reference, twins=tuple(twins), current=0, request=request)
        write_session(folder / f"{number} {conditions[0]}.ecgtwin", state)
    write_session(folder / "3 recorded.ecgtwin", SessionState(reference))
    course = Course("Round", tuple(case for path in sessions_in(folder) for case in make_cases(path)))
    write_course(folder / "round.ecgcourse", course.with_case(2, answers=("sinus rhythm",)))
    return folder


@pytest.fixture
def taught(window, qtbot, folder):
    """The window with the course open at its first case."""
    open_path(window.workbench, folder / "round.ecgcourse")
    qtbot.waitUntil(lambda: window.workbench.teaching.at == 0 and idle(window))
    return window

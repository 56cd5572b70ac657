"""What the tests of courses share: a strip, a folder of three sessions, and their course."""

from __future__ import annotations

import pytest
from courses import BLOCK, twins_of
from synthetic_ecg import strip

from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.session.course import Course, make_cases, sessions_in
from ecgtwin_app.session.session_file import SessionState, write_session
from ecgtwin_app.ui.page.caliper_text import TIME, Caliper


@pytest.fixture(scope="module")
def reference():
    return strip(rate=66)[0]


@pytest.fixture
def folder(reference, tmp_path):
    """Three sessions: two with twins, one that was recorded only."""
    for number, conditions in ((2, (BLOCK,)), (10, ("atrial fibrillation", "ventricular premature complex"))):
        twins = twins_of(reference, *conditions, seed=number + 1)
        calipers = (Caliper(TIME, "II", (REFERENCE,), 1.0, 1.4, 0.2, True),)
        state = SessionState(reference, twins=twins, current=0, calipers=calipers)
        write_session(tmp_path / f"case {number}.ecgtwin", state)
    write_session(tmp_path / "case 1.ecgtwin", SessionState(reference))
    return tmp_path


@pytest.fixture
def course(folder):
    return Course("Round", tuple(case for path in sessions_in(folder) for case in make_cases(path)))

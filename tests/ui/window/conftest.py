"""Files that the tests of the window open: a recording, sessions and a course."""

from __future__ import annotations

import pytest
from synthetic_ecg import strip
from ui_standin import StandInEngine

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.session.course import Course, make_cases, write_course
from ecgtwin_app.session.session_file import SessionState, write_session


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A recording, a session with a twin and a course of it."""
    folder = tmp_path_factory.mktemp("files")
    reference, _ = strip(rate=66)
    request = TwinRequest(("left bundle branch block",), steps=1)
    twins = tuple(t for t in StandInEngine().iter_generate(reference, request) if isinstance(t, Twin))
    write_session(folder / "a.ecgtwin", SessionState(reference, twins=twins, current=0, request=request))
    write_session(folder / "b.ecgtwin", SessionState(strip(rate=80)[0]))
    cases = tuple(make_cases(folder / name)[0] for name in ("a.ecgtwin", "b.ecgtwin"))
    write_course(folder / "round.ecgcourse", Course("Round", cases))
    write_ecg(Recording(strip(rate=72)[0].signal, 500.0), folder / "other.hea")
    write_ecg(Recording(strip(seconds=40.0)[0].signal, 500.0), folder / "long.hea")
    return folder

"""A course of patients that were drawn: a session each, with what was asked as the right answer. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.session.course import SUFFIX as COURSE_SUFFIX
from ecgtwin_app.session.course import Course, make_cases, write_course
from ecgtwin_app.session.session_file import SUFFIX, SessionState, write_session
from ecgtwin_app.whole_files import why

#: Names of files tell no answer.
_COURSE, _CASE = f"course{COURSE_SUFFIX}", "case-{number:02d}" + SUFFIX


def write_drawn_course(
    folder: Path, title: str, patients: Sequence[tuple[Twin, Any, dict | None, Any, Any, Any]]
) -> Path:
    """Write sessions and course into a folder, which is made if it is not there; the course's file.

    Parameters
    ----------
    patients : sequence of (Twin, Recording, measurements, marks, notes, Quality)
        Each with what is found in its recording.

    Raises
    ------
    EcgError
        When the folder holds a course already, or cannot be written.
    """
    course = folder / _COURSE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EcgError(
            "The folder cannot be written ({reason}); choose another one.", reason=why(error)
        ) from None
    if course.exists() or any(folder.glob(f"*{SUFFIX}")):
        raise EcgError(
            "The folder {folder} already holds sessions or a course; choose an empty or a new one.",
            folder=folder.name,
        )
    cases = []
    for number, (twin, recording, measurements, marks, *_) in enumerate(patients, start=1):
        path = folder / _CASE.format(number=number)
        known = {} if marks is None else {recording: marks}
        write_session(path, SessionState(recording, measurements, marks=known))
        cases += [replace(case, met=twin.met) for case in make_cases(path)]
    write_course(course, Course(title, tuple(cases)))
    return course

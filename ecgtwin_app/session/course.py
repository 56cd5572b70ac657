"""Courses: a list of cases, each a session file, in one small file that lies beside them. No Qt.

A course names its sessions by paths relative to itself and by their hashes, so that a class opens exactly the
strips it was made of. It holds the right answers and nothing of a patient.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ecgtwin_app import __version__
from ecgtwin_app.conditions.vocabulary import UnknownCondition, find_condition
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.session.plain_json import read_json
from ecgtwin_app.session.session_file import SUFFIX as SESSION_SUFFIX
from ecgtwin_app.session.session_file import SessionState, read_session
from ecgtwin_app.whole_files import why, write_whole

SUFFIX = ".ecgcourse"
FORMAT = 1
MOST_CASES = 500
#: A course larger than this is none.
_LARGEST = 1_000_000
_MOST_ANSWERS, LONGEST_TITLE = 12, 120
#: Letters of a vignette.
LONGEST_VIGNETTE = 600


@dataclass(frozen=True)
class Case:
    """One strip to be read.

    Attributes
    ----------
    file : Path
        The session, as an absolute path.
    sha256 : str
        Of the session file.
    twin : int
        Which twin of the session is shown; -1 shows the reference.
    seed : int or None
        Of the twin.
    answers : tuple of str
        Names of the vocabulary; empty where no answer is known yet.
    met : bool or None
        Whether the twin meets the criteria of what was asked; None for a recorded strip.
    vignette : str
        What the learner is told of the patient beforehand, in the teacher's words.
    question : str
        What is asked in place of "What does this ECG show?".
    """

    file: Path
    sha256: str
    twin: int
    seed: int | None
    answers: tuple[str, ...]
    met: bool | None = None
    vignette: str = ""
    question: str = ""


@dataclass(frozen=True)
class Course:
    """Cases in the order in which they are shown."""

    title: str = ""
    cases: tuple[Case, ...] = ()

    def with_cases(self, cases: tuple[Case, ...]) -> Course:
        """The same with further cases at its end."""
        if len(self.cases) + len(cases) > MOST_CASES:
            raise EcgError("A course holds at most {most} cases; begin another one.", most=MOST_CASES)
        return replace(self, cases=(*self.cases, *cases))

    def without(self, at: int) -> Course:
        """The same without one case."""
        return replace(self, cases=(*self.cases[:at], *self.cases[at + 1 :]))

    def moved(self, at: int, by: int) -> Course:
        """The same with a case so many places later."""
        cases = list(self.cases)
        cases.insert(min(len(cases) - 1, max(0, at + by)), cases.pop(at))
        return replace(self, cases=tuple(cases))

    def with_case(self, at: int, **fields) -> Course:
        """The same with other right answers, vignette or question of a case."""
        case = replace(self.cases[at], **fields)
        return replace(self, cases=(*self.cases[:at], case, *self.cases[at + 1 :]))


# -- cases --------------------------------------------------------------------------------------------


def sessions_in(folder: Path) -> list[Path]:
    """The session files of a folder, "case 2" before "case 10"; `EcgError` when there is none."""
    try:
        found = [path for path in folder.iterdir() if path.suffix == SESSION_SUFFIX and path.is_file()]
    except OSError as error:
        raise EcgError(
            "{folder} cannot be read ({reason}); choose another folder.",
            folder=folder.name,
            reason=why(error),
        ) from None
    if not found:
        raise EcgError(
            "The folder {folder} holds no session (*{suffix}); choose another one.",
            folder=folder.name,
            suffix=SESSION_SUFFIX,
        )
    return sorted(found, key=_natural)


def make_cases(path: Path) -> list[Case]:
    """The cases of a session: each of its twins, with what was asked as the right answer.

    A session without twins makes one case, its reference. Of a new patient the answer is what was asked; of a recorded ECG
    nobody knows it yet.

    Raises
    ------
    EcgError
        When the file is no session.
    """
    digest = _digest(path)
    state = read_session(path)
    file = path.resolve()
    cases = [
        Case(file, digest, number, twin.seed, tuple(dict.fromkeys(twin.request.conditions)), twin.met)
        for number, twin in enumerate(state.twins)
    ]
    return cases or [Case(file, digest, -1, *_asked_of(state.reference))]


def _asked_of(reference: Recording) -> tuple[int | None, tuple[str, ...]]:
    """Seed and conditions of a new patient; of any other reference nothing is known."""
    origin = reference.provenance if reference.synthetic else {}
    if "reference_sha256" in origin or not isinstance(origin.get("seed"), int):
        return None, ()
    names = (origin.get("request") or {}).get("conditions") or ()
    return origin["seed"], tuple(dict.fromkeys(find_condition(name).name for name in names))


def open_case(case: Case) -> SessionState:
    """What a case shows: its reference and its one twin, without requests, calipers and layers that could tell.

    Raises
    ------
    EcgError
        When the session is not there or is not the one the course was made of.
    """
    if _digest(case.file) != case.sha256:
        raise EcgError(
            "The session of this case was changed since the course was saved; make the case anew in the course."
        )
    state = read_session(case.file)
    twins = state.twins
    if not -1 <= case.twin < len(twins) or (case.twin >= 0 and twins[case.twin].seed != case.seed):
        raise EcgError("The session of this case does not hold its twin; make the case anew in the course.")
    shown = twins[case.twin : case.twin + 1] if case.twin >= 0 else ()
    recordings = (state.reference, *(twin.recording for twin in shown))
    return replace(
        state,
        twins=shown,
        current=len(shown) - 1,
        marks={recording: marks for recording, marks in state.marks.items() if recording in recordings},
        heatmaps={key: heat for key, heat in state.heatmaps.items() if key[0] in shown},
        requests=(),
        calipers=(),
        layers=LayerStack(),
    )


def _digest(path):
    hashed = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        # The name may tell the answer, so it is not said.
        raise EcgError(
            "The session of a case cannot be read ({reason}); put it back beside its course.",
            reason=why(error),
        ) from None
    return hashed.hexdigest()


def _natural(path):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name.casefold())]


# -- files --------------------------------------------------------------------------------------------


def write_course(path: Path, course: Course) -> None:
    """Write a course beside its sessions, in one step.

    Raises
    ------
    EcgError
        When a session lies neither beside the course nor below it, or the file cannot be written.
    """
    folder = path.resolve().parent
    rows = []
    for case in course.cases:
        try:
            relative = case.file.relative_to(folder).as_posix()
        except ValueError:
            raise EcgError(
                "{file} lies outside the folder {folder}; save the course in a folder that holds"
                " its sessions.",
                file=case.file.name,
                folder=folder.name,
            ) from None
        rows.append(
            {"file": relative, "sha256": case.sha256, "twin": case.twin, "seed": case.seed,
             "answers": list(case.answers), "met": case.met,
             "vignette": case.vignette, "question": case.question}
        )  # fmt: skip
    document = {"format": FORMAT, "program": __version__, "title": course.title, "cases": rows}
    try:
        write_whole(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder.",
            file=path.name,
            reason=why(error),
        ) from None


def read_course(path: Path) -> Course:
    """Read a course; its sessions are read when their cases are opened.

    Raises
    ------
    EcgError
        When the file is none, is damaged, points outside its folder, or comes from a newer version.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("too large")
        document = read_json(path.read_text(encoding="utf-8"))
        if document["format"] > FORMAT:
            raise EcgError(
                "{file} comes from a newer version of the program; update the program.", file=path.name
            )
        rows = document["cases"]
        if not isinstance(rows, list) or len(rows) > MOST_CASES:
            raise ValueError("too many cases")
        cases = tuple(_read_case(row, path.resolve().parent) for row in rows)
        return Course(_text(document["title"])[:LONGEST_TITLE], cases)
    except OSError as error:
        raise EcgError(
            "{file} cannot be read ({reason}); choose another file.", file=path.name, reason=why(error)
        ) from None
    except (UnknownCondition, KeyError, TypeError, AttributeError, OverflowError):
        raise _no_course(path) from None
    except EcgError:
        raise
    except ValueError:
        raise _no_course(path) from None


def _read_case(row, folder):
    file = PurePosixPath(_text(row["file"]))
    if file.is_absolute() or ".." in file.parts or re.search(r"[\\:\0]", str(file)):
        raise EcgError("This course points outside its own folder and is refused; ask for it anew.")
    if file.suffix != SESSION_SUFFIX:
        raise ValueError("no session")
    path = (folder / file).resolve()
    if not path.is_relative_to(folder):
        raise EcgError("This course points outside its own folder and is refused; ask for it anew.")
    digest = _text(row["sha256"])
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError("no hash")
    twin, seed, answers = row["twin"], row["seed"], row["answers"]
    if type(twin) is not int or not -1 <= twin < 1000 or not (seed is None or type(seed) is int):
        raise ValueError("no twin")
    if not isinstance(answers, list) or len(answers) > _MOST_ANSWERS:
        raise ValueError("too many answers")
    names = tuple(dict.fromkeys(find_condition(_text(name)).name for name in answers))
    if row["met"] not in (True, False, None):
        raise ValueError("no verdict")
    # Courses of earlier versions have neither.
    vignette, question = (_text(row.get(name, "")) for name in ("vignette", "question"))
    if len(vignette) > LONGEST_VIGNETTE or len(question) > LONGEST_TITLE:
        raise ValueError("too long")
    return Case(path, digest, twin, seed, names, row["met"], vignette, question)


def _text(value):
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _no_course(path):
    return EcgError(
        "{file} is no course, or is damaged; choose a file saved with “Save course”.", file=path.name
    )

"""How answers are counted, and what came of a whole course. No Qt.

Several answers may be right. Every right one chosen counts one point, every wrong one takes a point back, and the
sum, never below zero, is divided by the number of right ones. What is chosen beyond the right answers but is on
the strip all the same, by the referee's measurements, neither counts nor costs: a twin with bundle branch block
may well be in sinus rhythm.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.session.course import Course
from ecgtwin_app.whole_files import why, write_whole


@dataclass(frozen=True)
class Outcome:
    """What an answer is worth.

    Attributes
    ----------
    right, missed, present, wrong : tuple of str
        Right and chosen; right and not chosen; not asked for, but there; neither.
    credit : float or None
        0 to 1; None where no answer is known to be right.
    """

    right: tuple[str, ...]
    missed: tuple[str, ...]
    present: tuple[str, ...]
    wrong: tuple[str, ...]
    credit: float | None

    @property
    def chosen(self) -> tuple[str, ...]:
        """Everything the learner chose."""
        return (*self.right, *self.present, *self.wrong)


def mark(chosen: Sequence[str], answers: Sequence[str], there: Collection[str] = ()) -> Outcome:
    """Count an answer.

    Parameters
    ----------
    chosen : sequence of str
        Conditions the learner picked.
    answers : sequence of str
        The right ones.
    there : collection of str
        Conditions whose criteria the strip meets, asked for or not.
    """
    right = tuple(name for name in answers if name in chosen)
    missed = tuple(name for name in answers if name not in chosen)
    beyond = [name for name in chosen if name not in answers]
    present = tuple(name for name in beyond if name in there)
    wrong = tuple(name for name in beyond if name not in there)
    credit = max(0, len(right) - len(wrong)) / len(answers) if answers else None
    return Outcome(right, missed, present, wrong, credit)


@dataclass(frozen=True)
class Score:
    """What came of a course: points of so many, cases answered and revealed without an answer."""

    points: float
    of: int
    answered: int
    given_up: int


def total(course: Course, outcomes: Mapping[int, Outcome]) -> Score:
    """The score over the cases that have a right answer; what was revealed unanswered earned nothing."""
    counted = [k for k, case in enumerate(course.cases) if case.answers]
    known = [outcomes[k] for k in counted if k in outcomes]
    answered = sum(bool(outcome.chosen) for outcome in known)
    points = sum(outcome.credit or 0.0 for outcome in known)
    return Score(points, len(counted), answered, len(known) - answered)


def answers_csv(course: Course, outcomes: Mapping[int, Outcome], learner: str = "") -> str:
    """The answers as CSV: English, decimal points, one row a case that was revealed.

    Parameters
    ----------
    learner : str
        A column of its own, only where a name is given.
    """
    own = {"learner": _harmless(learner.strip())} if learner.strip() else {}
    text = io.StringIO()
    columns = (*own, "case", "seed", "synthetic", "answered", "right_answers", "missed", "also_present", "wrong",
               "credit")  # fmt: skip
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    for k, outcome in sorted(outcomes.items()):
        case = course.cases[k]
        writer.writerow(
            own
            | {
                "case": k + 1,
                "seed": "" if case.seed is None else case.seed,
                "synthetic": "yes" if case.twin >= 0 else "no",
                "answered": "; ".join(outcome.chosen),
                "right_answers": "; ".join(case.answers),
                "missed": "; ".join(outcome.missed),
                "also_present": "; ".join(outcome.present),
                "wrong": "; ".join(outcome.wrong),
                "credit": "" if outcome.credit is None else f"{outcome.credit:.2f}",
            }
        )
    return text.getvalue()


def write_answers(path: Path, text: str) -> None:
    """Write the answers, with the mark by which spreadsheets know UTF-8; `EcgError` when it cannot be written."""
    try:
        write_whole(path, text.encode("utf-8-sig"))
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder.",
            file=path.name,
            reason=why(error),
        ) from None


def _harmless(text):
    """A spreadsheet takes what begins like a formula for one."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text

"""Leaving what is open: the one door through which another recording, session or case comes in.

Whatever would be lost is asked about first, and what was replaced comes back with Undo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QUndoCommand

from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.report.calipers import Caliper
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.course import Course
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.ui.commands.saving import kept_of, save_session
from ecgtwin_app.ui.commands.teaching_switch import turn_teaching
from ecgtwin_app.ui.commands.workbench import Workbench

_OPENING = 4
#: After so many openings the undo history begins anew, or a day of opening files would fill the memory.
MOST_OPENINGS = 20


@dataclass(frozen=True, eq=False)
class Work:
    """Everything that is open in the window, to be put back as it was.

    Attributes
    ----------
    session : dict
        As `Session.memento` gives it.
    layout : PageLayout
    layers : LayerStack
    calipers : tuple of Caliper
    heat_map : str
    teaching : bool
    case : (Course, int) or None
        The case of a course that it is.
    """

    session: dict
    layout: PageLayout
    layers: LayerStack
    calipers: tuple[Caliper, ...]
    heat_map: str
    teaching: bool
    case: tuple[Course, int] | None


class Opening(QUndoCommand):
    """Another recording, session or course in the place of what was open.

    Parameters
    ----------
    workbench : Workbench
    text : str
        "opening of ECG", as the menu says it after “Undo”.
    show : callable
        Opens it the first time.
    before : Work
        What it replaces.
    key : str
        Openings of one key that follow each other are one step, as the cases of a course; "" never joins.
    """

    def __init__(
        self, workbench: Workbench, text: str, show: Callable[[], None], before: Work, key: str = ""
    ):
        super().__init__(text)
        self._workbench, self._key = workbench, key
        self._show: Callable[[], None] | None = show
        self._before = before
        self._after: Work | None = None

    def id(self) -> int:
        """Commands of one id may merge."""
        return _OPENING

    def mergeWith(self, other) -> bool:
        """Join a further opening of the same key."""
        return bool(self._key) and other._key == self._key

    def redo(self) -> None:
        """Open it, or bring it back."""
        if self._show is not None:
            self._show()
            self._show = None
        elif self._after is not None:
            put_back(self._workbench, self._after)

    def undo(self) -> None:
        """Bring back what was open before."""
        self._after = work_of(self._workbench)
        put_back(self._workbench, self._before)


def is_unsaved(workbench: Workbench, reference_stays: bool = False) -> bool:
    """Whether leaving would lose twins, a reference that was made here, fiducials moved by hand, or changes of a session
    file; what comes next may hold the reference, too."""
    session = workbench.session
    if session.drawn and session.path is None and workbench.teaching.at < 0 and not reference_stays:
        return True
    if workbench.teaching.at >= 0 or kept_of(workbench) == session.saved:
        return False
    marks = session.marks(session.reference) if session.reference is not None else None
    return bool(session.twins) or session.path is not None or bool(marks is not None and marks.moved)


def leave(workbench: Workbench, then: Callable[[], None], reference_stays: bool = False) -> None:
    """Do what leaves the session: at once where nothing is lost, else as the user answers."""
    if not is_unsaved(workbench, reference_stays):
        then()
        return
    count = len(workbench.session.twins)
    if workbench.session.path is not None:
        question = tr("The session has changes that are not saved yet.")
    elif count:
        question = plural(
            "The twin is not saved as a session yet.",
            "The {n} twins are not saved as a session yet.",
            count,
        )
    elif workbench.session.drawn:
        reference = workbench.session.reference
        question = (
            tr("What was filled in is not saved yet.")
            if reference is not None and reference.filled
            else tr("The new patient is not saved as a session yet.")
        )
    else:
        question = tr("The fiducials that were moved by hand are not saved as a session yet.")
    workbench.dialogs.ask_to_save(question, lambda: save_session(workbench, then), then)


def enter(
    workbench: Workbench, text: str, show: Callable[[], None], key: str = "", before: Work | None = None
) -> None:
    """Open something in the place of what is open; one step to undo.

    Parameters
    ----------
    workbench : Workbench
    text, show, key, before
        As for `Opening`; what is open now unless `before` says otherwise.
    """
    session, undo = workbench.session, workbench.undo

    def first():
        session.path = session.piece = session.stamp = None
        show()
        session.note_saved(kept_of(workbench), session.path, session.stamp)

    if session.reference is None:
        first()
        undo.clear()
        return
    openings = [k for k in range(undo.count()) if isinstance(undo.command(k), Opening)]
    if len(openings) >= MOST_OPENINGS:
        undo.clear()
    undo.push(Opening(workbench, text, first, before or work_of(workbench), key))


def work_of(workbench: Workbench) -> Work:
    """Everything that is open now."""
    teaching, view = workbench.teaching, workbench.view
    return Work(
        session=workbench.session.memento(),
        layout=view.layout,
        layers=view.layers,
        calipers=workbench.parts.page_view.calipers.calipers,
        heat_map=view.heat_map,
        teaching=teaching.on,
        case=(teaching.course, teaching.at) if teaching.at >= 0 else None,
    )


def put_back(workbench: Workbench, work: Work) -> None:
    """Show what was open once."""
    turn_teaching(workbench, work.teaching)
    view, teaching = workbench.view, workbench.teaching
    view.heat_map = work.heat_map
    workbench.session.recall(work.session)
    view.layers = work.layers
    if work.case is not None and work.case[0] is teaching.course:
        teaching.enter_case(work.case[1])
    workbench.parts.page_view.calipers.show_calipers(work.calipers)
    view.show_layout(work.layout)
    view.say_all_changed()

"""Leaving what is open: the one door through which another recording, session or case comes in.

Whatever would be lost is asked about first, and what was replaced comes back with Undo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QUndoCommand

from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.report.calipers import Caliper
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.course import Course
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.ui.dialogs import dialogs

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
    path : Path or None
        The session file.
    piece : (EcgFile, float) or None
        The long recording that the reference is ten seconds of.
    saved : object
        What of it lies in a file.
    teaching : bool
    case : (Course, int) or None
        The case of a course that it is.
    """

    session: dict
    layout: PageLayout
    layers: LayerStack
    calipers: tuple[Caliper, ...]
    heat_method: str
    path: Path | None
    piece: tuple[EcgFile, float] | None
    saved: object
    teaching: bool
    case: tuple[Course, int] | None


class Opening(QUndoCommand):
    """Another recording, session or course in the place of what was open.

    Parameters
    ----------
    window : MainWindow
    text : str
        "opening of ECG", as the menu says it after “Undo”.
    show : callable
        Opens it the first time.
    before : Work
        What it replaces.
    key : str
        Openings of one key that follow each other are one step, as the cases of a course; "" never joins.
    """

    def __init__(self, window, text: str, show: Callable[[], None], before: Work, key: str = ""):
        super().__init__(text)
        self._window, self._show, self._key = window, show, key
        self._before, self._after = before, None

    def id(self) -> int:
        """Commands of one id may merge."""
        return _OPENING

    def mergeWith(self, other) -> bool:
        """Join a further opening of the same key."""
        return bool(self._key) and other._key == self._key

    def redo(self) -> None:
        """Open it, or bring it back."""
        if self._show is None:
            self._window.put(self._after)
        else:
            self._show()
            self._show = None

    def undo(self) -> None:
        """Bring back what was open before."""
        self._after = self._window.work()
        self._window.put(self._before)


class Leaving:
    """The part of the window that lets nothing go unasked."""

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose twins, fiducials moved by hand, or changes of a session file."""
        session = self.session
        if self.teaching.at >= 0 or self._kept() == self._saved:
            return False
        marks = session.marks(session.reference) if session.reference is not None else None
        return (
            bool(session.twins) or self._session_path is not None or bool(marks is not None and marks.moved)
        )

    def leave(self, then: Callable[[], None]) -> None:
        """Do what leaves the session: at once where nothing is lost, else as the user answers."""
        if not self.unsaved:
            then()
            return
        count = len(self.session.twins)
        if self._session_path is not None:
            question = tr("The session has changes that are not saved yet.")
        elif count:
            question = plural(
                "The twin is not saved as a session yet.",
                "The {n} twins are not saved as a session yet.",
                count,
            )
        else:
            question = tr("The fiducials that were moved by hand are not saved as a session yet.")
        dialogs.ask_to_save(self, question, lambda: self.save_session(then), then)

    def enter(self, text: str, show: Callable[[], None], key: str = "", before: Work | None = None) -> None:
        """Open something in the place of what is open; one step to undo.

        Parameters
        ----------
        text, show, key, before
            As for `Opening`; what is open now unless `before` says otherwise.
        """

        def first():
            self._session_path = self.controller.piece = None
            show()
            self._saved = self._kept()

        if self.session.reference is None:
            first()
            self.undo_stack.clear()
            return
        openings = [
            k for k in range(self.undo_stack.count()) if isinstance(self.undo_stack.command(k), Opening)
        ]
        if len(openings) >= MOST_OPENINGS:
            self.undo_stack.clear()
        self.undo_stack.push(Opening(self, text, first, before or self.work(), key))

    def work(self) -> Work:
        """Everything that is open now."""
        return Work(
            session=self.session.memento(),
            layout=self.page_layout,
            layers=self.layers,
            calipers=self.view.calipers.calipers,
            heat_method=self.heat_method,
            path=self._session_path,
            piece=self.controller.piece,
            saved=self._saved,
            teaching=self.teaching.on,
            case=(self.teaching.course, self.teaching.at) if self.teaching.at >= 0 else None,
        )

    def put(self, work: Work) -> None:
        """Show what was open once."""
        self.turn_teaching(work.teaching)
        self._session_path, self._saved = work.path, work.saved
        self.controller.piece = work.piece
        self.heat_method = work.heat_method
        self.session.recall(work.session)
        self.layers = work.layers
        if work.case is not None and work.case[0] is self.teaching.course:
            self.teaching.enter_case(work.case[1])
        self._show_calipers(work.calipers)
        self._show_layout(work.layout)
        self._refresh()

    def take_over(self, former) -> None:
        """Show all that another window shows, which is about to go."""
        self.teaching.take_over(former.teaching)
        self.history.take_over(former.history)
        self.put(former.work())
        self.restoreGeometry(former.saveGeometry())

    def _kept(self):
        """What a session file keeps of the user's work, to be compared: not how it is looked at."""
        session = self.session
        recordings = [session.reference, *(twin.recording for twin in session.twins)]
        moved = [tuple(sorted(m.moved.items())) for m in map(session.marks, recordings) if m is not None]
        return (
            session.reference, tuple(session.twins), session.others, [m for m in moved if m],
            self.view.calipers.calipers, self.layers,
        )  # fmt: skip

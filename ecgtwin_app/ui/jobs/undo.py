"""What can be undone: changes of the request and of the view, and twins coming and going."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.session.session import Session

_REQUEST, _TWINS, _CHANGE = 1, 2, 3
#: Of the request, where each choice is a decision of its own and none is typed on.
_DECISIONS = frozenset(["condition", "what is kept", "what this ECG shows"])


def change_of(what: str) -> str:
    """ "change of gain" in the language of the window; `what` in English, as it is marked in the code."""
    return tr("change of {what}").format(what=tr(what))


class ChangeRequest(QUndoCommand):
    """One field of the request; typing on in the same field stays one step."""

    def __init__(self, session: Session, request: TwinRequest, what: str):
        super().__init__(change_of(what))
        self._session, self._before, self._after, self._what = session, session.request, request, what

    def id(self) -> int:
        """Commands of one id may merge."""
        return _REQUEST

    def mergeWith(self, other) -> bool:
        """Join a further change of the same field; never of a list, where each choice is a decision."""
        if other._what != self._what or self._what in _DECISIONS:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        """Ask the new request."""
        self._session.set_request(self._after)

    def undo(self) -> None:
        """Ask the former request."""
        self._session.set_request(self._before)


class Change(QUndoCommand):
    """A value that was one thing and is another: layout, layers, calipers, marks.

    Parameters
    ----------
    text : str
        "change of gain" in the language of the window, as the menu says it after “Undo”.
    show : callable
        Takes a value and shows it.
    before, after : object
    key : str
        Changes of one key that follow each other are one step; "" never joins.
    """

    def __init__(self, text: str, show: Callable, before, after, key: str = ""):
        super().__init__(text)
        self._show, self._before, self._after, self._key = show, before, after, key

    def id(self) -> int:
        """Commands of one id may merge."""
        return _CHANGE

    def mergeWith(self, other) -> bool:
        """Join a further change of the same key."""
        if not self._key or other._key != self._key:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        """Show the new value."""
        self._show(self._after)

    def undo(self) -> None:
        """Show the former value."""
        self._show(self._before)


class AddTwins(QUndoCommand):
    """The twins of one run, joined as they arrive."""

    def __init__(self, session: Session, run: object, twin: Twin):
        super().__init__(tr("generation of twin"))
        self._session, self._run, self._twins, self._at = session, run, [twin], len(session.twins)

    def id(self) -> int:
        """Commands of one id may merge."""
        return _TWINS

    def mergeWith(self, other) -> bool:
        """Join a further twin of the same run."""
        if other._run is not self._run:
            return False
        self._twins += other._twins
        self.setText(plural("generation of twin", "generation of {n} twins", len(self._twins)))
        return True

    def redo(self) -> None:
        """Bring the twins (back)."""
        self._session.insert_twins(self._at, self._twins)

    def undo(self) -> None:
        """Take them away."""
        self._session.remove_twins(self._at, len(self._twins))


class RemoveTwin(QUndoCommand):
    """One twin put aside."""

    def __init__(self, session: Session):
        super().__init__(tr("removal of twin"))
        self._session, self._at, self._twin = session, session.current, session.twin

    def redo(self) -> None:
        """Take the twin away."""
        self._session.remove_twins(self._at, 1)

    def undo(self) -> None:
        """Bring it back."""
        self._session.insert_twins(self._at, [self._twin])


class FollowScore(QUndoCommand):
    """A twin that performs an edited rhythm, in the place of the one before."""

    def __init__(self, session: Session, before: Twin, after: Twin):
        super().__init__(tr("edit of rhythm"))
        self._session, self._before, self._after = session, before, after

    def redo(self) -> None:
        """Show the twin of the new rhythm."""
        self._put(self._before, self._after)

    def undo(self) -> None:
        """Show the twin of the former rhythm."""
        self._put(self._after, self._before)

    def _put(self, old, new):
        if old in self._session.twins:
            self._session.replace_twin(self._session.twins.index(old), new)

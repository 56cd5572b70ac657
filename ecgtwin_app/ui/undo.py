"""What can be undone: changes of the request, and twins coming and going."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.ui.session import Session

_REQUEST, _TWINS = 1, 2


class ChangeRequest(QUndoCommand):
    """One field of the request; typing on in the same field stays one step."""

    def __init__(self, session: Session, request: TwinRequest, what: str):
        super().__init__(f"change of {what}")
        self._session, self._before, self._after, self._what = session, session.request, request, what

    def id(self) -> int:
        """Commands of one id may merge."""
        return _REQUEST

    def mergeWith(self, other) -> bool:
        """Join a further change of the same field; never of the list, where each choice is a decision."""
        if other._what != self._what or self._what == "condition":
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        """Ask the new request."""
        self._session.set_request(self._after)

    def undo(self) -> None:
        """Ask the former request."""
        self._session.set_request(self._before)


class AddTwins(QUndoCommand):
    """The twins of one run, joined as they arrive."""

    def __init__(self, session: Session, run: object, twin: Twin):
        super().__init__("generation of twin")
        self._session, self._run, self._twins, self._at = session, run, [twin], len(session.twins)

    def id(self) -> int:
        """Commands of one id may merge."""
        return _TWINS

    def mergeWith(self, other) -> bool:
        """Join a further twin of the same run."""
        if other._run is not self._run:
            return False
        self._twins += other._twins
        self.setText(f"generation of {len(self._twins)} twins")
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
        super().__init__("removal of twin")
        self._session, self._at, self._twin = session, session.current, session.twin

    def redo(self) -> None:
        """Take the twin away."""
        self._session.remove_twins(self._at, 1)

    def undo(self) -> None:
        """Bring it back."""
        self._session.insert_twins(self._at, [self._twin])

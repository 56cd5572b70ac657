"""Momentum: a page that is thrown glides on and comes to rest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

#: Milliseconds between two frames, the share of speed that is left after one, and the slowest speed kept.
_FRAME, _FRICTION, _SLOWEST = 16, 0.92, 0.6
#: A hand that rested so long (ms) before it let go does not throw.
_REST = 60


class Glide(QObject):
    """Calls `scroll(dx, dy)` every frame until the speed is gone."""

    def __init__(self, scroll: Callable[[float, float], None], parent: QObject | None = None):
        super().__init__(parent)
        self._scroll = scroll
        self._speed = (0.0, 0.0)
        self._when = 0
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.timeout.connect(self.step)

    def note(self, dx: float, dy: float, when: int) -> None:
        """A move of the hand by so many pixels at a time in ms."""
        elapsed = max(1, when - self._when)
        frames = _FRAME / elapsed if elapsed < _REST else 0.0
        # Half of the former speed is kept: single events jitter.
        self._speed = tuple(0.5 * old + 0.5 * new * frames for old, new in zip(self._speed, (dx, dy)))
        self._when = when

    def let_go(self, when: int) -> None:
        """The hand is off the page."""
        if when - self._when < _REST and max(map(abs, self._speed)) > _SLOWEST:
            self._timer.start()

    def step(self) -> None:
        """One frame."""
        self._scroll(*self._speed)
        self._speed = tuple(_FRICTION * speed for speed in self._speed)
        if max(map(abs, self._speed)) < _SLOWEST:
            self.stop()

    def stop(self) -> None:
        """Come to rest at once."""
        self._timer.stop()
        self._speed = (0.0, 0.0)

"""Signals without Qt: who changes something says so, who shows it listens."""

from __future__ import annotations

from collections.abc import Callable


class Signal:
    """Calls its listeners in the order in which they came, on the thread that emits."""

    def __init__(self):
        self._listeners: list[Callable] = []

    def connect(self, listener: Callable) -> None:
        """Call `listener` with the values of every emission from now on."""
        self._listeners.append(listener)

    def emit(self, *values) -> None:
        """Something happened."""
        for listener in tuple(self._listeners):
            listener(*values)

"""The engines of the worker's thread: that of the chosen generator, and those that were loaded before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.generators.base import Spec
from ecgtwin_app.generators.catalogue import USUAL


class Engines:
    """Loads an engine when it is first needed. Only the worker's thread may call `ready` and `choose`.

    Parameters
    ----------
    load_usual : callable
        Makes the engine of the usual generator.

    Attributes
    ----------
    usual, now : object or None
        The engine of the usual generator, and of the chosen one, once they are loaded.
    """

    def __init__(self, load_usual: Callable[[], object]):
        self._load_usual = load_usual
        self._others: dict[str, tuple[Path | None, Any]] = {}
        self.usual: object | None = None
        self.now: object | None = None

    def ready(self):
        """The engine of the chosen generator."""
        if self.now is None:
            self.now = self._usual()
        return self.now

    def choose(self, id: str, folder: Path | None) -> tuple[frozenset[str], Spec | None]:
        """Take another generator, with its weights in a folder; what it knows and offers.

        Raises
        ------
        EcgError
            Its weights cannot be used; the one that was chosen before stays.
        """
        self.now = self._usual() if folder is None else self.of(id, folder)
        return offer_of(self.now)

    def of(self, id: str, folder: Path | None = None) -> Any:
        """The engine of a generator, with weights in a folder or those that ship; that of the chosen one stays chosen.

        Raises
        ------
        EcgError
            Its weights cannot be used.
        """
        if id == USUAL:
            return self._usual()
        if id not in self._others or self._others[id][0] != folder:
            self._others.pop(id, None)  # not two of one kind at a time
            self._others[id] = folder, _load(id, folder)
        return self._others[id][1]

    def _usual(self):
        if self.usual is None:
            self.usual = self._load_usual()
        return self.usual


def offer_of(engine) -> tuple[frozenset[str], Spec | None]:
    """Names of the vocabulary that an engine knows, and what its generator says of itself."""
    known = frozenset(condition.name for condition in load_vocabulary() if engine.knows(condition))
    return known, getattr(engine, "spec", None)


def _load(id: str, folder: Path | None):
    from ecgtwin_app.engine.preload import load_backend
    from ecgtwin_app.inference import preferred

    load_backend(preferred())
    from ecgtwin_app.engine.engine import TwinEngine

    return TwinEngine.load(folder, "auto", id, shares=True)

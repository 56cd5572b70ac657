"""A run of the worker that a dialog follows: it hears of every item, and of how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ecgtwin_app.i18n.words import translate

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds the jobs that run so


def told_run(
    controller: Controller,
    title: str,
    steps: Callable[[], Iterator],
    on_item: Callable[[object], None],
    on_end: Callable[[bool, str], None],
) -> None:
    """Run steps on the worker's thread.

    Parameters
    ----------
    on_end : callable
        Gets whether it came to its end, and the sentence with which it failed, "" where it did not fail.
    """
    failures, whole = list[str](), list[bool]()

    def all_steps():
        yield from steps()
        whole.append(True)

    def ended(running):
        if not running:
            controller.running_changed.disconnect(ended)
            controller.failed.disconnect(failures.append)
            on_end(bool(whole), translate(failures[-1]) if failures else "")

    controller.failed.connect(failures.append)
    controller.begin(title, all_steps, on_item)
    controller.running_changed.connect(ended)

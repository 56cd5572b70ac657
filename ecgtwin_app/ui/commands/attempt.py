"""Doing what may be refused."""

from __future__ import annotations

from collections.abc import Callable

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.ui.commands.workbench import Workbench


def attempt(workbench: Workbench, do: Callable[[], None]) -> None:
    """Do something that may be refused with a sentence for the user."""
    try:
        do()
    except EcgError as error:
        workbench.messages.warn(error.message)

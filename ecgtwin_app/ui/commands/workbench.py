"""What every command works on: the session, how it is looked at, and who does the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QMainWindow

from ecgtwin_app.session.repair_state import RepairState
from ecgtwin_app.session.session import Session
from ecgtwin_app.session.teaching import Teaching
from ecgtwin_app.session.view_state import ViewState
from ecgtwin_app.ui.commands.parts import Parts
from ecgtwin_app.ui.dialogs.dialogs import Dialogs
from ecgtwin_app.ui.jobs.autosave import Autosave
from ecgtwin_app.ui.jobs.controller import Controller
from ecgtwin_app.ui.jobs.morph_player import MorphPlayer
from ecgtwin_app.ui.page.flicker import Flicker
from ecgtwin_app.ui.page.loop_spin import Spin
from ecgtwin_app.ui.panels.messages import MessageBar

if TYPE_CHECKING:
    from ecgtwin_app.ui.commands.command import Command  # a command works on a workbench


@dataclass(frozen=True, eq=False)
class Workbench:
    """What commands are written in terms of; it holds no state of its own.

    Attributes
    ----------
    session : Session
        The reference, what is asked, the twins that came of it. No Qt.
    view : ViewState
        How it is looked at. No Qt.
    undo : QUndoStack
    jobs : Controller
        What is done on the worker's thread.
    repair : RepairState
        What is marked bad, and what is proposed for it. No Qt.
    messages : MessageBar
    settings : QSettings
        What is remembered between two starts.
    teaching : Teaching
        No Qt.
    morph : MorphPlayer
    flicker : Flicker
    spin : Spin
        What moves on the page by itself.
    autosave : Autosave or None
        None where nothing is kept for the case of a crash.
    dialogs : Dialogs
    commands : tuple of Command
        All there are.
    parts : Parts
        The widgets.
    window : QMainWindow
    """

    session: Session
    view: ViewState
    undo: QUndoStack
    jobs: Controller
    repair: RepairState
    messages: MessageBar
    settings: QSettings
    teaching: Teaching
    morph: MorphPlayer
    flicker: Flicker
    spin: Spin
    autosave: Autosave | None
    dialogs: Dialogs
    commands: tuple[Command, ...]
    parts: Parts
    window: QMainWindow

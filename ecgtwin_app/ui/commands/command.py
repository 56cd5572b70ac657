"""What a command is: a row of the table that makes menus, toolbar, shortcuts, palette and the `?` sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.commands.workbench import Workbench


@dataclass(frozen=True)
class Need:
    """Something without which a command is not possible.

    Attributes
    ----------
    holds : callable
        Whether it is there.
    why : str
        What is missing and how it is brought about, for the status line; "" where it is obvious.
    """

    holds: Callable[[Workbench], bool]
    why: str | Callable[[Workbench], str] = ""


@dataclass(frozen=True)
class Command:
    """Something the user can do.

    Attributes
    ----------
    id : str
    text : str
        As the menu says it, with its mnemonic.
    menu : str
        One of `table.MENUS`.
    run : callable
        Does it.
    keys : tuple of str
        Shortcuts, the usual one first.
    tip : str
        One line of help.
    needs : tuple of Need
        All of them must hold; the first that does not says why.
    checked : callable or None
        Whether it is on, for a command that is on or off.
    text_now : callable or None
        The text where it depends on what was done, such as "Undo change of gain".
    rule_before : bool
        Whether a line separates it from what stands above it in the menu.
    also : str
        Another of the menus at whose end it stands, too.
    """

    id: str
    text: str
    menu: str
    run: Callable[[Workbench], object]
    keys: tuple[str, ...] = ()
    tip: str = ""
    needs: tuple[Need, ...] = ()
    checked: Callable[[Workbench], bool] | None = None
    text_now: Callable[[Workbench], str] | None = None
    rule_before: bool = False
    also: str = ""

    def enabled(self, workbench: Workbench) -> bool:
        """Whether it can be done now."""
        return all(need.holds(workbench) for need in self.needs)

    def why_not(self, workbench: Workbench) -> str:
        """Why it cannot be done now, in the language of the window; "" where it can, or where it is obvious."""
        missing = next((need for need in self.needs if not need.holds(workbench)), None)
        if missing is None:
            return ""
        return missing.why(workbench) if callable(missing.why) else tr(missing.why) if missing.why else ""

    def shown_text(self, workbench: Workbench) -> str:
        """Its text now, in the language of the window."""
        return self.text_now(workbench) if self.text_now is not None else tr(self.text)


def tool_tip(command: Command) -> str:
    """What a command does and its first shortcut, as this desktop writes it."""
    return f"{tr(command.tip)} ({keys_text(command)})" if command.keys else tr(command.tip)


def keys_text(command: Command) -> str:
    """The first shortcut of a command, "" without one."""
    return written(QKeySequence(command.keys[0])) if command.keys else ""


def written(keys: QKeySequence) -> str:
    """Keys as this desktop writes them; Qt's own German leaves "Return"."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText).replace("Return", tr("Enter", "key"))

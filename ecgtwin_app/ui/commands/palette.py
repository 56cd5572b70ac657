"""The command palette: every command, every choice of the paper and every condition by typing."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.condition_names import synonyms_of
from ecgtwin_app.ui.commands.command import keys_text
from ecgtwin_app.ui.commands.shown import entries_of_shown
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.search_list import Entry, SearchList
from ecgtwin_app.ui.panels.paper_menu import OPTIONS, choice_text


def show_palette(workbench: Workbench) -> None:
    """Open the palette."""
    workbench.dialogs.show(Palette(workbench.dialogs.parent, entries_of(workbench)))


def entries_of(workbench: Workbench) -> list[Entry]:
    """Everything that can be done now."""
    found = []
    for command in workbench.commands:
        if command.enabled(workbench) and command.run is not show_palette:
            shown = command.shown_text(workbench).replace("&", "").rstrip("…")
            words = " · ".join(dict.fromkeys((tr(command.tip), command.tip)))
            text = f"{tr(command.menu)}: {shown}   {keys_text(command)}".rstrip()
            found.append(Entry(text, words, partial(command.run, workbench)))
    for option in OPTIONS:
        for value, words in option.values:
            action = workbench.parts.paper_menu.actions[option.field, value]
            text = tr("Paper: {what} {choice}").format(
                what=tr(option.title), choice=choice_text(option, value, words)
            )
            found.append(Entry(text, tr("page display"), action.trigger))
    if workbench.teaching.on:
        return found  # what is asked stays hidden, and answers are ticked in the quiz
    found += entries_of_shown(workbench)
    panel = workbench.parts.request_panel.conditions
    for condition in load_vocabulary():
        if panel.list.is_available(condition.name):
            also = (condition.name, *condition.synonyms, *synonyms_of(condition), *condition.codes.values())
            text = tr("Ask: {condition}").format(condition=tr(condition.name))
            words = " ".join(dict.fromkeys(also))
            found.append(Entry(text, words, partial(panel.choose, condition.name)))
    return found


class Palette(SearchList):
    """Of everything that can be done now."""

    def __init__(self, parent: QWidget, entries: list[Entry]):
        super().__init__(parent, entries, tr("Commands"), tr("Type a command, a paper choice or a condition"))
        self.search.setAccessibleName(tr("Search commands"))

"""What the open recording shows: correcting it, and making the twin without it or with all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.twin import Twin
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.recognition.shown import Shown
from ecgtwin_app.session import reference_shows
from ecgtwin_app.session.condition_names import capital, synonyms_of
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.needs import NOT_TEACHING, RECORDING
from ecgtwin_app.ui.commands.twin import ask
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.search_list import Entry, SearchList

_READ = Need(
    lambda w: w.session.shown is not None, N_("What this ECG shows is still being read; wait a moment")
)
_CORRECTED = Need(
    lambda w: w.session.request.shows is not None, N_("What was recognised in this ECG was not corrected")
)
_SHOWS_SOMETHING = Need(
    lambda w: w.session.request.only or bool(rows_of(w)), N_("This ECG shows nothing but sinus rhythm")
)


def look(workbench: Workbench) -> None:
    """Find out what a recording that was opened shows."""
    session = workbench.session
    if session.reference is not None and session.shown is None:
        workbench.jobs.recognise(session.reference)


def rows_of(workbench: Workbench) -> tuple[reference_shows.Fate, ...]:
    """What becomes of everything that the recording shows; () while it is read."""
    session = workbench.session
    return () if session.shown is None else reference_shows.fates(session.shown, session.request)


def switch(workbench: Workbench, name: str) -> None:
    """Make the twin without something that the recording shows, or keep it again."""
    row = next((row for row in rows_of(workbench) if row.finding.name == name), None)
    if row is None or row.state == reference_shows.IMPOSSIBLE:
        return
    taken_out = reference_shows.is_taken_out(workbench.session.request, name)
    change = reference_shows.kept_again if taken_out else reference_shows.made_without
    _change(workbench, partial(change, name=name), N_("what is kept"))


def deny(workbench: Workbench, name: str) -> None:
    """The recording does not show it."""
    _change(workbench, partial(reference_shows.not_shown, name=name), N_("what this ECG shows"))


def state(workbench: Workbench, name: str) -> None:
    """The recording shows it."""
    _change(workbench, partial(reference_shows.also_shown, name=name), N_("what this ECG shows"))


def keep_nothing(workbench: Workbench) -> None:
    """Keep nothing of what the recording shows, or again all that can be kept."""
    request = workbench.session.request
    ask(workbench, reference_shows.keeping_nothing(request, not request.only), N_("what is kept"))


def back_to_recognised(workbench: Workbench) -> None:
    """Take back every correction of what was recognised."""
    ask(workbench, reference_shows.as_recognised(workbench.session.request), N_("what this ECG shows"))


def tell_what_changed(workbench: Workbench, twin: Twin) -> None:
    """Say of a twin that was made which rate was taken, and what of the recording could not be kept."""
    sentences = reference_shows.not_kept(workbench.session.shown, twin)
    if sentences:
        workbench.messages.tell(" ".join(capital(translate(sentence)) for sentence in sentences))


def go_to_shown(workbench: Workbench) -> None:
    """Go to the line that says what the recording shows."""
    workbench.parts.arrangement.show_request()
    workbench.parts.request_panel.shown_line.focus()


def add_shown(workbench: Workbench) -> None:
    """Ask for a condition that the recording shows."""
    shown = workbench.session.shown
    if shown is None:
        return
    there = reference_shows.as_corrected(shown, workbench.session.request).names
    entries = []
    for condition in load_vocabulary():
        if condition.name not in there:
            also = (condition.name, *condition.synonyms, *synonyms_of(condition), *condition.codes.values())
            words = " ".join(dict.fromkeys(also))
            entries.append(Entry(tr(condition.name), words, partial(state, workbench, condition.name)))
    dialog = SearchList(
        workbench.dialogs.parent, entries, tr("This ECG also shows"), tr("Search name, synonym or code")
    )
    workbench.dialogs.show(dialog)


def entries_of_shown(workbench: Workbench) -> list[Entry]:
    """What can be done with everything that the recording shows, for the palette."""
    found = []
    for row in rows_of(workbench):
        name = row.finding.name
        words = {
            reference_shows.KEPT: tr("Make the twin without: {condition}"),
            reference_shows.REMOVED: tr("Keep again: {condition}"),
        }.get(row.state, "")
        if words:
            found.append(Entry(words.format(condition=tr(name)), name, partial(switch, workbench, name)))
        words = tr("This ECG does not show: {condition}")
        found.append(Entry(words.format(condition=tr(name)), name, partial(deny, workbench, name)))
    return found


def _change(workbench: Workbench, change: Callable[[Shown, TwinRequest], TwinRequest], what: str) -> None:
    shown = workbench.session.shown
    if shown is not None:
        ask(workbench, change(shown, workbench.session.request), what)


COMMANDS = (
    Command(
        "go_to_shown",
        "What this ECG &shows",
        "Twin",
        go_to_shown,
        ("Ctrl+Shift+F",),
        "Go to the line that says what was recognised in this ECG",
        needs=(NOT_TEACHING, RECORDING),
        rule_before=True,
    ),
    Command(
        "add_shown",
        "&Add what this ECG shows…",
        "Twin",
        add_shown,
        tip="Add what this ECG shows and was not found",
        needs=(NOT_TEACHING, RECORDING, _READ),
    ),
    Command(
        "back_to_recognised",
        "&Back to what was recognised",
        "Twin",
        back_to_recognised,
        tip="Take back every correction of what this ECG shows",
        needs=(NOT_TEACHING, RECORDING, _READ, _CORRECTED),
    ),
    Command(
        "keep_nothing",
        "&Keep nothing of what it shows",
        "Twin",
        keep_nothing,
        tip="The twin has what is asked and nothing else that this ECG shows",
        needs=(NOT_TEACHING, RECORDING, _READ, _SHOWS_SOMETHING),
        checked=lambda w: w.session.request.only,
    ),
)

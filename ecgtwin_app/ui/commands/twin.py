"""The Twin menu: asking, making and choosing twins, and their heat map."""

from __future__ import annotations

import random
from dataclasses import replace

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.quality import UNUSABLE
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.heart.rhythm.processes import check_score
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.commands.attempt import attempt
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING, REVEALED, TWIN
from ecgtwin_app.ui.commands.repair import leave_repair
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.jobs.reading import verdict_words
from ecgtwin_app.ui.jobs.undo import Change, ChangeRequest, RemoveTwin, change_of
from ecgtwin_app.ui.panels.history_panel import checked

# -- asking -------------------------------------------------------------------------------------------


def ask(workbench: Workbench, request: TwinRequest, what: str) -> None:
    """Change what is asked; one step to undo."""
    workbench.undo.push(ChangeRequest(workbench.session, request, what))


def load_request(workbench: Workbench, request: TwinRequest) -> None:
    """Take a request from the history into the form."""
    session = workbench.session
    if request != session.request:
        attempt(workbench, lambda: ask(workbench, checked(request, session.available), N_("request")))


def run_request(workbench: Workbench, request: TwinRequest) -> None:
    """Ask a request of the history again."""

    def run():
        ask(workbench, checked(request, workbench.session.available), N_("request"))
        generate(workbench)

    attempt(workbench, run)


# -- making -------------------------------------------------------------------------------------------


def generate(workbench: Workbench) -> None:
    """Make twins as asked; of an unusable recording only if that is meant."""
    if not workbench.parts.request_panel.may_generate:
        return

    def make():
        workbench.messages.hide()
        workbench.jobs.generate(workbench.session.request)

    verdict = workbench.session.verdict
    if verdict is None or verdict.verdict != UNUSABLE:
        make()
        return
    question = tr("{verdict} A twin of it would be worth little. Make it all the same?")
    question = question.format(verdict=verdict_words(verdict))
    answers = tr("Make it"), tr("Leave it")
    workbench.dialogs.ask_whether(tr("An unusable recording"), question, answers, make)


def cancel(workbench: Workbench) -> None:
    """Stop the run; without one, leave proposals and marks, stop what is done aside and take messages away."""
    if workbench.jobs.running:
        workbench.jobs.cancel()
        return
    if workbench.repair.on and not workbench.messages.text:
        leave_repair(workbench)
        return
    workbench.morph.cancel()
    workbench.messages.hide()
    workbench.parts.page_view.point_out()


def _may_cancel(workbench):
    pointed, told = workbench.parts.page_view.pointed, workbench.messages.text
    busy = workbench.jobs.running or workbench.morph.making
    return busy or bool(told) or bool(pointed) or workbench.repair.on


def new_seed(workbench: Workbench) -> None:
    """Draw the same request again with another seed, and say which."""
    seed = random.randrange(1_000_000)
    ask(workbench, replace(workbench.session.request, seed=seed), N_("seed"))
    generate(workbench)
    if workbench.jobs.running:
        words = tr("Another draw of the same request, with seed {seed}.")
    else:
        words = tr("The next twins are drawn with seed {seed}.")
    workbench.messages.tell(words.format(seed=seed))


def edit_score(workbench: Workbench, score: RhythmScore) -> None:
    """A rhythm edited by hand: the shown twin follows, with the same seed."""
    twin = workbench.session.twin
    if twin is None:
        return
    try:
        check_score(score)
    except EcgError as error:
        workbench.messages.warn(error.message)
        workbench.parts.score_strip.show_score(twin.score)
        return
    request = replace(twin.request, score=score, seed=twin.seed, samples=1, best_of=1)
    workbench.jobs.follow_score(twin, request)


# -- choosing -----------------------------------------------------------------------------------------


def previous_twin(workbench: Workbench) -> None:
    """Show the twin before this one."""
    workbench.session.show_twin(workbench.session.current - 1)


def next_twin(workbench: Workbench) -> None:
    """Show the twin after this one."""
    workbench.session.show_twin(workbench.session.current + 1)


def remove_twin(workbench: Workbench) -> None:
    """Put the shown twin aside."""
    if workbench.session.twin is not None:
        workbench.undo.push(RemoveTwin(workbench.session))


def set_heat_map(workbench: Workbench, name: str) -> None:
    """Show a heat map, made first where it is not there yet; "" shows none. One step to undo."""
    view = workbench.view
    if name != view.heat_map:
        text = change_of(N_("heat map"))
        workbench.undo.push(Change(text, view.show_heat_map, view.heat_map, name, "heat map"))


def toggle_heat_map(workbench: Workbench) -> None:
    """Show no heat map, or again the one that was shown last."""
    set_heat_map(workbench, "" if workbench.view.heat_map else workbench.view.last_heat_map)


COMMANDS = (
    Command(
        "generate",
        "&Generate",
        "Twin",
        generate,
        ("Ctrl+G", "F5"),
        "Make twins as asked",
        needs=(
            NOT_TEACHING,
            IDLE,
            Need(
                lambda w: w.parts.request_panel.may_generate,
                lambda w: w.parts.request_panel.generate.toolTip(),
            ),
        ),
    ),
    Command(
        "cancel", "&Cancel", "Twin", cancel, ("Esc",), "Stop the run at its next step", (Need(_may_cancel),)
    ),
    Command(
        "new_seed",
        "&New seed, draw again",
        "Twin",
        new_seed,
        ("Ctrl+R",),
        "Another draw of the same request",
        needs=(NOT_TEACHING,),
    ),
    Command(
        "previous_twin",
        "&Previous twin",
        "Twin",
        previous_twin,
        ("Alt+Up",),
        "Show the twin before this one",
        needs=(TWIN, Need(lambda w: w.session.current > 0, N_("This is the first twin"))),
        rule_before=True,
    ),
    Command(
        "next_twin",
        "Ne&xt twin",
        "Twin",
        next_twin,
        ("Alt+Down",),
        "Show the twin after this one",
        needs=(
            TWIN,
            Need(lambda w: w.session.current < len(w.session.twins) - 1, N_("This is the last twin")),
        ),
    ),
    Command(
        "remove_twin",
        "&Remove twin",
        "Twin",
        remove_twin,
        ("Ctrl+Backspace",),
        "Put the shown twin aside",
        needs=(NOT_TEACHING, TWIN, IDLE),
    ),
    Command(
        "toggle_heat_map",
        "&Heat map",
        "Twin",
        toggle_heat_map,
        ("Ctrl+H",),
        "On or off, by the method that was used last",
        needs=(TWIN, REVEALED),
        checked=lambda w: bool(w.view.heat_map and w.session.twins),
        rule_before=True,
    ),
)

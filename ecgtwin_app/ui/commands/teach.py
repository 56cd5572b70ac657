"""The Teach menu: teaching mode, the cases of a course, and the morph."""

from __future__ import annotations

from ecgtwin_app.i18n.words import N_, plural, tr
from ecgtwin_app.ui.commands import teach_files
from ecgtwin_app.ui.commands.cases import open_case_at, show_case
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.leaving import leave
from ecgtwin_app.ui.commands.needs import COURSE, IDLE, TWIN
from ecgtwin_app.ui.commands.teaching_switch import turn_teaching
from ecgtwin_app.ui.commands.workbench import Workbench

# -- teaching mode ------------------------------------------------------------------------------------


def toggle_teaching(workbench: Workbench) -> None:
    """Hide what tells the answer, or leave teaching mode."""
    turn_teaching(workbench, not workbench.teaching.on)


def next_case(workbench: Workbench) -> None:
    """Open the next case of the course."""
    show_case(workbench, workbench.teaching.at + 1)


def previous_case(workbench: Workbench) -> None:
    """Open the case before this one."""
    show_case(workbench, workbench.teaching.at - 1)


def start_again(workbench: Workbench) -> None:
    """Forget the answers and go to the first case, once it is sure that they may be forgotten."""
    teaching = workbench.teaching

    def start():
        teaching.start_again()
        open_case_at(workbench, 0)

    answered = plural("the answer to {n} case", "the answers to {n} cases", len(teaching.outcomes))
    workbench.dialogs.ask_whether(
        tr("Start again?"),
        tr("Forgets: {answers}. “Answers…” saves them as CSV beforehand.").format(answers=answered),
        (tr("Forget them"), tr("Keep them")),
        lambda: leave(workbench, start),
    )


# -- morph --------------------------------------------------------------------------------------------


def toggle_morph(workbench: Workbench) -> None:
    """Open the morph under the page, or close it."""
    if workbench.morph.on:
        workbench.morph.stop()
        workbench.parts.page_view.setFocus()
    else:
        workbench.morph.start()
        workbench.parts.morph_bar.slider.setFocus()


def play_morph(workbench: Workbench) -> None:
    """Play or pause; opens the morph first."""
    if not workbench.morph.on:
        toggle_morph(workbench)
    workbench.morph.play()


_TEACHING = Need(lambda w: w.teaching.on, N_("Begin with teaching mode (Ctrl+Shift+T)"))
_MORPH = Need(lambda w: w.morph.on, N_("Open the morph first (Ctrl+M)"))
#: The editor shows the answers of the course that is open.
_NO_QUESTION = Need(
    lambda w: not w.teaching.hidden or not w.teaching.course.cases,
    N_("It would tell the answer; reveal it first (R)"),
)

COMMANDS = (
    Command(
        "toggle_teaching",
        "&Teaching mode",
        "Teach",
        toggle_teaching,
        ("Ctrl+Shift+T",),
        "Hide what tells the answer until revealed",
        needs=(IDLE,),
        checked=lambda w: w.teaching.on,
    ),
    Command(
        "reveal",
        "&Reveal",
        "Teach",
        lambda w: w.teaching.reveal(),
        ("R", "Ctrl+Return"),
        "Show the answer, its criteria and the score",
        needs=(_TEACHING, Need(lambda w: w.teaching.hidden)),
    ),
    Command(
        "next_case",
        "&Next case",
        "Teach",
        next_case,
        ("N",),
        "Open the next case of the course",
        needs=(
            _TEACHING,
            COURSE,
            Need(
                lambda w: w.teaching.at + 1 < len(w.teaching.course.cases),
                N_("This is the last case of the course"),
            ),
        ),
        rule_before=True,
    ),
    Command(
        "previous_case",
        "&Previous case",
        "Teach",
        previous_case,
        ("P",),
        "Open the case before this one",
        needs=(
            _TEACHING,
            COURSE,
            Need(lambda w: w.teaching.at > 0, N_("There is no case before this one")),
        ),
    ),
    Command(
        "open_course",
        "&Open course…",
        "Teach",
        teach_files.open_course,
        ("Ctrl+Alt+O",),
        "Begin a course of cases",
        rule_before=True,
    ),
    Command(
        "edit_course",
        "&Edit course…",
        "Teach",
        teach_files.edit_course,
        tip="Make a course of session files; shows the answers",
        needs=(_NO_QUESTION,),
    ),
    Command(
        "review_answers",
        "Re&view answers…",
        "Teach",
        teach_files.review_answers,
        tip="Every answer with its points; save them as CSV",
        needs=(COURSE, _TEACHING),
    ),
    Command(
        "start_again",
        "&Start again",
        "Teach",
        start_again,
        tip="Forget the answers and begin with the first case",
        needs=(Need(lambda w: bool(w.teaching.outcomes), N_("No case is answered yet")),),
    ),
    Command(
        "save_handout",
        "&Hand-out as PDF…",
        "Teach",
        teach_files.save_handout("handout.pdf", False),
        tip="One sheet a case at true scale, no answers",
        needs=(COURSE,),
        rule_before=True,
    ),
    Command(
        "save_handout_answers",
        "Hand-out with &answers…",
        "Teach",
        teach_files.save_handout("handout-with-answers.pdf", True),
        tip="The answers on sheets of their own at the end",
        needs=(COURSE, _NO_QUESTION),
    ),
    Command(
        "toggle_morph",
        "&Morph",
        "Teach",
        toggle_morph,
        ("Ctrl+M",),
        "From the own rhythm into the condition",
        needs=(TWIN, IDLE),
        checked=lambda w: w.morph.on,
        rule_before=True,
        also="Twin",
    ),
    Command(
        "play_morph",
        "P&lay or pause the morph",
        "Teach",
        play_morph,
        ("Ctrl+Shift+M",),
        "Opens the morph first",
        needs=(TWIN, IDLE),
    ),
    Command(
        "morph_less",
        "Morph towards own rh&ythm",
        "Teach",
        lambda w: w.morph.step(-1),
        ("[",),
        "One frame back",
        needs=(_MORPH,),
    ),
    Command(
        "morph_more",
        "Morph towards t&win",
        "Teach",
        lambda w: w.morph.step(+1),
        ("]",),
        "One frame on",
        needs=(_MORPH,),
    ),
)

"""The Repair menu: marking what is bad, comparing what is proposed for it, completing and continuing a recording."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.mask import check, widened
from ecgtwin_app.engine.repair.repair import why_not_complete
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.repair_state import CONTINUE, BadMark
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.leaving import enter, leave
from ecgtwin_app.ui.commands.needs import IDLE, NOT_TEACHING, RECORDING
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.continue_dialog import ContinueDialog
from ecgtwin_app.ui.jobs.undo import Change

#: Seconds of a page's longest row.
_ROW = 10.0

# -- marking ------------------------------------------------------------------------------------------


def toggle_marking(workbench: Workbench) -> None:
    """Mark what is bad, with all leads in full length on the page; or put it all away."""
    if workbench.repair.on:
        leave_repair(workbench)
        return
    _show_all_leads(workbench)
    workbench.repair.begin()
    workbench.parts.page_view.setFocus()


def _show_all_leads(workbench):
    """A row for each lead, for as long as it is repaired; what the user chose before comes back."""
    view, reference = workbench.view, workbench.session.reference
    if workbench.repair.layout_before is None and reference is not None:
        workbench.repair.layout_before = view.layout
    leads = "12x1" if reference is not None and reference.leads == LEADS else view.layout.leads
    _show_layout(workbench, replace(view.layout, leads=leads, mode="reference"))


def _show_layout(workbench, layout: PageLayout):
    """Without remembering it as chosen."""
    workbench.view.layout = layout
    workbench.view.layout_changed.emit()


def leave_repair(workbench: Workbench) -> None:
    """Back from the proposals to the marks, and from these to the recording."""
    if workbench.repair.proposals is not None:
        workbench.repair.withdraw()
    else:
        workbench.repair.leave()
    restore_layout(workbench)


def restore_layout(workbench: Workbench) -> None:
    """The page as it was chosen, once nothing is repaired any more."""
    repair = workbench.repair
    if not repair.on and repair.layout_before is not None:
        before, repair.layout_before = repair.layout_before, None
        _show_layout(workbench, before)


def set_marks(workbench: Workbench, marks: tuple[BadMark, ...], what: str) -> None:
    """Mark other stretches; one step to undo."""
    state = workbench.repair
    key = f"marks {state.chosen}" if len(marks) == len(state.marks) else ""
    workbench.undo.push(Change(tr(what), state.set_marks, state.marks, marks, key))


def take_proposed(workbench: Workbench) -> None:
    """Mark what the quality check finds bad, beside what is marked."""

    def found(spans):
        new = [one for one in spans if not any(_covers(mark, one) for mark in workbench.repair.marks)]
        if not spans:
            workbench.messages.tell(tr("The quality check finds nothing bad in this recording."))
        elif new:
            if not workbench.repair.on:
                toggle_marking(workbench)
            set_marks(workbench, (*workbench.repair.marks, *new), N_("marks of the quality check"))

    workbench.jobs.repairs.find_bad(found)


def _covers(mark: BadMark, other: BadMark) -> bool:
    return mark.lead == other.lead and mark.start <= other.start and other.end <= mark.end


def fill_in(workbench: Workbench) -> None:
    """Propose what is marked."""
    reference, state = workbench.session.reference, workbench.repair
    if reference is None:
        return
    mask = state.mask(reference)
    try:
        check(reference, mask)
        widened(reference, mask)
    except EcgError as error:
        workbench.messages.warn(error.message)
        return
    workbench.messages.hide()
    workbench.jobs.repairs.repair(mask, How(seed=workbench.session.request.seed))


# -- comparing ----------------------------------------------------------------------------------------


def _show(by: int):
    def show(workbench):
        workbench.repair.show(workbench.repair.current + by)

    return show


def accept(workbench: Workbench) -> None:
    """Make the shown proposal the recording that is open; one step to undo."""
    recording, kind = workbench.repair.shown, workbench.repair.kind
    if recording is None:
        return
    before = workbench.repair.layout_before or workbench.view.layout
    name = workbench.session.name

    def show(found):
        def opened():
            workbench.repair.layout_before = None
            workbench.session.open(*found, name=name, same_patient=True, drawn=True)
            start = max(0.0, recording.duration - _ROW) if kind == CONTINUE else 0.0
            _show_layout(workbench, replace(before, start=start, identity=False))

        enter(workbench, tr("repair"), opened)
        workbench.messages.tell(accepted_words(recording))

    leave(workbench, lambda: workbench.jobs.repairs.accept(recording, show), reference_stays=True)


def accepted_words(recording: Recording) -> str:
    """What the recording is from now on, in one sentence."""
    leads = ", ".join(dict.fromkeys(one.lead for one in recording.filled))
    return tr(
        "Filled in: {leads}; it stays marked on every page, in every file and beside what is measured."
    ).format(leads=leads)


# -- completing and continuing ------------------------------------------------------------------------


def complete(workbench: Workbench) -> None:
    """Propose the leads that are missing to twelve."""
    workbench.messages.hide()
    workbench.jobs.repairs.complete(How(seed=workbench.session.request.seed))


def ask_how_to_continue(workbench: Workbench) -> None:
    """Ask for how long the recording goes on, and under which rhythm."""
    session, jobs = workbench.session, workbench.jobs.repairs

    def go_on(seconds, condition):
        workbench.messages.hide()
        if condition:
            jobs.go_on_under(seconds, condition, session.request.seed)
        else:
            jobs.go_on(seconds, How(seed=session.request.seed))

    why = "" if session.reference is None else needs(session.reference) or ""
    dialog = ContinueDialog(workbench.dialogs.parent, _rhythms(workbench), translate(why))
    dialog.chosen.connect(go_on)
    workbench.dialogs.show(dialog)


def _rhythms(workbench) -> list[str]:
    """The rhythms that the weights know."""
    known = workbench.session.available
    return [one.name for one in load_vocabulary() if one.is_rhythm and (known is None or one.name in known)]


def show_proposals(workbench: Workbench) -> None:
    """The page turns to where something is proposed."""
    state, view = workbench.repair, workbench.view
    if state.proposals is None:
        restore_layout(workbench)
        return
    _show_all_leads(workbench)
    if state.kind == CONTINUE:
        _show_layout(
            workbench, replace(view.layout, start=max(0.0, state.proposals.recording.duration - _ROW))
        )


def _why_not_complete(workbench):
    reference = workbench.session.reference
    reason = None if reference is None else why_not_complete(reference)
    return "" if reason is None else translate(reason)


MARKING = Need(lambda w: w.repair.on and w.repair.proposals is None, N_("Mark what is bad first (Ctrl+B)"))
MARKED = Need(lambda w: bool(w.repair.marks), N_("Mark a lead or a stretch first: drag over it"))
PROPOSED = Need(
    lambda w: w.repair.proposals is not None, N_("Repair, complete or continue a recording first")
)

COMMANDS = (
    Command(
        "mark_bad",
        "&Mark what is bad",
        "Repair",
        toggle_marking,
        ("Ctrl+B",),
        "Mark leads or stretches by mouse or keys, to have them filled in",
        needs=(RECORDING, NOT_TEACHING, IDLE),
        checked=lambda w: w.repair.on,
    ),
    Command(
        "take_proposed",
        "What the quality check &finds",
        "Repair",
        take_proposed,
        ("Ctrl+Shift+B",),
        "Mark what the quality check finds bad",
        needs=(
            RECORDING,
            NOT_TEACHING,
            IDLE,
            Need(lambda w: w.repair.proposals is None, N_("Accept or leave the proposals first")),
        ),
    ),
    Command(
        "mark_lead",
        "&Whole lead",
        "Repair",
        lambda w: w.parts.page_view.repairs.whole_lead(),
        ("W",),
        "Mark all of the lead of the chosen mark",
        needs=(MARKING, MARKED),
    ),
    Command(
        "remove_mark",
        "Remove mar&k",
        "Repair",
        lambda w: w.parts.page_view.repairs.remove(),
        ("Alt+Del",),
        "Take the chosen mark away",
        needs=(MARKING, MARKED),
    ),
    Command(
        "clear_marks",
        "Remove a&ll marks",
        "Repair",
        lambda w: set_marks(w, (), N_("removal of all marks")),
        (),
        "Take all marks away",
        needs=(MARKING, MARKED),
    ),
    Command(
        "repair",
        "&Repair",
        "Repair",
        fill_in,
        ("Ctrl+Shift+R",),
        "Fill in what is marked; what is visible stays to the bit",
        needs=(RECORDING, NOT_TEACHING, IDLE, MARKING, MARKED),
    ),
    Command(
        "previous_proposal",
        "&Previous proposal",
        "Repair",
        _show(-1),
        ("Alt+Left",),
        "Show the proposal before this one",
        needs=(PROPOSED, Need(lambda w: w.repair.current > 0, N_("This is the first proposal"))),
        rule_before=True,
    ),
    Command(
        "next_proposal",
        "&Next proposal",
        "Repair",
        _show(1),
        ("Alt+Right",),
        "Show the proposal after this one",
        needs=(
            PROPOSED,
            Need(
                lambda w: w.repair.proposals is not None and w.repair.current < len(w.repair.proposals) - 1,
                N_("This is the last proposal"),
            ),
        ),
    ),
    Command(
        "accept_proposal",
        "&Accept",
        "Repair",
        accept,
        ("Ctrl+Shift+Return",),
        "Make this proposal the recording that is open; it stays marked for ever",
        needs=(PROPOSED, IDLE),
    ),
    Command(
        "leave_repair",
        "Lea&ve",
        "Repair",
        leave_repair,
        (),
        "Back to the marks, and from these to the recording; so does Esc",
        needs=(Need(lambda w: w.repair.on, N_("Nothing is being repaired")),),
    ),
    Command(
        "complete",
        "&Complete to twelve leads",
        "Repair",
        complete,
        ("Ctrl+Shift+L",),
        "Propose the leads that are missing, with a band that shows how sure they are",
        needs=(RECORDING, NOT_TEACHING, IDLE, Need(lambda w: not _why_not_complete(w), _why_not_complete)),
        rule_before=True,
    ),
    Command(
        "continue_recording",
        "Continue the recordin&g…",
        "Repair",
        ask_how_to_continue,
        ("Ctrl+Shift+G",),
        "Let the recording go on by some seconds",
        needs=(RECORDING, NOT_TEACHING, IDLE),
    ),
)

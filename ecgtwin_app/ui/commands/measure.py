"""The Measure menu: calipers, fiducials and the lens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.calipers import AMPLITUDE, TIME
from ecgtwin_app.report.displayed import as_displayed
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.needs import RECORDING, REVEALED
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.jobs.undo import Change
from ecgtwin_app.ui.page.places import places_of

# -- calipers -----------------------------------------------------------------------------------------


def _take(kind: str) -> Callable[[Workbench], None]:
    """What takes a kind of caliper, or with "" the hand."""

    def take(workbench):
        workbench.view.take_tool(kind)
        workbench.parts.page_view.setFocus()

    return take


def clear_calipers(workbench: Workbench) -> None:
    """Take every caliper away."""
    if workbench.parts.page_view.calipers.calipers:
        set_calipers(workbench, (), N_("removal of calipers"))


def set_calipers(workbench: Workbench, calipers: tuple, what: str) -> None:
    """Other calipers on the page; one step to undo, nudges of one caliper join."""
    tool = workbench.parts.page_view.calipers
    key = what if what == "move of caliper" else ""
    workbench.undo.push(Change(tr(what), tool.show_calipers, tool.calipers, calipers, key))


# -- marks --------------------------------------------------------------------------------------------


def toggle_fiducials(workbench: Workbench) -> None:
    """Show or hide the waves' marks."""
    workbench.view.show_marks(fiducials=not workbench.view.fiducials)


def toggle_labels(workbench: Workbench) -> None:
    """Show or hide what kind of beat each is."""
    workbench.view.show_marks(labels=not workbench.view.labels)


def move_fiducials(workbench: Workbench, who: str, marks) -> None:
    """Marks moved by hand; the measurements follow. One step to undo."""
    session = workbench.session
    recording = _recording(workbench, who)
    if recording is None:
        return
    workbench.undo.push(
        Change(
            tr("move of fiducial"),
            lambda value: session.set_marks(recording, value),
            session.marks(recording),
            marks,
        )
    )


def _recording(workbench: Workbench, who: str) -> Recording | None:
    """The reference or the shown twin."""
    session = workbench.session
    if who == REFERENCE:
        return session.reference
    return session.twin.recording if session.twin is not None else None


def reset_fiducials(workbench: Workbench) -> None:
    """Take back what was moved by hand."""
    for who, marks in list(workbench.parts.page_view.marks.marks.items()):
        if any(marks.moved.values()):
            move_fiducials(workbench, who, replace(marks, moved={}))


def _moved(workbench):
    return any(any(marks.moved.values()) for marks in workbench.parts.page_view.marks.marks.values())


def show_measurement(
    workbench: Workbench, key: str, words: str = "", lead: str = "", who: str = REFERENCE
) -> None:
    """Point out on the page what a measurement was taken from.

    Parameters
    ----------
    workbench : Workbench
    key : str
        The name in `ecg.measurement.measure`.
    words : str
        What stands beside it, such as "QRS 96 ms".
    lead : str
        For a value of one lead.
    who : str
        "reference" or "twin".
    """
    recording = _recording(workbench, who)
    places = ()
    if recording is not None:
        filtered = as_displayed(recording, workbench.view.layout.filter)
        places = places_of(key, filtered, workbench.session.marks(recording), lead, who, words)
    workbench.parts.page_view.point_out(places)


_CHOSEN = Need(
    lambda w: w.parts.page_view.calipers.caliper is not None, N_("Set a caliper first, with T or A")
)
_ANY_CALIPER = Need(
    lambda w: bool(w.parts.page_view.calipers.calipers), N_("There is no caliper on the page")
)

COMMANDS = (
    *(
        Command(
            id, text, "Measure", _take(kind), (key,), tip, (RECORDING,), lambda w, k=kind: w.view.tool == k
        )
        for id, text, kind, key, tip in (
            ("tool_hand", N_("&Move the page"), "", "H", N_("Drag to move; calipers can still be dragged")),
            (
                "tool_time",
                N_("&Time caliper"),
                TIME,
                "T",
                N_("Drag from one moment to another; Alt does not snap"),
            ),
            (
                "tool_amplitude",
                N_("&Amplitude caliper"),
                AMPLITUDE,
                "A",
                N_("Drag from one voltage to another"),
            ),
        )
    ),
    Command(
        "march",
        "March &out",
        "Measure",
        lambda w: w.parts.page_view.calipers.march(),
        ("K",),
        "Repeat the chosen caliper to both sides",
        needs=(_CHOSEN,),
    ),
    Command(
        "remove_caliper",
        "&Remove caliper",
        "Measure",
        lambda w: w.parts.page_view.calipers.remove(),
        ("Del",),
        "Take the chosen caliper away",
        needs=(_CHOSEN,),
    ),
    Command(
        "clear_calipers",
        "Remove a&ll calipers",
        "Measure",
        clear_calipers,
        ("Shift+Del",),
        "Clear the page",
        needs=(_ANY_CALIPER,),
    ),
    Command(
        "toggle_fiducials",
        "&Fiducials",
        "Measure",
        toggle_fiducials,
        ("F",),
        "Show the waves' marks; drag one to correct it",
        needs=(RECORDING, REVEALED),
        checked=lambda w: w.view.fiducials,
        rule_before=True,
    ),
    Command(
        "toggle_labels",
        "&Beat labels",
        "Measure",
        toggle_labels,
        ("B",),
        "N like most, A early, V wide, ? unclear",
        needs=(RECORDING, REVEALED),
        checked=lambda w: w.view.labels,
    ),
    Command(
        "reset_fiducials",
        "Fiducials as fo&und",
        "Measure",
        reset_fiducials,
        tip="Take back what was moved by hand",
        needs=(RECORDING, REVEALED, Need(_moved, N_("No fiducial was moved by hand"))),
    ),
    Command(
        "toggle_magnifier",
        "Ma&gnifier",
        "Measure",
        lambda w: w.view.show_magnifier(not w.view.magnifier),
        ("M",),
        "A lens that follows the pointer",
        needs=(RECORDING,),
        checked=lambda w: w.view.magnifier,
        rule_before=True,
    ),
)

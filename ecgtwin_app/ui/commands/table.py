"""Every command of the window in one table, which makes the menus, the toolbar and the `?` sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from ecgtwin_app.i18n.words import N_, tr

MENUS = (
    N_("File"),
    N_("Edit"),
    N_("Twin"),
    N_("View"),
    N_("Paper"),
    N_("Measure"),
    N_("Teach"),
    N_("Help"),
)


@dataclass(frozen=True)
class Command:
    """A row of the table.

    Attributes
    ----------
    id : str
        Also the name of the window's method that does it.
    text : str
        As the menu says it, with its mnemonic.
    menu : str
        One of `MENUS`.
    shortcuts : tuple of str
    tip : str
        One line of help.
    rule_before : bool
        Whether a line separates it from what stands above it in the menu.
    also : str
        Another of `MENUS` at whose end it stands, too.
    """

    id: str
    text: str
    menu: str
    shortcuts: tuple[str, ...] = ()
    tip: str = ""
    rule_before: bool = False
    also: str = ""


COMMANDS = (
    Command("open_file", "&Open ECG…", "File", ("Ctrl+O",), "Open a recording from a file"),
    Command("choose_seconds", "Ot&her ten seconds…", "File", ("Ctrl+J",), "Of a long recording that is open"),
    Command("open_example", "Open &example", "File", ("Ctrl+Shift+O",), "Open the example ECG"),
    Command(
        "add_recordings",
        "Add a re&cording of the same patient…",
        "File",
        ("Ctrl+Shift+A",),
        "Twins are made from all recordings of a patient together",
        True,
    ),
    Command(
        "remove_recordings", "Re&move the added recordings", "File", (), "Twins from the open ECG alone again"
    ),
    Command(
        "save_session", "&Save session", "File", ("Ctrl+S",), "Everything that is open, in one file", True
    ),
    Command("save_session_as", "Save session &as…", "File", ("Ctrl+Shift+S",), "Under another name"),
    Command(
        "save_twins", "Save &twins…", "File", ("Ctrl+E",), "Write the twins as WFDB with twins.json", True
    ),
    Command(
        "export",
        "E&xport…",
        "File",
        ("Ctrl+Shift+X",),
        "Twins, ECG, heat maps, measurements or the page, in any format",
    ),
    Command("save_pdf", "Save page as P&DF…", "File", ("Ctrl+Shift+D",), "True-scale A4 or Letter page"),
    Command("save_png", "Save page as P&NG…", "File", ("Ctrl+Shift+E",), "A picture of the page"),
    Command("save_svg", "Save page as S&VG…", "File", (), "A vector drawing of the page"),
    Command("print_page", "&Print…", "File", ("Ctrl+P",), "At true scale", True),
    Command("close", "&Quit", "File", ("Ctrl+Q",), "Leave the program", True),
    Command("undo", "&Undo", "Edit", ("Ctrl+Z",), "Take back the last change"),
    Command("redo", "&Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do it again"),
    Command(
        "copy_page", "&Copy page", "Edit", ("Ctrl+Shift+C",), "A picture with its marks, de-identified", True
    ),
    Command("copy_table", "Copy &measurements", "Edit", (), "As a table for a spreadsheet"),
    Command(
        "show_palette", "Command p&alette…", "Edit", ("Ctrl+Shift+P", "Ctrl+K"), "Everything by typing", True
    ),
    Command("find_condition", "&Find condition", "Edit", ("Ctrl+F",), "Go to the search box"),
    Command("add_favourite", "&Keep request as favourite", "Edit", ("Ctrl+D",), "It stands under History"),
    Command("save_presets", "Save &presets…", "Edit", (), "Write the favourites into a file"),
    Command("load_presets", "&Load presets…", "Edit", (), "Read favourites from a file"),
    Command("generate", "&Generate", "Twin", ("Ctrl+G", "F5"), "Make twins as asked"),
    Command("cancel", "&Cancel", "Twin", ("Esc",), "Stop the run at its next step"),
    Command("new_seed", "&New seed, draw again", "Twin", ("Ctrl+R",), "Another draw of the same request"),
    Command("previous_twin", "&Previous twin", "Twin", ("Alt+Up",), "Show the twin before this one", True),
    Command("next_twin", "Ne&xt twin", "Twin", ("Alt+Down",), "Show the twin after this one"),
    Command("remove_twin", "&Remove twin", "Twin", ("Ctrl+Backspace",), "Put the shown twin aside"),
    Command(
        "toggle_heat_map",
        "&Heat map",
        "Twin",
        ("Ctrl+H",),
        "On or off, by the method that was used last",
        True,
    ),
    Command("view_overlay", "&Overlay", "View", ("Ctrl+1",), "Twin over reference"),
    Command("view_side_by_side", "&Side by side", "View", ("Ctrl+2",), "Reference left, twin right"),
    Command("view_reference", "&Reference only", "View", ("Ctrl+3",), "The recorded ECG"),
    Command("view_twin", "&Twin only", "View", ("Ctrl+4",), "The generated ECG"),
    Command("view_difference", "&Difference", "View", ("Ctrl+5",), "Twin less reference, beat on beat"),
    Command("view_median_beats", "&Median beats", "View", ("Ctrl+6",), "One beat of each on the other"),
    Command("view_vector_loops", "&Vector loops", "View", ("Ctrl+7",), "Derived vectorcardiogram"),
    Command(
        "flicker", "&Flicker", "View", ("Ctrl+Space",), "Also while ` is held: reference and twin in turn"
    ),
    Command(
        "toggle_align", "&Align beats", "View", ("Ctrl+L",), "Lay the twin's beats on the reference's", True
    ),
    Command("next_page", "&Later seconds", "View", ("Ctrl+Right",), "What does not fit on the page"),
    Command("previous_page", "&Earlier seconds", "View", ("Ctrl+Left",), "Back towards the beginning"),
    Command(
        "spin_loops", "S&pin loops", "View", ("S",), "The loops in space turn; arrow keys turn them, too"
    ),
    Command("zoom_in", "Zoom &in", "View", ("Ctrl++", "Ctrl+="), "Larger; also Ctrl+wheel", True),
    Command("zoom_out", "Zoom o&ut", "View", ("Ctrl+-",), "Smaller"),
    Command("fit", "&Fit page", "View", ("Ctrl+0",), "The whole page"),
    Command("true_size", "&True size", "View", ("Ctrl+Alt+0",), "25 mm are 25 mm, once calibrated"),
    Command("calibrate_screen", "&Calibrate screen…", "View", (), "Measure this screen with a bank card"),
    Command("toggle_identity", "&Name on the page", "View", ("Ctrl+I",), "Show or hide who it is"),
    Command("toggle_panels", "&Panels", "View", ("F9",), "Hide or show the panels beside the page", True),
    Command("next_theme", "&Light or dark window", "View", ("Ctrl+T",), "The paper has schemes of its own"),
    Command("tool_hand", "&Move the page", "Measure", ("H",), "Drag to move; calipers can still be dragged"),
    Command(
        "tool_time", "&Time caliper", "Measure", ("T",), "Drag from one moment to another; Alt does not snap"
    ),
    Command("tool_amplitude", "&Amplitude caliper", "Measure", ("A",), "Drag from one voltage to another"),
    Command("march", "March &out", "Measure", ("K",), "Repeat the chosen caliper to both sides"),
    Command("remove_caliper", "&Remove caliper", "Measure", ("Del",), "Take the chosen caliper away"),
    Command("clear_calipers", "Remove a&ll calipers", "Measure", ("Shift+Del",), "Clear the page"),
    Command(
        "toggle_fiducials",
        "&Fiducials",
        "Measure",
        ("F",),
        "Show the waves' marks; drag one to correct it",
        True,
    ),
    Command("toggle_labels", "&Beat labels", "Measure", ("B",), "N like most, A early, V wide, ? unclear"),
    Command("reset_fiducials", "Fiducials as fo&und", "Measure", (), "Take back what was moved by hand"),
    Command("toggle_magnifier", "Ma&gnifier", "Measure", ("M",), "A lens that follows the pointer", True),
    Command(
        "toggle_teaching",
        "&Teaching mode",
        "Teach",
        ("Ctrl+Shift+T",),
        "Hide what tells the answer until revealed",
    ),
    Command(
        "reveal", "&Reveal", "Teach", ("R", "Ctrl+Return"), "Show the answer, its criteria and the score"
    ),
    Command("next_case", "&Next case", "Teach", ("N",), "Open the next case of the course", True),
    Command("previous_case", "&Previous case", "Teach", ("P",), "Open the case before this one"),
    Command("open_course", "&Open course…", "Teach", ("Ctrl+Alt+O",), "Begin a course of cases", True),
    Command("edit_course", "&Edit course…", "Teach", (), "Make a course of session files; shows the answers"),
    Command(
        "review_answers", "Re&view answers…", "Teach", (), "Every answer with its points; save them as CSV"
    ),
    Command("start_again", "&Start again", "Teach", (), "Forget the answers and begin with the first case"),
    Command(
        "save_handout", "&Hand-out as PDF…", "Teach", (), "One sheet a case at true scale, no answers", True
    ),
    Command(
        "save_handout_answers",
        "Hand-out with &answers…",
        "Teach",
        (),
        "The answers on sheets of their own at the end",
    ),
    Command(
        "toggle_morph",
        "&Morph",
        "Teach",
        ("Ctrl+M",),
        "From the own rhythm into the condition",
        True,
        also="Twin",
    ),
    Command("play_morph", "P&lay or pause the morph", "Teach", ("Ctrl+Shift+M",), "Opens the morph first"),
    Command("morph_less", "Morph towards own rh&ythm", "Teach", ("[",), "One frame back"),
    Command("morph_more", "Morph towards t&win", "Teach", ("]",), "One frame on"),
    Command("show_shortcuts", "&Keyboard shortcuts", "Help", ("?", "F1"), "This list"),
    Command("take_tour", "&Tour in five steps", "Help", (), "Open, ask, compare, measure and print"),
    Command("about", "&About and intended use", "Help", (), "What this program is for"),
)


#: Commands that are on or off.
CHECKABLE = frozenset(
    (
        "tool_hand",
        "tool_time",
        "tool_amplitude",
        "toggle_fiducials",
        "toggle_labels",
        "toggle_magnifier",
        "toggle_teaching",
        "toggle_morph",
        "toggle_heat_map",
    )
)


def build_menus(window: QMainWindow) -> dict[str, QMenu]:
    """The menus, empty, by their English names."""
    return {name: window.menuBar().addMenu(f"&{tr(name)}") for name in MENUS}


def build_actions(window: QMainWindow, menus: dict[str, QMenu]) -> dict[str, QAction]:
    """Make the actions and fill the menus; each action calls the window's method of its name."""
    actions = {}
    for command in COMMANDS:
        action = QAction(tr(command.text), window)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(keys) for keys in command.shortcuts])
        action.setStatusTip(tr(command.tip))
        action.setToolTip(tool_tip(command))
        action.setCheckable(command.id in CHECKABLE)
        action.triggered.connect(partial(_call, getattr(window, command.id)))
        if command.rule_before:
            menus[command.menu].addSeparator()
        menus[command.menu].addAction(action)
        actions[command.id] = action
    for command in COMMANDS:
        if command.also:
            menus[command.also].addSeparator()
            menus[command.also].addAction(actions[command.id])
    return actions


def tool_tip(command: Command) -> str:
    """What a command does and its first shortcut, as this desktop writes it."""
    if not command.shortcuts:
        return tr(command.tip)
    return f"{tr(command.tip)} ({keys_text(command)})"


def keys_text(command: Command) -> str:
    """The first shortcut of a command, "" without one."""
    return written(QKeySequence(command.shortcuts[0])) if command.shortcuts else ""


def written(keys: QKeySequence) -> str:
    """Keys as this desktop writes them; Qt's own German leaves "Return"."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText).replace("Return", tr("Enter", "key"))


def _call(do, *_):
    """Without the checked state that Qt hands over."""
    do()

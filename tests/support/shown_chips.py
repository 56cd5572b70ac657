"""What tests of the line of what an ECG shows share: a sick recording, and its chips."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.shown import Finding, Shown

LBBB, AVB, AF, PVC = (
    "left bundle branch block",
    "first-degree AV block",
    "atrial fibrillation",
    "ventricular premature complex",
)


@pytest.fixture
def recognised():
    """First-degree block by its PR, left bundle branch block by network and file."""
    of_pr = Message(
        "{what}: {value:.3g} {unit} ({asked})", what="PR interval", value=232.0, unit="ms", asked="> 200"
    )
    of_file = Message("The file says: {statement}", statement="LBBB, read by Dr. Smith")
    return Shown(
        (
            Finding("sinus rhythm"),
            Finding(AVB, 0.61, True, ("criteria", "network"), (of_pr,)),
            Finding(LBBB, 0.823, None, ("file", "network"), (of_file,)),
        ),
        probabilities={"old anterior infarct": 0.2},
    )


def line_of(window):
    return window.workbench.parts.request_panel.shown_line


def states(window):
    return {name: chip.state for name, chip in line_of(window).chips.items()}


def request_of(window):
    return window.workbench.session.request


def click_button(window, qtbot, name):
    """Click the × of a chip, or its arrow."""
    chip = line_of(window).chips[name]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip.button.center())


def chip_menu(window, name):
    chip = line_of(window).chips[name]
    chip.menu_requested.emit(chip.mapToGlobal(QPoint(5, 5)))
    return window.context_menus.menu

"""Ten seconds are chosen of a longer recording, by keys and by the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from format_files import edf
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel
from synthetic_ecg import strip
from ui_window import CONTROL, SHIFT, dialog_of, idle

from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.registry import open_ecg, write_ecg
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.table import COMMANDS
from ecgtwin_app.ui.dialogs.seconds_dialog import SecondsDialog
from ecgtwin_app.ui.dialogs.seconds_strip import clock, seconds_of

pytest_plugins = ("ui_fixtures",)

#: A recording of so many seconds whose lead I climbs by 1 mV from its begin to its end.
LONG = 120.0


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    signal = strip(seconds=LONG, noise=0.003)[0].signal[:, ::2].copy()
    signal[0] += np.linspace(0, 1, signal.shape[1])
    return write_ecg(Recording(signal, 250.0), tmp_path_factory.mktemp("long") / "long.hea")


@pytest.fixture
def choosing(window, qtbot, long_file):
    open_path(window.workbench, long_file)
    dialog = dialog_of(window, qtbot, SecondsDialog)
    qtbot.waitUntil(lambda: dialog.page.covers(0.0))
    return dialog


def test_ten_seconds_are_chosen_by_keys_and_become_the_reference(window, choosing, qtbot):
    assert window.workbench.session.reference is None, "nothing is opened before it is chosen"
    for key, modifier in ((Qt.Key.Key_PageDown, None), (Qt.Key.Key_Right, None), (Qt.Key.Key_Right, SHIFT),
                          (Qt.Key.Key_Right, CONTROL)):  # fmt: skip
        qtbot.keyClick(choosing.strip, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert choosing.start == pytest.approx(10 + 1 + 0.1 + 60)
    assert "0:01:11.1" in choosing.place.text()
    qtbot.keyClick(choosing, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    reference = window.workbench.session.reference
    assert reference.duration == 10.0 and reference.history[0].startswith("took 71.1 s to 81.1 s of 120 s")
    # The climb tells which seconds these really are.
    assert np.median(reference.lead("I")) == pytest.approx(76.1 / LONG, abs=0.02)
    assert window.workbench.parts.page_view.page is not None


def test_keys_stop_at_the_ends(choosing, qtbot):
    qtbot.keyClick(choosing.strip, Qt.Key.Key_End)
    assert choosing.start == LONG - 10
    qtbot.keyClick(choosing.strip, Qt.Key.Key_Right)
    assert choosing.start == LONG - 10
    qtbot.keyClick(choosing.page, Qt.Key.Key_Home)
    assert choosing.start == 0.0


def test_the_window_is_dragged_on_the_strip_and_the_paper_is_pulled(choosing, qtbot):
    width = choosing.strip.width()
    qtbot.mousePress(choosing.strip, Qt.MouseButton.LeftButton, pos=QPoint(width // 2, 20))
    assert choosing.start == pytest.approx(LONG / 2 - 5, abs=0.5)
    qtbot.mouseMove(choosing.strip, QPoint(width // 4, 20))
    qtbot.mouseRelease(choosing.strip, Qt.MouseButton.LeftButton)
    before = choosing.start
    middle = choosing.page.rect().center()
    event = QWheelEvent(QPointF(middle), QPointF(choosing.page.mapToGlobal(middle)), QPoint(), QPoint(0, -240),
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
                        False)  # fmt: skip
    QApplication.sendEvent(choosing.page, event)
    assert choosing.start == pytest.approx(before + 2)
    before = choosing.start
    qtbot.mousePress(choosing.page, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(choosing.page, middle - QPoint(choosing.page.width() // 10, 0))
    qtbot.mouseRelease(choosing.page, Qt.MouseButton.LeftButton)
    assert choosing.start == pytest.approx(before + 1, abs=0.1)


def test_the_chosen_seconds_are_described_and_cancel_opens_nothing(window, choosing, qtbot):
    qtbot.waitUntil(lambda: "heart rate 72/min" in choosing.note.text())
    qtbot.waitUntil(lambda: bool(np.isfinite(choosing.strip._reach).all()))
    choosing.go_to.clear()
    qtbot.keyClicks(choosing.go_to, "1:05")
    assert choosing.start == 65.0
    qtbot.keyClick(choosing, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: idle(window))
    assert window.workbench.session.reference is None


def test_other_seconds_of_the_open_recording(window, choosing, qtbot):
    choosing.show_start(20.0)
    choosing.accept()
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    first = window.workbench.session.reference
    window.command_actions.of["choose_seconds"].trigger()
    again = dialog_of(window, qtbot, SecondsDialog)
    assert again.start == 20.0
    qtbot.keyClick(again.strip, Qt.Key.Key_Right)
    again.accept()
    qtbot.waitUntil(lambda: window.workbench.session.reference is not first and idle(window))
    assert "took 21 s" in window.workbench.session.reference.history[0]


def test_ten_seconds_are_opened_without_a_question(window, qtbot, tmp_path):
    open_path(window.workbench, write_ecg(strip()[0], tmp_path / "short.hea"))
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert not window.findChildren(SecondsDialog)
    (command,) = (one for one in COMMANDS if one.id == "choose_seconds")
    assert not command.enabled(window.workbench)
    assert "not longer" in command.why_not(window.workbench)


def test_clock_and_back():
    for seconds in (0.0, 59.9, 75.0, 3723.4, 86399.0):
        assert seconds_of(clock(seconds)) == pytest.approx(seconds)
    assert seconds_of("noon") is None and seconds_of("-5") is None


def test_the_choice_of_seconds_says_that_no_twin_can_be_made_of_two_leads(window, qtbot, tmp_path):
    signal = strip(seconds=30.0)[0].signal[:2]
    open_path(
        window.workbench, write_ecg(Recording(signal, 500.0, leads=("ECG 1", "ECG 2")), tmp_path / "two.hea")
    )
    dialog = dialog_of(window, qtbot, SecondsDialog)
    qtbot.waitUntil(lambda: "needs the leads I, II and V1 to V6" in dialog.note.text())
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert not any("twins are made" in text.casefold() for text in words)
    dialog.reject()


def test_the_seconds_of_an_interrupted_recording_lie_between_its_gaps(window, qtbot, tmp_path):
    """Within a gap nothing can be opened and the note says why; beyond it the note speaks of the seconds again."""
    steps = np.tile(np.rint(np.random.default_rng(2).normal(0, 300, (12, 500))).astype("<i2"), (1, 40))
    starts = [k if k < 20 else k + 30 for k in range(40)]
    notes = np.concatenate([np.frombuffer(f"+{k}\x14\x14".encode().ljust(24, b"\0"), "<i2") for k in starts])
    signals = [(f"ECG {lead}", "uV", 32767.0, row) for lead, row in zip(LEADS, steps, strict=True)]
    data = edf([*signals, ("EDF Annotations", "", 1.0, notes)], records=40, plus="EDF+D")
    path = tmp_path / "gap.edf"
    path.write_bytes(data)
    dialog = SecondsDialog(open_ecg(path), parent=window)
    qtbot.addWidget(dialog)
    dialog.show()
    use = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(lambda: dialog.page.covers(0.0), timeout=10_000)
    assert use.isEnabled()
    dialog.show_start(30.0)
    qtbot.waitUntil(lambda: "was interrupted" in dialog.note.text(), timeout=10_000)
    assert not use.isEnabled()
    dialog.show_start(55.0)
    qtbot.waitUntil(
        lambda: dialog.page.covers(55.0) and "interrupted" not in dialog.note.text(), timeout=20_000
    )
    assert use.isEnabled()
    dialog.close()

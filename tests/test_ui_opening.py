"""Opening in the window: which ten seconds of a long recording, what a table does not say, few leads."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from synthetic_ecg import strip
from ui_window import CONTROL, SHIFT, idle

from ecgtwin_app.ecg.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.recording import LEADS, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.ui.seconds_dialog import SecondsDialog
from ecgtwin_app.ui.seconds_strip import clock, seconds_of
from ecgtwin_app.ui.table_dialog import TableDialog

pytest_plugins = ("ui_fixtures",)

#: A recording of so many seconds whose lead I climbs by 1 mV from its begin to its end.
LONG = 120.0


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    signal = strip(seconds=LONG, noise=0.003)[0].signal[:, ::2].copy()
    signal[0] += np.linspace(0, 1, signal.shape[1])
    return write_ecg(Recording(signal, 250.0), tmp_path_factory.mktemp("long") / "long.hea")


def dialog_of(window, qtbot, kind):
    """The dialog of a kind that is open."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(kind)))
    return next(one for one in window.findChildren(kind) if one.isVisible())


@pytest.fixture
def choosing(window, qtbot, long_file):
    window.open_path(long_file)
    dialog = dialog_of(window, qtbot, SecondsDialog)
    qtbot.waitUntil(lambda: dialog.page.covers(0.0))
    return dialog


def test_ten_seconds_are_chosen_by_keys_and_become_the_reference(window, choosing, qtbot):
    assert window.session.reference is None, "nothing is opened before it is chosen"
    for key, modifier in ((Qt.Key.Key_PageDown, None), (Qt.Key.Key_Right, None), (Qt.Key.Key_Right, SHIFT),
                          (Qt.Key.Key_Right, CONTROL)):  # fmt: skip
        qtbot.keyClick(choosing.strip, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert choosing.start == pytest.approx(10 + 1 + 0.1 + 60)
    assert "0:01:11.1" in choosing.place.text()
    qtbot.keyClick(choosing, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.reference is not None and idle(window))
    reference = window.session.reference
    assert reference.duration == 10.0 and reference.history[0].startswith("took 71.1 s to 81.1 s of 120 s")
    # The climb tells which seconds these really are.
    assert np.median(reference.lead("I")) == pytest.approx(76.1 / LONG, abs=0.02)
    assert window.view.page is not None


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
    assert window.session.reference is None


def test_other_seconds_of_the_open_recording(window, choosing, qtbot):
    choosing.show_start(20.0)
    choosing.accept()
    qtbot.waitUntil(lambda: window.session.reference is not None and idle(window))
    first = window.session.reference
    window.commands["choose_seconds"].trigger()
    again = dialog_of(window, qtbot, SecondsDialog)
    assert again.start == 20.0
    qtbot.keyClick(again.strip, Qt.Key.Key_Right)
    again.accept()
    qtbot.waitUntil(lambda: window.session.reference is not first and idle(window))
    assert "took 21 s" in window.session.reference.history[0]


def test_ten_seconds_are_opened_without_a_question(window, qtbot, tmp_path):
    window.open_path(write_ecg(strip()[0], tmp_path / "short.hea"))
    qtbot.waitUntil(lambda: window.session.reference is not None and idle(window))
    assert not window.findChildren(SecondsDialog)
    window.choose_seconds()
    assert "not longer" in window.messages.text


def test_a_table_asks_for_what_it_does_not_say(window, qtbot, tmp_path):
    recording = strip()[0]
    rows = (";".join(f"{value * 1000:.1f}".replace(".", ",") for value in row) for row in recording.signal.T)
    path = tmp_path / "table.csv"
    path.write_text("\n".join(rows))
    window.open_path(path)
    dialog = dialog_of(window, qtbot, TableDialog)
    assert dialog.table.columnCount() == 12 and dialog.table.horizontalHeaderItem(3).text() == "aVR"
    assert dialog.table.item(0, 0).text().count(",") == 1, "the decimal comma separates nothing"
    # Read as millivolts these microvolts are no ECG, and the dialog says so.
    qtbot.waitUntil(lambda: "500 mV" in dialog.note.text())
    opens = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    assert not opens.isEnabled()
    dialog.unit.setCurrentIndex(dialog.unit.findData("uV"))
    qtbot.waitUntil(lambda: opens.isEnabled())
    assert "10.0 s" in dialog.note.text()
    qtbot.mouseClick(opens, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.reference is not None and idle(window))
    assert window.session.reference.leads == LEADS and window.session.reference.rate == 500
    np.testing.assert_allclose(window.session.reference.signal, recording.signal, atol=6e-5)


def test_few_leads_are_shown_and_a_twin_says_which_are_missing(window, qtbot, tmp_path, engine):
    full = strip()[0]
    few = Recording(full.signal[[0, 1, 6]], 500.0, ("I", "II", "V1"))
    window.open_path(write_ecg(few, tmp_path / "few.edf"))
    qtbot.waitUntil(lambda: window.session.reference is not None and idle(window))
    qtbot.waitUntil(lambda: window.view.up_to_date)
    shown = [panel.lead for _, panels in window.view.page.blocks for panel in panels]
    assert sorted(shown) == sorted(window.session.reference.leads)
    assert {"I", "II", "V1"} <= set(shown) and "V2" not in shown
    window.generate()
    qtbot.waitUntil(lambda: "V2, V3, V4, V5, V6" in window.messages.text)
    assert not window.session.twins


def test_clock_and_back():
    for seconds in (0.0, 59.9, 75.0, 3723.4, 86399.0):
        assert seconds_of(clock(seconds)) == pytest.approx(seconds)
    assert seconds_of("noon") is None and seconds_of("-5") is None


def test_exchanged_electrodes_are_said_when_a_recording_is_opened(window, qtbot, tmp_path):
    real = read_ecg(example_path())
    eight = independent_leads(real.signal).copy()
    eight[0], eight[1] = -eight[0], eight[1] - eight[0]
    window.open_path(write_ecg(Recording(twelve_leads(eight), real.rate), tmp_path / "arms.hea"))
    qtbot.waitUntil(lambda: window.session.reference is not None and idle(window))
    assert window.messages.text == "electrodes perhaps exchanged: right and left arm"
    window.open_example()
    qtbot.waitUntil(lambda: "example" in window.messages.text)

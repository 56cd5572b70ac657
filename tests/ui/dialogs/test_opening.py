"""Opening in the window: which ten seconds of a long recording, what a table does not say, few leads."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from format_files import edf
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPushButton
from synthetic_ecg import strip
from ui_window import CONTROL, SHIFT, accept_file_dialog, generate, idle, run

from ecgtwin_app.ecg.measurement.quality import UNUSABLE
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, Patient, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import open_ecg, read_ecg, write_ecg
from ecgtwin_app.session.same_patient import contradictions
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.dialogs.seconds_dialog import SecondsDialog
from ecgtwin_app.ui.dialogs.seconds_strip import clock, seconds_of
from ecgtwin_app.ui.dialogs.table_dialog import TableDialog

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
    run(window, "choose_seconds")
    assert "not longer" in window.workbench.messages.text


def test_a_table_asks_for_what_it_does_not_say(window, qtbot, tmp_path):
    recording = strip()[0]
    rows = (";".join(f"{value * 1000:.1f}".replace(".", ",") for value in row) for row in recording.signal.T)
    path = tmp_path / "table.csv"
    path.write_text("\n".join(rows))
    open_path(window.workbench, path)
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
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert (
        window.workbench.session.reference.leads == LEADS and window.workbench.session.reference.rate == 500
    )
    np.testing.assert_allclose(window.workbench.session.reference.signal, recording.signal, atol=6e-5)


def test_few_leads_are_shown_and_a_twin_says_which_are_missing(window, qtbot, tmp_path, engine):
    full = strip()[0]
    few = Recording(full.signal[[0, 1, 6]], 500.0, ("I", "II", "V1"))
    open_path(window.workbench, write_ecg(few, tmp_path / "few.edf"))
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    qtbot.waitUntil(lambda: window.workbench.parts.page_view.up_to_date)
    shown = [panel.lead for _, panels in window.workbench.parts.page_view.page.blocks for panel in panels]
    assert sorted(shown) == sorted(window.workbench.session.reference.leads)
    assert {"I", "II", "V1"} <= set(shown) and "V2" not in shown
    run(window, "generate")
    qtbot.waitUntil(lambda: "V2, V3, V4, V5, V6" in window.workbench.messages.text)
    assert not window.workbench.session.twins


def test_clock_and_back():
    for seconds in (0.0, 59.9, 75.0, 3723.4, 86399.0):
        assert seconds_of(clock(seconds)) == pytest.approx(seconds)
    assert seconds_of("noon") is None and seconds_of("-5") is None


def test_exchanged_electrodes_are_said_when_a_recording_is_opened(window, qtbot, tmp_path):
    real = read_ecg(example_path())
    eight = independent_leads(real.signal).copy()
    eight[0], eight[1] = -eight[0], eight[1] - eight[0]
    open_path(window.workbench, write_ecg(Recording(twelve_leads(eight), real.rate), tmp_path / "arms.hea"))
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert window.workbench.messages.text == "electrodes perhaps exchanged: right and left arm"
    run(window, "open_example")
    qtbot.waitUntil(lambda: "example" in window.workbench.messages.text)


# -- more recordings of the same patient --------------------------------------------------------------


def _file(folder, rate, name="", **fields):
    """A file of a recording at a heart rate."""
    recording = Recording(strip(rate=rate)[0].signal, 500.0, **fields)
    return write_ecg(recording, folder / f"{name or f'at-{rate}'}.hea")


def _add(window, qtbot, *paths):
    """By the key and the dialog of files."""
    qtbot.keyClick(window, Qt.Key.Key_A, CONTROL | SHIFT)
    accept_file_dialog(window, qtbot, *paths)
    window.activateWindow()
    qtbot.waitUntil(lambda: idle(window) and window.isActiveWindow())


def _map(window, qtbot, method):
    set_heat_map(window.workbench, method)
    qtbot.waitUntil(lambda: window.workbench.session.heatmap(method) is not None and idle(window))


def test_twins_are_made_from_all_recordings_of_a_patient(opened, qtbot, tmp_path):
    session, layers = opened.workbench.session, opened.workbench.parts.layers_panel.list
    _add(opened, qtbot, _file(tmp_path, 66), _file(tmp_path, 70))
    added = session.others
    assert len(added) == 2 and "made from 3 recordings" in opened.workbench.messages.text
    assert opened.workbench.parts.status.others.isVisible()
    assert opened.workbench.parts.status.others.text() == "+ 2 recordings of the same patient"
    assert layers.item(layers.count() - 1).text() == "Reference + 2 recordings of the same patient"
    assert any("+ 2" in name for name, _ in opened.workbench.parts.results.provenance._rows)
    assert opened.command_actions.of["undo"].text() == "&Undo addition of recordings"
    run(opened, "undo")
    assert session.others == () and not opened.workbench.parts.status.others.isVisible(), (
        "both files were one step"
    )
    run(opened, "redo")
    assert session.others == added

    digests = [other.digest() for other in added]
    generate(opened, qtbot)
    assert session.twin.recording.provenance["pooled_sha256"] == digests
    opened.command_actions.of["remove_recordings"].trigger()
    assert session.others == () and not opened.command_actions.of["remove_recordings"].isEnabled()
    # The stand-in engine refuses to explain or follow a twin with other recordings than it was made with.
    _map(opened, qtbot, "contrast")
    opened.workbench.morph.start()
    qtbot.waitUntil(lambda: len(opened.workbench.morph.frames) > 2)
    opened.workbench.morph.stop()
    qtbot.waitUntil(lambda: idle(opened))
    generate(opened, qtbot)
    assert "pooled_sha256" not in session.twin.recording.provenance
    opened.workbench.jobs.files.save_twins(tmp_path / "twins")
    qtbot.waitUntil(lambda: "Saved 2 twins" in opened.workbench.messages.text and idle(opened))
    saved = json.loads((tmp_path / "twins" / "twins.json").read_text("utf-8"))
    assert "pooled_sha256" not in saved["provenance"], "the twins do not share it"
    assert [twin.get("provenance", {}).get("pooled_sha256") for twin in saved["twins"]] == [digests, None]
    run(opened, "previous_twin")

    run(opened, "save_session")
    accept_file_dialog(opened, qtbot, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: "Saved the session" in opened.workbench.messages.text)
    run(opened, "open_example")
    qtbot.waitUntil(lambda: not session.twins and idle(opened))
    assert session.others == () and session.added == {}
    open_path(opened.workbench, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: len(session.twins) == 2 and idle(opened))
    assert session.others == () and list(session.added) == digests
    _map(opened, qtbot, "attention")


def test_recordings_are_added_to_an_open_one(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_A, CONTROL | SHIFT)
    assert "open one first" in window.workbench.messages.text


def test_a_recording_that_seems_to_be_of_another_patient_is_asked_about(opened, qtbot, tmp_path):
    man = _file(tmp_path, 66, patient=Patient(sex="M"))
    for answer, count in (("Leave it out", 0), ("Add it", 1)):
        opened.workbench.jobs.files.add([man])
        dialog = dialog_of(opened, qtbot, QDialog)
        buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
        assert buttons["Leave it out"].isDefault()
        assert not opened.workbench.session.others, "nothing is added before it is decided"
        qtbot.mouseClick(buttons[answer], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not opened.findChildren(QDialog))
        assert len(opened.workbench.session.others) == count


def test_what_cannot_be_pooled_is_refused_by_name(opened, qtbot, tmp_path):
    full = strip()[0]
    few = write_ecg(Recording(full.signal[[0, 1, 6]], 500.0, ("I", "II", "V1")), tmp_path / "few.edf")
    twin = _file(tmp_path, 66, "twin", synthetic=True)
    flat = write_ecg(Recording(np.zeros_like(full.signal), 500.0), tmp_path / "flat.hea")
    for path, why in (
        (few, "few.edf cannot be added: Lead V2"),
        (twin, "twin.hea is generated"),
        (flat, "flat.hea cannot be added"),
        (example_path(), "is open already"),
    ):
        opened.workbench.jobs.files.add([path])
        qtbot.waitUntil(lambda why=why: why in opened.workbench.messages.text and idle(opened))
        assert not opened.workbench.session.others
        opened.workbench.messages.hide()


def test_what_contradicts_and_what_says_nothing():
    def of(recorded="", **patient):
        return Recording(np.zeros((12, 5000)), 500.0, patient=Patient(**patient), recorded=recorded)

    known = of("2013-01-25", age=52, sex="F", identifier="4711")
    assert contradictions(known, of()) == contradictions(of(), known) == ()
    assert contradictions(known, of("2023-06-01", age=62, sex="F", identifier=" 4711 ")) == ()
    for later in ("2023-06-01", "20230601T101500"):
        assert contradictions(known, of(later, age=52, sex="F")) == ("birth date",)
    assert contradictions(known, of(age=30)) == (), "without a date an age tells nothing"
    assert contradictions(known, of("2023", age=30)) == (), "nor with a year alone"
    assert contradictions(known, of(sex="M", identifier="4712")) == ("patient identifier", "sex")
    assert contradictions(of("2013-01-25", age=97), of("2023-01-25", age=90)) == (), (
        "90 stands for older, too"
    )


def test_channels_without_names_of_leads_are_asked_for(window, qtbot, tmp_path):
    path = write_ecg(strip()[0], tmp_path / "unnamed.hea")
    text = path.read_text()
    for k, lead in enumerate(LEADS):
        text = text.replace(f" 0 {lead}\n", f" 0 chan {k}\n")
    path.write_text(text)
    open_path(window.workbench, path)
    dialog = dialog_of(window, qtbot, TableDialog)
    assert (
        dialog.windowTitle() == "What the file does not say"
        and dialog.order.accessibleName() == "Channels, in order"
    )
    assert not dialog.table.isVisibleTo(dialog), "no rows of a file that is no table"
    dialog.order.setEditText("I,II")
    qtbot.waitUntil(lambda: "has 12 channels, but 2 are named" in dialog.note.text())
    dialog.order.setEditText(",".join(LEADS))
    opens = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    qtbot.waitUntil(lambda: opens.isEnabled())
    if shots := os.environ.get("ECGTWIN_SHOTS"):
        dialog.grab().save(f"{shots}/channels.png")
    qtbot.mouseClick(opens, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert window.workbench.session.reference.leads == LEADS


def test_one_lead_is_measured_and_generation_says_at_once_what_it_needs(window, qtbot, tmp_path):
    recording = strip()[0]
    path = write_ecg(Recording(recording.signal[1:2], 500.0, leads=("ECG",)), tmp_path / "one.hea")
    open_path(window.workbench, path)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert window.workbench.session.measurements["heart_rate"] == pytest.approx(72, abs=1)
    assert window.workbench.session.measurements["reasons"]["qrs_axis"] == "needs I and aVF"
    assert not window.workbench.parts.request_panel.generate.isEnabled()
    assert "needs the leads I, II and V1 to V6" in window.workbench.parts.request_panel.generate.toolTip()
    assert "needs the leads I, II and V1 to V6" in window.workbench.messages.text
    assert "needs the leads I, II and V1 to V6" in window.workbench.parts.results.summary.text(), (
        "also after Dismiss"
    )
    run(window, "open_example")
    qtbot.waitUntil(lambda: window.workbench.session.reference.leads == LEADS and idle(window))
    assert (
        window.workbench.parts.request_panel.generate.isEnabled()
        and "needs" not in window.workbench.messages.text
    )
    assert window.workbench.parts.results.summary.text() == "Choose a condition and press Generate."


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


def test_an_unusable_recording_is_asked_about_before_a_twin_is_made(window, qtbot, tmp_path):
    recording = strip()[0]
    noise = np.random.default_rng(1).normal(0, 3.0, (8, recording.samples))
    loud = Recording(twelve_leads(independent_leads(recording.signal) + noise), 500.0)
    open_path(window.workbench, write_ecg(loud, tmp_path / "loud.hea"))
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    assert window.workbench.session.verdict.verdict == UNUSABLE
    assert "unusable" in window.workbench.messages.text
    run(window, "generate")
    assert not window.workbench.jobs.running
    asking = next(one for one in window.findChildren(QDialog) if one.windowTitle() == "An unusable recording")
    asking.reject()
    assert not window.workbench.session.requests


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

"""Opening in the window: which ten seconds of a long recording, what a table does not say, few leads."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton
from synthetic_ecg import strip
from ui_window import CONTROL, SHIFT, accept_file_dialog, dialog_of, generate, idle, run

from ecgtwin_app.ecg.measurement.quality import UNUSABLE
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, Patient, Recording
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.session.same_patient import contradictions
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.dialogs.table_dialog import TableDialog

pytest_plugins = ("ui_fixtures",)


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
    add = window.command_actions.of["add_recordings"]
    assert not add.isEnabled() and add.statusTip() == "Open an ECG first (Ctrl+O)"


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

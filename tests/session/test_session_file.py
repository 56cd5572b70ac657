"""Keeping: session files with hashes, autosave, recovery after a crash, recent files."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from places import ROOT, SUPPORT
from synthetic_ecg import strip
from ui_standin import StandInEngine
from ui_window import accept_file_dialog, generate, idle, run

from ecgtwin_app.conditions.referee import judge
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.ecg.signal.resampling import resample, ten_seconds
from ecgtwin_app.engine.request import AskedGot, HeatMap, Twin, TwinRequest
from ecgtwin_app.i18n.words import install_language, translate
from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.layer_stack import LayerStack, LayerStyle
from ecgtwin_app.session.marks import marks_of
from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.commands.measure import set_calipers
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.view import set_layers
from ecgtwin_app.ui.jobs.autosave import Autosave
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)


@pytest.fixture(scope="module")
def state():
    """Everything that a session can hold, at once."""
    reference, _ = strip(rate=66)
    reference = replace(reference, patient=Patient(52, "F", "Doe^Jane", "ID-4711"), recorded="2013-01-25")
    request = TwinRequest(
        ("atrial fibrillation", "left bundle branch block"), severity=0.4, samples=2, steps=1
    )
    others = tuple(
        replace(strip(rate=rate)[0], patient=Patient(sex="F", name="Roe^Jane", identifier="ID-4711"))
        for rate in (70, 74)
    )
    made = StandInEngine().iter_generate(reference, request, others)
    twins = tuple(t for t in made if isinstance(t, Twin))
    measured = measure(reference)
    heat = HeatMap("contrast", twins[0].recording.signal, True, "mV", True, {"same_rhythm": True})
    return SessionState(
        reference=reference,
        measurements=measured.as_dict(),
        others=others[:1],
        set_aside=others[1:],
        marks={reference: marks_of(measured, reference.rate).move("t_offset", 0.02)},
        twins=twins,
        current=1,
        request=request,
        requests=(request,),
        heatmaps={(twins[0], "contrast"): heat},
        calipers=(Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.2, True),),
        layout=PageLayout(scheme="monitor", identity=True, chest_gain=5.0),
        layers=LayerStack({twins[1]: LayerStyle(True, 0.5, "#9A4A00")}, (twins[1], REFERENCE)),
    )


def test_everything_comes_back(state, tmp_path):
    write_session(tmp_path / "s.ecgtwin", state)
    again = read_session(tmp_path / "s.ecgtwin")
    assert again.reference.digest() == state.reference.digest()
    assert again.measurements == state.measurements
    for kept in ("others", "set_aside"):
        assert [r.digest() for r in getattr(again, kept)] == [r.digest() for r in getattr(state, kept)]
    for old, new in zip(state.twins, again.twins):
        assert new.recording.digest() == old.recording.digest()
        assert new.recording.synthetic
        assert new.recording.provenance == old.recording.provenance
        assert (new.request, new.score, new.asked_got, new.met) == (
            old.request,
            old.score,
            old.asked_got,
            old.met,
        )
    assert (again.current, again.request, again.requests) == (1, state.request, state.requests)
    assert again.calipers == state.calipers
    assert again.layout == replace(state.layout, identity=False), "names are not shown again by themselves"
    heat = again.heatmaps[again.twins[0], "contrast"]
    assert np.array_equal(heat.values, state.twins[0].recording.signal)
    assert again.marks[again.reference] == state.marks[state.reference]
    assert again.layers.style(again.twins[1]) == LayerStyle(True, 0.5, "#9A4A00")
    assert again.layers.order == (again.twins[1], REFERENCE)


@pytest.fixture
def german():
    install_language("de")
    yield
    install_language("en")


def test_a_session_says_everything_in_german_after_reopening(state, tmp_path, german):
    """History, criteria and reasons are text in the file, with keys and values beside it."""
    reference = ten_seconds(resample(strip(rate=66)[0], 360.0))
    limb = replace(reference, signal=reference.signal[:6], leads=reference.leads[:6])
    measured = measure(limb).as_dict()
    lines = tuple(
        AskedGot(v.name, v.unit, v.asked, v.reference, v.got, v.met)
        for v in judge(reference, ("left bundle branch block",), heart_rate=66.0)
    )
    twin = replace(state.twins[0], asked_got=lines)
    write_session(
        tmp_path / "s.ecgtwin",
        replace(
            state, reference=reference, measurements=measured, twins=(twin,), current=0,
            marks={}, heatmaps={}, layers=LayerStack(),
        ),
    )  # fmt: skip
    again = read_session(tmp_path / "s.ecgtwin")
    assert again.reference.history == reference.history
    assert [translate(line) for line in again.reference.history][:2] == [
        "von 500 Hz auf 360 Hz neu abgetastet",
        "von 360 Hz auf 500 Hz neu abgetastet",
    ]
    assert again.twins[0].asked_got == lines
    shown = {translate(line.name): translate(line.asked) for line in again.twins[0].asked_got}
    assert shown["Herzfrequenz"] == "66 ± 3,3"
    assert shown["QRS-Dauer"] == "≥ 120"
    assert again.measurements == measured
    assert translate(again.measurements["reasons"]["sokolow_lyon"]) == "braucht V1, V5 und V6"


def test_a_session_without_keys_opens_and_shows_english(state, tmp_path, german):
    path = tmp_path / "s.ecgtwin"
    write_session(path, replace(state, reference=ten_seconds(resample(state.reference, 360.0)), marks={}))

    def older(document):
        plain = json.loads(document)
        assert plain["reference"]["history"][0] == "resampled 500 Hz to 360 Hz"
        assert all(isinstance(line["name"], str) for twin in plain["twins"] for line in twin["asked_got"])
        del plain["messages"]
        plain["reference"]["history"].append("Doe^Jane had syncope")
        return json.dumps(plain).encode()

    _rewritten(path, older, hashed=True)
    again = read_session(path)
    assert again.reference.history == ("resampled 500 Hz to 360 Hz", "resampled 360 Hz to 500 Hz")
    assert [translate(line.name) for line in again.twins[0].asked_got] == [
        str(line.name) for line in state.twins[0].asked_got
    ]


def test_a_session_holds_age_and_sex_and_no_identifier(state, tmp_path):
    write_session(tmp_path / "s.ecgtwin", state)
    data = (tmp_path / "s.ecgtwin").read_bytes()
    for secret in (b"Doe", b"Roe", b"Jane", b"4711", b"2013-01-25"):
        assert secret not in data
    patient = read_session(tmp_path / "s.ecgtwin").reference.patient
    assert patient == Patient(52, "F")
    if os.name == "posix":
        assert (tmp_path / "s.ecgtwin").stat().st_mode & 0o077 == 0


def _rewritten(path, change, hashed=False):
    """The same zip with its document changed, its hashes only where that is wished."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["session.json"] = change(members["session.json"])
    if hashed:
        own = {"session.json": hashlib.sha256(members["session.json"]).hexdigest()}
        members["hashes.json"] = json.dumps(json.loads(members["hashes.json"]) | own).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_a_session_from_before_there_were_others_opens(state, tmp_path):
    path = tmp_path / "s.ecgtwin"
    write_session(path, replace(state, others=(), set_aside=()))

    def without(data):
        document = json.loads(data)
        assert document.pop("others") == document.pop("set_aside") == []
        return json.dumps(document).encode()

    _rewritten(path, without, hashed=True)
    again = read_session(path)
    assert again.reference.digest() == state.reference.digest()
    assert again.others == again.set_aside == ()


def test_a_changed_file_is_refused(state, tmp_path):
    path = tmp_path / "s.ecgtwin"
    write_session(path, state)
    _rewritten(path, lambda data: data.replace(b'"met": false', b'"met": true'))
    with pytest.raises(EcgError, match="changed since it was saved"):
        read_session(path)


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_gives_one_sentence(state, tmp_path, seed):
    path = tmp_path / "s.ecgtwin"
    write_session(path, state)
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    if seed % 2:
        data = data[: int(rng.integers(0, len(data)))]
    else:
        for at in rng.integers(0, len(data), 200):
            data[at] ^= int(rng.integers(1, 256))
    path.write_bytes(data)
    with pytest.raises(EcgError, match=r"\.$"):
        read_session(path)


def test_what_is_no_session_gives_one_sentence(tmp_path):
    (tmp_path / "a.ecgtwin").write_text("Dear colleague")
    with pytest.raises(EcgError, match="is no session"):
        read_session(tmp_path / "a.ecgtwin")
    with pytest.raises(EcgError, match="cannot be read"):
        read_session(tmp_path / "b.ecgtwin")
    with zipfile.ZipFile(tmp_path / "c.ecgtwin", "w") as archive:
        archive.writestr("hashes.json", json.dumps({}))
    with pytest.raises(EcgError, match="is no session"):
        read_session(tmp_path / "c.ecgtwin")


def test_a_write_that_fails_leaves_the_former_file(state, tmp_path, monkeypatch):
    path = tmp_path / "s.ecgtwin"
    write_session(path, state)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EcgError, match="the disk is full"):
        write_session(path, state)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# -- autosave and recovery ----------------------------------------------------------------------------


def test_autosave_writes_what_changed_and_leaves_nothing_behind(qapp, qtbot, state, tmp_path):
    keeper = Autosave(tmp_path / "r", lambda: state)
    keeper.save()
    assert not keeper.path.exists(), "nothing changed yet"
    keeper.touch()
    keeper.save()
    qtbot.waitUntil(lambda: keeper.path.exists() and not keeper.worker.busy)
    assert read_session(keeper.path).current == 1
    other = Autosave(tmp_path / "r", lambda: None)
    assert other.leftover() is None, "a window that runs keeps its own"
    other.stop()
    keeper.stop()
    assert not list((tmp_path / "r").glob("*.ecgtwin"))


def test_autosave_keeps_what_was_added(qtbot, engine, store, state, tmp_path):
    window = MainWindow(lambda: engine, store, tmp_path / "recovery")
    qtbot.addWidget(window)
    window.workbench.session.open(state.reference, state.measurements)
    window.workbench.autosave.save()
    qtbot.waitUntil(lambda: not window.workbench.autosave.worker.busy)
    window.workbench.session.set_others(state.others)
    window.workbench.autosave.save()
    qtbot.waitUntil(lambda: not window.workbench.autosave.worker.busy)
    (kept,) = read_session(window.workbench.autosave.path).others
    assert kept.digest() == state.others[0].digest()
    window.close_now()


_KILLED = """
    import sys, time
    sys.path[:0] = [{tests!r}]
    from PySide6.QtCore import QCoreApplication
    from pathlib import Path
    from synthetic_ecg import strip
    from ecgtwin_app.ui.jobs.autosave import Autosave
    from ecgtwin_app.session.session_file import SessionState
    application = QCoreApplication([])
    reference, _ = strip(rate=66)
    keeper = Autosave(Path({folder!r}), lambda: SessionState(reference))
    for k in range(1000):
        keeper.touch()
        keeper.save()
        while keeper.worker.busy:
            application.processEvents()
        print(k, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_window_leaves_a_whole_session(qapp, tmp_path):
    code = _KILLED.format(tests=str(SUPPORT), folder=str(tmp_path))
    running = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    for _ in range(7):
        assert running.stdout.readline()
    running.send_signal(signal.SIGKILL)
    running.wait()
    keeper = Autosave(tmp_path, lambda: None)
    left = keeper.leftover()
    assert read_session(left).reference.samples == 5000
    keeper.forget(left)
    assert keeper.leftover() is None
    keeper.stop()


# -- the window ---------------------------------------------------------------------------------------


def test_a_session_is_saved_and_opened_in_the_window(opened, qtbot, tmp_path):
    generate(opened, qtbot, samples=2)
    set_calipers(opened.workbench, (Caliper(TIME, "II", ("reference",), 1.0, 1.4, 0.2),), "caliper")
    set_layers(
        opened.workbench,
        opened.workbench.view.layers.with_style(opened.workbench.session.twins[0], opacity=0.4),
        "opacity of layer",
    )
    opened.workbench.parts.paper_menu.actions["grid", "grey"].trigger()
    digests = [twin.recording.digest() for twin in opened.workbench.session.twins]
    run(opened, "save_session")
    accept_file_dialog(opened, qtbot, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: "Saved the session" in opened.workbench.messages.text)
    run(opened, "open_example")
    qtbot.waitUntil(lambda: not opened.workbench.session.twins and idle(opened))
    opened.workbench.parts.paper_menu.actions["grid", "pink"].trigger()
    open_path(opened.workbench, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: bool(opened.workbench.session.twins) and idle(opened))
    assert [twin.recording.digest() for twin in opened.workbench.session.twins] == digests
    assert len(opened.workbench.parts.page_view.calipers.calipers) == 1
    assert opened.workbench.view.layout.grid == "grey"
    assert opened.workbench.view.layers.style(opened.workbench.session.twins[0]).opacity == 0.4
    assert opened.workbench.parts.history.tree.topLevelItem(1).childCount() == 1


def test_recent_files_are_listed_cleared_and_not_kept_when_unwanted(opened, qtbot, tmp_path, state):
    write_session(tmp_path / "a.ecgtwin", state)
    open_path(opened.workbench, tmp_path / "a.ecgtwin")
    opened.workbench.parts.recent_menu.note(tmp_path / "a.ecgtwin")
    assert opened.workbench.parts.recent_menu.actions()[0].text() == "a.ecgtwin"
    opened.workbench.parts.recent_menu.forget()
    assert opened.workbench.parts.recent_menu.actions()[0].text() == "None"
    opened.workbench.parts.recent_menu.recent.remember(False)
    opened.workbench.parts.recent_menu.note(tmp_path / "a.ecgtwin")
    assert opened.workbench.parts.recent_menu.recent.paths == []
    qtbot.waitUntil(lambda: idle(opened))

"""What the program keeps beside its exports says no more of a patient than they do, and only the user reads it."""

import os
import re
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from synthetic_ecg import strip
from ui_standin import StandInEngine

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.engine.request import Twin, TwinRequest
from ecgtwin_app.engine.save import twins_document
from ecgtwin_app.session.request_json import to_json
from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.recent import RecentFiles

pytestmark = pytest.mark.usefixtures("qapp")
OLD = replace(strip(seconds=10)[0], patient=Patient(97.0, "F", "Jane Doe", "ID7"))


def test_ages_above_89_are_90_in_sessions(tmp_path):
    request = TwinRequest(age=96.0)
    twin = next(one for one in StandInEngine().iter_generate(OLD, request) if isinstance(one, Twin))
    provenance = twin.recording.provenance | {"request": {"age": 96.0}}
    twin = replace(twin, recording=replace(twin.recording, patient=Patient(96.0, "F"), provenance=provenance))
    state = SessionState(
        OLD, others=(OLD,), set_aside=(OLD,), twins=(twin,), current=0, request=request, requests=(request,)
    )
    write_session(tmp_path / "x.ecgtwin", state)
    data = (tmp_path / "x.ecgtwin").read_bytes()
    assert b'"age": 9' in data and not re.search(rb'"age": 9[1-9]', data) and b"Jane" not in data
    back = read_session(tmp_path / "x.ecgtwin")
    ages = [
        one.patient.age for one in (back.reference, *back.others, *back.set_aside, back.twins[0].recording)
    ]
    assert ages == [90.0] * 4 and back.request.age == 90 and back.twins[0].request.age == 90
    assert to_json(replace(request, age=89.0))["age"] == 89.0
    assert "96" not in str(twins_document(["a"], [twin])["provenance"]["request"])


def test_free_words_in_the_history_of_a_session_are_left_out(tmp_path):
    state = SessionState(OLD.changed("Zaphod had syncope").changed("resampled 1000 Hz to 500 Hz"))
    write_session(tmp_path / "x.ecgtwin", state)
    assert read_session(tmp_path / "x.ecgtwin").reference.history == ("resampled 1000 Hz to 500 Hz",)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="rights of files as on Linux")
def test_recent_paths_are_for_the_user_alone(tmp_path, monkeypatch):
    folder = tmp_path / "config"
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(folder))
    old = os.umask(0o022)
    try:
        store = QSettings(settings.ORGANISATION, settings.APPLICATION)
        path = Path(store.fileName())
        assert folder in path.parents
        path.parent.mkdir(parents=True)
        path.write_text("[window]\n")  # as an earlier version left it: readable by all
        path.chmod(0o644)
        for name in ("one", "two"):
            (tmp_path / name).touch()
            RecentFiles(store).add(tmp_path / name)
            store.sync()
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert RecentFiles(store).paths == [tmp_path / "two", tmp_path / "one"]
    finally:
        os.umask(old)
        QSettings.setPath(
            QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(Path.home() / ".config")
        )

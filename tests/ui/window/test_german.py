"""German from the rooms below to the glass: an error, a history line, a verdict, a doubt; also after reopening."""

from __future__ import annotations

from dataclasses import replace

import pytest
from synthetic_ecg import strip
from ui_standin import StandInEngine
from ui_window import answer, generate, idle

from ecgtwin_app.conditions.referee import judge
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.engine.request import AskedGot, Twin
from ecgtwin_app.session.session_file import write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.saving import state_of
from ecgtwin_app.ui.preferences.language import install_everywhere

pytest_plugins = ("ui_fixtures",)


class Judging(StandInEngine):
    """Its twins are held against the condition that is asked for."""

    def iter_generate(self, reference, request, others=()):
        for item in super().iter_generate(reference, request, others):
            if isinstance(item, Twin):
                lines = judge(item.recording, request.conditions)
                got = tuple(AskedGot(v.name, v.unit, v.asked, v.reference, v.got, v.met) for v in lines)
                item = replace(item, asked_got=got)
            yield item


@pytest.fixture
def engine():
    return Judging()


@pytest.fixture
def german(qapp):
    install_everywhere(qapp, "de")
    yield
    install_everywhere(qapp, "en")


def _criteria(window):
    table = window.workbench.parts.results.criteria
    return {table.item(row, 0).text(): table.item(row, 2).text() for row in range(table.rowCount())}


def test_an_error_on_the_workers_thread_is_german(german, window, qtbot, tmp_path):
    empty = tmp_path / "leer.edf"
    empty.write_bytes(b"")
    open_path(window.workbench, empty)
    qtbot.waitUntil(lambda: window.workbench.messages.text != "")
    assert (
        window.workbench.messages.text == "leer.edf ist leer; kopieren Sie die Datei erneut von ihrer Quelle."
    )


def test_history_verdicts_and_doubts_are_german_also_after_reopening(german, window, qtbot, tmp_path):
    recording = resample(strip(rate=66)[0], 360.0)
    session = window.workbench.session
    window.workbench.jobs.prepare_engine()
    session.open(recording, measure(recording).as_dict(), name="strip.hea")
    generate(window, qtbot, conditions=("left bundle branch block",))

    def reads_german():
        panel = window.workbench.parts.results.recording.toPlainText()
        assert "von 500 Hz auf 360 Hz neu abgetastet" in panel
        assert "resampled" not in panel
        criteria = _criteria(window)
        assert criteria["QRS-Dauer, ms"] == "≥ 120"
        assert criteria["breites R ohne q in I und V6"] == "ja"

    reads_german()
    path = tmp_path / "sitzung.ecgtwin"
    write_session(path, state_of(window.workbench))
    open_path(window.workbench, path)
    answer(window, qtbot, "Verwerfen")
    qtbot.waitUntil(lambda: session.name == path.name and idle(window))
    reads_german()

"""The real window with the real weights, driven by keys and mouse: from the example to files on disk."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from held import HELD
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from ui_window import answer, run

from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.window.app import load_engine
from ecgtwin_app.ui.window.main_window import MainWindow

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
PATIENCE = 120_000  # ms; a test ends as soon as what it waits for is there


@pytest.fixture
def qtbot(qtbot):
    """Waits longer than five seconds: a loaded machine is slow, not wrong."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=PATIENCE)
    return qtbot


@pytest.fixture(scope="module")
def engine():
    return load_engine()


class _Pulse:
    """The longest the GUI thread worked between two turns of its event loop, in processor time."""

    def __init__(self):
        self.longest, self._last = 0.0, time.thread_time()
        self.timer = QTimer(interval=2)
        self.timer.timeout.connect(self._tick)
        self.timer.start()

    @contextmanager
    def paused(self):
        """What the test does itself holds nobody's window."""
        yield
        self._last = time.thread_time()

    def _tick(self):
        now = time.thread_time()
        self.longest, self._last = max(self.longest, now - self._last), now


@pytest.fixture
def window(engine, qtbot, tmp_path, request):
    window = MainWindow(lambda: engine, QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    run(window, "open_example")
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and _idle(window))
    pulse = window.pulse = _Pulse()
    yield window
    pulse.timer.stop()
    window.close_now()
    request.config.stash.setdefault(HELD, {})[request.node.name] = 1000 * pulse.longest


def _idle(window):
    return not window.workbench.jobs.worker.busy and not window.workbench.jobs.running


def _choose(window, qtbot, words):
    search = window.workbench.parts.request_panel.conditions.search
    qtbot.keyClick(window, Qt.Key.Key_F, CONTROL)
    qtbot.keyClicks(search, words)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    search.clear()


def _type_into_dialog(window, qtbot, path: Path):
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    dialog = QApplication.activeModalWidget()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    field.setText(str(path))  # keys would meet the dialog's own completion of names
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not dialog)
    window.activateWindow()  # a desktop does so by itself; off screen nobody does
    qtbot.waitUntil(window.isActiveWindow)


def _texts(table, column):
    """What stands in a column, headings apart."""
    return {item.text() for row in range(table.rowCount()) if (item := table.item(row, column))}


def test_from_the_example_to_twin_heat_map_and_files(window, qtbot, tmp_path):
    _choose(window, qtbot, "PVC")
    assert window.workbench.session.request.conditions == ("ventricular premature complex",)

    previews = []
    window.workbench.jobs.preview_changed.connect(
        lambda: previews.append(window.workbench.parts.page_view.page)
    )
    qtbot.mouseClick(window.workbench.parts.request_panel.generate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.workbench.session.twins) and _idle(window))
    assert sum(page.twin is not None for page in previews) >= window.workbench.session.request.steps

    twin = window.workbench.session.twin
    assert twin.recording.synthetic
    assert window.workbench.parts.page_view.page.shown == ("reference", "twin")
    table = window.workbench.parts.results.criteria
    # Lines under headings: what was asked, what is kept, what real recordings look like.
    assert table.rowCount() >= len(twin.asked_got) >= 3
    assert _texts(table, 3) - {"–", ""} and _texts(table, 4) <= {"✓", "✗", "–", ""}

    qtbot.keyClick(window, Qt.Key.Key_H, CONTROL)
    for method in ("contrast", "attention", "gradients"):
        window.workbench.parts.heat_menu.methods[method].trigger()
        qtbot.waitUntil(
            lambda method=method: window.workbench.session.heatmap(method) is not None and _idle(window),
        )
        assert window.workbench.parts.page_view.page.heatmap.method == method
    qtbot.keyClick(window, Qt.Key.Key_H, CONTROL)
    assert window.workbench.parts.page_view.page.heatmap is None

    (tmp_path / "twins").mkdir()
    qtbot.keyClick(window, Qt.Key.Key_E, CONTROL)
    _type_into_dialog(window, qtbot, tmp_path / "twins")
    qtbot.waitUntil(lambda: "Saved 1 twin" in window.workbench.messages.text)
    with window.pulse.paused():
        saved = read_ecg(tmp_path / "twins" / "twin_001.hea")
        assert saved.synthetic
        assert saved.samples == 5000
        assert json.loads((tmp_path / "twins" / "twins.json").read_text())["provenance"]["synthetic"] is True

    qtbot.keyClick(window, Qt.Key.Key_D, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    _type_into_dialog(window, qtbot, tmp_path / "page.pdf")
    qtbot.waitUntil(lambda: "page.pdf" in window.workbench.messages.text)
    with window.pulse.paused():
        assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    qtbot.keyClick(window, Qt.Key.Key_E, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    _type_into_dialog(window, qtbot, tmp_path / "page.png")
    qtbot.waitUntil(lambda: "page.png" in window.workbench.messages.text)
    with window.pulse.paused():
        assert QImage(str(tmp_path / "page.png")).text("Synthetic") == "YES"

    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    _type_into_dialog(window, qtbot, tmp_path / "work.ecgtwin")
    qtbot.waitUntil(lambda: "work.ecgtwin" in window.workbench.messages.text)
    run(window, "remove_twin")
    open_path(window.workbench, tmp_path / "work.ecgtwin")
    answer(window, qtbot, "Discard")
    qtbot.waitUntil(lambda: window.workbench.session.twin is not None and _idle(window))
    assert window.workbench.session.twin.recording.digest() == twin.recording.digest()
    assert window.workbench.session.heatmap("contrast") is not None


def test_the_twin_follows_an_edited_rhythm(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_G, CONTROL)
    qtbot.waitUntil(lambda: bool(window.workbench.session.twins) and _idle(window))
    before, line = window.workbench.session.twin, window.workbench.parts.score_strip.line
    gaps = before.score.times("QRS")
    line.caret = (gaps[3] + gaps[4]) / 2
    qtbot.mouseClick(window.workbench.parts.score_strip.buttons["pvc"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.session.twin is not before and _idle(window))
    assert window.workbench.session.twin.seed == before.seed
    assert window.workbench.session.twin.score == window.workbench.session.twin.request.score
    assert window.workbench.session.twin.recording.digest() != before.recording.digest()


def test_a_second_run_is_cancelled_half_way(window, qtbot):
    window.workbench.parts.request_panel.form.boxes["samples"].setValue(12)
    seen = []
    window.workbench.jobs.progressed.connect(lambda _, step, total: seen.append((step, total)))
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: any(step >= 3 for step, _ in seen))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: _idle(window))
    assert len(window.workbench.session.twins) < 12
    assert "Cancelled" in window.workbench.messages.text
    assert window.workbench.parts.request_panel.generate.isEnabled()


def test_the_same_seed_makes_the_same_twin(window, qtbot):
    for _ in range(2):
        count = len(window.workbench.session.twins)
        qtbot.keyClick(window, Qt.Key.Key_G, CONTROL)
        qtbot.waitUntil(lambda count=count: len(window.workbench.session.twins) > count and _idle(window))
    first, second = window.workbench.session.twins
    assert first.recording.digest() == second.recording.digest()

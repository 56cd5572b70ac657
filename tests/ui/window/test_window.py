"""The window with a stand-in engine: panels, views, undo, heat maps, cancel, saving, messages."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QDialog, QLabel
from ui_window import accept_file_dialog, generate, run

from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.report.layout import MODES
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.table import COMMANDS
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.widgets.theme import DARK, LIGHT

pytest_plugins = ("ui_fixtures",)


# -- opening ------------------------------------------------------------------------------------------


def test_first_start_shows_the_example_with_a_hint(opened):
    assert opened.workbench.session.reference.samples == 10_000
    assert "example" in opened.workbench.messages.text
    assert opened.workbench.parts.page_view.page.shown == ("reference",)
    assert opened.workbench.parts.request_panel.generate.isEnabled()
    assert "keep (6" in opened.workbench.parts.request_panel.form.heart_rate.text()


def test_before_a_recording_is_open_nothing_can_be_generated(window):
    assert not window.workbench.parts.request_panel.generate.isEnabled()
    assert not window.command_actions.of["generate"].isEnabled()
    assert not window.command_actions.of["save_pdf"].isEnabled()


def test_a_dropped_file_is_opened(window, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(example_path()))])
    event = QDropEvent(
        QPointF(400, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None)


def test_a_file_that_is_no_ecg_leaves_one_sentence_and_what_was_open(opened, qtbot, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleague")
    before = opened.workbench.session.reference
    open_path(opened.workbench, tmp_path / "letter.txt")
    qtbot.waitUntil(lambda: "letter.txt" in opened.workbench.messages.text)
    assert opened.workbench.messages.property("kind") == "error"
    assert opened.workbench.messages.text.endswith(".")
    assert opened.workbench.session.reference is before
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.workbench.messages.text == ""


def test_the_name_of_the_file_is_no_title(opened):
    assert opened.windowTitle() == "waveform_ecg.dcm[*] – ECGTwin Desktop"


# -- views --------------------------------------------------------------------------------------------


def test_views_layout_speed_and_gain_reach_the_page_and_are_remembered(opened, qtbot, store):
    generate(opened, qtbot)
    for number, mode in enumerate(MODES):
        qtbot.keyClick(opened, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
        assert opened.workbench.parts.page_view.page.layout.mode == mode
        assert opened.workbench.parts.bar.modes.buttons()[number].isChecked()
    run(opened, "view_overlay")
    for box, index in (
        (opened.workbench.parts.bar.boxes["leads"], 6),
        (opened.workbench.parts.bar.boxes["speed"], 2),
        (opened.workbench.parts.bar.boxes["gain"], 1),
    ):
        box.setCurrentIndex(index)
        box.activated.emit(index)
    layout = opened.workbench.parts.page_view.page.layout
    assert (layout.speed, layout.gain) == (50.0, 5.0)
    assert settings.read_layout(store).leads == layout.leads


def test_pages_turn_within_the_recording(opened):
    set_page_layout(opened.workbench, replace(opened.workbench.view.layout, speed=50.0))
    run(opened, "next_page")
    assert opened.workbench.view.layout.start == 5.0
    run(opened, "next_page")
    assert opened.workbench.view.layout.start == 5.0
    run(opened, "previous_page")
    assert opened.workbench.view.layout.start == 0.0


def test_zoom_keeps_the_point_under_the_pointer(opened, qtbot):
    view = opened.workbench.parts.page_view
    qtbot.waitUntil(lambda: view.up_to_date)
    at = QPointF(view.viewport().rect().center()) + QPointF(40, 30)
    before = view._to_page(at)
    view.zoom(2.0, at)
    view.zoom(2.0, at)
    assert (view._to_page(at) - before).manhattanLength() < 1.0
    view.fit()
    assert view.horizontalScrollBar().maximum() == 0


def test_the_synthetic_mark_stays_when_the_banner_scrolls_away(opened, qtbot):
    generate(opened, qtbot)
    view = opened.workbench.parts.page_view
    view.zoom(8.0)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    image = view.viewport().grab().toImage()
    top = {image.pixelColor(x, 14).name() for x in range(image.width())}
    assert "#ffe08a" in top
    mark = opened.findChild(QLabel, "syntheticMark")
    assert "SYNTHETIC" in mark.text()
    assert mark.isVisible()


def test_the_page_on_the_screen_is_painted_on_another_thread(opened, qtbot):
    names = []
    opened.workbench.parts.page_view._renderer.painted.connect(
        lambda *_: names.append(threading.current_thread().name), Qt.ConnectionType.DirectConnection
    )
    run(opened, "zoom_in")
    qtbot.waitUntil(lambda: bool(names))
    assert set(names) == {"ecgtwin-painter"}


def test_panels_can_be_hidden(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_F9)
    assert not opened.workbench.parts.arrangement.side.isVisible()
    assert not opened.workbench.parts.arrangement.right.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_F9)
    assert opened.workbench.parts.arrangement.side.isVisible()


# -- saving -------------------------------------------------------------------------------------------


def test_twins_are_saved_and_never_written_over(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    run(opened, "save_twins")
    accept_file_dialog(opened, qtbot, tmp_path / "out")
    qtbot.waitUntil(lambda: "Saved 1 twin" in opened.workbench.messages.text)
    assert read_ecg(tmp_path / "out" / "twin_001.hea").synthetic
    opened.workbench.jobs.files.save_twins(tmp_path / "out")
    qtbot.waitUntil(lambda: "already holds twins" in opened.workbench.messages.text)


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_page_is_saved_as_shown(opened, qtbot, tmp_path, suffix):
    run(opened, f"save_{suffix}")
    accept_file_dialog(opened, qtbot, tmp_path / "page")
    qtbot.waitUntil(lambda: "Saved the page" in opened.workbench.messages.text)
    assert (tmp_path / f"page.{suffix}").stat().st_size > 1000


# -- the rest -----------------------------------------------------------------------------------------


def test_every_command_has_its_action_and_no_shortcut_twice(window):
    assert set(window.command_actions.of) == {command.id for command in COMMANDS}
    keys = [QKeySequence(k).toString() for command in COMMANDS for k in command.keys]
    assert len(keys) == len(set(keys))


def test_the_shortcut_sheet_lists_the_table(window, qtbot):
    run(window, "show_shortcuts")
    (dialog,) = window.findChildren(QDialog)
    words = {label.text() for label in dialog.findChildren(QLabel)}
    for command in COMMANDS:
        if command.keys:
            assert command.text.replace("&", "").rstrip("…") in words
    dialog.close()


def test_every_control_has_an_accessible_name(opened):
    nameless = [
        widget
        for kind in (QAbstractButton, QComboBox, QAbstractSpinBox)
        for widget in opened.findChildren(kind)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []


def _luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a, b):
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_contrast_is_at_least_4_5(theme):
    pairs = [
        (theme.text, theme.window),
        (theme.text, theme.panel),
        (theme.text, theme.field),
        (theme.text, theme.selection),
        (theme.quiet, theme.panel),
        (theme.quiet, theme.window),
        (theme.quiet, theme.field),
        (theme.on_accent, theme.accent),
        (theme.on_accent, theme.accent_hover),
        (theme.good, theme.field),
        (theme.bad, theme.field),
        (theme.panel, theme.bad),
        (theme.on_warning, theme.warning),
    ]
    for ink, ground in pairs:
        assert _contrast(ink, ground) >= 4.5, f"{ink} on {ground}"


def test_the_theme_is_remembered_and_a_foreign_setting_ignored(window, store):
    run(window, "next_theme")
    assert settings.read(store, settings.THEME) in ("light", "dark")
    store.setValue(settings.THEME.key, "plaid")
    assert settings.read(store, settings.THEME) == "system"


def test_settings_hold_nothing_of_a_patient(opened, store):
    set_page_layout(opened.workbench, replace(opened.workbench.view.layout, identity=True, start=2.0))
    store.sync()
    kept = {key.partition("/")[2] for key in store.allKeys() if key.startswith("page/")}
    assert not kept & {"identity", "start", "filter"}
    assert {key.partition("/")[0] for key in store.allKeys()} <= {"page", "window"}


def test_closing_during_a_run_ends_both_threads(opened, qtbot, engine):
    run(opened, "generate")
    run(opened, "close")
    assert not opened.workbench.jobs.worker._thread.is_alive()
    assert not opened.workbench.parts.page_view._renderer._thread.is_alive()

"""Another language while a session is open: offered at once, and nothing is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from synthetic_ecg import strip
from ui_window import answer, idle, run

from ecgtwin_app.report.calipers import TIME, Caliper
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.ui.commands.leaving import enter, is_unsaved
from ecgtwin_app.ui.commands.measure import set_calipers
from ecgtwin_app.ui.preferences.language import install_everywhere
from ecgtwin_app.ui.window import app
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)


def test_another_language_is_offered_at_once_and_keeps_everything(
    qapp, qtbot, engine, store, tmp_path, files
):
    window = MainWindow(lambda: engine, store, tmp_path / "recovery")
    holder = app.Holder(window)
    window.show()
    enter(
        window.workbench,
        "",
        lambda: window.workbench.session.open(strip(rate=70)[0], {"heart_rate": 70.0}, name="a.hea"),
    )
    run(window, "generate")
    qtbot.waitUntil(lambda: len(window.workbench.session.twins) == 1 and idle(window))
    set_calipers(window.workbench, (Caliper(TIME, "II", (REFERENCE,), 1.0, 1.4, 0.2),), "caliper")
    twin, reference = window.workbench.session.twin, window.workbench.session.reference
    try:
        window.findChild(QAction, "language_de").trigger()
        (now,) = (
            b for b in window.workbench.messages.findChildren(QToolButton) if b.text() == "Change it now"
        )
        qtbot.mouseClick(now, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: holder.window is not window)
        german = holder.window
        qtbot.waitUntil(lambda: idle(german))
        assert german.isVisible() and not window.isVisible()
        assert german.command_actions.of["generate"].text() == "&Erzeugen"
        assert german.workbench.session.twins == [twin] and german.workbench.session.reference is reference
        assert (
            german.workbench.parts.page_view.calipers.calipers[0].b == 1.4
            and german.workbench.session.name == "a.hea"
        )
        assert is_unsaved(german.workbench), "it lies in no file yet"
        assert german.workbench.jobs.engine is engine, "the model is not loaded again"
        run(german, "generate")
        qtbot.waitUntil(lambda: len(german.workbench.session.twins) == 2 and idle(german))
        run(german, "close")
        answer(german, qtbot, "Abbrechen")
    finally:
        install_everywhere(qapp, "en")
        holder.hooks.remove()
        holder.window.close_now()

"""The three paths of the manual, walked in the real window with the shipped weights and the example ECG.

A step does what the page says, by search line, command and dialog; where it shows a picture, the picture is taken.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from ecgtwin_app.i18n.words import installed_language, tr
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.window.app import load_engine
from ecgtwin_app.ui.window.main_window import MainWindow

SIZE = (1240, 780)
#: For a part of the page, which is then large enough to be read.
LARGE = (1560, 1000)
LBBB, AF, STEMI = "left bundle branch block", "atrial fibrillation", "inferior STEMI"
#: What the pages have typed into the search line, by language.
TYPED = {
    "en": {LBBB: "lbbb", AF: "af", STEMI: "inferior STEMI"},
    "de": {LBBB: "lsb", AF: "vhf", STEMI: "Inferiorer STEMI"},
}


class Walker:
    """A window that is used as a reader of the manual uses it.

    Parameters
    ----------
    application : QApplication
    folder : Path
        For its settings and for what is saved on the way.
    """

    def __init__(self, application: QApplication, folder: Path):
        self.application, self.folder = application, folder
        self.pictures: dict[str, QImage] = {}
        store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.window = MainWindow(load_engine, store)
        self.workbench = self.window.workbench
        self.parts, self.session = self.workbench.parts, self.workbench.session
        self.window.resize(*SIZE)
        self.window.show()
        self.workbench.view.choose_theme("light")
        self.workbench.jobs.prepare_engine()
        self.wait(lambda: self.session.available is not None)

    def wait(self, holds: Callable[[], object] = lambda: True, limit: float = 120.0) -> None:
        """Run the event loop until something holds, no job runs and the page is painted."""
        jobs, end = self.workbench.jobs, time.monotonic() + limit
        while not holds() or jobs.worker.busy or jobs.running or not self.parts.page_view.up_to_date:
            self.application.processEvents()
            if time.monotonic() > end:
                raise TimeoutError("The window did not finish.")
        for _ in range(50):
            self.application.processEvents()

    def do(self, command: str, holds: Callable[[], object] = lambda: True) -> None:
        """A command of the menus."""
        action = self.window.command_actions.of[command]
        if not action.isEnabled():
            raise RuntimeError(f"{command} is not possible here")
        action.trigger()
        self.wait(holds)

    def open_example(self) -> None:
        """The example ECG, as it lies there."""
        self.do("open_example", lambda: self.session.reference is not None)
        self.workbench.messages.hide()

    def ask(self, condition: str) -> None:
        """Type what the page says for a condition, and press Enter."""
        search = self.parts.request_panel.conditions.search
        search.clear()
        QTest.keyClicks(search, TYPED[installed_language()][condition])
        QTest.keyClick(search, Qt.Key.Key_Return)
        search.clear()
        if condition not in self.session.request.conditions:
            raise RuntimeError(f"{condition} was not found")

    def generate(self) -> None:
        """Make the twins that are asked for."""
        wanted = len(self.session.twins) + self.session.request.samples
        self.do("generate", lambda: len(self.session.twins) == wanted)

    def save_as(self, command: str, name: str) -> Path:
        """A command that asks for a file, and the answer."""
        before = QApplication.activeModalWidget()
        self.window.command_actions.of[command].trigger()
        return self.answer_file(name, before)

    def answer_file(self, name: str, before: QWidget | None = None) -> Path:
        """Answer the file dialog that opens."""
        end = time.monotonic() + 30
        while not isinstance(dialog := QApplication.activeModalWidget(), QFileDialog):
            self.application.processEvents()
            if time.monotonic() > end:
                raise TimeoutError("No file dialog opened.")
        path = self.folder / name
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        self.wait(lambda: QApplication.activeModalWidget() in (None, before) and path.exists())
        return path

    def dialog(self) -> QDialog:
        """The dialog that is open."""
        open_ones = [one for one in self.window.findChildren(QDialog) if one.isVisible()]
        return open_ones[-1]

    def picture(
        self, name: str, *widgets: QWidget, of: tuple[float, float, float, float] = (0, 0, 1, 1)
    ) -> None:
        """Take a picture of the window, of some widgets in it or of a dialog; or of a part, by shares of it."""
        self.workbench.messages.hide()
        self.wait()
        shown = widgets[0] if widgets and widgets[0].isWindow() else self.window
        places = [QRect(one.mapTo(shown, QPoint(0, 0)), one.size()) for one in widgets] or [shown.rect()]
        around = places[0]
        for place in places:
            around = around.united(place)
        left, top, right, bottom = of
        part = QRect(
            round(around.x() + left * around.width()),
            round(around.y() + top * around.height()),
            round((right - left) * around.width()),
            round((bottom - top) * around.height()),
        )
        self.pictures[name] = shown.grab(part.intersected(shown.rect())).toImage()


def cardiologist(walker: Walker) -> None:
    """A twin with left bundle branch block is made, read, measured, explained and printed."""
    parts = walker.parts
    walker.open_example()
    walker.ask(LBBB)
    walker.generate()
    walker.picture("cardiologist-twin")
    walker.picture("cardiologist-criteria", parts.results.verdict, parts.results.criteria)
    walker.window.resize(*LARGE)
    walker.do("view_side_by_side")
    walker.do("view_difference")
    walker.do("view_median_beats")
    walker.picture("cardiologist-median", parts.page_view, of=(0.5, 0.24, 1, 0.86))
    walker.do("view_overlay")
    walker.do("tool_time")
    walker.do("tool_hand")
    set_heat_map(walker.workbench, "contrast")
    walker.wait(lambda: walker.session.heatmap("contrast"))
    walker.picture("cardiologist-map", parts.page_view, of=(0.5, 0.24, 1, 0.92))
    walker.save_as("save_pdf", "twin.pdf")
    walker.save_as("save_session", "case.ecgtwin")


def teacher(walker: Walker) -> None:
    """Three cases become a course, the course a quiz, a morph and a hand-out."""
    for number, condition in enumerate((AF, LBBB, STEMI), 1):
        walker.open_example()
        walker.ask(condition)
        walker.generate()
        walker.save_as("save_session_as", f"{number}.ecgtwin")
    walker.do("edit_course", lambda: walker.dialog().isVisible())
    editor = walker.dialog()
    editor.title.setText({"de": "Montagsrunde"}.get(installed_language(), "Monday's round"))
    editor.add_paths([walker.folder / f"{number}.ecgtwin" for number in (1, 2, 3)])
    walker.wait(lambda: editor.table.topLevelItemCount() == 3)
    walker.picture("teacher-course", editor)
    editor.save_button.click()
    walker.answer_file("course.ecgcourse", editor)
    walker.wait(lambda: walker.workbench.teaching.course.cases)
    walker.do("toggle_teaching", lambda: walker.workbench.teaching.on)
    walker.wait(lambda: walker.workbench.teaching.recording is not None)
    walker.do("next_case", lambda: walker.workbench.teaching.at == 0)
    quiz = walker.parts.quiz
    walker.picture("teacher-question")
    QTest.keyClicks(quiz.search, tr(AF))
    QTest.keyClick(quiz.search, Qt.Key.Key_Return)
    walker.do("reveal")
    walker.picture("teacher-answer", quiz)
    walker.do("toggle_morph", lambda: len(walker.workbench.morph.frames) > 1)
    walker.wait(lambda: not walker.workbench.morph.making)
    walker.workbench.morph.move_to(0.5)
    walker.picture("teacher-morph", walker.parts.page_view, walker.parts.morph_bar, of=(0, 0.5, 1, 1))
    walker.do("toggle_morph")
    walker.do("next_case")
    walker.save_as("save_handout", "handout.pdf")
    walker.do("review_answers", lambda: walker.dialog().isVisible())
    walker.dialog().close()


def researcher(walker: Walker) -> None:
    """Four draws are compared, explained twice, traced and exported."""
    walker.open_example()
    walker.ask(AF)
    walker.parts.request_panel.form.boxes["samples"].setValue(4)
    walker.generate()
    walker.parts.arrangement.tabs.setCurrentWidget(walker.parts.layers_panel)
    walker.picture("researcher-layers", walker.parts.layers_panel, of=(0, 0, 1, 0.45))
    for method in ("contrast", "attention"):
        set_heat_map(walker.workbench, method)
        walker.wait(lambda method=method: walker.session.heatmap(method))
    results = walker.parts.results
    results.tabs.setCurrentWidget(results.heat_map)
    walker.picture("researcher-checks", results.tabs)
    results.tabs.setCurrentWidget(results.provenance)
    walker.picture("researcher-provenance", results.tabs)
    walker.do("export", lambda: walker.dialog().isVisible())
    walker.picture("researcher-export", walker.dialog())
    walker.dialog().close()
    walker.do("make_cohort", lambda: walker.dialog().isVisible())
    walker.picture("researcher-cohort", walker.dialog())
    walker.dialog().close()


WALKS = {"cardiologist": cardiologist, "teacher": teacher, "researcher": researcher}


def walk(application: QApplication, name: str) -> dict[str, QImage]:
    """Walk one path from a window that was never used; its pictures by name.

    Parameters
    ----------
    application : QApplication
    name : str
        One of `WALKS`.
    """
    with tempfile.TemporaryDirectory() as folder:
        walker = Walker(application, Path(folder))
        try:
            WALKS[name](walker)
        finally:
            walker.window.close_now()
    return walker.pictures

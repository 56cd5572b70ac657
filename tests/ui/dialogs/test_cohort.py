"""Cohorts from the window, by keys and mouse, with the networks that ship: asked, stopped, gone on with, kept as a plan."""

import threading
from collections import Counter

import pytest
from PySide6.QtCore import Qt
from shipped import engine as shipped_engine
from ui_window import CONTROL, SHIFT, accept_file_dialog, idle

from ecgtwin_app.engine.cohorts.sums import iter_verify
from ecgtwin_app.engine.cohorts.table import rows_in
from ecgtwin_app.engine.cohorts.toml_plan import read_plan
from ecgtwin_app.resources import resource_path
from ecgtwin_app.ui.dialogs.cohort_dialog import CohortDialog

pytest_plugins = ("ui_fixtures",)
LEFT, ENTER, ESC, TAB = Qt.MouseButton.LeftButton, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


#: The networks that ship, once for all tests here.
networks = shipped_engine


@pytest.fixture
def engine(networks):
    """In the place of the stand-in, which waits at a gate when it is told to."""
    networks.gate = threading.Event()
    return networks


@pytest.fixture
def dialog(window, qtbot):
    """Opened by its keys."""
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_H, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: bool(window.findChildren(CohortDialog)))
    return window.findChildren(CohortDialog)[-1]


def type_into(qtbot, field, text) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, TAB)


def counts(dialog) -> list:
    return [field for _, field, _ in dialog.conditions._rows.values()]


def ask_for_six(dialog, qtbot, folder) -> None:
    """Four extrasystoles and two of fibrillation with a block, half of them at 60 to 70/min, two women."""
    qtbot.keyClicks(dialog.conditions.line, "AF + LBBB")
    qtbot.keyClick(dialog.conditions.line, ENTER)
    first, second = counts(dialog)
    type_into(qtbot, first, "4")
    type_into(qtbot, second, "2")
    qtbot.mouseClick(dialog.rates.add, LEFT)
    (row,) = dialog.rates._rows
    for field, text in ((row.high, "70"), (row.count, "3")):
        type_into(qtbot, field, text)
    type_into(qtbot, dialog.sexes.counts["F"], "2")
    type_into(qtbot, dialog.folder, str(folder))


def test_asked_stopped_and_gone_on_with(dialog, window, qtbot, tmp_path):
    assert not dialog.go.isEnabled() and "Choose a folder." in dialog.summary.text()
    ask_for_six(dialog, qtbot, tmp_path / "cohort")
    assert dialog.summary.text().startswith("6 twins, about") and dialog.go.isEnabled()
    assert dialog.rates.left_over.text().endswith(": 3") and dialog.sexes.left_over.text().endswith(": 4")
    qtbot.mouseClick(dialog.go, LEFT)
    assert dialog.running and not dialog.form_area.isEnabled()
    qtbot.waitUntil(lambda: dialog.bar.value() >= 1)
    qtbot.keyClick(dialog, ESC)
    qtbot.waitUntil(lambda: not dialog.running)
    assert dialog.isVisible() and dialog.summary.text().startswith("Stopped; what is finished is kept")
    before = list(rows_in(tmp_path / "cohort"))
    assert 1 <= len(before) < 6 and "Go on" in dialog.go.text().replace("&", "")
    dialog.go.setFocus()
    qtbot.keyClick(dialog.go, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not dialog.running)
    rows = list(rows_in(tmp_path / "cohort"))
    assert all(row in rows for row in before) and list(iter_verify(tmp_path / "cohort")) == []
    assert Counter(row.conditions for row in rows) == {
        "ventricular premature complex": 4, "atrial fibrillation + left bundle branch block": 2,
    }  # fmt: skip
    assert "6 twins in the folder cohort, marked synthetic;" in dialog.summary.text()
    assert not dialog.go.isEnabled(), "nothing is left to make"
    qtbot.keyClick(dialog, ESC)
    qtbot.waitUntil(lambda: idle(window) and not window.findChildren(CohortDialog))
    assert window.workbench.session.twins == []


def test_a_plan_is_saved_and_opened_in_the_words_of_the_command_line(dialog, window, qtbot, tmp_path):
    ask_for_six(dialog, qtbot, tmp_path / "cohort")
    qtbot.mouseClick(dialog.save_button, LEFT)
    accept_file_dialog(window, qtbot, tmp_path / "mine.toml")
    spec = read_plan(tmp_path / "mine.toml")
    assert [(one.label, one.count) for one in spec.heart_rates] == [("60-70", 3), ("own", 3)]
    assert [(one.label, one.count) for one in spec.sexes] == [("F", 2), ("own", 4)]
    assert spec.references == ("example",) and "ecgtwin cohort mine.toml" in dialog.summary.text()
    dialog.open_plan(resource_path("cohort-example.toml"))
    example = read_plan(resource_path("cohort-example.toml"))
    assert dialog.spec() == example
    assert "severities: 0.5-1 (6); devices: holter (8)" in dialog.unseen.text()
    # Twice as many twins have twice as many of what the dialog does not show.
    for field in counts(dialog):
        field.setValue(2 * field.value())
    assert [one.count for one in dialog.spec().devices] == [16, 32]
    qtbot.mouseClick(dialog.open_button, LEFT)
    accept_file_dialog(window, qtbot, tmp_path / "mine.toml")
    assert dialog.spec() == spec


def test_what_is_wrong_is_said_in_one_sentence(dialog, window, qtbot, tmp_path):
    (tmp_path / "bad.toml").write_text('n = 3\nreferences = ["x"]\n[conditions]\nAF = 2\n', encoding="utf-8")
    dialog.open_plan(tmp_path / "bad.toml")
    assert dialog.problem.text() == (
        "bad.toml, line 3: The counts in conditions add up to 2, and n is 3; change one of them."
    )
    qtbot.keyClicks(dialog.conditions.line, "LBBB + RBBB")
    qtbot.keyClick(dialog.conditions.line, ENTER)
    assert "bundle branch block" in dialog.conditions.problem.text() and len(counts(dialog)) == 1
    type_into(qtbot, dialog.sexes.counts["M"], "40")
    assert dialog.sexes.left_over.text() == "30 too many; there are 10 twins." and not dialog.go.isEnabled()
    # The example is a woman of 42: no man is there to be a reference.
    type_into(qtbot, dialog.sexes.counts["M"], "4")
    type_into(qtbot, dialog.folder, str(tmp_path / "cohort"))
    qtbot.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: not dialog.running)
    assert dialog.summary.text().startswith("The quota of ages cannot be met: own need 10, and of the sexes")
    assert not (tmp_path / "cohort").exists()
    qtbot.mouseClick(
        dialog.people, LEFT, pos=dialog.people.rect().center() - dialog.people.rect().center() / 1.2
    )
    assert dialog.people.isChecked() and dialog.spec().people == "asked"


def test_references_are_added_and_removed(dialog, window, qtbot, tmp_path):
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.references.list.setCurrentRow(0)
    dialog.references.list.setFocus()
    qtbot.keyClick(dialog.references.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: dialog.references.texts() == ())
    assert "Add a reference." in dialog.summary.text() and not dialog.go.isEnabled()
    files = [tmp_path / name for name in ("a.hea", "b.hea")]
    qtbot.mouseClick(dialog.references.buttons["files"], LEFT)
    accept_file_dialog(window, qtbot, *files)
    assert dialog.references.texts() == tuple(map(str, files))
    shown = [dialog.references.list.item(row).text() for row in range(2)]
    assert shown == ["a.hea", "b.hea"], "no place on the disk is shown"


def test_every_field_has_a_name_for_who_does_not_see_it(dialog):
    dialog.rates.add.click()
    row = dialog.rates._rows[0]
    named = [dialog.folder, dialog.form, dialog.bar, dialog.references.list, dialog.conditions.line,
             *row.widgets[:1], *row.widgets[2:], *dialog.sexes.counts.values(), *counts(dialog),
             *dialog.references.buttons.values()]  # fmt: skip
    assert all(one.accessibleName() for one in named)

"""Help in place: the tour, the sheet of shortcuts, and that everything has a name and can be reached by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QScrollArea,
    QTabBar,
    QTabWidget,
    QWidget,
)
from ui_fixtures import engine, opened, qtbot, store, window  # noqa: F401
from ui_window import run

from ecgtwin_app.engine.request import FIELDS
from ecgtwin_app.ui.commands.table import COMMANDS
from ecgtwin_app.ui.commands.touring import offer_tour, tour_of
from ecgtwin_app.ui.dialogs.tour import STEPS
from ecgtwin_app.ui.panels.definitions import DEFINITIONS
from ecgtwin_app.ui.panels.lead_table import QUANTITIES
from ecgtwin_app.ui.panels.measurement_table import MEASUREMENTS
from ecgtwin_app.ui.preferences import settings

# -- the tour ---------------------------------------------------------------------------------------------


def test_the_tour_goes_through_five_steps_by_keyboard_beside_the_real_widgets(opened, qtbot):  # noqa: F811
    offer_tour(opened.workbench)
    tour = tour_of(opened)
    seen = []
    for _ in STEPS:
        seen.append(tour.title.text())
        target, hole = tour.target, tour.hole()
        assert target.isVisible()
        assert hole.contains(target.mapTo(opened, target.rect().center()))
        assert not tour.card.geometry().intersects(hole)
        assert tour.rect().contains(tour.card.geometry())
        assert tour.words.height() >= tour.words.heightForWidth(tour.words.width()), "no line is cut"
        qtbot.keyClick(tour.next, Qt.Key.Key_Right)
    assert seen == ["Open", "Ask", "Compare", "Measure", "Print"]
    assert tour_of(opened) is None


def test_the_tour_comes_once_and_stands_in_the_help_menu(opened, qtbot):  # noqa: F811
    offer_tour(opened.workbench)
    qtbot.keyClick(tour_of(opened), Qt.Key.Key_Escape)
    assert tour_of(opened) is None
    assert settings.read(opened.workbench.settings, settings.TOUR_SEEN) is True
    offer_tour(opened.workbench)
    assert tour_of(opened) is None
    opened.command_actions.of["take_tour"].trigger()
    assert tour_of(opened) is not None
    assert opened.command_actions.of["take_tour"] in opened.command_actions.menus["Help"].actions()
    tour_of(opened).end()


def test_no_key_of_the_window_works_under_the_tour_and_back_goes_back(opened, qtbot):  # noqa: F811
    run(opened, "take_tour")
    tour = tour_of(opened)
    layout = opened.workbench.view.layout
    qtbot.keyClick(tour, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert opened.workbench.view.layout == layout
    qtbot.keyClick(tour, Qt.Key.Key_Right)
    qtbot.keyClick(tour, Qt.Key.Key_Left)
    assert tour.number == 0
    opened.resize(1100, 700)
    qtbot.waitUntil(lambda: tour.size() == opened.size())
    assert tour.rect().contains(tour.card.geometry())
    tour.end()


# -- shortcuts and names ----------------------------------------------------------------------------------


def test_the_sheet_lists_every_shortcut_and_fits_a_small_screen(opened):  # noqa: F811
    run(opened, "show_shortcuts")
    (dialog,) = [d for d in opened.findChildren(QDialog) if d.isVisible()]
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    for command in COMMANDS:
        if command.keys:
            assert command.text.replace("&", "").rstrip("…") in texts, command.id
    assert dialog.sizeHint().width() <= 1280 and dialog.sizeHint().height() <= 760
    dialog.reject()


def test_no_two_commands_share_a_shortcut():
    keys = [keys for command in COMMANDS for keys in command.keys]
    assert len(keys) == len(set(keys))


def test_every_action_can_be_reached_by_the_keyboard_and_says_what_it_does(opened):  # noqa: F811
    in_menus = set()

    def walk(menu):
        for action in menu.actions():
            in_menus.add(action)
            if action.menu() is not None:
                walk(action.menu())

    for menu in opened.command_actions.menus.values():
        walk(menu)
    for name, action in opened.command_actions.of.items():
        assert action in in_menus, name
        assert action.text().replace("&", "") and action.statusTip(), name
    for action in opened.findChildren(QAction):
        if action.text() and not action.isSeparator() and action.parent() is not None:
            reachable = action in in_menus or action.menu() is not None or not action.shortcut().isEmpty()
            assert reachable or not isinstance(action.parent(), type(opened)), action.text()


def test_everything_that_takes_the_focus_has_a_name(opened):  # noqa: F811
    nameless = []
    for combo in opened.findChildren(QComboBox):
        assert combo.accessibleName(), combo.parentWidget()
    for widget in opened.findChildren(QWidget):
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.objectName().startswith("qt_"):
            continue
        words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        parts = (QTabBar, QTabWidget, QScrollArea, QMenu)  # named by what they hold
        inside = widget.parentWidget()
        inside_box = isinstance(inside, (QAbstractSpinBox, QComboBox)) or "PrivateContainer" in str(
            inside.metaObject().className()
        )
        if not words and not isinstance(widget, parts) and not inside_box:
            nameless.append(f"{type(widget).__name__} {widget.objectName()} in {type(inside).__name__}")
    assert not nameless, nameless


@pytest.mark.parametrize("key", [key for *_, key, _ in MEASUREMENTS] + [key for key, _ in QUANTITIES])
def test_every_measurement_is_defined(key):
    assert DEFINITIONS[key].endswith(".")


def test_a_measurement_says_its_definition_and_its_source(opened):  # noqa: F811
    table, row = (
        opened.workbench.parts.results.measurements.table,
        opened.workbench.parts.results.measurements.row_of("pr"),
    )
    assert "onset of P to the onset of QRS (Kligfield 2007)" in table.item(row, 0).toolTip()
    assert "AHA/ACC/HRS" in table.item(row, 4).toolTip()


def test_every_control_of_the_request_has_a_tip(opened):  # noqa: F811
    form = opened.workbench.parts.request_panel.form
    assert set(form.fields) == {name for name, record in FIELDS.items() if record.in_form}
    assert all(field.toolTip() for field in (*form.fields.values(), form.more))


def test_a_command_has_one_name_in_menu_and_bar(opened):  # noqa: F811
    menus = {command.id: command.text.replace("&", "").rstrip("…") for command in COMMANDS}
    for name in ("toggle_fiducials", "toggle_magnifier"):
        assert opened.workbench.parts.page_bar.buttons[name].text() == menus[name]

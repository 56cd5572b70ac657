"""What runs the networks is chosen in a menu, remembered, and taken up at the next start."""

import pytest
from PySide6.QtWidgets import QMenu

from ecgtwin_app import inference
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.ui.commands.backend_menu import NAMES, BackendMenu
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.window import app

pytest_plugins = ("ui_fixtures",)


def test_it_offers_the_words_of_the_command_line():
    assert tuple(NAMES) == inference.BACKENDS == settings.BACKEND.choices


@pytest.mark.parametrize("backend", inference.BACKENDS)
def test_a_choice_is_remembered_and_holds_from_the_next_start_on(qtbot, store, monkeypatch, backend):
    told, asked = [], []
    parent = QMenu()
    qtbot.addWidget(parent)
    menu = BackendMenu(store, told.append, parent)
    assert menu.findChild(object, f"backend_{inference.USUAL_BACKEND}").isChecked()
    menu.findChild(object, f"backend_{backend}").trigger()
    assert told == ["What runs the networks changes when the program starts again."]
    assert BackendMenu(store, told.append, parent).findChild(object, f"backend_{backend}").isChecked()
    monkeypatch.setattr(TwinEngine, "load", lambda **changes: asked.append(changes))
    app.load_engine(settings.read(store, settings.BACKEND))
    assert asked == [{"backend": backend, "shares": True}]

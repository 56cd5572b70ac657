"""The choice of a generator: greyed with the reason, a folder that loads, what it cannot, and the next start."""

from dataclasses import replace

import pytest
from published_files import write_published
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from ui_window import accept_file_dialog, idle, run

from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.report.header import _origin_text
from ecgtwin_app.ui.commands.generators import choose_generator, take_up_generator
from ecgtwin_app.ui.panels.provenance import provenance_of
from ecgtwin_app.ui.preferences import settings

pytest_plugins = ("ui_fixtures",)

ASKED = {"conditions": ("atrial fibrillation",), "age": 54.0, "sex": "F"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("published"))


def choice(window):
    return window.workbench.parts.request_panel.form.generator


def offered(window) -> dict[str, tuple[bool, str]]:
    """Whether each generator can be chosen, and what its row says where it cannot."""
    box = choice(window).box
    rows = range(box.count())
    return {
        box.itemData(row): (
            box.model().item(row).isEnabled(), box.itemData(row, Qt.ItemDataRole.ToolTipRole) or ""
        )
        for row in rows
    }  # fmt: skip


def choose(window, qtbot, folder):
    """The button beside the list, and a folder in the dialog that it opens."""
    window.workbench.parts.request_panel.form.show_more(True)
    qtbot.waitUntil(choice(window).folder.isVisible)
    choice(window).folder.click()
    accept_file_dialog(window, qtbot, folder)
    qtbot.waitUntil(lambda: idle(window))
    QApplication.processEvents()


def generate(window, qtbot, **request):
    """Make a twin by the menu: the dialog that was just closed may still have the keys."""
    session = window.workbench.session
    session.set_request(replace(session.request, steps=3, **request))
    run(window, "generate")
    qtbot.waitUntil(lambda: len(session.twins) == 1 and idle(window))


def test_published_is_greyed_until_there_is_a_folder(opened):
    assert choice(opened).box.currentData() == "ecgtwin"
    can, why = offered(opened)["published"]
    assert not can and "choose the folder that holds them" in why
    assert "choose the folder that holds them" in choice(opened).box.toolTip()
    assert offered(opened)["ecgtwin"] == (True, "")


def test_a_folder_without_the_files_is_refused_and_nothing_changes(opened, qtbot, tmp_path, store):
    choose(opened, qtbot, tmp_path)
    assert "holds none of the published files" in opened.workbench.messages.text
    assert choice(opened).box.currentData() == "ecgtwin" and not offered(opened)["published"][0]
    assert settings.read_folder(store) is None and settings.read(store, settings.GENERATOR) == "ecgtwin"
    generate(opened, qtbot)
    assert opened.workbench.session.twin.recording.provenance["model"] == "stand-in"


def test_twins_come_from_the_folder_that_was_chosen(opened, qtbot, folder, store):
    choose(opened, qtbot, folder)
    assert choice(opened).box.currentData() == "published" and offered(opened)["published"] == (True, "")
    assert "ECGTwin as published" in opened.workbench.messages.text
    assert "ECGTwin as published" in opened.workbench.parts.request_panel.form.more.text() or (
        opened.workbench.parts.request_panel.form.more.isChecked()
    )
    assert settings.read_folder(store) == folder and settings.read(store, settings.GENERATOR) == "published"
    remembered = [store.value(key) for key in store.allKeys() if key.startswith("generator/")]
    assert len(remembered) == 2 and all(len(str(value)) < 300 for value in remembered)  # a name and a path
    generate(opened, qtbot, **ASKED)
    twin = opened.workbench.session.twin
    assert twin.recording.synthetic and twin.recording.provenance["generator"] == "published"
    assert twin.recording.signal.shape == (12, 5000)
    assert "ECGTwin as published" in dict(provenance_of(opened.workbench.session)).values()
    assert "Model ECGTwin as published" in _origin_text(twin.recording)  # on the page


def test_what_it_cannot_is_not_offered_and_says_why(opened, qtbot, folder):
    parts = opened.workbench.parts
    form, bar = parts.request_panel.form, parts.bar
    assert form.dials["qrs"].isEnabled() and form.boxes["rhythm"].isEnabled()
    choose(opened, qtbot, folder)
    for name in ("severity", "pr", "qrs", "qt", "axis", "strength", "identity"):
        assert not form.dials[name].isEnabled(), name
        assert "The generator 'published' takes no" in form.dials[name].field.toolTip(), name
    assert not form.boxes["rhythm"].isEnabled()
    for name in ("heart_rate", "samples", "seed", "steps", "best_of", "age", "sex"):
        assert form.fields[name].isEnabled(), name
    for method, can in (("", True), ("contrast", True), ("attention", False), ("gradients", False)):
        assert parts.heat_menu.methods[method].isEnabled() == can, method
        assert bar.heat_map.model().item(bar.heat_map.findData(method)).isEnabled() == can, method
    assert "offers no heat map 'attention'" in parts.heat_menu.methods["attention"].toolTip()
    choose_generator(opened.workbench, "ecgtwin")
    qtbot.waitUntil(lambda: choice(opened).box.currentData() == "ecgtwin")
    assert form.dials["qrs"].isEnabled() and form.boxes["rhythm"].isEnabled()
    assert parts.heat_menu.methods["attention"].isEnabled()
    assert "takes no" not in form.dials["qrs"].field.toolTip()


def test_pass_rates_of_another_generator_are_not_shown(opened, qtbot, folder):
    conditions = opened.workbench.parts.request_panel.conditions
    assert "of twins on unseen references meet the criteria" in conditions.note.toPlainText().replace(
        "\n", " "
    )
    choose(opened, qtbot, folder)
    assert (
        "not measured yet" in conditions.note.toPlainText()
        and "unseen references meet" not in conditions.note.toPlainText()
    )
    assert conditions.list.item_of("atrial fibrillation").text(2) == "experimental"


def test_what_was_set_before_can_be_taken_back(opened, qtbot, folder):
    panel = opened.workbench.parts.request_panel
    opened.workbench.session.set_request(TwinRequest(**ASKED, qrs=130.0))
    choose(opened, qtbot, folder)
    assert "'published' takes no QRS duration" in panel.form.problem.text() and not panel.may_generate
    assert panel.form.dials["qrs"].isEnabled()  # so that it can be
    opened.workbench.session.set_request(TwinRequest(**ASKED))
    assert panel.form.problem.text() == "" and panel.may_generate and not panel.form.dials["qrs"].isEnabled()


def test_the_heat_map_of_another_generators_twin_is_not_made(opened, qtbot, folder):
    choose(opened, qtbot, folder)
    generate(opened, qtbot, **ASKED)
    twin = opened.workbench.session.twin
    twin.recording.provenance["generator"] = "ecgtwin"
    run(opened, "toggle_heat_map")
    qtbot.waitUntil(lambda: idle(opened))
    assert "made by the generator 'ecgtwin'; choose that one" in opened.workbench.messages.text


def test_the_next_start_takes_it_up_again(opened, qtbot, folder, store):
    settings.write(store, settings.GENERATOR, "published")
    settings.write_folder(store, folder)
    take_up_generator(opened.workbench)
    qtbot.waitUntil(lambda: choice(opened).box.currentData() == "published")


def test_a_folder_that_is_gone_leaves_the_usual_one(opened, qtbot, tmp_path, store):
    settings.write(store, settings.GENERATOR, "published")
    settings.write_folder(store, tmp_path / "gone")
    take_up_generator(opened.workbench)
    qtbot.waitUntil(lambda: idle(opened))
    assert choice(opened).box.currentData() == "ecgtwin" and opened.workbench.session.available is not None
    assert "There is no folder gone" in offered(opened)["published"][1]


def test_strange_settings_are_ignored(store):
    store.setValue("generator/folder", "{not json")
    store.setValue("generator/id", '"../../evil"')
    assert settings.read_folder(store) is None and settings.read(store, settings.GENERATOR) == "ecgtwin"

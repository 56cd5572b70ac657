"""Export from the window: everything that the command line writes, marked, on the worker, and remembered."""

import json

import numpy as np
import pytest
from ui_standin import StandInEngine
from ui_window import accept_file_dialog, generate, idle

from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.dialogs import export_dialog
from ecgtwin_app.ui.dialogs.export_dialog import ALL, SHOWN, ExportDialog
from ecgtwin_app.ui.jobs.export_jobs import MAP, PAGE, REFERENCE, TABLE, TWINS, Export

pytest_plugins = ("ui_fixtures",)
RECORDINGS = [one.suffix for one in writers().values()]


def export(window, qtbot, wished: Export, target):
    """Export as the dialog would, and wait for the sentence."""
    window.workbench.jobs.exports.export_as(wished, target)
    qtbot.waitUntil(lambda: idle(window))
    return window.workbench.messages.text


def choose(dialog, **values):
    for name, value in values.items():
        box = getattr(dialog, name)
        box.setCurrentIndex(box.findData(value))
        assert box.currentData() == value


def open_dialog(window, qtbot) -> ExportDialog:
    window.command_actions.of["export"].trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(ExportDialog)))
    return window.findChildren(ExportDialog)[-1]


@pytest.mark.parametrize("suffix", RECORDINGS)
def test_twins_in_any_format(opened, qtbot, tmp_path, suffix):
    generate(opened, qtbot)
    folder = tmp_path / "out"
    said = export(opened, qtbot, Export(TWINS, suffix, True), folder)
    assert "Saved 1 twin in the folder out, marked synthetic" in said
    twin = opened.workbench.session.twin.recording
    back = read_ecg(folder / f"twin_001{suffix}")
    assert back.synthetic and back.provenance["seed"] == twin.provenance["seed"]
    np.testing.assert_allclose(back.signal, twin.signal, atol=6e-4)
    assert json.loads((folder / "twins.json").read_text("utf-8"))["twins"][0]["file"] == "twin_001"
    assert "already holds" in export(opened, qtbot, Export(TWINS, suffix, True), folder)
    said = export(opened, qtbot, Export(TWINS, suffix), tmp_path / f"one{suffix}")
    assert f"Saved one{suffix}, de-identified and marked synthetic" in said
    assert read_ecg(tmp_path / f"one{suffix}").synthetic


@pytest.mark.parametrize("suffix", RECORDINGS)
def test_the_open_ecg_in_any_format(opened, qtbot, tmp_path, suffix):
    said = export(opened, qtbot, Export(REFERENCE, suffix), tmp_path / f"ecg{suffix}")
    assert "de-identified" in said and "synthetic" not in said
    back = read_ecg(tmp_path / f"ecg{suffix}")
    assert not back.synthetic and back.patient.name == "" and back.recorded == ""
    np.testing.assert_allclose(back.signal, opened.workbench.session.reference.signal, atol=6e-4)


def test_heat_maps_are_made_where_they_are_not_there(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    said = export(opened, qtbot, Export(MAP, ".npz", True, "attention"), tmp_path / "maps")
    assert "Saved 1 heat map in the folder maps, marked synthetic" in said
    with np.load(tmp_path / "maps" / "heatmap_001.npz", allow_pickle=False) as stored:
        assert stored["values"].shape == (12, 5000) and str(stored["method"]) == "attention"
        assert bool(stored["synthetic"]) and stored["leads"].tolist() == list(LEADS)
    said = export(opened, qtbot, Export(MAP, ".csv", False, "contrast"), tmp_path / "map.csv")
    assert "Saved map.csv" in said
    assert (tmp_path / "map.csv").read_text("utf-8").startswith("# SYNTHETIC: yes\n")


def test_one_condition_of_a_map_goes_to_the_engine(opened, qtbot, tmp_path, monkeypatch):
    generate(opened, qtbot)
    asked, plain = [], StandInEngine.iter_attribute

    def noting(self, reference, twin, method="contrast", others=(), of=""):
        asked.append(of)
        return plain(self, reference, twin, method, others)

    monkeypatch.setattr(StandInEngine, "iter_attribute", noting)
    export(
        opened, qtbot, Export(MAP, ".npz", False, "contrast", "left bundle branch block"), tmp_path / "m.npz"
    )
    assert asked == ["left bundle branch block"] and (tmp_path / "m.npz").exists()


def test_the_table_has_a_line_for_each_value_and_criterion(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    export(opened, qtbot, Export(TABLE, ".csv"), tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text("utf-8").splitlines()
    assert lines[0] == "# SYNTHETIC: yes" and "not for diagnosis" in lines[1]
    rows = [dict(zip(lines[3].split(","), line.split(","), strict=False)) for line in lines[4:]]
    assert {row["recording"] for row in rows} == {"reference", "twin_001"}
    rate = next(row for row in rows if row["recording"] == "reference" and row["name"] == "heart_rate")
    assert float(rate["value"]) == pytest.approx(61, abs=1) and rate["unit"] == "1/min"
    assert {row["kind"] for row in rows if row["recording"] == "twin_001"} == {"measurement", "criterion"}
    assert {row["synthetic"] for row in rows if row["recording"] == "twin_001"} == {"yes"}
    assert sum(row["name"] == "st_j" and row["recording"] == "reference" for row in rows) == 12


def test_what_was_chosen_is_remembered_and_written_where_the_file_dialog_says(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    dialog = open_dialog(opened, qtbot)
    choose(dialog, what=TWINS, which=SHOWN, format=".dcm")
    dialog.go.click()
    accept_file_dialog(opened, qtbot, tmp_path / "twin")
    qtbot.waitUntil(lambda: "Saved twin.dcm" in opened.workbench.messages.text)
    assert read_ecg(tmp_path / "twin.dcm").synthetic
    again = open_dialog(opened, qtbot)
    assert again.export() == Export(TWINS, ".dcm")
    choose(again, which=ALL)
    again.go.click()
    accept_file_dialog(opened, qtbot, tmp_path / "all")
    qtbot.waitUntil(lambda: "in the folder all" in opened.workbench.messages.text)
    assert (tmp_path / "all" / "twin_001.dcm").exists()


def test_a_page_is_exported_from_the_dialog_too(opened, qtbot, tmp_path):
    dialog = open_dialog(opened, qtbot)
    choose(dialog, what=PAGE, format=".svg")
    dialog.go.click()
    accept_file_dialog(opened, qtbot, tmp_path / "page")
    qtbot.waitUntil(lambda: "Saved the page" in opened.workbench.messages.text)
    assert (tmp_path / "page.svg").exists()


def test_without_a_twin_only_the_ecg_is_offered(opened, store, qtbot):
    dialog = ExportDialog((), store, opened)
    assert [dialog.what.itemData(k) for k in range(dialog.what.count())] == [REFERENCE, TABLE, PAGE]
    assert not opened.workbench.jobs.running
    for what in (REFERENCE, TABLE, PAGE):
        choose(dialog, what=what)
        assert dialog.export().suffix in export_dialog.suffixes_of(what) and not dialog.export().into_folder


def test_a_combination_offers_its_conditions(opened, store):
    dialog = ExportDialog(("atrial fibrillation", "left bundle branch block"), store, opened)
    choose(dialog, what=MAP, which=SHOWN, of="left bundle branch block", method="gradients")
    assert dialog.export() == Export(MAP, ".npz", False, "gradients", "left bundle branch block")
    choose(dialog, which=ALL)
    assert dialog.export() == Export(MAP, ".npz", True, "gradients")
    assert set(export_dialog.suffixes_of(TWINS)) == set(RECORDINGS)


def test_the_map_that_is_shown_is_offered_first(opened, store):
    names = ("atrial fibrillation", "left bundle branch block")
    dialog = ExportDialog(names, store, opened, "attention of left bundle branch block")
    choose(dialog, what=MAP, which=SHOWN)
    assert dialog.export() == Export(MAP, ".npz", False, "attention", "left bundle branch block")


def test_an_export_into_a_folder_that_is_a_file_is_refused(opened, qtbot, tmp_path):
    generate(opened, qtbot)
    (tmp_path / "x").write_text("")
    assert "choose a folder" in export(opened, qtbot, Export(TWINS, ".edf", True), tmp_path / "x")


def test_the_menu_offers_a_map_by_condition_of_a_combination(opened, qtbot, tmp_path):
    """With a twin that has not that condition the map is of all."""
    both = ("atrial fibrillation", "left bundle branch block")
    generate(opened, qtbot, conditions=both)
    set_heat_map(opened.workbench, "attention")
    qtbot.waitUntil(lambda: opened.workbench.parts.page_view.page.heatmap is not None and idle(opened))
    assert (
        tuple(opened.workbench.parts.heat_menu.parts) == ("", *both)
        and opened.workbench.parts.heat_menu.parts[""].isChecked()
    )
    opened.workbench.parts.heat_menu.parts["left bundle branch block"].trigger()
    qtbot.waitUntil(lambda: idle(opened) and opened.workbench.parts.page_view.page.heatmap is not None)
    heat = opened.workbench.parts.page_view.page.heatmap
    assert (heat.method, heat.of) == ("attention", "left bundle branch block")
    assert opened.workbench.parts.heat_menu.parts["left bundle branch block"].isChecked()
    opened.workbench.parts.heat_menu.methods["contrast"].trigger()
    qtbot.waitUntil(
        lambda: (
            idle(opened)
            and opened.workbench.parts.page_view.page.heatmap.name == "contrast of left bundle branch block"
        )
    )
    opened.workbench.parts.heat_menu.methods["attention"].trigger()
    assert opened.workbench.parts.page_view.page.heatmap is heat, "made once"
    generate(opened, qtbot, conditions=("atrial fibrillation",))
    qtbot.waitUntil(lambda: idle(opened) and opened.workbench.parts.page_view.page.heatmap is not None)
    assert (
        opened.workbench.parts.page_view.page.heatmap.of == ""
        and opened.workbench.parts.heat_menu.parts == {}
    )
    path = tmp_path / "x.ecgtwin"
    write_session(path, SessionState(**opened.workbench.session.snapshot()))
    back = read_session(path)
    assert {heat.name for heat in back.heatmaps.values()} >= {
        "attention of left bundle branch block",
        "attention",
    }

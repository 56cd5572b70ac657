"""Files of this version open for ever: a session, a course, and a folder of weights."""

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from frozen_twins import example_ecg, make_twin, one_thread, sha256
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from ecgtwin_app import TwinEngine, TwinRequest, inference
from ecgtwin_app.generators.manifest import WeightsError
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.session.course import open_case, read_course
from ecgtwin_app.session.request_json import to_json
from ecgtwin_app.session.session_file import read_session, write_session
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)

KEPT = Path(__file__).resolve().parent / "kept"
SESSION, COURSE = KEPT / "session.ecgtwin", KEPT / "course.ecgcourse"
WEIGHTS = Path(__file__).resolve().parents[2] / "weights"


@pytest.fixture(scope="module")
def kept():
    """What was in the session when it was written, not read from it."""
    return json.loads((KEPT / "session.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def state():
    return read_session(SESSION)


def _recording(recording):
    return {
        "sha256": sha256(recording.signal),
        "rate": recording.rate,
        "leads": list(recording.leads),
        "age": recording.patient.age,
        "sex": recording.patient.sex,
        "synthetic": recording.synthetic,
        "history": list(recording.history),
    }


def _holds(found: dict, before: dict):
    """All that was kept is there; further fields may have come."""
    assert {key: found.get(key, "gone") for key in before} == before


def test_reference_and_marks_of_the_session(state, kept):
    before = kept["reference"]
    _holds(
        _recording(state.reference) | {"measurements": state.measurements, "marks": before["marks"]}, before
    )
    marks = state.marks[state.reference]
    assert [asdict(beat) for beat in marks.beats] == before["marks"]["beats"]
    assert dict(marks.moved) == before["marks"]["moved"]


def test_twins_of_the_session_with_their_scores_and_verdicts(state, kept):
    assert state.current == kept["current"]
    assert len(state.twins) == len(kept["twins"])
    for twin, before in zip(state.twins, kept["twins"], strict=True):
        found = _recording(twin.recording) | {
            "seed": twin.seed,
            "met": twin.met,
            "model": twin.recording.provenance["model"],
            "score": twin.score.to_json(),
            "measurements": twin.measurements,
            "asked_got": before["asked_got"],
        }
        _holds(found, before)
        for line, old in zip(twin.asked_got, before["asked_got"], strict=True):
            _holds(asdict(line), old)


def test_requests_of_the_session(state, kept):
    _holds(to_json(state.request), kept["request"])
    for request, before in zip(state.requests, kept["requests"], strict=True):
        _holds(to_json(request), before)
    edited = state.requests[1].score
    assert edited is not None and "ventricular" in [event.origin for event in edited.events]


def test_heat_map_calipers_and_page_of_the_session(state, kept):
    before = dict(kept["heatmap"])
    ((twin, _), heat), *others = state.heatmaps.items()
    assert not others and twin is state.twins[before.pop("of_twin")]
    assert sha256(heat.values) == before.pop("sha256")
    for name, value in before.items():
        assert getattr(heat, name) == value
    for caliper, old in zip(state.calipers, kept["calipers"], strict=True):
        _holds({**asdict(caliper), "shows": list(caliper.shows)}, old)
    _holds(asdict(state.layout), kept["layout"])
    names = {"reference": REFERENCE, "twin 1": state.twins[0], "twin 2": state.twins[1]}
    assert state.layers.order == tuple(names[name] for name in kept["layers"]["order"])
    _holds(asdict(state.layers.style(state.twins[1])), kept["layers"]["twin 2"])


def test_the_course_opens_its_cases(kept):
    course = read_course(COURSE)
    assert course.title == kept["course"]["title"]
    for case, before in zip(course.cases, kept["course"]["cases"], strict=True):
        _holds({**asdict(case), "answers": list(case.answers)}, before)
        shown = open_case(case)
        assert [twin.seed for twin in shown.twins] == [before["seed"]]
        assert sha256(shown.twins[0].recording.signal) == kept["twins"][before["twin"]]["sha256"]


def test_the_session_is_written_again_without_a_loss(state, tmp_path):
    write_session(tmp_path / "again.ecgtwin", state)
    again = read_session(tmp_path / "again.ecgtwin")
    assert [sha256(twin.recording.signal) for twin in again.twins] == [
        sha256(twin.recording.signal) for twin in state.twins
    ]
    assert (again.requests, again.calipers, again.layout) == (state.requests, state.calipers, state.layout)


def test_the_window_opens_the_session_with_its_history(qtbot, engine, store, tmp_path, kept):
    shutil.copy(SESSION, tmp_path / SESSION.name)
    window = MainWindow(lambda: engine, store)
    qtbot.addWidget(window)
    open_path(window.workbench, tmp_path / SESSION.name)
    qtbot.waitUntil(lambda: len(window.workbench.session.twins) == 2)
    asked = window.workbench.parts.history.tree.topLevelItem(1)
    rows = [asked.child(row).text(0) for row in range(asked.childCount())]
    assert len(rows) == len(kept["requests"])
    assert "premature" in rows[1] and "72/min" in rows[1] and "seed 401" in rows[1], rows
    assert "own rhythm" in rows[0] and "seed 402" in rows[0], rows
    window.close_now()


# -- weights ------------------------------------------------------------------------------------------


def _manifest():
    return json.loads((KEPT / "weights_manifest.json").read_text(encoding="utf-8"))


def _tensors():
    """Kind and shape of every tensor, by file and name."""
    return json.loads((KEPT / "weights_tensors.json").read_text(encoding="utf-8"))


def test_the_weights_that_ship_are_those_of_the_twins():
    found = {}
    for path in sorted(WEIGHTS / name for name in _manifest()["files"]):
        with safe_open(path, "pt") as file:
            parts = {name: file.get_slice(name) for name in sorted(file.keys())}
            found[path.name] = {k: [str(v.get_dtype()), list(v.get_shape())] for k, v in parts.items()}
    assert found == _tensors()
    hashes = {name: hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() for name in found}
    assert hashes == _manifest()["files"]


def test_a_folder_of_this_version_opens_and_makes_the_same_twin(tmp_path):
    for name in _manifest()["files"]:
        shutil.copy(WEIGHTS / name, tmp_path / name)
    shutil.copy(KEPT / "weights_manifest.json", tmp_path / "manifest.json")
    name = "ventricular premature complex"
    with one_thread():
        own, shipped = (TwinEngine.load(folder, "cpu", backend="torch") for folder in (tmp_path, None))
        assert own.weights_sha256 == shipped.weights_sha256
        assert own.model_name == _manifest()["name"]
        inference.prefer(inference.USUAL_BACKEND)  # what is loaded after this is run by the usual one
        twins = [make_twin(engine, example_ecg(), name) for engine in (own, shipped)]
    assert np.array_equal(*twins)


@pytest.mark.parametrize("with_rhythm", [True, False])
def test_other_weights_of_these_shapes_open(with_rhythm, tmp_path):
    """Weights that somebody trained with this version, with and without a rhythm model."""
    manifest = _manifest()
    for name, parts in _tensors().items():
        if name.startswith("rhythm") and not with_rhythm:
            del manifest["files"][name]
            continue
        shipped = load_file(WEIGHTS / name)
        kinds = {"F16": torch.float16, "F32": torch.float32}
        tensors = {}
        for key, (kind, shape) in parts.items():
            # A touch beside those that ship, so that a twin can still be measured.
            changed = shipped[key].float() * 1.001
            tensors[key] = changed.reshape(shape).to(kinds[kind])
        save_file(tensors, tmp_path / name)
        manifest["files"][name] = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    engine = TwinEngine.load(tmp_path, "cpu")
    assert engine.weights_sha256 != TwinEngine.load(device="cpu").weights_sha256
    (twin,) = engine.generate(example_ecg(), TwinRequest(("left bundle branch block",), steps=1))
    assert twin.recording.signal.shape == (12, 5000)


@pytest.mark.parametrize("version", [4, 5])
def test_weights_of_the_former_networks_are_refused_in_a_sentence(version, tmp_path):
    """They drew another kind of twin; nothing of them fits."""
    (tmp_path / "manifest.json").write_text(json.dumps({**_manifest(), "format": version}), encoding="utf-8")
    with pytest.raises(WeightsError, match="another version"):
        TwinEngine.load(tmp_path, "cpu")

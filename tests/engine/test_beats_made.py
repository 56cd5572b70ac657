"""How the beats of each condition were made stands in the provenance, in twins.json and in the window's words."""

import json

import numpy as np
import pytest

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.engine.save import twins_document
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.generators.base import Beats
from ecgtwin_app.generators.ecgtwin import shapes
from ecgtwin_app.report.marking import has_simulated_beats, origin_text
from ecgtwin_app.ui.panels.provenance import BEATS

LBBB, PVC = "left bundle branch block", "ventricular premature complex"


@pytest.fixture(scope="module")
def engine():
    return TwinEngine.load(device="cpu")


@pytest.fixture(scope="module")
def reference():
    return read_ecg(example_path())


def made(engine, reference, *conditions):
    (twin,) = engine.generate(reference, TwinRequest(conditions, steps=1, seed=4))
    return twin


def test_own_and_drawn_beats_are_told_apart(engine, reference):
    twin = made(engine, reference, "sinus bradycardia", PVC)
    assert twin.recording.provenance["beats"] == {"sinus bradycardia": "recorded", PVC: "drawn"}
    assert not has_simulated_beats(twin.recording)
    document = twins_document(["twin_001"], [twin])
    assert json.loads(json.dumps(document))["provenance"]["beats"][PVC] == "drawn"


def test_a_draw_that_physiology_replaced_says_so(engine, reference, monkeypatch):
    asked = []

    def only_physiology(beat, plan):
        asked.append(beat)
        return 1 if len(asked) <= shapes.MOST_TRIALS else 0

    monkeypatch.setattr(shapes, "missed_lines", only_physiology)
    twin = made(engine, reference, LBBB)
    assert twin.recording.provenance["beats"][LBBB] == "simulated"
    assert "beats simulated" in origin_text(twin.recording)


def test_what_earlier_versions_wrote_says_nothing():
    assert not has_simulated_beats(Recording(np.zeros((12, 5000), np.float32), 500.0, synthetic=True))


def test_every_way_has_words():
    assert set(BEATS) == {str(way) for way in Beats}

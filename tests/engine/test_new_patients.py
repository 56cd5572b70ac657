"""New patients: drawn again where no beat is found, unlike each other, and references like any other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn_patients import DrawnPatients

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.draws import DRAW_STRIDE, REDRAWS
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.new_patients import OF_NOBODY
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.engine.unlike import AGES, UNLIKE, difference, spread, typical_beat
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.formats.writing import write
from ecgtwin_app.recognition.recognise import recognise

SINUS = ("sinus rhythm",)


def made(engine, request, unlike=False):
    items = list(engine.iter_unlike(request) if unlike else engine.iter_new_patients(request))
    return [one for one in items if isinstance(one, Twin)], [
        one for one in items if isinstance(one, Progress)
    ]


def test_a_new_patient_is_nobodys_and_marked():
    (twin,), steps = made(TwinEngine(DrawnPatients()), TwinRequest(SINUS, heart_rate=80, age=70, sex="F"))
    recording, origin = twin.recording, twin.recording.provenance
    assert recording.synthetic and (recording.patient.age, recording.patient.sex) == (70, "F")
    assert (origin["generator"], origin["seed"], origin["request"]["age"]) == ("sssd", 1, 70)
    assert "reference_sha256" not in origin and "reference" not in origin
    assert twin.met and twin.identity_similarity is None and steps[-1].step == steps[-1].total
    assert steps[0].message == "New patient 1 of 1"


def test_a_draw_without_beats_is_drawn_again_by_another_seed():
    generator = DrawnPatients(silent={2, 2 + DRAW_STRIDE})
    twins, steps = made(TwinEngine(generator), TwinRequest(SINUS, samples=3))
    assert [twin.seed for twin in twins] == [1, 2 + 2 * DRAW_STRIDE, 3]
    assert [twin.first_draw for twin in twins] == [True, False, True]
    assert any("drawn again" in step.message for step in steps)
    assert all(a.step <= b.step for a, b in itertools.pairwise(steps)) and steps[-1].step == steps[-1].total
    # The seed that is named is that of the draw: asked for by itself, it is the same patient.
    again, _ = made(TwinEngine(DrawnPatients()), TwinRequest(SINUS, seed=twins[1].seed))
    assert np.array_equal(again[0].recording.signal, twins[1].recording.signal)


def test_one_draw_with_beats_among_the_best_of_is_enough():
    generator = DrawnPatients(silent={1})
    twins, _ = made(TwinEngine(generator), TwinRequest(SINUS, best_of=2))
    assert twins[0].seed == 1 + DRAW_STRIDE and len(generator.seeds) == 2


def test_drawing_again_has_an_end():
    class Silent(DrawnPatients):
        def _strip(self, plan):
            return np.zeros((8, 5000))

    generator = Silent()
    with pytest.raises(EcgError, match="No beat was found in 9 draws"):
        made(TwinEngine(generator), TwinRequest(SINUS))
    assert len(generator.seeds) == 1 + REDRAWS
    with pytest.raises(EcgError, match="No beat was found in any draw"):
        made(TwinEngine(Silent()), TwinRequest(SINUS, samples=2), unlike=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"without": ("LBBB",)}, "leave --without out"),
        ({"keep": ("sinus rhythm",)}, "leave --keep out"),
        ({"shows": ()}, None),
        ({"pr": 160.0}, "takes no PR interval"),
        ({"conditions": ("atrial flutter",)}, "not trained for atrial flutter"),
        ({"conditions": ("sinus tachycardia",), "heart_rate": 60.0}, "contradicts sinus tachycardia"),
    ],
)
def test_what_cannot_be_asked_of_nobody_is_one_sentence(change, words):
    request = TwinRequest(**({"conditions": SINUS} | change))
    if words is None:
        assert made(TwinEngine(DrawnPatients()), request)[0]
        return
    with pytest.raises(EcgError, match=words):
        made(TwinEngine(DrawnPatients()), request)


def test_twenty_are_unlike_each_other_at_spread_ages_and_both_sexes():
    request = TwinRequest(SINUS, samples=20, seed=5)
    twins, steps = made(TwinEngine(DrawnPatients()), request, unlike=True)
    assert 2 < len(twins) <= 20
    beats = [typical_beat(twin.recording) for twin in twins]
    assert min(difference(a, b) for a, b in itertools.combinations(beats, 2)) >= UNLIKE
    assert all(a.step <= b.step <= b.total for a, b in itertools.pairwise(steps))
    for twin in twins[1:]:
        line = twin.asked_got[-1]
        assert line.name.startswith("difference from") and line.got >= UNLIKE and line.met is None
    # Each names the request that makes it again, alone.
    last = twins[-1]
    (again,), _ = made(TwinEngine(DrawnPatients()), last.request)
    assert np.array_equal(again.recording.signal, last.recording.signal)
    assert again.recording.provenance["request"] == last.recording.provenance["request"]


def test_likes_are_left_out_rather_than_shown():
    twins, _ = made(TwinEngine(DrawnPatients(alike=True)), TwinRequest(SINUS, samples=4), unlike=True)
    assert len(twins) == 1


def test_what_is_left_open_is_spread_and_what_is_asked_is_everybodys():
    asked = spread(TwinRequest(SINUS, samples=20, seed=3))
    ages = sorted(one.age for one in asked)
    assert all(AGES[0] + 3.5 * k - 0.5 <= age <= AGES[0] + 3.5 * (k + 1) + 0.5 for k, age in enumerate(ages))
    assert sorted(one.sex for one in asked) == ["F"] * 10 + ["M"] * 10
    assert [one.seed for one in asked] == list(range(3, 23)) and {one.samples for one in asked} == {1}
    fixed = spread(TwinRequest(SINUS, samples=5, age=70, sex="F", heart_rate=88))
    assert {(one.age, one.sex, one.heart_rate) for one in fixed} == {(70, "F", 88)}


def test_a_beats_difference_from_itself_and_from_nothing_alike():
    beat = np.sin(np.arange(800.0)).reshape(8, 100)
    assert difference(beat, beat) == 0 and difference(beat, -beat) == pytest.approx(2**0.5)
    assert difference(beat, 0 * beat) == pytest.approx(1)


def test_a_twin_of_a_new_patient_says_who_drew_its_reference(tmp_path):
    (patient,), _ = made(TwinEngine(DrawnPatients()), TwinRequest(SINUS, heart_rate=64, seed=7))
    engine = TwinEngine.load(device="cpu")
    (twin,) = engine.generate(patient.recording, TwinRequest(("left bundle branch block",)))
    origin = twin.recording.provenance
    assert origin["reference"] == {
        "synthetic": True, "generator": "sssd", "model": "drawn patients", "weights_sha256": "a1" * 32, "seed": 7
    }  # fmt: skip
    assert origin["reference_sha256"] == patient.recording.digest() and twin.identity_similarity > 0.5
    # A file says the same, and is a reference again.
    read = read_ecg(write(twin.recording, tmp_path / "twin.hea"))
    assert read.synthetic and read.provenance["reference"] == origin["reference"]
    kept = read_ecg(write(patient.recording, tmp_path / "patient.hea"))
    assert (kept.provenance["generator"], kept.provenance["seed"]) == ("sssd", 7)
    assert "sinus rhythm" in recognise(kept).names


def test_only_generators_that_need_no_reference_are_offered():
    assert tuple(OF_NOBODY) == ("sssd",)

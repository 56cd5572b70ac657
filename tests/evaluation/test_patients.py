"""Which recordings are evaluated: unseen normal references, labels, and real records for comparison."""

from dataclasses import replace

import numpy as np
import pytest
from evaluated import real_record

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.evaluation.figures.realism import _changed
from ecgtwin_app.evaluation.metrics.clinical import QUANTITIES
from ecgtwin_app.evaluation.runs.draws import realism_draws
from ecgtwin_app.evaluation.runs.measured import beat_input
from ecgtwin_app.evaluation.runs.real_set import RealSet, has_label, target_states
from ecgtwin_app.evaluation.runs.references import also_normal, held_out_normals, one_each, second_recordings
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.training.collections.records import held_out, load_real


def test_twins_for_comparison_have_the_rates_of_real_records_and_each_patient_once():
    records = [real_record(str(k), str(k)) for k in range(12)] + [real_record("af", "af", labels=("AFIB",))]
    rows = [{"measurements": {"heart_rate": 60.0 + k}, "shows": ["sinus rhythm"]} for k in range(12)]
    rows.append({"measurements": {"heart_rate": 90.0}, "shows": ["atrial fibrillation"]})
    draws = realism_draws(RealSet(records, rows, None, None), ["sinus rhythm", "atrial fibrillation"], 8, 1)
    assert {draw.name for draw in draws} == {"sinus rhythm"}  # one record is too few
    assert sorted(draw.reference for draw in draws) == list(range(8)) and len({d.key for d in draws}) == 8
    assert all(60 <= draw.rate < 72 and (draw.age, draw.sex) == (60, "F") for draw in draws)


def test_what_a_condition_changes_is_told_from_what_it_leaves():
    changed = {(c, q) for c in ("sinus tachycardia", "left bundle branch block", "long QT", "left atrial enlargement")
               for q in QUANTITIES if _changed(c, q)}  # fmt: skip
    rest = {"QRS", "QT", "QTc", "R in II", "R in V5", "S in V1", "S in V2", "T in II", "T in V2", "T in V5"}
    assert {q for c, q in changed if c == "left bundle branch block"} == rest
    assert {q for c, q in changed if c == "long QT"} == {"QT", "QTc", "T in II", "T in V2", "T in V5"}
    assert {(c, q) for c, q in changed if c.endswith(("tachycardia", "enlargement"))} == {
        ("sinus tachycardia", "QT"), ("left atrial enlargement", "QT")}  # fmt: skip
    assert _changed("first-degree AV block", "PR")


def test_references_are_unseen_normal_and_one_a_patient():
    unseen = [p for p in map(str, range(200)) if held_out(p)]
    seen = next(p for p in map(str, range(200)) if not held_out(p))
    records = [
        real_record("L/1", unseen[0], "LUDB", ("Sinus rhythm", "Electric axis of the heart: normal")),
        real_record("X/2", unseen[1]),
        real_record("X/3", unseen[1]),
        real_record("X/4", unseen[2], labels=("SR", "NORM", "LVH")),
        real_record("X/5", seen),
        real_record("L/6", unseen[3], "LUDB", ("Sinus rhythm", "Left ventricular hypertrophy")),
    ]
    assert [record.key for record in held_out_normals(records, 2)] == ["X/2", "L/1"]
    with pytest.raises(EcgError, match="Only 2"):
        held_out_normals(records, 3)
    assert not also_normal(records[5])
    assert [r.key for r in one_each(records[1:3])] == ["X/2"]
    assert [(a.key, b.key) for a, b in second_recordings(records)] == [("X/2", "X/3")]


def test_labels_of_real_records():
    assert has_label(real_record("a", "1"), "sinus rhythm")
    assert not has_label(real_record("a", "1", labels=("SR", "NORM", "LVH")), "sinus rhythm")
    assert has_label(real_record("a", "1", labels=("SBRAD",)), "sinus bradycardia")
    assert has_label(real_record("a", "1", labels=("AFIB",)), "atrial fibrillation")
    real = RealSet(
        [real_record("a", "1"), real_record("b", "1"), real_record("c", "2")],
        [{}, {}, {"failed": "x"}],
        None,
        None,
    )
    assert real.usable().tolist() == [0]
    states = target_states(("sinus bradycardia",), ("sinus rhythm", "long QT"))
    assert states.tolist() == [PRESENT, ABSENT]
    assert target_states(("long QT",), ("sinus rhythm", "long QT")).tolist() == [UNKNOWN, PRESENT]


def test_forty_unseen_normal_patients_are_there(real_data):
    found = held_out_normals(load_real(real_data), 40)
    assert len({record.patient for record in found}) == 40 and all(record.held_out for record in found)
    assert sum(record.database == "PTB-XL" for record in found) >= 35


def test_the_kept_beat_has_its_fiducial_at_035_s(sinus):
    beat = sinus.delineation.representative
    kept = beat_input(beat)
    assert kept.shape == (8, 500)
    assert np.array_equal(kept[:, 175], beat.signal[:, beat.fiducial].astype(np.float32))
    early = replace(beat, fiducial=40)
    found = beat_input(early)
    assert np.array_equal(found[:, 175], beat.signal[:, 40].astype(np.float32))
    assert not found[:, : 175 - 40].any() and found[:, 175 - 40 :].any()

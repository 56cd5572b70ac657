"""The single protocols: second visits, TSTR, criteria and identity, medians, flutter; what each counts, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from evaluated import real_record

from ecgtwin_app.ecg.signal.recording import Patient, Recording
from ecgtwin_app.evaluation.judge.labels import FINDINGS, NAMES
from ecgtwin_app.evaluation.metrics.encoder import LabelEncoder, fit
from ecgtwin_app.evaluation.protocols import criteria, flutter, label_sets, medians, seen, tstr, visits
from ecgtwin_app.evaluation.protocols.setting import OutOfTime
from ecgtwin_app.evaluation.protocols.visits import Visit
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT
from ecgtwin_app.training.collections.records import held_out

UNSEEN = [name for name in (f"p{k}" for k in range(300)) if held_out(name)]
SEEN = [name for name in (f"p{k}" for k in range(300)) if not held_out(name)]
FAST = Recording(np.zeros((12, 10)), 500.0, patient=Patient(60, "F"))
SLOW = Recording(np.zeros((12, 10)), 100.0, patient=Patient(60, "F"))


def test_a_beat_is_compared_where_it_fits_best():
    at = np.arange(500)
    beat = np.tile(np.exp(-0.5 * ((at - 175) / 6) ** 2), (8, 1))
    later = np.roll(beat, 6, axis=1)
    assert visits.beat_distance(later, beat) == pytest.approx(0, abs=1e-6)
    assert visits.beat_distance(beat + 0.1, beat) == pytest.approx(100, rel=0.05)


def test_visit_pairs_begin_at_500_hz_and_know_both_labels():
    records = [
        real_record("a", "p", recording=FAST),
        real_record("b", "p", labels=("AFIB",), recording=SLOW),
        real_record("c", "q", labels=("AFIB",), recording=FAST),
        real_record("d", "p", labels=("quality=acceptable",), recording=FAST),
    ]
    assert [(a.key, b.key) for a, b in visits.visit_pairs(records)] == [("a", "b")]


def test_second_visits_are_counted_by_patient():
    near = [Visit("p", f"a{k}", "b", True, False, 50.0, 100.0, 200.0) for k in range(8)]
    far = [
        Visit("q", "a", "b", False, True, 150.0, 100.0, 120.0),
        Visit("r", "a", "b", True, True, None, 90.0, None, "no"),
    ]
    found = visits.outcome([*near, *far], 1)
    nearer, changed, unseen, others, pairs, apart, failed = found.lines
    assert nearer.value == 0.5 and nearer.n == 2 and nearer.note == "9 pairs"
    assert changed.value == 1 and changed.n == 1
    assert unseen.value == 0 and unseen.n == 1
    assert others.value == 0.5
    assert pairs.value == pytest.approx(8 / 9)
    assert apart.value == 50 and apart.floor == 100
    assert failed.value == pytest.approx(0.1)
    assert len(found.tables[0].rows) == 10


def test_what_no_heart_shows_together_is_left_out_of_a_label_set():
    assert label_sets.together(("atrial fibrillation", "left bundle branch block")) == (
        ("atrial fibrillation", "left bundle branch block"),
        (),
    )
    kept, left = label_sets.together(("atrial fibrillation", "sinus tachycardia", "T inversion"))
    assert kept == ("atrial fibrillation", "T inversion") and left == ("sinus tachycardia",)


def test_training_records_are_of_training_patients_and_a_few_have_every_finding():
    records = [real_record(f"n{k}", SEEN[k]) for k in range(30)]
    records += [real_record("l", SEEN[40], labels=("CLBBB",)), real_record("u", UNSEEN[0], labels=("CLBBB",))]
    few = label_sets.training_records(records, 6, 1)
    assert len(few) == 6 and "l" in [r.key for r in few] and "u" not in [r.key for r in few]
    assert len(label_sets.training_records(records, 100, 1)) == 31
    assert [r.key for r in label_sets.training_records(records, 6, 1)] == [r.key for r in few]


def test_areas_are_of_findings_with_enough_records():
    states = np.full((40, len(NAMES)), ABSENT, np.int8)
    states[:10, 0] = PRESENT
    states[:2, 1] = PRESENT
    scores = np.zeros(states.shape)
    scores[:10, 0] = 1
    assert tstr.areas_of(scores, states) == {NAMES[0]: 1.0}


def test_tstr_is_told_over_real_with_the_worst_finding():
    states = np.full((40, len(NAMES)), ABSENT, np.int8)
    states[:10, :2] = PRESENT
    one = {NAMES[0]: 0.9, NAMES[1]: 0.8}
    worse = {NAMES[0]: 0.9, NAMES[1]: 0.4}
    areas = {
        tstr.REAL: [one, one], tstr.TWINS: [worse, worse], tstr.BOTH: [one, one],
        tstr.FEW_REAL: [worse, worse], tstr.FEW_BOTH: [one, one], tstr.RANDOM: [worse, worse],
    }  # fmt: skip
    found = tstr.outcome(areas, states, {"real": 30, "twins": 30, "few": 5, "few twins": 15}, 2)
    ratio, bad, gain, few_gain = found.lines[:4]
    assert ratio.value == pytest.approx(0.65 / 0.85) and ratio.met is False and ratio.worse_than_real
    assert bad.value == pytest.approx(0.5) and bad.note == NAMES[1]
    assert gain.value == 0 and gain.met is False
    assert few_gain.value == pytest.approx(0.2) and few_gain.met
    assert "0.66 against 0.89" in found.method


def test_layers_that_are_never_taught_stay_as_they_were_drawn():
    import torch

    rng = np.random.default_rng(1)
    strips = rng.integers(-500, 500, (16, 8, 1000)).astype(np.int16)
    states = rng.choice([ABSENT, PRESENT], (16, 2)).astype(np.int8)
    torch.manual_seed(3)
    drawn = LabelEncoder(2)
    network = fit(strips, states, seed=3, steps=3, heads_only=True)
    assert all(
        torch.equal(a, b) for a, b in zip(network.layers.parameters(), drawn.layers.parameters(), strict=True)
    )
    assert not torch.equal(network.heads.weight, drawn.heads.weight)


def _draw(kind, name, met, reference="r0", base=0, **more):
    return {
        "key": f"{kind}/{name}/{reference}", "kind": kind, "name": name, "reference": reference, "database": "LUDB",
        "met": met, "missed": [] if met else ["PR interval"], "implausible": [], "base": np.eye(3)[base].tolist(), **more,
    }  # fmt: skip


def test_conditions_are_ready_by_healthy_and_by_sick_references():
    rows = [_draw("healthy", "sinus rhythm", True)] * 10 + [
        _draw("healthy", "left bundle branch block", True)
    ] * 10
    rows += [_draw("sick", "sinus rhythm", True)] * 9 + [_draw("sick", "sinus rhythm", False)]
    rows += [_draw("sick", "left bundle branch block", k < 5) for k in range(10)]
    found = criteria.criteria_outcome(rows, {"left bundle branch block": (4, 3)})
    healthy, healthy_met, sick, sick_met, plausible = found.lines
    assert healthy.value == 2 and sick.value == 1
    assert (
        sick_met.value == 0.7 and sick_met.floor == 0.75 and "left bundle branch block 50%" in sick_met.note
    )
    assert healthy_met.worse_than_real is False and plausible.value == 1
    assert found.tables[0].rows[1][:6] == ("left bundle branch block", 20, 0.75, 1.0, 0.5, 0.75)
    assert "PR interval 5" in found.tables[0].rows[1][6]
    assert criteria.pass_rates(found) == {"sinus rhythm": 0.95, "left bundle branch block": 0.75}


def test_the_judge_is_asked_for_each_finding_among_its_own_twins():
    lbbb = "left bundle branch block"
    rows = [_draw("healthy", lbbb, True) | {"judged": {lbbb: 0.9}}] * 3
    rows += [_draw("sick", lbbb, True) | {"judged": {lbbb: p}} for p in (0.9, 0.1)]
    rows += [_draw("sick", "sinus rhythm", True) | {"judged": {lbbb: 0.1}}]
    found = seen.outcome(rows, {lbbb: [0.9, 0.9, 0.9, 0.1]}, (lbbb,))
    healthy, sick = found.lines
    assert (healthy.value, healthy.n, healthy.floor) == (1.0, 3, 0.75)
    assert (sick.value, sick.n) == (0.5, 2) and "left bundle branch block 50%" in sick.note
    assert found.tables[0].rows == ((lbbb, 5, 1.0, 0.5, 0.75, 4),)


def test_identity_is_told_by_group_with_second_visits_as_the_floor():
    references = {
        kind: [{"key": f"{kind}{k}", "base": np.eye(3)[k].tolist()} for k in range(3)]
        for kind in ("healthy", "sick")
    }
    rows = [
        _draw("healthy", "sinus rhythm", True, "healthy0", 0),
        _draw("healthy", "sinus rhythm", True, "healthy1", 0),
        _draw("sick", "left bundle branch block", True, "sick2", 2),
    ]
    again = [({"key": "v", "base": [0, 1, 0]}, {"key": "w", "base": [0, 1, 0]})]
    found = criteria.identity_outcome(rows, references, again, 1)
    values = {one.name: (one.value, one.n) for one in found.lines}
    assert values["top-1 among 3, rhythm, healthy references"] == (0.5, 2)
    assert values["top-1 among 3, conduction and muscle, sick references"] == (1.0, 1)
    assert found.lines[0].floor == 1.0


def test_a_reference_is_matched_by_what_else_the_record_shows_and_by_age():
    def record(key, age, *labels):
        recording = Recording(np.zeros((12, 10)), 500.0, patient=Patient(age, "F"))
        return real_record(key, f"patient of {key}", labels=labels, recording=recording)

    pool = [record("young", 30, "NORM"), record("old", 80, "NORM"), record("infarct", 20, "IMI")]
    lbbb = next(f for f in FINDINGS if f.name == "left bundle branch block")
    assert medians.matched(pool, record("x", 75, "CLBBB"), lbbb).key == "old"
    assert medians.matched(pool, record("x", 75, "CLBBB", "IMI"), lbbb).key == "infarct"
    own = replace(pool[1], patient="patient of x")
    assert medians.matched([pool[0], own], record("x", 75, "CLBBB"), lbbb).key == "young"


def test_medians_are_within_ten_percent_or_not():
    def rows(qrs):
        return [{"measurements": {"qrs": value}} for value in np.linspace(qrs - 10, qrs + 10, 12)]

    found = medians.outcome({"LBBB": rows(150), "RBBB": rows(200)}, {"LBBB": rows(145), "RBBB": rows(140)}, 1)
    close, halves = found.lines
    assert close.value == 0.5 and close.n == 2 and close.met is False
    assert halves.value in (0.0, 0.5)
    assert [row[:2] for row in found.tables[0].rows] == [("RBBB", "QRS"), ("LBBB", "QRS")]


def test_flutter_is_told_by_rate():
    rows = [{"key": str(k), "rate": rate, "met": met, "missed": [] if met else ["atrial rate"], "judged": {"atrial flutter": p}}
            for k, (rate, met, p) in enumerate([(60.0, True, 0.9), (60.0, False, 0.1), (None, True, 0.9), (None, True, 0.2)])]  # fmt: skip
    found = flutter.outcome(rows)
    assert found.lines[0].value == 0.75 and "60/min 50%" in found.lines[0].note
    assert found.lines[1].value == 0.5
    assert found.tables[0].rows[1][0] == "the reference's own"


class _InTime:
    """A setting that has time for so many draws."""

    seed = 1

    class engine:
        @staticmethod
        def knows(condition):
            return condition.name in ("sinus rhythm", "left bundle branch block")

    def __init__(self, records, draws):
        self.records, self.references, self.left, self.asked = records, 2, draws, []

    def store(self, name):
        return None

    def draw(self, store, key, reference, request, about):
        if not self.left:
            raise OutOfTime
        self.left -= 1
        self.asked.append(request)
        return {"key": key, "met": True, **about}


def test_when_the_time_is_over_the_whole_references_count():
    records = [real_record(f"n{k}", UNSEEN[k]) for k in range(2)]
    records += [real_record(f"s{k}", UNSEEN[10 + k], labels=("CLBBB", "SR")) for k in range(2)]
    everything = criteria.rows_of(_InTime(records, 99))
    assert len(everything) == 8 and {row["kind"] for row in everything} == {"healthy", "sick"}
    some = criteria.rows_of(_InTime(records, 5))
    assert some == everything[:4] and len({row["reference"] for row in some}) == 2
    with pytest.raises(OutOfTime):
        criteria.rows_of(_InTime(records, 3))
    alone = _InTime(records[:1] + records[2:3], 99)
    criteria.rows_of(alone)
    both = _InTime(records, 99)
    criteria.rows_of(both)
    assert alone.asked == both.asked[:4]

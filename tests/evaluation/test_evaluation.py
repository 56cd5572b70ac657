"""The evaluation's own workings: events, spread, store, draws, figures, pages; on virtual truth."""

import json
import re
from argparse import ArgumentParser

import numpy as np
import pytest
from small_data import write_small_data
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError, Patient, Recording
from ecgtwin_app.evaluation import main as command
from ecgtwin_app.evaluation.figures.assemble import assemble
from ecgtwin_app.evaluation.figures.bar import bar
from ecgtwin_app.evaluation.figures.by_condition import condition_figures, timing
from ecgtwin_app.evaluation.figures.realism import _changed
from ecgtwin_app.evaluation.metrics.clinical import FEATURES, QUANTITIES, features, quantity, standardised
from ecgtwin_app.evaluation.metrics.encoder import FEATURES as ENCODED
from ecgtwin_app.evaluation.metrics.encoder import features_of, fit, scores_of
from ecgtwin_app.evaluation.metrics.events import match, time_events
from ecgtwin_app.evaluation.metrics.preservation import UNITS, difference, usual_and_spread
from ecgtwin_app.evaluation.metrics.tstr import tstr
from ecgtwin_app.evaluation.report.page import page
from ecgtwin_app.evaluation.report.svg import Dot, curves, dots, ecg
from ecgtwin_app.evaluation.runs.draws import Draw, chosen, condition_draws, rate_range, realism_draws
from ecgtwin_app.evaluation.runs.measured import measured_arrays, measured_row
from ecgtwin_app.evaluation.runs.perform import perform_all
from ecgtwin_app.evaluation.runs.real_set import RealSet, has_label, target_states
from ecgtwin_app.evaluation.runs.references import also_normal, held_out_normals, one_each, second_recordings
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.evaluation.runs.variants import DEFAULT, VIRTUAL, Variant, variant_of
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.training.collections.records import RealRecord, held_out, load_real

BEATS = np.arange(0.6, 9.4, 0.8)


def _score(qrs, pr=0.16):
    events = [Event(float(t), "QRS", "conducted") for t in qrs]
    return RhythmScore(tuple(events + [Event(float(t) - pr, "P", "sinus") for t in qrs]))


@pytest.fixture(scope="module")
def sinus():
    recording, _ = strip(onsets=BEATS)
    return measure(recording)


def test_events_in_time_are_found_and_the_delay_of_one_beat_is_seen(sinus):
    found = time_events(_score(BEATS), sinus)
    assert (found.r_missed, found.r_extra, found.p_missed, found.p_extra) == (0, 0, 0, 0)
    assert found.r_expected == len(BEATS) == len(found.r_timing) and found.p_expected >= len(BEATS) - 1
    assert np.abs(found.r_timing).max() <= 4 and np.abs(found.p_timing).max() <= 20
    late = BEATS.copy()
    late[5] -= 0.03  # the score wanted it 30 ms before where it is
    assert max(time_events(_score(late), sinus).r_timing) == pytest.approx(30, abs=4)


def test_a_constant_offset_shows_in_the_onset_and_not_in_the_timing(sinus):
    found = time_events(_score(BEATS - 0.02), sinus)
    assert np.median(found.r_onset) == pytest.approx(20, abs=6)
    assert np.abs(found.r_timing).max() <= 4


def test_missed_and_extra_beats_are_counted(sinus):
    more = np.sort(np.append(BEATS, 4.2))
    assert time_events(_score(more), sinus).r_missed == 1
    assert time_events(_score(np.delete(BEATS, 4)), sinus).r_extra == 1


def test_a_p_that_is_not_there_is_missed_and_one_too_many_is_extra(sinus):
    without, _ = strip(onsets=BEATS, pr=None)
    found = time_events(_score(BEATS), measure(without))
    assert found.p_expected and found.p_missed == found.p_expected
    bare = RhythmScore(tuple(Event(float(t), "QRS", "conducted") for t in BEATS))
    assert time_events(bare, sinus).p_extra >= len(BEATS) - 2


def test_matching_takes_the_nearest_pair_once():
    assert match(np.array([1.0, 1.1]), np.array([1.09])).tolist() == [-1, 0]
    assert match(np.array([1.0]), np.array([2.0])).tolist() == [-1]
    assert match(np.array([]), np.array([1.0])).size == 0


def test_timing_pools_the_events_of_all_strips(sinus):
    rows = [{"timing": time_events(_score(BEATS), sinus).to_json()} for _ in range(3)] + [{"timing": None}]
    found = timing(rows, 1)
    assert found["r_timing"]["n"] == 3 * len(BEATS) and found["r_timing"]["value"] <= 4
    assert found["r_missed"]["value"] == 0 and found["r_missed"]["n"] == 3 * len(BEATS)
    assert found["blocked_p_found"]["value"] is None


def test_the_spread_is_that_of_the_single_beats():
    steady = usual_and_spread(measure(strip(onsets=BEATS, noise=0.002)[0]).delineation)
    noisy = usual_and_spread(measure(strip(onsets=BEATS, noise=0.04)[0]).delineation)
    assert set(steady[0]) == set(UNITS)
    assert all(noisy[1][name] > 2 * steady[1][name] for name in ("axis", "T in II"))
    assert steady[0]["T in II"] == pytest.approx(0.3, abs=0.05)
    assert steady[0]["axis"] == pytest.approx(noisy[0]["axis"], abs=10)


def test_angles_differ_the_short_way_round():
    assert difference("axis", 179, -179) == -2 and difference("T in II", 0.3, 0.1) == pytest.approx(0.2)


def test_clinical_features_bear_what_is_missing(sinus):
    row = measured_row(sinus)["measurements"]
    assert features(row).shape == (len(FEATURES),) and np.isfinite(features(row)).all()
    missing = features({**row, "qt": None, "t_amplitude": dict.fromkeys(row["t_amplitude"])})
    assert np.isnan(missing).sum() == 4
    one, real = standardised(
        [np.stack([missing]), np.stack([features(row)] * 3)], np.stack([features(row)] * 3)
    )
    assert np.isfinite(one).all() and np.allclose(real, 0, atol=1e-6)
    assert np.isnan(quantity({}, "R in V5"))


def test_the_store_goes_on_after_a_line_that_was_cut_short(tmp_path, sinus):
    store = Store(tmp_path, "draws")
    store.append({"key": "one", **measured_row(sinus)}, measured_arrays(sinus))
    store.append({"key": "two", "failed": "no beats"})
    with (tmp_path / "draws.jsonl").open("a") as file:
        file.write('{"key": "thr')
    with (tmp_path / "draws.beat").open("ab") as file:
        file.write(b"\0" * 100)
    again = Store(tmp_path, "draws")
    assert [row["key"] for row in again.rows] == ["one", "two"]
    again.append({"key": "three"}, measured_arrays(sinus))
    beats, strips = again.arrays("beat"), again.arrays("strip")
    assert beats.shape == (3, 8, 500) and not beats[1].any()
    assert np.array_equal(beats[0], beats[2]) and np.array_equal(strips[0], strips[2])
    assert json.dumps(again.rows[0]) == json.dumps(store.rows[0])


def test_the_kept_strip_is_the_recording_at_100_hz_in_microvolts(sinus):
    kept = measured_arrays(sinus)["strip"]
    whole = sinus.delineation.signal
    assert kept.shape == (8, 1000) and kept.dtype == np.int16
    assert kept[1, 100] == pytest.approx(1000 * whole[1, 500:505].mean(), abs=1)


def test_a_draw_does_not_depend_on_the_others():
    alone = condition_draws(["atrial fibrillation"], 5, 1)
    among = condition_draws(["sinus rhythm", "atrial fibrillation"], 9, 1)
    assert alone == [d for d in among if d.name == "atrial fibrillation" and d.reference < 5]
    assert len({draw.key for draw in among}) == 18 and len({draw.seed for draw in among}) == 18
    low, high = rate_range(("atrial fibrillation",))
    assert all(low <= draw.rate <= high for draw in among if draw.name == "atrial fibrillation")
    assert condition_draws(["atrial fibrillation"], 5, 2) != alone
    assert rate_range(("sinus bradycardia", "ventricular premature complex")) == (45, 59)


def test_twins_for_comparison_have_the_rates_of_real_records_and_each_patient_once():
    records = [_record(str(k), str(k)) for k in range(12)] + [_record("af", "af", labels=("AFIB",))]
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


def test_conditions_are_chosen_by_any_name():
    draws = condition_draws(["sinus rhythm", "sinus bradycardia + ventricular premature complex"], 2, 1)
    assert {d.name for d in chosen(draws, ["sinus bradycardia + PVC"])} == {draws[-1].name}
    assert chosen(draws, None) == draws
    with pytest.raises(EcgError, match="not among these draws"):
        chosen(draws, ["AF"])


def test_variants_say_what_is_switched_off():
    assert variant_of() == Variant(DEFAULT, {}) and variant_of(virtual=True).name == VIRTUAL
    found = variant_of(steps=20, strength=2.5, identity=False, rhythm="none")
    assert found.name == "no identity, no score, strength 2.5, 20 steps"
    assert found.changes == {"identity": 0.0, "rhythm": "none", "strength": 2.5, "steps": 20}
    assert variant_of(rhythm="learned") == Variant("learned rhythm", {"rhythm": "learned"})
    with pytest.raises(EcgError, match="no switches"):
        variant_of(steps=20, virtual=True)


def _record(key, patient, database="PTB-XL", labels=("SR", "NORM"), recording=None):
    recording = recording or Recording(np.zeros((12, 10)), 500.0, patient=Patient(60, "F"))
    return RealRecord(key, database, patient, labels, recording)


def test_references_are_unseen_normal_and_one_a_patient():
    unseen = [p for p in map(str, range(200)) if held_out(p)]
    seen = next(p for p in map(str, range(200)) if not held_out(p))
    records = [
        _record("L/1", unseen[0], "LUDB", ("Sinus rhythm", "Electric axis of the heart: normal")),
        _record("X/2", unseen[1]),
        _record("X/3", unseen[1]),
        _record("X/4", unseen[2], labels=("SR", "NORM", "LVH")),
        _record("X/5", seen),
        _record("L/6", unseen[3], "LUDB", ("Sinus rhythm", "Left ventricular hypertrophy")),
    ]
    assert [record.key for record in held_out_normals(records, 2)] == ["X/2", "L/1"]
    with pytest.raises(EcgError, match="Only 2"):
        held_out_normals(records, 3)
    assert not also_normal(records[5])
    assert [r.key for r in one_each(records[1:3])] == ["X/2"]
    assert [(a.key, b.key) for a, b in second_recordings(records)] == [("X/2", "X/3")]


def test_labels_of_real_records():
    assert has_label(_record("a", "1"), "sinus rhythm")
    assert not has_label(_record("a", "1", labels=("SR", "NORM", "LVH")), "sinus rhythm")
    assert has_label(_record("a", "1", labels=("SBRAD",)), "sinus bradycardia")
    assert has_label(_record("a", "1", labels=("AFIB",)), "atrial fibrillation")
    real = RealSet(
        [_record("a", "1"), _record("b", "1"), _record("c", "2")], [{}, {}, {"failed": "x"}], None, None
    )
    assert real.usable().tolist() == [0]
    states = target_states(("sinus bradycardia",), ("sinus rhythm", "long QT"))
    assert states.tolist() == [PRESENT, ABSENT]
    assert target_states(("long QT",), ("sinus rhythm", "long QT")).tolist() == [UNKNOWN, PRESENT]


@pytest.fixture(scope="module")
def two_classes():
    """Strips of two kinds that differ in one wave, with labels."""
    rng = np.random.default_rng(1)
    kind = np.arange(120) % 2
    strips = rng.normal(0, 40, (120, 8, 1000))
    for k in range(120):
        strips[k, :, rng.integers(0, 60) :: 80] += 600
        strips[k, 2:5, rng.integers(0, 60) + 20 :: 80] += 500 * kind[k]
    return strips.astype(np.int16), np.where(np.stack([kind, 1 - kind], 1) == 1, PRESENT, ABSENT), kind


def test_the_encoder_learns_and_is_seeded(two_classes, monkeypatch):
    monkeypatch.setattr("ecgtwin_app.evaluation.metrics.encoder.BATCH", 32)
    strips, states, kind = two_classes
    network = fit(strips[:80], states[:80], seed=1, steps=90)
    scores = scores_of(network, strips[80:])
    assert np.mean((scores[:, 0] > scores[:, 1]) == (kind[80:] == 1)) > 0.9
    encoded = features_of(network, strips[:20])
    assert encoded.shape == (20, ENCODED)
    assert np.allclose(features_of(fit(strips[:80], states[:80], seed=1, steps=90), strips[:20]), encoded)


def test_use_is_high_for_twins_like_the_real_and_chance_for_others(two_classes, monkeypatch):
    strips, states, _ = two_classes

    # Least squares on the leads' spread in place of the network: what is tested is who trains and who tests.
    def leads(x):
        return np.column_stack([x.std(axis=2), np.ones(len(x))])

    def quick(x, y, seed):
        return np.linalg.lstsq(leads(x), y == PRESENT, rcond=None)[0]

    monkeypatch.setattr("ecgtwin_app.evaluation.metrics.tstr.fit", quick)
    monkeypatch.setattr(
        "ecgtwin_app.evaluation.metrics.tstr.scores_of", lambda network, x: leads(x) @ network
    )
    patients = [str(k // 2) for k in range(60)]
    found = tstr(strips[:60], states[:60], patients, strips[60:], states[60:], ("one", "other"), 1)
    assert found["labels"] == ["one", "other"]
    assert min(found[way]["macro"]["value"] for way in ("TRTR", "TSTR", "TRTS")) > 0.9
    wrong = tstr(strips[:60], states[:60], patients, strips[60:], states[60:, ::-1], ("one", "other"), 1)
    assert wrong["TSTR"]["macro"]["value"] < 0.1
    assert "TSTR" not in tstr(strips[:4], states[:4], patients[:4], strips, states, ("one", "other"), 1)


def _rows(sinus, count, met=True, name="sinus rhythm"):
    base = np.eye(4)
    row = measured_row(sinus) | {
        "kind": "conditions", "name": name, "met": met, "missed": [] if met else ["PR interval"], "residual_uv": 0.0,
        "rate_error": 0.1, "timing": time_events(_score(BEATS), sinus).to_json(), "seconds": 0.2, "variant": DEFAULT,
    }  # fmt: skip
    return [
        {**row, "key": f"{name}{k}", "reference": f"r{k % 4}", "base": base[k % 4].tolist()}
        for k in range(count)
    ]


@pytest.fixture
def references(sinus):
    spread = {"axis": 2.0, "QRS voltage": 0.05, "T in II": 0.02, "T in V5": 0.02}
    return {
        f"r{k}": measured_row(sinus) | {"base": np.eye(4)[k].tolist(), "spread": spread, "patient": str(k)}
        for k in range(4)
    }


def test_the_figures_of_a_condition(sinus, references):
    rows = _rows(sinus, 8) + _rows(sinus, 1, met=False) + [{"failed": "no beats", "reference": "r0"}]
    found = condition_figures("sinus rhythm", rows, _rows(sinus, 4), references, 1)
    assert found["n"] == 10 and found["failed"] == 1
    assert found["pass_rate"]["value"] == 0.8 and found["pass_rate_virtual"]["value"] == 1
    assert found["missed"] == {"PR interval": 1}
    assert found["identity"]["top1"]["value"] == 1 and found["identity"]["floor"] == 0
    assert found["rate_error"]["value"] == pytest.approx(0.1)
    assert all(entry["within"]["value"] == 1 for entry in found["preservation"].values())
    moved = [replace_usual(row, "axis", 30) for row in rows[:9]]
    assert (
        condition_figures("sinus rhythm", moved, [], references, 1)["preservation"]["axis"]["within"]["value"]
        == 0
    )
    assert (
        "axis" not in condition_figures("left bundle branch block", rows, [], references, 1)["preservation"]
    )


def replace_usual(row, name, by):
    return {**row, "usual": {**row["usual"], name: row["usual"][name] + by}}


def test_draws_are_made_once_and_stop_at_the_deadline(tmp_path, sinus):
    store, made = Store(tmp_path, "draws"), []

    def performer(draw: Draw):
        made.append(draw.key)
        return {"met": True}, measured_arrays(sinus)

    draws = condition_draws(["sinus rhythm"], 3, 1)
    people = [_record(str(k), str(k)) for k in range(3)]
    assert perform_all(performer, draws[:2], people, variant_of(), store) == 0
    assert perform_all(performer, draws, people, variant_of(), store, deadline=-1.0) == 1
    assert perform_all(performer, draws, people, variant_of(), Store(tmp_path, "draws")) == 0
    assert made == [draw.key for draw in draws]
    assert perform_all(performer, draws, people, variant_of(steps=20), Store(tmp_path, "draws"), -1.0) == 3


def _report(sinus, references):
    figures = condition_figures("sinus rhythm", _rows(sinus, 8), _rows(sinus, 4), references, 1)
    group = {k: figures[k] for k in ("pass_rate", "rate_error", "timing", "identity")}
    variant = {
        "conditions": {"sinus rhythm": figures},
        "combinations": {},
        "groups": {"rhythm": group, "all": group},
    }
    report = {
        "model": "a <b>", "weights_sha256": "0" * 64, "references": ["r0"], "reference_databases": {"PTB-XL": 1},
        "referees": ["x"], "settings": {"seed": 1, "steps": 10, "strength": 1.5}, "variants": {DEFAULT: variant},
        "day_to_day": {"identity": figures["identity"], "preservation": {"axis": 3.0}, "patients": 2, "unseen": 1},
        "speed": {"machine": "m", "twins_a_run": 2, "runs": [
            {"device": "cpu", "threads": 2, "steps": 10, "seconds": 0.2, "sampling": 0.1, "error_uv": 3.0}]},
    }  # fmt: skip
    return report | {"bar": bar(report)}


def test_the_bar_tells_reached_from_missed_and_from_not_measured(sinus, references):
    report = _report(sinus, references)
    met = {line["name"]: line["met"] for line in report["bar"]}
    assert met["heart rate error with the score"] and met["seconds a twin, two threads"]
    assert met["heart rate error with a learned rhythm"] is None
    report["variants"][DEFAULT]["conditions"]["sinus rhythm"]["pass_rate"]["value"] = 0.5
    assert bar(report)[0]["met"] is False


def test_the_page_is_whole_and_fetches_nothing(sinus, references):
    text = page(_report(sinus, references), {"sinus rhythm": "<p>plot</p>"})
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    assert "a &lt;b&gt;" in text and "<script" not in text
    assert not re.search(r"(src|href)\s*=|@import|https?:", text)
    assert text.count("<svg") == text.count("</svg>") and text.count("<table>") == text.count("</table>")


def test_plots_stand_where_their_values_say():
    text = dots([Dot("one", {"value": 0.5, "low": 0.4, "high": 0.6, "n": 7})], 0, 1, percent=True)
    left, right = (float(x) for x in re.search(r"M([\d.]+) [\d.]+H([\d.]+)", text).groups())
    middle = float(re.search(r'cx="([\d.]+)"', text).group(1))
    assert (
        left < middle < right
        and middle == pytest.approx((left + right) / 2, abs=0.1)
        and "50 %  (n = 7)" in text
    )
    assert "not measured" in dots([Dot("none", {"value": None, "n": 0})], 0, 1)
    assert curves({}, "a", "b") == "" and curves({"x": [(1, 1), (2, 3)]}, "a", "b").count("<circle") == 2


def test_an_ecg_is_drawn_true_to_scale():
    signal = np.zeros((12, 5000))
    signal[0, 500:700] = 1.0  # lead I, one millivolt
    text = ecg(Recording(signal, 500.0, synthetic=True), "t < u")
    assert "t &lt; u" in text
    rows = re.findall(r'<path d="M([\d.]+) ([\d.]+)((?:l[-\d.]+ [-\d.]+)+)"', text)
    assert len(rows) == 13
    steps = np.array(re.findall(r"l([-\d.]+) ([-\d.]+)", rows[0][2]), float)
    assert steps[:, 1].min() == pytest.approx(-10 * 3.2) and steps[:, 0].sum() == pytest.approx(
        2.5 * 25 * 3.2, abs=0.5
    )


def _arguments(*words):
    parser = ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([*words])


def test_the_command_refuses_what_makes_no_sense(tmp_path):
    with pytest.raises(EcgError, match="Nothing is left"):
        command.main(_arguments("--data", "x", "--out", "y", "--draw-only", "--figures-only"))
    with pytest.raises(EcgError, match="at least 2"):
        command.main(_arguments("--data", "x", "--out", "y", "--references", "1"))


@pytest.fixture
def small_data(tmp_path):
    """A data folder of eight patients, four of them held out, in the real layout."""
    return write_small_data(tmp_path / "data")


def test_an_evaluation_in_pieces(small_data, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "ecgtwin_app.evaluation.metrics.encoder.fit", lambda x, y, seed: fit(x, y, seed, steps=2)
    )
    common = ["--data", str(small_data), "--out", str(tmp_path / "out"), "--work", str(tmp_path / "work")]
    common += ["--references", "3", "--sets", "conditions", "--condition", "sinus rhythm", "--no-gallery"]
    assert command.main(_arguments(*common, "--draw-only", "--virtual")) == 0
    assert not (tmp_path / "out").exists()
    assert command.main(_arguments(*common, "--steps", "2", "--no-tstr")) == 0
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert list(report["variants"]) == [VIRTUAL, "2 steps"] and report["reference_databases"] == {"PTB-XL": 3}
    figures = report["variants"]["2 steps"]["conditions"]["sinus rhythm"]
    assert figures["n"] == 3 and figures["pass_rate_virtual"]["n"] == 3 and figures["lead_law_uv_max"] <= 0.01
    assert not (tmp_path / "out" / "pass_rates.json").exists()  # only the model as it ships has pass rates
    (store,) = (tmp_path / "work").glob("*/draws.jsonl")
    before = store.read_text()
    assert command.main(_arguments(*common, "--figures-only", "--no-utility")) == 0
    assert store.read_text() == before
    assert "<svg" in (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")


def test_real_recordings_that_pose_as_twins_lie_at_the_floor(tmp_path, sinus, monkeypatch):
    monkeypatch.setattr(
        "ecgtwin_app.evaluation.metrics.encoder.fit", lambda x, y, seed: fit(x, y, seed, steps=2)
    )
    rng, row, arrays = np.random.default_rng(2), measured_row(sinus), measured_arrays(sinus)

    def drawn(key):
        """Another heart: every amplitude and interval of the same beat scattered a little."""
        scattered = {
            name: {k: v * rng.normal(1, 0.1) for k, v in value.items()}
            if isinstance(value, dict)
            else value and value * rng.normal(1, 0.1)
            for name, value in row["measurements"].items()
        }
        noise = {
            name: array + rng.normal(0, 30 if name == "strip" else 0.03, array.shape)
            for name, array in arrays.items()
        }
        return {"key": key, "measurements": scattered, "shows": ["sinus rhythm"]}, noise

    made = [drawn(str(k)) for k in range(60)]
    seen = [p for p in map(str, range(400)) if not held_out(p)][:40]
    unseen = [p for p in map(str, range(400)) if held_out(p)][:20]
    blocks = {key: np.stack([arrays[key] for _, arrays in made]) for key in ("strip", "beat")}
    records = [_record(f"X/{p}", p) for p in seen + unseen]
    real = RealSet(records, [row for row, _ in made], blocks["strip"].astype(np.int16), blocks["beat"])
    store = Store(tmp_path, "draws")
    store.append({"variant": "reference", "key": "r0", "patient": "0", "base": [1.0, 0.0], **row}, arrays)
    store.append({"variant": "reference", "key": "r1", "patient": "1", "base": [0.0, 1.0], **row}, arrays)
    for k in range(30):
        twin, noise = drawn(f"t{k}")
        about = {"variant": DEFAULT, "kind": "realism", "name": "sinus rhythm", "reference": "r0"}
        store.append(about | twin, noise)
    report = assemble(store, real, ("sinus rhythm", "long QT"), tmp_path, 1, with_tstr=False)
    found = report["variants"][DEFAULT]["realism"]
    assert found["n"] == 30 and 0.5 < found["frechet_clinical"]["ratio"] < 2
    qrs = found["distributions"]["sinus rhythm"]["QRS"]
    assert 0.85 < qrs["ratio"]["value"] < 1.15 and qrs["ratio"]["floor"][0] < 1 < qrs["ratio"]["floor"][1]
    assert set(report["normal_alone"]) == {DEFAULT} and report["memorisation"]["all"]["closer"]["value"] < 0.4
    assert len(report["referees"]) == 1


def test_forty_unseen_normal_patients_are_there(real_data):
    found = held_out_normals(load_real(real_data), 40)
    assert len({record.patient for record in found}) == 40 and all(record.held_out for record in found)
    assert sum(record.database == "PTB-XL" for record in found) >= 35

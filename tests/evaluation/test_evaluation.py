"""The evaluation's own workings: events, spread, store, draws, figures, pages; on virtual truth."""

import json
import re
from argparse import ArgumentParser
from types import SimpleNamespace

import numpy as np
import pytest
from evaluated import BEATS, real_record, score_of_beats
from small_data import write_small_data
from synthetic_ecg import strip

from ecgtwin_app.conditions.verdict import PLAUSIBILITY
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.twin import AskedGot
from ecgtwin_app.evaluation import main as command
from ecgtwin_app.evaluation.figures.assemble import assemble
from ecgtwin_app.evaluation.figures.bar import bar
from ecgtwin_app.evaluation.figures.by_condition import condition_figures
from ecgtwin_app.evaluation.metrics.encoder import fit
from ecgtwin_app.evaluation.metrics.events import time_events
from ecgtwin_app.evaluation.report.page import page
from ecgtwin_app.evaluation.report.svg import Dot, curves, dots, ecg
from ecgtwin_app.evaluation.runs.draws import Draw, chosen, condition_draws, rate_range
from ecgtwin_app.evaluation.runs.measured import measured_arrays, measured_row
from ecgtwin_app.evaluation.runs.perform import ModelPerformer, perform_all
from ecgtwin_app.evaluation.runs.real_set import RealSet
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.evaluation.runs.variants import DEFAULT, VIRTUAL, Variant, variant_of
from ecgtwin_app.training.collections.records import held_out


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


def test_conditions_are_chosen_by_any_name():
    draws = condition_draws(["sinus rhythm", "sinus bradycardia + ventricular premature complex"], 2, 1)
    assert {d.name for d in chosen(draws, ["sinus bradycardia + PVC"])} == {draws[-1].name}
    assert chosen(draws, None) == draws
    with pytest.raises(EcgError, match="not among these draws"):
        chosen(draws, ["AF"])


def test_variants_say_what_is_switched_off():
    assert variant_of() == Variant(DEFAULT, {}) and variant_of(virtual=True).name == VIRTUAL
    found = variant_of(steps=20, strength=2.5, identity=False, rhythm="learned")
    assert found.name == "no identity, learned rhythm, strength 2.5, 20 steps"
    assert found.changes == {"identity": 0.0, "rhythm": "learned", "strength": 2.5, "steps": 20}
    assert variant_of(rhythm="learned") == Variant("learned rhythm", {"rhythm": "learned"})
    with pytest.raises(EcgError, match="no switches"):
        variant_of(steps=20, virtual=True)


def test_lines_of_plausibility_are_told_apart_from_what_was_asked():
    shown, _ = strip(onsets=BEATS)
    lines = [
        AskedGot("PR interval", "ms", "", None, None, False),
        AskedGot("R in V5", "mV", "", None, 5.0, False, PLAUSIBILITY),
        AskedGot("heart rate", "1/min", "", None, 60.0, True),
    ]
    twin = SimpleNamespace(
        recording=shown, asked_got=lines, score=None, met=False, lead_law_residual_uv=0.0, seconds=0.1
    )
    engine = SimpleNamespace(generate=lambda *_: [twin], base_vector=lambda _: np.ones(3))
    references = [real_record("one", "somebody", recording=shown)]
    row, _ = ModelPerformer(engine, references, Variant(DEFAULT, {}))(
        Draw("conditions", "sinus rhythm", 0, 60.0, 1)
    )
    assert (row["missed"], row["implausible"]) == (["PR interval"], ["R in V5"])


def _rows(sinus, count, met=True, name="sinus rhythm"):
    base = np.eye(4)
    row = measured_row(sinus) | {
        "kind": "conditions", "name": name, "met": met, "missed": [] if met else ["PR interval"], "residual_uv": 0.0,
        "rate_error": 0.1, "timing": time_events(score_of_beats(BEATS), sinus).to_json(), "seconds": 0.2, "variant": DEFAULT,
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
    people = [real_record(str(k), str(k)) for k in range(3)]
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
        "ecgtwin_app.evaluation.metrics.encoder.fit", lambda x, y, seed, *_: fit(x, y, seed, steps=2)
    )
    common = ["--data", str(small_data), "--out", str(tmp_path / "out"), "--work", str(tmp_path / "work")]
    common += ["--references", "3", "--sets", "conditions", "--condition", "sinus rhythm", "--no-gallery"]
    assert command.main(_arguments(*common, "--draw-only", "--virtual")) == 0
    assert not (tmp_path / "out").exists()
    assert command.main(_arguments(*common, "--steps", "3", "--no-tstr")) == 0
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert list(report["variants"]) == [VIRTUAL, "3 steps"] and report["reference_databases"] == {"PTB-XL": 3}
    figures = report["variants"]["3 steps"]["conditions"]["sinus rhythm"]
    assert figures["n"] == 3 and figures["pass_rate_virtual"]["n"] == 3 and figures["lead_law_uv_max"] <= 0.01
    assert not (tmp_path / "out" / "pass_rates.json").exists()  # only the model as it ships has pass rates
    (store,) = (tmp_path / "work").glob("*/draws.jsonl")
    before = store.read_text()
    assert command.main(_arguments(*common, "--figures-only", "--no-utility")) == 0
    assert store.read_text() == before
    assert "<svg" in (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")


def test_real_recordings_that_pose_as_twins_lie_at_the_floor(tmp_path, sinus, monkeypatch):
    monkeypatch.setattr(
        "ecgtwin_app.evaluation.metrics.encoder.fit", lambda x, y, seed, *_: fit(x, y, seed, steps=2)
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
    records = [real_record(f"X/{p}", p) for p in seen + unseen]
    real = RealSet(records, [row for row, _ in made], blocks["strip"].astype(np.int16), blocks["beat"])
    store = Store(tmp_path, "draws")
    store.append({"variant": "reference", "key": "r0", "patient": "0", "base": [1.0, 0.0], **row}, arrays)
    store.append({"variant": "reference", "key": "r1", "patient": "1", "base": [0.0, 1.0], **row}, arrays)
    for k in range(30):
        twin, noise = drawn(f"t{k}")
        about = {"variant": DEFAULT, "kind": "realism", "name": "sinus rhythm", "reference": "r0"}
        store.append(about | twin, noise)
    report = assemble(store, real, ("sinus rhythm", "long QT"), tmp_path, 1)
    found = report["variants"][DEFAULT]["realism"]
    assert found["n"] == 30 and 0.5 < found["frechet_clinical"]["ratio"] < 2
    qrs = found["distributions"]["sinus rhythm"]["QRS"]
    assert 0.85 < qrs["ratio"]["value"] < 1.15 and qrs["ratio"]["floor"][0] < 1 < qrs["ratio"]["floor"][1]
    assert set(report["normal_alone"]) == {DEFAULT} and report["memorisation"]["all"]["closer"]["value"] < 0.4
    assert len(report["referees"]) == 1

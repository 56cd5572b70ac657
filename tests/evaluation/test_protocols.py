"""The protocols of any reference: who is asked, what is drawn, what the outcome says; with engines that stand in."""

import json

import numpy as np
import pytest
from evaluated import real_record

from ecgtwin_app.evaluation.judge.labels import FINDINGS, NAMES
from ecgtwin_app.evaluation.protocols import removal
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, read_outcome, write_outcome
from ecgtwin_app.evaluation.protocols.page import page
from ecgtwin_app.evaluation.protocols.references import at_rate, findings_of, healthy, in_turn, sick
from ecgtwin_app.training.collections.records import held_out

UNSEEN = [name for name in (f"p{k}" for k in range(200)) if held_out(name)]
SEEN = [name for name in (f"p{k}" for k in range(200)) if not held_out(name)]


def test_references_are_held_out_and_one_a_patient():
    records = [
        real_record("a", UNSEEN[0]),
        real_record("b", UNSEEN[0]),
        real_record("c", SEEN[0]),
        real_record("d", UNSEEN[1], labels=("CLBBB", "SR")),
        real_record("e", UNSEEN[2], labels=("SBRAD",)),
        real_record("f", UNSEEN[3], "LUDB", ("Sinus rhythm",)),
    ]
    assert [r.key for r in healthy(records)] == ["f", "a"] or [r.key for r in healthy(records)] == ["a", "f"]
    assert [r.key for r in sick(records)] == ["d"]
    assert [f.name for f in findings_of(records[3])] == ["left bundle branch block"]
    assert findings_of(records[4]) == ()


def test_groups_come_in_turn_the_smallest_first():
    assert in_turn(["a1", "a2", "a3", "b1"], lambda x: x[0]) == ["b1", "a1", "a2", "a3"]


def _row(key, finding="left bundle branch block", judged=0.9, criteria=("left bundle branch block",), base=0):
    vector = np.eye(4)[base].tolist()
    probabilities = dict.fromkeys(NAMES, 0.0) | {finding: judged}
    asked = next(list(f.asked) for f in FINDINGS if f.name == finding)
    return {
        "key": key, "reference": key, "finding": finding, "asked": asked, "judged": probabilities,
        "criteria": list(criteria), "base": vector,
    }  # fmt: skip


def test_what_is_still_there_after_removal_is_counted():
    before = {key: _row(key, base=k) for k, key in enumerate("abcd")}
    twins = [
        _row("a", base=0),
        _row("b", judged=0.1, criteria=("sinus rhythm",), base=1),
        _row("c", judged=0.4, criteria=("sinus rhythm",), base=1),
        {**_row("d"), "failed": "no beats"},
    ]
    normals = [_row("n", judged=0.0, criteria=("sinus rhythm",))]
    found = removal.outcome(twins, before, normals, [], 1)
    still, unmet, atrial, identity, failed = found.lines
    assert still.value == pytest.approx(1 / 3) and still.floor == 0 and still.met is False
    assert unmet.value == pytest.approx(2 / 3) and unmet.floor == 1
    assert atrial.value is None and atrial.met is None
    assert identity.value == pytest.approx(2 / 3)
    assert failed.value == 0.25 and "no beats" in failed.note
    ((name, n, first, seen, met, floor, top1),) = found.tables[0].rows
    assert (name, n, first) == ("left bundle branch block", 3, 0.9)
    assert (seen, met, floor, top1) == pytest.approx((1 / 3, 1 / 3, 0, 2 / 3))


def test_an_outcome_comes_back_from_its_file(tmp_path):
    one = Outcome(
        "removal", "Gone?", "So.", (Line("x", 0.5, 0.4, 0.6, 10),), (Table("T", ("a",), (("b",),)),)
    )
    write_outcome(tmp_path / "x.json", one, {"seed": 1})
    again, about = read_outcome(tmp_path / "x.json")
    assert again == one and about == {"seed": 1}
    assert json.loads((tmp_path / "x.json").read_text())["lines"][0]["name"] == "x"


def test_the_page_names_what_is_worse_than_real_first():
    lines = (
        Line("good", 0.99, 0.95, 1.0, 40, aim=0.9, floor=0.9),
        Line("missed", 0.8, 0.7, 0.9, 40, aim=0.9),
        Line("worse", 0.5, 0.4, 0.6, 40, aim=0.15, floor=0.02, less=True),
        Line("within chance", 0.05, 0.0, 0.1, 40, floor=0.02, less=True),
    )
    about = {"model": "m", "weights_sha256": "0" * 64, "seed": 1, "references": 40}
    text = page([(Outcome("removal", "Gone?", "So.", lines), about)])
    order = [text.index(f"| {name} |") for name in ("worse", "missed", "good", "within chance")]
    assert order == sorted(order) and text.index("Worse than real") < order[0] < text.index(
        "Aims that are missed"
    )
    assert "| worse | 50 % (40 % to 60 %) | 40 | 2 % | ≤ 15 % | missed |" in text


def test_a_share_of_few_is_called_neither_reached_nor_missed():
    about = {"model": "m", "weights_sha256": "0" * 64, "seed": 1, "references": 2}
    lines = (Line("few", 1.0, 0.2, 1.0, 1, aim=0.9), Line("many", 1.0, 0.9, 1.0, 40, aim=0.9))
    text = page([(Outcome("removal", "Gone?", "So.", lines), about)])
    assert "| few | 100 % (20 % to 100 %) | 1 | – | ≥ 90 % | too few to say |" in text
    assert "| many | 100 % (90 % to 100 %) | 40 | – | ≥ 90 % | reached |" in text


def test_a_real_record_is_asked_for_at_its_own_rate():
    assert at_rate(("sinus rhythm",), 56.6) == (("sinus bradycardia",), 56.6)
    assert at_rate(("sinus rhythm", "left bundle branch block"), 104.0)[0][0] == "sinus tachycardia"
    assert at_rate(("left bundle branch block",), 56.6) == (("left bundle branch block",), 56.6)
    assert at_rate(("sinus tachycardia",), 95.0) == (("sinus tachycardia",), pytest.approx(100, abs=1))
    assert at_rate(("sinus rhythm",), None) == (("sinus rhythm",), None)

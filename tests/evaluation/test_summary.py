"""The evaluation's small table, and its full document under the keys of today and of earlier versions."""

import json

import pytest
from places import ROOT

from ecgtwin_app.evaluation.report.document import RENAMED, read_report, write_report
from ecgtwin_app.evaluation.report.summary import summary


def _figure(value, low=0.0, high=1.0, n=40):
    return {"value": value, "low": low, "high": high, "n": n}


def _report() -> dict:
    figures = {
        "pass_rate": _figure(0.95, 0.83, 0.99), "pass_rate_virtual": _figure(0.9),
        "rate_error": _figure(0.123, 0.1, 0.2), "timing": {f"{w}_timing": _figure(2.0) for w in "rp"},
        "identity": {"top1": _figure(0.5, 0.35, 0.65), "floor": 0.025, "gap": _figure(0.77, 0.7, 0.8)},
        "identity_virtual": {"top1": _figure(0.6)},
        "preservation": {"axis": {"within": _figure(0.9, n=10)}, "T in II": {"within": _figure(0.6, n=30)}},
    }  # fmt: skip
    return {
        "model": "m", "references": ["a"], "weights_sha256": "0" * 64,
        "settings": {"seed": 1, "steps": 4, "strength": 1.5},
        "variants": {"default": {"conditions": {"long QT": figures}, "groups": {"all": figures}}},
        "bar": [{"name": "x", "aim": "all", "value": 0.5, "unit": "share", "met": False}],
        "memorisation": {"all": {"closer": _figure(0.004, 0.002, 0.008)}},
        "tstr": {"TSTR": {"macro": _figure(0.657, 0.57, 0.75, 16)}},
    }  # fmt: skip


def test_a_row_a_condition_with_n_interval_and_floor():
    lines = summary(_report()).splitlines()
    (row,) = (line for line in lines if line.startswith("| long QT"))
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "long QT", "40", "95 % (83 to 99)", "90 %", "0.12 (0.1 to 0.2)", "2", "2", "50 % (35 to 65)", "2.5 %", "60 %",
        "67.5 %",
    ]  # fmt: skip
    assert any("0.4 % (0 to 1) | 5 %" in line for line in lines)
    assert any(line.startswith("| x | all | 50 % | missed") for line in lines)
    widths = {}
    for number, line in enumerate(lines):
        if line.startswith("| ---"):
            widths[number] = line.count("|")
            assert lines[number - 1].count("|") == lines[number + 1].count("|") == line.count("|")
    assert len(widths) == 3


def test_documents_of_earlier_versions_are_read_under_todays_keys(tmp_path):
    path = tmp_path / "evaluation.json"
    written = write_report(path, _report() | {"nan": float("nan")})
    assert read_report(path) == written and written["nan"] is None
    text = path.read_text(encoding="utf-8")
    for old, new in RENAMED.items():
        text = text.replace(f'"{new}"', f'"{old}"')
    assert '"untouched"' in text and '"preservation"' not in text
    path.write_text(text, encoding="utf-8")
    assert read_report(path) == written


def test_the_committed_page_agrees_with_the_pass_rates_beside_the_weights():
    text = (ROOT / "docs" / "any_patient.md").read_text(encoding="utf-8")
    manifest = json.loads((ROOT / "weights" / "manifest.json").read_text(encoding="utf-8"))
    assert f"{manifest['name']}, weights" in text
    (table,) = [
        part for part in text.split("### ") if part.startswith("By condition\n\n| condition | n | met |")
    ]
    rows = {line.split("|")[1].strip(): line.split("|")[3] for line in table.splitlines() if "|" in line}
    rates = json.loads((ROOT / "weights" / "pass_rates.json").read_text(encoding="utf-8"))
    assert rates
    for name, rate in rates.items():
        assert float(rows[name]) == pytest.approx(rate, abs=0.006), name


def test_a_table_of_other_weights_says_so():
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    name = json.loads((ROOT / "weights" / "manifest.json").read_text(encoding="utf-8"))["name"]
    measured = text.splitlines()[0].removeprefix("# Evaluation of ")
    assert measured == name or "the networks before those that ship" in text
    assert len(text.splitlines()) < 150

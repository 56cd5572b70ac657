"""`ecgtwin evaluate compare`: the page of all generators, with those that cannot do it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from command_line import refused
from drawn_patients import DrawnPatients

from ecgtwin_app.cli.main import main
from ecgtwin_app.engine.choice import EngineChoice
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.evaluation import compare


@pytest.fixture
def nobody(monkeypatch):
    """The generator of new patients needs no weights; all others are those that ship."""
    load = EngineChoice.load

    def loaded(choice):
        return TwinEngine(DrawnPatients()) if choice.generator == "sssd" else load(choice)

    monkeypatch.setattr(compare.EngineChoice, "load", loaded)


def test_one_page_holds_every_generator(nobody, capsys, tmp_path):
    arguments = [
        "evaluate",
        "compare",
        "--condition",
        "LBBB",
        "--condition",
        "healthy",
        "--condition",
        "AF + LBBB",
    ]
    assert main([*arguments, "--seed", "4", "--out", str(tmp_path)]) == 0
    cells = json.loads((tmp_path / "compare.json").read_text("utf-8"))["cells"]
    assert [cell["generator"] for cell in cells] == ["ecgtwin"] * 3 + ["published"] * 3 + ["sssd"] * 3
    assert [cell["met"] for cell in cells if cell["generator"] == "published"] == [None] * 3
    assert "needs its authors' files" in cells[3]["reason"]
    assert cells[0]["seed"] == 4 and cells[0]["met"] and 50 < cells[0]["heart_rate"] < 75
    assert cells[6]["of_nobody"] and cells[6]["weights_sha256"] == "a1" * 32
    page = (tmp_path / "compare.html").read_text("utf-8")
    # The reference once, and a strip for each that could be made.
    assert page.count('class="paper"') == 1 + sum(cell["met"] is not None for cell in cells)
    for words in ("ECGTwin as published", "needs its authors", "synthetic and not for diagnosis", "a new patient",
                  "atrial fibrillation + left bundle branch block"):  # fmt: skip
        assert words in page
    assert "http" not in page.replace("http://www.w3.org", "")
    for svg in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + svg.split("</svg>")[0] + "</svg>")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--condition", "something"), "something"),
        (("--weights", "nobody=here"), "--weights says NAME=DIR"),
        (("--seed", "-1"), "seed must be between"),
        (("there.hea",), "there.hea"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(capsys, tmp_path, arguments, words):
    refused(capsys, "evaluate", "compare", *arguments, "--out", tmp_path / "out", words=words)
    assert not (tmp_path / "out").exists()

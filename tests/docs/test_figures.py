"""docs/figures.md names a command for every figure of the model card, and every command that it names is there."""

from __future__ import annotations

import re

import pytest
from places import ROOT

from ecgtwin_app.cli.main import main

TEXT = (ROOT / "docs" / "figures.md").read_text("utf-8")


def rows_of(text, heading):
    """First cells of the first table below a heading."""
    table = re.search(r"^\|---.*\n((?:\|.*\n)+)", text[text.index(heading) :], re.MULTILINE)
    return [re.split(r"\s\|", row)[0].removeprefix("| ") for row in table[1].splitlines()]


def test_every_figure_of_the_card_has_its_command_in_the_card_s_order():
    card = rows_of((ROOT / "weights" / "MODEL_CARD.md").read_text("utf-8"), "## Measured")
    named = rows_of(TEXT, "## The model card")
    assert [row[:9] for row in named] == [row[:9] for row in card]


def runs(path):
    return path.is_file() or (path / "__main__.py").is_file()


def test_every_program_that_is_named_is_there():
    found = re.findall(r"`(?:python )?((?:benchmarks|packaging)/[\w./]+)", TEXT)
    assert len(found) > 15 and [path for path in found if not runs(ROOT / path)] == []
    for module in re.findall(r"`python -m ([\w.]+)`", TEXT):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module


def test_every_part_and_flag_of_evaluate_exists(capsys):
    pytest.importorskip("scipy")
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    told = capsys.readouterr().out
    parts = re.search(r"--part \{([\w,]+)\}", told)[1].split(",")
    asked = re.findall(r"--part (\w+)", TEXT)
    assert len(asked) > 10 and set(asked) <= set(parts)
    flags = {
        flag
        for line in re.findall(r"`ecgtwin evaluate ([^`]+)`", TEXT)
        for flag in re.findall(r"--[\w-]+", line)
    }
    assert {flag for flag in flags if flag not in told} == set()

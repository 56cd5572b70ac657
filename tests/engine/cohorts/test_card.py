"""The data card: what there is, counted; what it must not be taken for; nothing that a plan says breaks its tables."""

from dataclasses import replace

from ecgtwin_app.engine.cohorts.card import card_of
from ecgtwin_app.engine.cohorts.table import CohortRow
from ecgtwin_app.engine.cohorts.time_left import TimeLeft, duration

ABOUT = {
    "program": "ecgtwin 0.1.0", "generator": "ecgtwin", "model": "ecgtwin-4", "weights_sha256": "ab" * 32,
    "format": "wfdb", "request": {"best_of": 2, "pr": None}, "quotas": {"conditions": {"AF": 2, "x | y": 1}},
}  # fmt: skip
ROW = CohortRow("a.hea", "f" * 64, "atrial fibrillation", 1, True, "", 88.0, age=44.0, sex="F", device="a|b")


def test_it_counts_what_there_is():
    rows = [
        ROW,
        replace(ROW, seed=2, met=False, heart_rate=None, age=None, sex=None),
        replace(ROW, seed=3, age=90.0),
    ]
    card = card_of(rows, ABOUT, 4)
    for line in (
        "| twins | 3 of 4 planned |", "| references | 1 recordings", "| met all that was asked | 2 of 3 (66.7 %)",
        "| seeds | 1 to 3 |", "| atrial fibrillation | 3 | 2 (66.7 %) |", "| female | 2 | 2 (100.0 %) |",
        "| not stated | 1 | 0 (0.0 %) |", "| from 40 years, below 60 | 1 |", "| from 80 years | 1 |",
        "| from 60 /min, below 100 | 2 |", "| not measured | 1 |", "ab" * 32, "ecgtwin cohort PLAN.toml --form wfdb",
        "Synthetic – not for diagnosis", "Licence", "No name, identifier, date",
    ):  # fmt: skip
        assert line in card, line
    assert '"pr"' not in card and '"best_of": 2' in card


def test_groups_stand_in_their_order():
    rates = (None, 120.0, 160.0, 61.0, 42.0)
    card = card_of([replace(ROW, seed=k, heart_rate=rate) for k, rate in enumerate(rates)], ABOUT, 5)
    groups = ["below 60 /min", "from 60 /min", "from 100 /min", "from 150 /min", "not measured"]
    places = [card.index(f"| {group}") for group in groups]
    assert places == sorted(places)


def test_words_of_a_plan_stay_in_their_cell():
    card = card_of([ROW], ABOUT, 1)
    assert "| a\\|b | 1 |" in card and "x \\| y: 1" in card


def test_nothing_made_is_a_card_too():
    card = card_of([], {name: value for name, value in ABOUT.items() if name != "quotas"}, 4)
    assert "| twins | 0 of 4 planned |" in card and "| seeds | none |" in card and "## Quotas" not in card


def test_the_time_that_is_left():
    now = iter([0, 10, 12, 14, 16])
    left = TimeLeft(lambda: next(now))
    for _ in range(2):
        left.made()
    assert left.words(100) == "", "the first twins bring the start along"
    left.made()
    left.made()
    assert left.seconds(100) == 400 and left.words(100) == "7 min" and left.words(0) == ""
    assert [duration(seconds) for seconds in (0.2, 89, 600, 7200)] == ["1 s", "89 s", "10 min", "2.0 h"]

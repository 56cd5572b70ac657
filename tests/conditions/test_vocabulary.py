"""The vocabulary: complete, unambiguous, and forgiving of how it is asked."""

import pytest

from ecgtwin_app.conditions import vocabulary
from ecgtwin_app.conditions.record import GROUPS, Condition
from ecgtwin_app.conditions.vocabulary import (
    UnknownCondition,
    find_condition,
    load_vocabulary,
    search_conditions,
)


def test_every_row_is_complete():
    conditions = load_vocabulary()
    assert len({condition.name for condition in conditions}) == len(conditions) == 39
    for condition in conditions:
        assert condition.group in GROUPS
        assert 20 <= condition.rate_range[0] < condition.rate_range[1] <= 300
        low, high = condition.rate_range
        assert condition.default_rate is None or low <= condition.default_rate <= high
        for text in (condition.criteria, condition.source, condition.teaching):
            assert len(text) > 40, condition.name
        assert set(condition.codes) <= {"scp", "aha", "mdc", "snomed"}
        assert condition.codes.get("snomed", "0").isdigit()


def test_no_word_means_two_conditions():
    owner = {}
    for condition in load_vocabulary():
        for word in (condition.name, *condition.synonyms, *condition.codes.values()):
            assert owner.setdefault(word.casefold(), condition.name) == condition.name, word


@pytest.mark.parametrize(
    "text, name",
    [
        ("PVC", "ventricular premature complex"),
        ("vpb", "ventricular premature complex"),
        ("VES", "ventricular premature complex"),
        ("AF", "atrial fibrillation"),
        ("  Atrial_Fibrillation ", "atrial fibrillation"),
        ("1avb", "first-degree AV block"),
        ("First degree AV block", "first-degree AV block"),
        ("164909002", "left bundle branch block"),
        ("MDC_ECG_BEAT_RBB_BLK_COMP", "right bundle branch block"),
        ("anterior stemi", "anterior STEMI"),
        ("SVT", "supraventricular tachycardia"),
        ("AVNRT", "supraventricular tachycardia"),
        ("WPW", "pre-excitation"),
        ("LAHB", "left anterior fascicular block"),
        ("extrasystole", "ventricular premature complex"),
        ("Mobitz 2", "Mobitz II AV block"),
        ("CHB", "complete AV block"),
        ("hyperkalemia", "hyperkalaemia"),
    ],
)
def test_names_synonyms_and_codes_find_it(text, name):
    assert find_condition(text).name == name


def test_an_unknown_name_gets_the_nearest_ones():
    with pytest.raises(UnknownCondition, match="left bundle branch block"):
        find_condition("left bundel branch block")
    with pytest.raises(UnknownCondition, match="see the list"):
        find_condition("zzzz")
    with pytest.raises(ValueError):
        find_condition("")


def test_search_puts_the_best_first():
    assert search_conditions("lbbb")[0].name == "left bundle branch block"
    assert {c.name for c in search_conditions("block branch")} == {
        "left bundle branch block",
        "right bundle branch block",
        "incomplete right bundle branch block",
    }
    assert search_conditions("mobitz")[0].name == "Mobitz II AV block"
    assert [c.name for c in search_conditions("AV block 3")] == [
        "complete AV block"
    ]  # no digit within a code
    assert search_conditions("164889003")[0].name == "atrial fibrillation"
    assert search_conditions("") == list(load_vocabulary())
    assert search_conditions("nothing like it") == []


def test_status_follows_the_measured_pass_rate():
    row = vars(load_vocabulary()[0]) | {"pass_rate": None}
    assert Condition(**row).status == "experimental"
    assert Condition(**row | {"pass_rate": 0.89}).status == "experimental"
    assert Condition(**row | {"pass_rate": 0.9}).status == "ready"


def test_pass_rates_are_read_beside_the_weights(tmp_path, monkeypatch):
    path = tmp_path / "pass_rates.json"
    path.write_text('{"sinus rhythm": 0.97}', encoding="utf-8")
    monkeypatch.setattr(vocabulary, "weight_path", lambda name: path)
    rates = {c.name: c.pass_rate for c in load_vocabulary.__wrapped__()}
    assert rates["sinus rhythm"] == 0.97 and rates["atrial fibrillation"] is None

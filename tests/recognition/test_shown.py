"""What a recording shows as data: order, corrections, JSON."""

import json

import pytest

from ecgtwin_app.conditions.vocabulary import UnknownCondition
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.shown import Finding, Shown, in_order

AF = Finding("atrial fibrillation", 0.97, True, ("criteria", "network"), (Message("RR"),))
LBBB = Finding("left bundle branch block", 0.93, None, ("network",))


def shown(*findings):
    return Shown(in_order(findings), probabilities={"atrial fibrillation": 0.97, "T inversion": 0.2})


def test_findings_stand_in_the_order_of_the_vocabulary():
    assert shown(LBBB, AF).names == ("atrial fibrillation", "left bundle branch block")
    assert shown(Finding("sinus rhythm"), LBBB).beyond_sinus == ("left bundle branch block",)


def test_a_correction_wins_and_is_remembered():
    corrected = shown(AF, LBBB).corrected(add=("1AVB", "AFIB"), remove=("LBBB",))
    assert corrected.names == ("atrial fibrillation", "first-degree AV block")
    assert corrected.denied == ("left bundle branch block",)
    assert corrected.find("AFIB").sources == ("criteria", "network", "user")
    assert corrected.find("1AVB").sources == ("user",)
    back = corrected.corrected(add=("LBBB",))
    assert back.denied == () and "left bundle branch block" in back.names


def test_a_condition_that_is_added_keeps_what_the_network_said_of_it():
    assert shown(AF).corrected(add=("T inversion",)).find("T inversion").probability == 0.2


def test_an_unknown_name_is_refused():
    with pytest.raises(UnknownCondition):
        shown(AF).corrected(remove=("dropsy",))


def test_json_gives_back_the_same():
    corrected = shown(AF, LBBB).corrected(add=("1AVB",), remove=("T inversion",))
    assert Shown.from_json(json.loads(json.dumps(corrected.to_json()))) == corrected


def test_a_condition_of_another_version_is_left_out_and_nonsense_is_refused():
    plain = shown(AF).to_json()
    plain["findings"].append({**plain["findings"][0], "name": "dropsy"})
    assert Shown.from_json(plain).names == ("atrial fibrillation",)
    for wrong in (
        {**plain, "probabilities": {"AFIB": 7}},
        {**plain, "findings": [{**plain["findings"][0], "probability": 1.5}]},
        {**plain, "findings": [{**plain["findings"][0], "because": [{"key": "{a.b}", "values": {"a": 1}}]}]},
    ):
        with pytest.raises((ValueError, TypeError, KeyError)):
            Shown.from_json(wrong)


def test_sentences_say_what_is_known_and_never_diagnose():
    said = Finding("atrial fibrillation", 0.999, True, ("file", "criteria", "network", "user")).sentences()
    assert said == (
        "This recording meets the criteria of atrial fibrillation.",
        "It looks like atrial fibrillation (probability 99 %).",
        "The file states atrial fibrillation.",
        "You have stated atrial fibrillation.",
    )
    assert LBBB.sentences() == ("It looks like left bundle branch block (probability 93 %).",)

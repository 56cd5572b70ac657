"""What a recording shows, corrected by the user, and what becomes of it with what is asked."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.shown import Finding, Shown
from ecgtwin_app.session import reference_shows as rs

LBBB, AVB, AF, SINUS = (
    "left bundle branch block",
    "first-degree AV block",
    "atrial fibrillation",
    "sinus rhythm",
)
SHOWN = Shown(
    (Finding(SINUS), Finding(AVB, 0.6, True, ("criteria",)), Finding(LBBB, 0.82, None, ("network",)))
)
ASKED = TwinRequest(("ventricular premature complex",))


def states(request, shown=SHOWN):
    return {row.finding.name: row.state for row in rs.fates(shown, request)}


def test_all_that_can_be_kept_is_kept_and_sinus_rhythm_is_no_chip():
    assert states(ASKED) == {AVB: "kept", LBBB: "kept"}


def test_what_cannot_go_with_what_is_asked_says_why():
    rows = {row.finding.name: row for row in rs.fates(SHOWN, replace(ASKED, conditions=(AF,)))}
    assert (rows[AVB].state, rows[LBBB].state) == ("impossible", "kept")
    assert "first-degree AV block cannot be kept" in rows[AVB].reason
    assert "atrial fibrillation" in rows[AVB].reason


def test_taking_out_and_putting_back_is_as_it_was():
    out = rs.made_without(SHOWN, ASKED, LBBB)
    assert out.without == (LBBB,) and states(out) == {AVB: "kept", LBBB: "removed"}
    assert rs.kept_again(SHOWN, out, LBBB) == ASKED


def test_nothing_is_kept_and_one_is_put_back():
    none = rs.keeping_nothing(rs.made_without(SHOWN, ASKED, LBBB), True)
    assert (none.only, none.without) == (True, ())
    assert set(states(none).values()) == {"removed"}
    back = rs.kept_again(SHOWN, none, AVB)
    assert not back.only and states(back) == {AVB: "kept", LBBB: "removed"}


def test_a_request_that_names_what_it_keeps_is_switched_in_its_own_words():
    request = replace(ASKED, keep=(AVB,))
    assert states(request) == {AVB: "kept", LBBB: "removed"}
    assert rs.kept_again(SHOWN, request, LBBB).keep == (AVB, LBBB)
    assert rs.made_without(SHOWN, request, AVB).keep == ()


def test_corrections_stand_in_the_request_and_go_when_they_are_taken_back():
    less = rs.not_shown(SHOWN, rs.made_without(SHOWN, ASKED, LBBB), LBBB)
    assert less.shows == (SINUS, AVB) and less.without == ()
    assert states(less) == {AVB: "kept"}
    more = rs.also_shown(SHOWN, less, "old anterior infarct")
    corrected = rs.as_corrected(SHOWN, more)
    assert corrected.names == (SINUS, AVB, "old anterior infarct")
    assert corrected.find("old anterior infarct").sources == ("user",) and corrected.denied == (LBBB,)
    again = rs.also_shown(SHOWN, rs.not_shown(SHOWN, more, "old anterior infarct"), LBBB)
    assert again.shows is None, "what was recognised is no correction"
    assert rs.as_recognised(more).shows is None


def test_what_is_asked_is_not_taken_out_at_the_same_time():
    out = rs.made_without(SHOWN, ASKED, LBBB)
    assert rs.asking_for(out, (LBBB,)).without == ()
    assert states(replace(out, conditions=(LBBB,), without=())) == {AVB: "kept", LBBB: "kept"}


def test_what_is_taken_out_although_nothing_shows_it_is_seen_and_put_back():
    out = replace(ASKED, without=("old anterior infarct",))
    assert states(out) == {AVB: "kept", LBBB: "kept", "old anterior infarct": "removed"}
    assert rs.kept_again(SHOWN, out, "old anterior infarct") == ASKED
    assert rs.not_shown(SHOWN, out, "old anterior infarct") == ASKED


def test_a_request_that_contradicts_itself_shows_what_the_user_chose():
    both = replace(ASKED, conditions=(AF, "atrial flutter"), without=(LBBB,))
    assert rs.settled(SHOWN, both) is None
    assert states(both) == {AVB: "kept", LBBB: "removed"}


def test_the_words_of_a_file_stay_out_of_sessions():
    lines = (
        Message("{what}: {value:.3g} {unit} ({asked})", what="QRS", value=150.0, unit="ms", asked="≥ 120"),
        Message("The file says: {statement}", statement="LBBB, read by Dr. Smith"),
    )
    kept = rs.without_words_of_file(Shown((Finding(LBBB, None, True, ("file", "criteria"), lines),)))
    assert kept.findings[0].because == lines[:1] and kept.findings[0].sources == ("file", "criteria")
    assert "Smith" not in str(kept.to_json())

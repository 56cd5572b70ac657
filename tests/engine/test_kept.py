"""What a twin keeps of its reference and what it is made without: judged, told in files, and mapped."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.conditions.verdict import ABSENCE, CRITERION, KEPT
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import HeatMap, TwinRequest
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.formats.registry import read_ecg

SINUS, AF, LBBB = "sinus rhythm", "atrial fibrillation", "left bundle branch block"
FAST = {"steps": 1, "seed": 3}


@pytest.fixture(scope="module")
def back_in_sinus(engine, reference):
    """As if the reference showed fibrillation, which is taken away."""
    return made(engine, reference, (), without=(AF,), shows=(AF,))


def made(engine, reference, conditions, **changes):
    (twin,) = engine.generate(reference, TwinRequest(conditions, **FAST, **changes))
    return twin


def lines(twin, kind):
    return {str(line.name): line for line in twin.asked_got if line.kind == kind}


def told(twin):
    return tuple(twin.recording.provenance[name] for name in ("present", "kept", "removed", "shows"))


def test_what_is_recognised_is_kept_judged_apart_and_told(engine, reference, tmp_path):
    twin = made(engine, reference, (LBBB,))
    *rest, shows = told(twin)
    assert rest == [[LBBB, SINUS], [SINUS], []] and list(shows) == [SINUS] and "criteria" in shows[SINUS]
    kept = lines(twin, KEPT)
    assert list(kept) == ["sinus rhythm kept"] and kept["sinus rhythm kept"].met
    assert not any(line.kind == KEPT for line in twin.judged) and "PR interval" not in lines(twin, CRITERION)
    save_twins([twin], tmp_path)
    document = json.loads((tmp_path / "twins.json").read_text("utf-8"))
    assert document["provenance"]["kept"] == [SINUS] and SINUS in document["provenance"]["shows"]
    assert "kept" in [line["kind"] for line in document["twins"][0]["asked_versus_got"]]
    again = read_ecg(tmp_path / "twin_001.hea").provenance
    assert [again[name] for name in ("present", "kept", "removed")] == [[LBBB, SINUS], [SINUS], []]


def test_a_kept_condition_that_is_lost_is_no_miss_unless_it_was_named(engine, reference, monkeypatch):
    """The example has no block, so that a block that it is said to show is neither met nor missed by default."""
    by_default = made(engine, reference, (SINUS,), shows=(LBBB,))
    assert lines(by_default, KEPT)[f"{LBBB} kept"].met is None and by_default.met
    named = made(engine, reference, (SINUS,), shows=(LBBB,), keep=(LBBB,))
    assert not lines(named, KEPT) and lines(named, CRITERION)["QRS duration"].met is False
    assert not named.met


def test_what_is_ruled_out_and_still_there_is_a_miss(engine, reference):
    # A whole draw: after one step alone ST and T can be missed, whatever is ruled out.
    (twin,) = engine.generate(reference, TwinRequest((LBBB,), without=(SINUS,), seed=1))
    line = lines(twin, ABSENCE)["without sinus rhythm"]
    assert line.met is False and "P before QRS 100 %" in line.got and not twin.met
    assert all(other.met for other in lines(twin, CRITERION).values() if other.met is not None)


def test_what_had_to_make_room_is_not_judged_again(engine, reference):
    twin = made(engine, reference, (AF,))
    assert told(twin)[2] == [SINUS] and not lines(twin, ABSENCE)


def test_what_the_block_makes_itself_is_for_information(engine, reference):
    twin = made(engine, reference, (LBBB,), shows=("T inversion",), only=True)
    assert lines(twin, ABSENCE)["without T inversion"].met is None


def test_a_map_of_what_was_removed_is_what_it_adds(engine, reference, back_in_sinus):
    assert told(back_in_sinus) == ([SINUS], [], [AF], {AF: ["user"]})
    items = list(engine.iter_attribute(reference, back_in_sinus, of="AF"))
    heat = items[-1]
    assert isinstance(heat, HeatMap) and (heat.of, heat.checks["same_rhythm"]) == (AF, False)
    assert "with the condition" in items[0].message
    fibrillating = made(
        engine, reference, (AF,), shows=(AF,), heart_rate=back_in_sinus.recording.provenance["rate_asked"]
    )
    together = heat.values + back_in_sinus.recording.signal
    assert np.abs(together - fibrillating.recording.signal).max() < 1e-3


def test_a_map_of_what_was_removed_is_offered_by_contrast_only(engine, reference, back_in_sinus):
    with pytest.raises(EcgError, match="choose 'contrast' for atrial fibrillation, which was removed"):
        list(engine.iter_attribute(reference, back_in_sinus, "attention", of=AF))
    with pytest.raises(
        EcgError, match="not made with T inversion; choose sinus rhythm or atrial fibrillation"
    ):
        list(engine.iter_attribute(reference, back_in_sinus, of="T inversion"))


def test_a_twin_from_before_is_mapped_as_it_was_made(engine, reference):
    """Its provenance does not say what the reference shows: nothing was kept."""
    old = made(engine, reference, (LBBB,), shows=())
    provenance = {
        k: v for k, v in old.recording.provenance.items() if k not in ("present", "kept", "removed", "shows")
    }
    as_then = replace(
        old,
        recording=replace(old.recording, provenance=provenance),
        request=replace(old.request, shows=None),
    )
    *_, now = engine.iter_attribute(reference, old)
    *_, then = engine.iter_attribute(reference, as_then)
    assert np.array_equal(now.values, then.values)


def test_a_rate_that_what_is_kept_cannot_have_is_said(engine, reference):
    twin = made(engine, reference, (LBBB,), shows=("complete AV block",))
    assert twin.recording.provenance["rate_asked"] < 50
    assert (
        "A rate of 61/min cannot be kept: complete AV block has" in twin.recording.provenance["rate_reason"]
    )
    assert any("cannot be kept" in line.name for line in twin.asked_got)


def test_a_rhythm_that_is_kept_says_so_where_a_severity_is_asked(engine, reference):
    first_degree = "first-degree AV block"
    twin = made(engine, reference, (first_degree,), shows=(first_degree,), severity=0.9)
    said = [str(line.name) for line in twin.asked_got if "is kept as it is" in line.name]
    assert said == ["first-degree AV block is kept as it is: a severity is that of a beat's shape."]

"""What becomes of what is asked and of what the reference shows."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgtwin_app.conditions.bounds import rate_bounds
from ecgtwin_app.conditions.feasible_rate import rate_for
from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import check_consistent
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.engine.tasks import request_of, task_of
from ecgtwin_app.engine.wanted import wanted

NAMES = [condition.name for condition in load_vocabulary()]
SINUS, AF, LBBB, RBBB = (
    "sinus rhythm",
    "atrial fibrillation",
    "left bundle branch block",
    "right bundle branch block",
)


def possible(names) -> bool:
    """Whether one heart shows these, at some rate."""
    try:
        check_combination(names)
        rate_bounds(names)
    except EcgError:
        return False
    return True


def check(request, shown):
    """What holds of every answer."""
    answer = wanted(request, shown)
    asked = set(request.conditions)
    assert answer.present and possible(answer.present), (answer.present, shown)
    assert asked <= set(answer.present) and len(set(answer.present)) == len(answer.present)
    assert set(answer.kept) <= set(answer.present) and set(answer.kept) <= set(shown)
    assert set(answer.kept) | set(answer.removed) == set(shown), "each is kept or removed"
    assert not set(answer.kept) & set(answer.removed)
    ruled_out = {
        name
        for name in shown
        if name not in asked
        and (
            request.only or name in request.without or (request.keep is not None and name not in request.keep)
        )
    }
    assert set(answer.ruled_out) == ruled_out
    assert {one.name for one in answer.dropped} == set(answer.removed) - ruled_out, "whatever goes is said"
    assert all(one.name in one.reason and one.reason.endswith(".") for one in answer.dropped)
    assert set(answer.present) <= asked | set(answer.kept) | {SINUS}
    return answer


def test_every_pair_of_asked_and_shown():
    for asked in NAMES:
        for shown in NAMES:
            answer = check(TwinRequest((asked,)), (shown,))
            kept = shown in answer.kept
            assert kept or not possible((asked, shown)) or "takes its place" in answer.dropped[0].reason


def test_every_pair_that_is_shown_with_a_third_of_what_can_be_asked():
    rng = np.random.default_rng(3)
    for first, second in combinations(NAMES, 2):
        for asked in rng.choice(NAMES, len(NAMES) // 3, replace=False):
            check(TwinRequest((str(asked),)), (first, second))


some = st.lists(st.sampled_from(NAMES), max_size=4, unique=True)


@settings(max_examples=400, deadline=None)
@given(
    some,
    some,
    some,
    st.none() | some,
    st.booleans(),
    st.none() | st.floats(30, 220),
    st.none() | st.floats(80, 400),
)
def test_any_request_of_any_reference_is_possible_or_refused(asked, shown, out, keep, only, rate, pr):
    """One sentence, or a task that contradicts nothing that the request does not contradict by itself."""
    request = TwinRequest(
        tuple(asked),
        without=tuple(out),
        keep=None if keep is None else tuple(keep),
        only=only,
        heart_rate=rate,
        pr=pr,
    )
    try:
        check_consistent(request)
        answer = check(request, tuple(shown)) if possible(asked) else wanted(request, shown)
    except EcgError as error:
        assert str(error).endswith(".")
        return
    if asked:
        present = TwinRequest(answer.present, heart_rate=rate, pr=pr)
        check_consistent(present)
        assert rate is None or rate_for(answer.present, rate, 70)[0] == pytest.approx(rate, abs=0.5)
    task = task_of(request, (), shown)
    assert task.target.present == answer.present and task.target.keep == answer.kept
    assert set(task.target.absent) == set(answer.removed) | (set(out) - set(shown))
    assert task.source.shows == tuple(shown)


def test_sinus_rhythm_keeps_a_block_and_ends_a_fibrillation():
    assert wanted(TwinRequest(), (LBBB, SINUS)).present == (SINUS, LBBB)
    answer = wanted(TwinRequest(), (AF, LBBB))
    assert answer.present == (SINUS, LBBB) and answer.removed == (AF,)
    assert [str(one.reason) for one in answer.dropped] == [
        "atrial fibrillation cannot be kept: sinus rhythm takes its place."
    ]


@pytest.mark.parametrize(
    "led", ["ventricular pacing", "ventricular tachycardia", "accelerated idioventricular rhythm"]
)
def test_sinus_rhythm_ends_what_the_ventricles_lead_unless_the_reference_shows_both(led):
    assert wanted(TwinRequest(), (led,)).removed == (led,)
    both = wanted(TwinRequest(), (led, SINUS))
    assert led in both.kept and not both.removed


def test_one_block_takes_the_place_of_the_other_and_says_so():
    answer = wanted(TwinRequest((RBBB,)), (SINUS, LBBB))
    assert answer.present == (RBBB, SINUS)
    (dropped,) = answer.dropped
    assert dropped.reason.startswith(f"{LBBB} cannot be kept: {RBBB} excludes it, two blocks")


def test_what_is_asked_and_shown_is_kept():
    answer = wanted(TwinRequest((LBBB,)), (LBBB, AF))
    assert (answer.present, answer.kept, answer.removed) == ((LBBB, AF), (LBBB, AF), ())


def test_healthy_keeps_nothing():
    answer = wanted(TwinRequest(("healthy",)), (LBBB, AF))
    assert (answer.present, answer.kept, answer.removed, answer.dropped) == ((SINUS,), (), (LBBB, AF), ())


def test_without_alone_asks_for_the_same_patient_less_that():
    answer = wanted(TwinRequest((), without=("AF",)), (AF, LBBB))
    assert (answer.present, answer.ruled_out) == ((LBBB,), (AF,))
    nothing_left = wanted(TwinRequest((), without=(AF,)), (AF,))
    assert nothing_left.present == (SINUS,) and nothing_left.removed == (AF,)


def test_what_is_not_shown_can_be_ruled_out_and_is_told():
    answer = wanted(TwinRequest(without=(LBBB,), keep=(AF,)), ())
    assert (answer.unshown_without, answer.unshown_keep, answer.absent) == ((LBBB,), (AF,), (LBBB,))


def test_a_rate_that_is_asked_for_ends_a_rhythm_that_cannot_have_it():
    answer = wanted(TwinRequest((LBBB,), heart_rate=130), (SINUS,))
    assert answer.present == (LBBB,)
    assert answer.dropped[0].reason == "sinus rhythm cannot be kept: no heart has it at 130/min."
    answer = wanted(TwinRequest((LBBB,), pr=260), (SINUS,))
    assert answer.dropped[0].because == "the intervals and the axis that are asked rule it out"


def test_what_the_generator_cannot_draw_is_not_kept_and_told():
    answer = wanted(TwinRequest(), (LBBB, AF), known={SINUS, AF})
    assert answer.present == (SINUS,)
    assert [one.because for one in answer.dropped] == [
        "this generator does not know it",
        "sinus rhythm takes its place",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"without": ("SR",)}, "cannot be made with and without sinus rhythm"),
        (
            {"without": ("LBBB",), "keep": ("LBBB",)},
            "cannot both keep left bundle branch block and be without it",
        ),
        ({"only": True, "keep": ("LBBB",)}, "“Only” keeps nothing of the reference, and left bundle"),
        ({"without": ("no such thing",)}, "No condition is called “no such thing”"),
        ({"conditions": ()}, "No condition is named"),
    ],
)
def test_contradictions_are_refused_in_one_sentence(changes, sentence):
    with pytest.raises(EcgError, match=sentence):
        wanted(TwinRequest(**changes), (LBBB,))


def test_what_is_asked_at_a_severity_is_made_anew_and_neither_kept_nor_removed():
    first_degree = "first-degree AV block"
    shows = (SINUS, LBBB, first_degree)
    at_its_own = wanted(TwinRequest((LBBB, first_degree)), shows)
    assert at_its_own.kept == shows
    answer = wanted(TwinRequest(("LBBB", first_degree), severity=0.9), shows)
    assert set(answer.present) == set(shows) and answer.removed == ()
    assert answer.kept == (SINUS, first_degree), "a rhythm is written by its rules at any severity"
    task = task_of(TwinRequest(("LBBB",), severity=0.9, shows=shows))
    assert request_of(task).conditions == (LBBB,) and wanted(request_of(task), shows).kept == task.target.keep

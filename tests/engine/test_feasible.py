"""What can be asked: limits that agree with the referee, the rate that is taken, contradictions said at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.conditions.bounds import rate_bounds, set_point_limits
from ecgtwin_app.conditions.feasible_rate import rate_for
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import check_request, contradiction
from ecgtwin_app.engine.request import FIELDS, TwinRequest

NAMES = [condition.name for condition in load_vocabulary()]
BOUNDED = [
    (name, field, *limits) for name in NAMES for (_, field), limits in set_point_limits([name]).items()
]


@pytest.fixture(scope="module")
def measured():
    return measure(strip(rate=72)[0])


def lines(m, condition, name):
    return [verdict for verdict in judge(m, [condition]) if verdict.name == name and verdict.met is not None]


@pytest.mark.parametrize("name, field, low, high", BOUNDED)
def test_a_set_point_is_refused_just_where_the_referee_would_miss_it(measured, name, field, low, high):
    shown, attribute = SET_POINTS[field].name, SET_POINTS[field].measured

    def judged(value):
        value = 180 - (180 - value) % 360 if field == "axis" else value
        return lines(replace(measured, **{attribute: value}), name, shown)

    for value, inside in ((low, True), (high, True), (low - 1, False), (high + 1, False)):
        lowest, highest = FIELDS[field].limits
        if not lowest < value < highest:
            continue
        assert all(line.met is inside for line in judged(value)), (value, judged(value))
        said = contradiction(TwinRequest((name,), **{field: value}))
        assert (said == "") is inside, said
        assert inside or (name in said and f"{value:g}" in said)


@pytest.mark.parametrize("name", ["sinus rhythm", "sinus bradycardia", "sinus tachycardia",
                                  "supraventricular tachycardia", "junctional rhythm", "complete AV block"])  # fmt: skip
def test_a_rate_is_refused_just_where_the_referee_would_miss_it(measured, name):
    bounds = rate_bounds([name])
    for rate in (bounds.low - 1, bounds.low, bounds.high, bounds.high + 1):
        if not 30 <= rate <= 220 or rate == 181:  # the fastest sinus node is no criterion
            continue
        inside = bounds.low <= rate <= bounds.high
        judged = lines(replace(measured, heart_rate=rate), name, "ventricular rate")
        assert all(line.met is inside for line in judged), (rate, judged)
        assert (contradiction(TwinRequest((name,), rate)) == "") is inside


def test_every_rhythm_has_limits_and_no_other_condition_has():
    for condition in load_vocabulary():
        limited = condition.rate_limits is not None
        # Where the PR or the P tells, a P on the T before it does not.
        by_p = ("pre-excitation", "left atrial enlargement", "right atrial enlargement")
        assert limited == (condition.is_rhythm or condition.name in by_p), condition.name
        if limited:
            assert (
                condition.rate_limits[0] <= max(condition.rate_range[0], 30)
                or condition.name == "ventricular tachycardia"
            )
            assert condition.rate_limits[1] >= condition.rate_range[1] or condition.name in by_p


@pytest.mark.parametrize("name", [condition.name for condition in load_vocabulary() if condition.no_pr])
def test_no_pr_is_set_where_there_is_none(name):
    assert f"cannot be set in {name}" in contradiction(TwinRequest((name,), pr=160))


@pytest.mark.parametrize(
    "request_, own, words",
    [
        (
            TwinRequest(("bradycardia",), 70),
            None,
            "70/min contradicts sinus bradycardia, which has 30 to 59/min",
        ),
        (TwinRequest(("first-degree AV block",), pr=120), 60, "120 ms contradicts first-degree AV block"),
        (TwinRequest(("long QT",), qt=400), 60, "which at 60/min has at least 480 ms"),
        (TwinRequest(("long QT",), 100, qt=420), None, ""),
        (TwinRequest(("sinus rhythm",), qt=620), 95, "does not fit into the 632 ms"),
        (TwinRequest(("sinus rhythm",), qrs=200, qt=300), 60, "no room for a QRS of 200 ms"),
        (TwinRequest(("RBBB", "LBBB")), 60, "No beat shows"),
        (TwinRequest(("sinus bradycardia", "SVT")), 60, "No strip shows"),
        (TwinRequest(("sinus bradycardia", "pre-excitation"), 58), 60, ""),
        (TwinRequest(("LAFB",), axis=30), 60, "30° contradicts left anterior fascicular block"),
        (TwinRequest(("LAFB", "RBBB"), axis=30), 60, ""),
        (TwinRequest(("sinus rhythm", "first-degree AV block"), pr=240), 60, ""),
        (TwinRequest(("sinus tachycardia", "complete AV block"), 40), 60, ""),
        (TwinRequest(("RBBB",), 150), 60, ""),
    ],
)
def test_a_contradiction_is_one_sentence(request_, own, words):
    said = contradiction(request_, own)
    assert (words in said) if words else said == ""
    assert said.count(". ") == 0 and "open" not in said, "the fields say keep"
    if words.startswith("No "):
        return
    check_request(request_)  # an old session that holds it still opens


@pytest.mark.parametrize(
    "conditions, own, rate",
    [
        (("T inversion",), 41, 41),
        (("PVC",), 41, 41),
        (("AF",), 118, 118),
        (("sinus rhythm",), 60.1, 60.3),
        (("atrial flutter",), 43, 43),
    ],
)
def test_keep_keeps_where_the_heart_can_have_it(conditions, own, rate):
    assert {rate_for(conditions, None, own, seed) for seed in range(5)} == {(rate, "")}
    assert rate_for(conditions, 155.0, own) == (155.0, "")


@pytest.mark.parametrize(
    "conditions, own, because",
    [
        (("sinus rhythm",), 41, "A rate of 41/min cannot be kept: sinus rhythm has 60 to 100/min; "),
        (("sinus rhythm",), 59.84, "A rate of 59.8/min cannot be kept"),
        (("SVT", "RBBB"), 72, "supraventricular tachycardia has 150 to 220/min"),
        (("sinus tachycardia",), 72, "sinus tachycardia has 101 to 180/min"),
        (("sinus tachycardia", "complete AV block"), 72, "complete AV block has 30 to 49/min"),
        (("junctional rhythm",), 88, "junctional rhythm has 40 to 60/min"),
    ],
)
def test_where_it_cannot_it_is_drawn_from_the_rates_that_patients_have(conditions, own, because):
    bounds = rate_bounds(conditions)
    binding = find_condition(bounds.binding(own))
    drawn = [rate_for(conditions, None, own, seed) for seed in range(300)]
    rates = np.array([rate for rate, _ in drawn])
    assert drawn[7] == rate_for(conditions, None, own, 7), "the same seed draws the same rate"
    assert all(because in reason and f"{rate:.0f}/min is drawn" in reason for rate, reason in drawn)
    assert bounds.low < rates.min() and rates.max() < bounds.high
    slow, _, fast = binding.usual_rates
    assert len(set(rates)) > 30 and np.mean((rates >= slow - 2) & (rates <= fast + 2)) > 0.75
    # Who has a fast heart for a healthy one has a fast one here, too.
    nearer, farther = (np.median([rate_for(conditions, None, rate, seed)[0] for seed in range(99)])
                       for rate in ((bounds.high + 5, bounds.high + 30) if own > bounds.high else
                                    (bounds.low - 5, bounds.low - 30)))  # fmt: skip
    assert (farther > nearer) if own > bounds.high else (farther < nearer)


def test_usual_rates_lie_inside_the_limits_of_every_condition_that_has_some():
    for condition in load_vocabulary():
        assert (condition.usual_rates is None) == (condition.rate_limits is None), condition.name
        if condition.rate_limits:
            (low, high), usual = condition.rate_limits, condition.usual_rates
            assert low <= usual[0] < usual[1] < usual[2] <= high, condition.name


def test_two_conditions_without_a_common_rate_are_refused():
    with pytest.raises(EcgError, match="No heart rate suits sinus tachycardia, from 101/min, and junctional"):
        rate_bounds(["sinus tachycardia", "junctional rhythm"])


@pytest.mark.parametrize("field", list(SET_POINTS))
def test_an_asked_set_point_is_a_line_of_the_referee(measured, field):
    point = SET_POINTS[field]
    attribute, tolerance, got = point.measured, point.tolerance, getattr(measured, point.measured)
    for asked, met in ((got + tolerance - 0.5, True), (got + tolerance + 1, False)):
        (line,) = judge(
            measured, [], set_points={field: asked, **{k: None for k in SET_POINTS if k != field}}
        )
        assert (line.name, line.unit, line.got, line.met) == (point.name, point.unit, got, met)
        assert line.asked == f"{asked:g} ± {tolerance:g}"
    unmeasured = replace(measured, **{attribute: None})
    assert not meets(judge(unmeasured, [], set_points={field: 100.0}))


def test_an_axis_is_compared_around_the_circle(measured):
    (line,) = judge(replace(measured, qrs_axis=-178.0), [], set_points={"axis": 178.0})
    assert line.met is True

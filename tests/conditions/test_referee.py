"""The referee says yes to what was drawn to the criteria, no to what was not, and shows its reasons."""

import numpy as np
import pytest
from drawn_conditions import ST_ANTERIOR, drawn, with_waves
from synthetic_ecg import P_AMPLITUDES, fibrillating, strip

from ecgtwin_app.conditions.criteria.ischaemia import st_limit
from ecgtwin_app.conditions.criteria.rhythm import has_pattern
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.vocabulary import UnknownCondition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg

NAMES = [condition.name for condition in load_vocabulary()]


@pytest.fixture(scope="module")
def measured():
    return {name: (measure(recording), also) for name, (recording, also) in drawn().items()}


@pytest.mark.parametrize("name", NAMES)
def test_it_recognises_what_was_drawn(measured, name):
    verdicts = judge(measured[name][0], [name], sex="M", age=60)
    assert meets(verdicts), [v for v in verdicts if v.met is False]


@pytest.mark.parametrize("name", NAMES)
def test_it_recognises_nothing_else(measured, name):
    m, also = measured[name]
    if also is None:
        pytest.skip("what else this strip meets is not the point")
    met = {other for other in NAMES if meets(judge(m, [other], sex="M", age=60))}
    assert met == {name} | also


def test_heart_rate_may_be_five_percent_off():
    m = measure(strip(rate=72)[0])
    for asked, met in ((72, True), (75, True), (69, True), (77, False), (60, False)):
        line = judge(m, [], heart_rate=asked)[0]
        assert line.name == "heart rate" and line.met is met, asked
    assert judge(m, [], heart_rate=72)[0].asked == "72 ± 3.6"


def test_the_reference_column_is_measured_on_the_reference():
    twin, reference = measure(strip(rate=64, pr=260)[0]), measure(strip(rate=64, pr=160)[0])
    line = next(v for v in judge(twin, ["1AVB"], reference=reference) if v.name == "PR interval")
    assert line.got == pytest.approx(260, abs=20) and line.reference == pytest.approx(160, abs=20)
    assert line.met is True


def test_nothing_is_said_of_a_beat_that_the_reference_does_not_have():
    plain, early = measure(strip(rate=70)[0]), measure(drawn()["ventricular premature complex"][0])
    lines = judge(early, ["ventricular premature complex"], reference=plain)
    of_reference = {line.name: line.reference for line in lines}
    assert of_reference["ventricular premature complexes"] == 0
    assert [value for name, value in of_reference.items() if name.startswith("its ")] == [None] * 5
    lines = judge(plain, ["ventricular premature complex"], reference=early)
    assert all(line.reference is not None for line in lines if line.name.startswith("its "))
    assert any(line.got is not None for line in lines if line.name.startswith("its "))  # what comes nearest


def test_conditions_asked_together_do_not_contradict_each_other():
    slow = measure(strip(rate=64, pr=260)[0])
    verdicts = judge(slow, ["sinus rhythm", "first-degree AV block"])
    assert meets(verdicts)
    assert sum(v.name == "PR interval" for v in verdicts) == 1
    assert sum(v.name == "P before QRS" for v in verdicts) == 1
    onsets = [0.5, 1.4, 2.3, 2.85, 4.1, 5.0, 5.9, 6.45, 7.7, 8.6, 9.5]
    ectopic = measure(strip(onsets=onsets, ectopic={3, 7})[0])
    assert meets(judge(ectopic, ["sinus rhythm", "PVC"]))
    assert not meets(judge(ectopic, ["sinus rhythm"])), "two of eleven beats have no P"


def test_what_cannot_be_measured_is_not_met():
    line = next(v for v in judge(fibrillating(), ["1AVB"]) if v.name == "PR interval")
    assert line.got is None and line.met is False


def test_age_and_sex_set_the_limits():
    assert st_limit("V2", 60, "M") == 0.2
    assert st_limit("V3", 30, "M") == 0.25
    assert st_limit("V2", 30, "F") == 0.15
    assert st_limit("V2", None, None) == 0.2
    assert st_limit("V4", 30, "M") == 0.1
    m = measure(strip(st=0.75 * ST_ANTERIOR)[0])
    assert meets(judge(m, ["anterior STEMI"], age=60, sex="M"))
    asked = {sex: judge(m, ["LVH"], sex=sex)[2].asked for sex in ("F", "M", None)}
    assert asked == {"F": "> 2", "M": "> 2.8", None: "> 2.8"}


@pytest.mark.parametrize(
    "gaps, pattern",
    [
        (np.tile([0.5, 1.1], 6), True),
        (np.tile([0.6, 0.6, 1.2], 4), True),
        (0.8 + 0.2 * np.sin(np.arange(14) / 3), True),
        (np.array([0.7, 0.9, 0.55, 1.1, 0.62, 0.8, 0.58, 0.95, 1.2, 0.66, 0.74]), False),
    ],
)
def test_patterns_in_rr(gaps, pattern):
    assert has_pattern(gaps) is pattern


def test_bigeminy_is_not_fibrillation():
    onsets = np.cumsum(np.tile([0.55, 1.05], 6)) - 0.2
    recording, _ = strip(pr=None, onsets=onsets)
    assert not meets(judge(recording, ["atrial fibrillation"]))


def test_the_real_example_is_in_sinus_rhythm_and_nothing_else():
    m = measure(read_ecg(example_path()))
    met = {name for name in NAMES if meets(judge(m, [name]))}
    assert met - {"left atrial enlargement"} == {"sinus rhythm"}


def test_unknown_conditions_are_refused():
    with pytest.raises(UnknownCondition):
        judge(measure(strip()[0]), ["left bundel"])


def bigeminy(led):
    """Every other beat ventricular, with a P 140 ms before those of them that are `led`."""
    onsets = 0.3 + np.cumsum(np.tile([0.55, 1.05], 6)) - 0.55
    recording, onsets = strip(onsets=onsets, ectopic=set(range(0, 12, 2)), qt=340)
    return with_waves(recording, onsets[list(led)] - 0.14, P_AMPLITUDES)


@pytest.mark.parametrize("led, met", [((), True), ((4,), True), ((2, 4, 6, 8, 10), False)])
def test_bigeminy_may_meet_a_sinus_p_by_chance(led, met):
    """One P may fall before an ectopic beat; a P before most of them conducts them, with aberration."""
    assert meets(judge(bigeminy(led), ["ventricular bigeminy"])) is met

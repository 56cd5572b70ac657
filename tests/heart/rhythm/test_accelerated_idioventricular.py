"""Accelerated idioventricular rhythm: made by physiology, judged by the referee, told to no network."""

import numpy as np
import pytest
from drawn_conditions import dissociated
from synthetic_ecg import LBBB, PVC, T_LBBB, T_PVC, strip

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, UNKNOWN, statement_states
from ecgtwin_app.heart.rhythm.processes import write_score

AIVR = "accelerated idioventricular rhythm"


@pytest.fixture(scope="module")
def engine():
    return TwinEngine.load(device="cpu")


@pytest.fixture(scope="module")
def reference():
    return read_ecg(example_path())


@pytest.mark.parametrize("rate", [40, 55, 70, 85, 100])
def test_a_ventricular_focus_leads_the_whole_strip(rate):
    for seed in range(8):
        score, counterpart = write_score((AIVR,), rate, np.random.default_rng(seed))
        beats = [event for event in score.events if event.chamber == "QRS"]
        assert {event.origin for event in beats} == {"ventricular"} and len({e.site for e in beats}) == 1
        assert 60 / np.mean(np.diff(score.times("QRS"))) == pytest.approx(rate, rel=0.03)
        assert {event.origin for event in counterpart.events} == {"sinus", "conducted"}
        # Atria go on more slowly, or follow backwards.
        sinus = score.times("P", "sinus")
        assert score.times("P", "retrograde") or 60 / np.mean(np.diff(sinus)) < rate


def test_beside_a_sinus_rhythm_it_is_a_run_that_begins_late_in_diastole():
    for seed in range(20):
        score, _ = write_score(("sinus rhythm", AIVR), 75, np.random.default_rng(seed))
        origins = [event.origin for event in score.events if event.chamber == "QRS"]
        run = [k for k, origin in enumerate(origins) if origin == "ventricular"]
        assert len(run) >= 3 and run == list(range(run[0], run[-1] + 1))
        assert "conducted" in origins[: run[0]] and "conducted" in origins[run[-1] + 1 :]
        times = np.array(score.times("QRS"))
        before = np.diff(times)[: run[0]]
        assert before[-1] > 0.8 * np.median(before[:-1]), "it is no premature beat"
        assert 40 <= 60 / np.mean(np.diff(times[run])) <= 100


@pytest.mark.parametrize("rate", [60, 85, 95, 99])
def test_beside_a_sinus_rhythm_its_run_is_no_tachycardia(rate):
    for seed in range(10):
        score, _ = write_score(("sinus rhythm", AIVR), rate, np.random.default_rng(seed))
        times, run = np.array(score.times("QRS")), score.times("QRS", "ventricular")
        assert 60 / np.mean(np.diff(run)) <= 100
        assert 60 / np.mean(np.diff(times)) == pytest.approx(rate, rel=0.05)


def wide(rate, **options):
    return strip(rate=rate, pr=None, parts=PVC, t=T_PVC, qt=400, **options)[0]


@pytest.mark.parametrize(
    "name, recording, met",
    [
        ("within its rates", wide(72), True),
        ("slower: an escape rhythm", wide(36), False),
        ("faster: a tachycardia", wide(120), False),
        ("led by P waves: a bundle branch block", strip(rate=72, parts=LBBB, t=T_LBBB, qt=440)[0], False),
        ("narrow: a junctional rhythm", strip(rate=50, pr=None)[0], False),
        (
            "uneven: fibrillation under a block",
            strip(onsets=[0.4, 1.0, 2.1, 2.8, 4.2, 4.8, 5.9, 7.2, 7.9, 9.0], pr=None, parts=PVC, t=T_PVC, qt=400)[0],
            False,
        ),
        ("narrow under faster atria: complete block", dissociated(0.7, 1.4), False),
    ],
)  # fmt: skip
def test_the_referee_tells_it_from_what_looks_like_it(name, recording, met):
    assert meets(judge(measure(recording), [AIVR])) is met, name


def test_a_run_between_conducted_beats_has_the_atrial_rate_of_these():
    # A wide beat's own waves make a train of twice the rate; the beats around the run tell better.
    onsets = [0.4, 1.2, 2.0, 2.8, 3.55, 4.25, 4.95, 5.65, 6.6, 7.4, 8.2, 9.0]
    recording, _ = strip(onsets=onsets, ectopic=(4, 5, 6, 7), qt=360)
    lines = {one.name: one for one in judge(measure(recording), [AIVR])}
    assert lines["atrial rate"].got == pytest.approx(75, abs=2) and lines["atrial rate"].met
    assert meets(lines.values())


def test_under_a_bundle_branch_block_the_run_is_the_wide_beats_that_no_p_leads():
    onsets = [0.4, 1.2, 2.0, 2.8, 3.55, 4.25, 4.95, 5.65, 6.6, 7.4, 8.2, 9.0]
    recording, _ = strip(onsets=onsets, ectopic=(4, 5, 6, 7), qt=400, parts=LBBB, t=T_LBBB)
    lines = {one.name: one for one in judge(measure(recording), [AIVR])}
    assert lines["wide beats in a row"].got == 4 and lines["QRS without P before"].met


def test_no_network_is_told_of_it(engine):
    statements = engine.generator.model.config.statements
    assert AIVR not in statements and len(statements) == 36
    states = statement_states(statements, (AIVR,))
    assert states[0] == UNKNOWN and (states[1:] == ABSENT).all()
    with pytest.raises(KeyError):
        statement_states(statements, ("torsades",))


def test_a_twin_of_it_is_simulated_and_says_so(engine, reference):
    assert engine.knows(find_condition(AIVR)) and AIVR in engine.generator.spec.simulated
    (twin,) = engine.generate(reference, TwinRequest((AIVR,), 75, steps=4, seed=3))
    assert twin.met, [line for line in twin.asked_got if line.met is False]
    assert twin.recording.provenance["beats"][AIVR] == "simulated"
    (again,) = engine.generate(reference, TwinRequest((AIVR,), 75, steps=4, seed=3))
    assert np.array_equal(again.recording.signal, twin.recording.signal)


def test_what_only_a_taught_network_can_do_is_refused_in_a_sentence(engine, reference):
    with pytest.raises(EcgError, match="choose the rhythm 'process'"):
        engine.generate(reference, TwinRequest((AIVR,), rhythm="learned"))
    (twin,) = engine.generate(reference, TwinRequest((AIVR,), 75, steps=1))
    for method in ("attention", "gradients"):
        with pytest.raises(EcgError, match="choose the heat map 'contrast'"):
            list(engine.iter_attribute(reference, twin, method))
    *_, heatmap = engine.iter_attribute(reference, twin, "contrast")
    assert heatmap.values.shape == (12, 5000) and np.abs(heatmap.values).max() > 0.3


@pytest.mark.parametrize("other", ["left bundle branch block", "atrial fibrillation", "sinus tachycardia"])
def test_what_does_not_go_with_it_is_refused(engine, reference, other):
    with pytest.raises(EcgError, match="together"):
        engine.generate(reference, TwinRequest((AIVR, other)))

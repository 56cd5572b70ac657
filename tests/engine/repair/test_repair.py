"""Repair, complete, continue: visible samples to the bit, lead laws exact, what was filled in remembered."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgtwin_app.ecg.signal.filled import Filled
from ecgtwin_app.ecg.signal.leads import lead_law_residual, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.engine.repair.filling import How
from ecgtwin_app.engine.repair.mask import mask_of, widened
from ecgtwin_app.engine.repair.repair import complete, continue_recording, repair, why_not_complete
from ecgtwin_app.engine.repair.windows import windows
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step


class DrawnPlan(Plan):
    def without_condition(self, names=()):
        return self


class Level:
    """Fills in the number of its seed, and puts noise where it should leave things alone."""

    device = "cpu"
    spec = Spec(
        id="level", model="level", weights_sha256="0" * 64, rate=500.0, samples=5000, leads=LEADS, statements=(),
        abilities=frozenset({Ability.IMPUTE, Ability.FORECAST}), samplers={"none": 1},
    )  # fmt: skip

    def __init__(self):
        self.tasks, self.shown = [], []

    def prepare(self, recordings):
        return PreparedPatient(recording=recordings[0], digests=("",), measured=None, rate=None, base=None)

    def plan(self, patient, task, seed):
        self.tasks.append(task)
        return DrawnPlan(patient=patient, task=task, seed=seed, names=(), rate=None, age=None, sex=None)

    def sample(self, plans):
        rows = []
        for plan in plans:
            shown, mask = plan.patient.recording.signal, plan.task.source.mask
            assert shown.shape == mask.shape == (12, 5000)
            self.shown.append(np.where(mask, np.nan, shown))
            rows.append(np.where(mask, plan.seed + 0 * shown, shown + 9))
        yield Step(1, 1, np.array(rows, np.float32))


def of(rate=500.0, seconds=10.0, leads=LEADS, seed=0):
    signal = np.random.default_rng(seed).normal(0, 0.3, (8, round(rate * seconds)))
    twelve = twelve_leads(signal.astype(np.float32))
    return Recording(twelve[[LEADS.index(lead) for lead in leads]], rate, leads)


def last(steps):
    return list(steps)[-1]


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from([100.0, 128.0, 250.0, 360.0, 500.0, 1000.0]),
    seconds=st.floats(2.0, 23.0),
    leads=st.sets(st.sampled_from(LEADS), min_size=1, max_size=11),
    start=st.floats(0.0, 0.8),
    length=st.floats(0.02, 1.0),
    seed=st.integers(0, 99),
)
def test_visible_samples_stay_to_the_bit(rate, seconds, leads, start, length, seed):
    recording = of(rate, round(seconds * rate) / rate, seed=seed)
    span = (start * seconds, min(recording.duration, (start + length * (1 - start)) * seconds))
    mask = mask_of(
        recording,
        sorted(leads, key=LEADS.index),
        [span] if round(span[0] * rate) < round(span[1] * rate) else [],
    )
    try:
        proposals = last(repair(Level(), recording, mask, How(2, 3)))
    except EcgError as error:
        assert "computed from I and II" in str(error) and not mask[:2].any()
        return
    for number in range(2):
        repaired = proposals.repaired(number)
        visible = ~repaired.filled_mask
        assert repaired.rate == rate and repaired.samples == recording.samples
        assert (repaired.signal[visible].view(np.uint32) == recording.signal[visible].view(np.uint32)).all()
        assert (repaired.filled_mask | ~mask).all()  # all that was marked is filled in
        assert lead_law_residual(repaired.signal) < 2e-6


def test_a_marked_limb_lead_takes_along_what_was_computed_from_it():
    recording = of()
    wide = widened(recording, mask_of(recording, ["I"], [(2, 3)]))
    assert {lead for lead, row in zip(LEADS, wide, strict=True) if row.any()} == {
        "I",
        "III",
        "aVR",
        "aVL",
        "aVF",
    }
    with pytest.raises(EcgError, match="mark lead I or II"):
        widened(recording, mask_of(recording, ["III"]))


def test_limb_leads_that_were_recorded_apart_follow_from_two_others():
    signal = of().signal.copy()
    signal[0, 1000:1500] = 7.0  # lead I alone is wrong; III was recorded by itself
    recording = Recording(signal, 500.0)
    mask = mask_of(recording, ["I"], [(2, 3)])
    assert (widened(recording, mask) == mask).all()
    repaired = last(repair(Level(), recording, mask)).repaired(0)
    np.testing.assert_allclose(repaired.lead("I"), of().lead("I"), atol=2e-6)


def test_what_is_hidden_is_not_shown_to_the_generator():
    recording = of()
    secret = recording.signal.copy()
    secret[8, 1600:2400] = 42.0
    generator = Level()
    last(repair(generator, replace(recording, signal=secret), mask_of(recording, ["V3"], [(3.2, 4.8)])))
    assert max(np.abs(task.source.recordings[0].signal).max() for task in generator.tasks) < 5


def test_a_long_recording_is_filled_window_by_window_without_a_seam():
    recording, generator = of(250.0, 47.0), Level()
    repaired = last(repair(generator, recording, mask_of(recording, ["V2"]), How(2, 1))).repaired(1)
    assert (repaired.lead("V2") == 2.0).all()
    assert len(generator.tasks) > 8  # two for each of the windows
    later = generator.shown[-1]
    assert np.isfinite(later[7, :400]).all()  # what was filled in before is in sight in the next one


@pytest.mark.parametrize("first, after", [(0, 5000), (2600, 4100), (700, 12_000), (11_000, 20_000)])
def test_windows_cover_what_is_hidden(first, after):
    mask = np.zeros((12, 20_000), bool)
    mask[7, first:after] = True
    covered = np.zeros(20_000, bool)
    for begin, end in windows(mask):
        assert end - begin == 5000
        covered[begin:end] = True
    assert covered[first:after].all()


def test_proposals_say_how_sure_they_are():
    recording = of()
    proposals = last(repair(Level(), recording, mask_of(recording, ["V3"], [(3.2, 4.8)]), How(9, 0)))
    low, high = proposals.band
    assert (low[8, 1600], high[8, 2399]) == (0.0, 8.0) and np.isnan(low[8, 1599]) and np.isnan(low[7]).all()
    assert proposals.repaired(4).filled == (Filled("V3", 3.2, 4.8, "level", 4, 8.0),)
    assert proposals.repaired(4).history == ("filled in V3",)


def test_what_was_filled_in_before_is_remembered_beside_it():
    old = (Filled("V3", 3.0, 5.0, "template", 1), Filled("V5", 0.0, 1.0, "template", 1))
    recording = replace(of(), filled=old)
    repaired = last(repair(Level(), recording, mask_of(recording, ["V3"], [(4.0, 6.0)]), How(1, 5))).repaired(
        0
    )
    assert set(repaired.filled) == {
        Filled("V3", 3.0, 4.0, "template", 1), old[1], Filled("V3", 4.0, 6.0, "level", 5),
    }  # fmt: skip


def test_two_leads_become_twelve():
    recording = of(360.0, 8.0, ("II", "V5"))
    whole = last(complete(Level(), recording, How(2, 1))).repaired(0)
    assert whole.leads == LEADS and whole.rate == 360.0
    for lead in recording.leads:
        np.testing.assert_array_equal(whole.lead(lead), recording.lead(lead))
    assert {one.lead for one in whole.filled} == set(LEADS) - {"II", "V5"}
    assert lead_law_residual(whole.signal) < 2e-6


def test_limb_leads_that_follow_are_no_guess():
    recording = of(leads=("I", "III", "V2"))
    whole = last(complete(Level(), recording)).repaired(0)
    assert {one.lead for one in whole.filled} == {"V1", "V3", "V4", "V5", "V6"}
    np.testing.assert_allclose(whole.lead("aVF"), of().lead("aVF"), atol=1e-6)


def test_a_monitor_s_leads_stand_for_the_standard_ones():
    recording = replace(of(leads=("II", "V1")), leads=("MLII", "V1"))
    whole = last(complete(Level(), recording)).repaired(0)
    np.testing.assert_array_equal(whole.lead("II"), recording.lead("MLII"))
    assert "MLII" in whole.history[0]


def test_what_cannot_be_completed_is_said_in_one_sentence():
    assert "all twelve" in why_not_complete(of())
    assert "at least two" in why_not_complete(of(leads=("V2",)))
    assert why_not_complete(of(leads=("V2", "V5"))) is None


@pytest.mark.parametrize("rate, seconds", [(500.0, 2.0), (250.0, 7.3), (1000.0, 12.5)])
def test_a_recording_is_continued(rate, seconds):
    recording, generator = of(rate), Level()
    longer = last(continue_recording(generator, recording, seconds, How(1, 3))).repaired(0)
    np.testing.assert_array_equal(longer.signal[:, : recording.samples], recording.signal)
    assert longer.duration == pytest.approx(10 + seconds) and {one.end for one in longer.filled} == {
        10 + seconds
    }
    assert all(task.source.mask.all(axis=0)[-1] for task in generator.tasks)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 61.0, float("nan")])
def test_an_impossible_length_is_refused(seconds):
    with pytest.raises(EcgError, match="cannot be continued"):
        last(continue_recording(Level(), of(), seconds))


@pytest.mark.parametrize(
    "leads, spans, words",
    [(["V9"], [], "no lead V9"), (["V3"], [(4, 3)], "does not lie"), ([], [(8, 11)], "does not lie"), ([], [], "Everything")],
)  # fmt: skip
def test_a_mask_that_is_none_is_refused_in_one_sentence(leads, spans, words):
    with pytest.raises(EcgError, match=words):
        last(repair(Level(), of(), mask_of(of(), leads, spans)))


def test_a_generator_that_cannot_is_refused():
    class TwinsOnly(Level):
        spec = replace(Level.spec, abilities=frozenset({Ability.TWIN}))

    with pytest.raises(EcgError, match="cannot do this"):
        last(repair(TwinsOnly(), of(), mask_of(of(), ["V3"])))

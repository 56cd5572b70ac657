"""The engine asks any generator that keeps the contract: another rate, fewer leads, fewer abilities."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, lead_law_residual
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.engine.tasks import needed_abilities, offered_by, request_of, task_of
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step
from ecgtwin_app.generators.canonical import canonical
from ecgtwin_app.generators.catalogue import GENERATORS, load_generator
from ecgtwin_app.generators.task import Settings, Source, Target, Task

ROWS = tuple(reversed(INDEPENDENT_LEADS))


class DrawnPlan(Plan):
    """Sinus rhythm at a rate."""

    def without_condition(self, names=()):
        return replace(self, names=("sinus rhythm",))


class BumpGenerator:
    """Draws eight leads of bumps at 250 Hz, the last lead first: of nobody, or at a patient's rate."""

    device = "cpu"
    spec = Spec(
        id="bumps",
        model="raised cosines",
        weights_sha256="0" * 64,
        rate=250.0,
        samples=2500,
        leads=ROWS,
        statements=("sinus rhythm", "sinus bradycardia"),
        abilities=frozenset({Ability.TWIN, Ability.POPULATION}),
        samplers={"euler": 3},
        set_points=frozenset({"heart_rate"}),
    )

    def __init__(self):
        self.batches: list[int] = []

    def prepare(self, recordings):
        if not recordings:
            return PreparedPatient(recording=None, digests=(), measured=None, rate=None, base=None)
        measured = measure(recordings[0])
        return PreparedPatient(
            recording=recordings[0],
            digests=tuple(one.digest() for one in recordings),
            measured=measured,
            rate=measured.heart_rate,
            base=self.base_vector(recordings[0]),
        )

    def plan(self, patient, task, seed):
        rate = task.target.set_points.get("heart_rate", patient.rate or 70.0)
        return DrawnPlan(
            patient=patient, task=task, seed=seed, names=task.target.present, rate=rate, age=None, sex=None
        )

    def sample(self, plans):
        self.batches.append(len(plans))
        steps = plans[0].task.settings.steps
        strips = [strip(rate=plan.rate, seed=plan.seed)[0].signal for plan in plans]
        whole = np.stack([independent_leads(signal)[::-1, ::2] for signal in strips]).astype(np.float32)
        for number in range(1, steps + 1):
            yield Step(number, steps, whole * np.float32(number / steps))

    def base_vector(self, recording, measured=None):
        return np.array([1.0, 0.0], np.float32)


@pytest.fixture
def engine():
    return TwinEngine(BumpGenerator())


@pytest.fixture(scope="module")
def reference():
    return strip(rate=64)[0]


def task(recordings=(), **settings):
    return Task(
        Target(present=("sinus rhythm",), set_points={"heart_rate": 75.0}),
        Source(tuple(recordings)),
        Settings(sampler="euler", steps=3, **settings),
    )


def test_recordings_of_nobody_are_brought_to_twelve_leads_judged_and_marked(engine, tmp_path):
    items = list(engine.run(task()))
    assert [(item.step, item.total) for item in items[:-1]] == [(1, 3), (2, 3), (3, 3)]
    assert items[0].preview.shape == (12, 5000)
    twin = items[-1]
    assert twin.recording.leads == LEADS and twin.recording.rate == 500 and twin.recording.synthetic
    assert lead_law_residual(twin.recording.signal) <= 1e-5
    assert twin.measurements["heart_rate"] == pytest.approx(75, abs=1)
    assert twin.met and any(line.name == "heart rate" and line.met for line in twin.asked_got)
    origin = twin.recording.provenance
    assert (origin["generator"], origin["model"]) == ("bumps", "raised cosines")
    assert "reference_sha256" not in origin and twin.identity_similarity is None
    save_twins([twin], tmp_path)
    assert json.loads((tmp_path / "twins.json").read_text())["twins"][0]["identity_similarity"] is None


def test_what_a_generator_has_of_its_own_takes_the_place_of_defaults(engine, reference):
    (twin,) = engine.generate(reference, TwinRequest())
    assert (twin.request.sampler, twin.request.steps, twin.request.rhythm) == ("euler", 3, "none")
    assert twin.recording.provenance["reference_sha256"] == reference.digest()
    assert twin.measurements["heart_rate"] == pytest.approx(64, abs=1)
    assert twin.identity_similarity == pytest.approx(1.0)


def test_a_twin_whose_identity_cannot_be_measured_is_shown_all_the_same(engine, reference, monkeypatch):
    known = engine.generator.base_vector

    def of_references_alone(recording, measured=None):
        if recording.synthetic:
            raise EcgError("The representative beat has no measurable QRS or T wave.")
        return known(recording, measured)

    monkeypatch.setattr(engine.generator, "base_vector", of_references_alone)
    (twin,) = engine.generate(reference, TwinRequest())
    assert twin.identity_similarity is None and twin.met


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sampler": "heun"}, "has no 'heun'; choose euler"),
        ({"rhythm": "learned"}, "has no 'learned'; choose none"),
        ({"pr": 160.0}, "takes no PR interval"),
        ({"identity": 1.5}, "takes no identity"),
        ({"conditions": ("LBBB",)}, "not trained for left bundle branch block"),
    ],
)
def test_what_a_generator_does_not_offer_is_refused_in_one_sentence(engine, reference, change, sentence):
    with pytest.raises(EcgError, match=sentence):
        engine.generate(reference, replace(TwinRequest(), **change))


def test_heat_maps_are_offered_by_ability(engine, reference):
    (twin,) = engine.generate(reference, TwinRequest(("sinus bradycardia",), heart_rate=52))
    *_, heat = engine.iter_attribute(reference, twin, "contrast")
    assert heat.values.shape == (12, 5000)
    with pytest.raises(EcgError, match="no heat map 'attention'"):
        list(engine.iter_attribute(reference, twin, "attention"))


def test_a_generator_that_puts_nothing_back_says_so(engine, reference):
    (twin,) = engine.generate(
        reference,
        TwinRequest(("sinus rhythm",), without=("sinus bradycardia",), shows=("sinus bradycardia",)),
    )
    assert twin.recording.provenance["removed"] == ["sinus bradycardia"]
    with pytest.raises(EcgError, match="no heat map of sinus bradycardia, which was removed"):
        list(engine.iter_attribute(reference, twin, of="sinus bradycardia"))


def test_a_task_is_made_of_what_it_says_the_reference_shows(engine, reference):
    shown = replace(
        task([reference]),
        target=Target(("sinus rhythm",), absent=("sinus bradycardia",), keep=("sinus rhythm",)),
        source=Source((reference,), shows=("sinus rhythm", "sinus bradycardia")),
    )
    *_, twin = engine.run(shown)
    origin = twin.recording.provenance
    assert (origin["present"], origin["kept"], origin["removed"]) == (
        ["sinus rhythm"],
        ["sinus rhythm"],
        ["sinus bradycardia"],
    )
    assert any(line.kind == "absence" and line.met for line in twin.asked_got)


def test_abilities_that_a_task_needs(engine, reference):
    mask = np.zeros((12, 5000), bool)
    mask[:, 3000:] = True
    assert needed_abilities(task()) == {Ability.POPULATION}
    assert needed_abilities(task([reference])) == {Ability.TWIN}
    after = replace(task(), source=Source((reference,), mask))
    assert needed_abilities(after) == {Ability.FORECAST}
    within = replace(task(), source=Source((reference,), mask[:, ::-1]))
    one_lead = np.zeros((12, 5000), bool)
    one_lead[3] = True
    assert needed_abilities(within) == {Ability.IMPUTE}
    assert needed_abilities(replace(task(), source=Source((reference,), one_lead))) == {Ability.IMPUTE}
    words = replace(task(), target=Target(text="a slow heart"))
    assert needed_abilities(words) == {Ability.POPULATION, Ability.TEXT}
    with pytest.raises(EcgError, match=r"cannot do this \(forecast\)"):
        list(engine.run(after))


def test_draws_are_sampled_in_batches_and_the_best_is_kept(engine, reference):
    alone = [x for x in engine.run(task([reference], samples=3, best_of=2)) if isinstance(x, Twin)]
    assert engine.generator.batches == [1] * 6
    engine.generator.batches.clear()
    items = list(engine.run(task([reference], samples=3, best_of=2), batch=4))
    together = [x for x in items if isinstance(x, Twin)]
    assert engine.generator.batches == [4, 2]
    assert [twin.seed for twin in together] == [twin.seed for twin in alone] == [1, 2, 3]
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.recording.signal, other.recording.signal)
    steps = [x.step for x in items if isinstance(x, Progress)]
    assert steps == [4, 8, 12, 14, 16, 18] and all(x.total == 18 for x in items if isinstance(x, Progress))


def test_cancelled_between_two_steps(engine, reference):
    job = engine.run(task([reference], samples=2))
    assert next(job).step == 1
    job.close()
    assert engine.generator.batches == [1]
    assert isinstance(engine.generate(reference, TwinRequest())[0], Twin)


def test_a_request_and_its_task_say_the_same():
    asked = TwinRequest(
        ("left bundle branch block",), 80.0, 60.0, "F", severity=0.5, pr=170.0, samples=2, seed=9, steps=6,
        sampler="heun", strength=2.0, best_of=3, rhythm="none",
    )  # fmt: skip
    assert request_of(task_of(asked)) == asked
    assert request_of(task_of(TwinRequest())) == TwinRequest()
    assert task_of(asked).target.set_points == {"heart_rate": 80.0, "severity": 0.5, "pr": 170.0}
    assert offered_by(replace(BumpGenerator.spec, samplers={"heun": 6}), TwinRequest()).steps == 6


@pytest.mark.parametrize("rate", [102.4, 250.0, 500.0])
def test_rate_and_leads_become_canonical(rate):
    spec = replace(BumpGenerator.spec, rate=rate, samples=round(10 * rate))
    at = np.arange(spec.samples) / rate
    size = np.arange(1, 9)[:, None]
    signal = canonical((size * np.sin(2 * np.pi * 3 * at)).astype(np.float32), spec)
    assert signal.shape == (12, 5000) and signal.dtype == np.float32
    wave = np.sin(2 * np.pi * 3 * np.arange(5000) / 500)
    for name, factor in zip(ROWS, size[:, 0], strict=True):
        error = signal[LEADS.index(name)] - factor * wave
        assert np.abs(error[100:-100]).max() < 0.01 * factor, name


def test_all_leads_that_were_drawn_stay_as_they_were_drawn():
    order = (*LEADS[6:], *LEADS[:6])
    spec = replace(BumpGenerator.spec, leads=order, rate=500.0, samples=5000)
    drawn = np.random.default_rng(0).standard_normal((12, 5000)).astype(np.float32)
    rows = [order.index(name) for name in LEADS]
    assert np.array_equal(canonical(drawn, spec), drawn[rows])


def test_the_catalogue_names_its_generators(tmp_path):
    assert next(iter(GENERATORS)) == "ecgtwin"
    for name, entry in GENERATORS.items():
        assert entry.id == name and entry.title
        # One without a network needs no weights, and is always there.
        reason = entry.unavailable(tmp_path / "nowhere")
        assert reason == "" if name == "template" else reason.endswith(".")
    assert GENERATORS["ecgtwin"].unavailable(None) == ""
    with pytest.raises(EcgError, match="No generator is called 'nobody'; choose ecgtwin"):
        load_generator("nobody")
    pairs = itertools.combinations(GENERATORS, 2)
    assert all(GENERATORS[a].title != GENERATORS[b].title for a, b in pairs)

"""What the contract asks of every generator of the catalogue. A new one is a line in `MADE`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from published_files import write_published
from sssd_files import write_sssd

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError, Patient
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.generators.catalogue import FILLING, GENERATORS, load_generator
from ecgtwin_app.generators.task import Settings, Source, Target, Task
from ecgtwin_app.sampling.names import USUAL_STEPS

#: The folder of its weights, given an empty one; None for those that ship.
MADE = {"ecgtwin": lambda folder: None, "published": write_published, "sssd": write_sssd}
#: Of the dials that there are.
DIALS = {"strength": 1.5, "identity": 1.0, "noise": 0.0}


def test_every_generator_of_the_catalogue_is_tested():
    assert set(MADE) | set(FILLING) == set(GENERATORS)


@pytest.fixture(scope="module", params=MADE)
def generator(request, tmp_path_factory):
    return load_generator(request.param, MADE[request.param](tmp_path_factory.mktemp(request.param)))


@pytest.fixture(scope="module")
def reference():
    recording = read_ecg(example_path())
    return replace(recording, patient=Patient(age=61.0, sex="F"))


@pytest.fixture(scope="module")
def patient(generator, reference):
    return generator.prepare([reference] if Ability.TWIN in generator.spec.abilities else [])


def task_for(generator, *names, steps=2):
    """Of the patient; a patient that is none is as old as the reference's."""
    spec = generator.spec
    dials = {name: value for name, value in DIALS.items() if name in spec.dials}
    sampler = next(name for name in spec.samplers if name != "ddpm" or len(spec.samplers) == 1)
    who = {} if Ability.TWIN in spec.abilities else {"age": 61.0, "sex": "F"}
    return Task(Target(present=names, **who), Source(), Settings(sampler, steps, spec.rhythms[0], dials))


def drawn(generator, plans):
    steps = list(generator.sample(plans))
    assert [(step.number, step.total) for step in steps] == [(1, 2), (2, 2)]
    return steps[-1].preview


def test_it_says_what_it_is(generator):
    spec = generator.spec
    assert GENERATORS[spec.id].id == spec.id and spec.model and generator.device == "cpu"
    assert len(spec.weights_sha256) == 64 and int(spec.weights_sha256, 16)
    assert spec.samples / spec.rate == 10
    assert set(INDEPENDENT_LEADS) <= set(spec.leads) <= set(LEADS)
    assert set(spec.statements) <= {condition.name for condition in load_vocabulary()}
    assert set(spec.samplers) <= set(USUAL_STEPS) and all(steps > 0 for steps in spec.samplers.values())
    assert spec.dials <= set(DIALS) and spec.abilities <= set(Ability)
    assert GENERATORS[spec.id].of_reference == (Ability.TWIN in spec.abilities)
    assert {Ability.TWIN, Ability.POPULATION} & spec.abilities, "it starts from a reference or from nothing"


def test_a_patient_is_prepared(generator, patient, reference):
    if Ability.TWIN not in generator.spec.abilities:
        assert (patient.recording, patient.digests, patient.measured) == (None, (), None)
        assert patient.rate is None and patient.base is None
        with pytest.raises(EcgError, match="leave it out"):
            generator.prepare([reference])
        return
    assert patient.digests == (reference.digest(),)
    assert patient.recording.leads == LEADS and patient.recording.signal.shape == (12, 5000)
    assert patient.rate == pytest.approx(patient.measured.heart_rate)
    assert np.linalg.norm(patient.base) == pytest.approx(1, abs=1e-5)
    again = generator.base_vector(patient.recording, patient.measured)
    np.testing.assert_allclose(again, patient.base, atol=1e-5)
    with pytest.raises(EcgError, match="generated recording"):
        generator.prepare([reference, replace(reference, synthetic=True)])


def test_the_same_seed_is_the_same_draw_and_another_seed_another(generator, patient):
    task = task_for(generator, "sinus tachycardia")
    plan, again, other = (generator.plan(patient, task, seed) for seed in (3, 3, 4))
    assert (plan.names, plan.seed, plan.age, plan.sex) == (("sinus tachycardia",), 3, 61.0, "F")
    if Ability.TWIN in generator.spec.abilities:
        assert plan.rate > 100 and plan.rate_reason
    else:
        assert plan.rate is None and not plan.rate_reason, "nobody's rate can be kept"
    one, two, three = (drawn(generator, [p]) for p in (plan, again, other))
    assert one.shape == (1, len(generator.spec.leads), generator.spec.samples)
    assert one.dtype == np.float32 and np.isfinite(one).all()
    assert np.array_equal(one, two) and not np.array_equal(one, three)
    together = drawn(generator, [plan, other])
    np.testing.assert_allclose(together[0], one[0], atol=1e-4)
    np.testing.assert_allclose(together[1], three[0], atol=1e-4)


def test_a_draw_can_be_left_between_two_steps(generator, patient):
    plan = generator.plan(patient, task_for(generator, "sinus rhythm"), 1)
    steps = generator.sample([plan])
    next(steps)
    steps.close()
    assert drawn(generator, [plan]).any()


def test_the_condition_can_be_taken_out(generator, patient):
    plan = generator.plan(patient, task_for(generator, "atrial fibrillation", "T inversion"), 1)
    assert plan.without_condition(["T inversion"]).names == ("atrial fibrillation",)
    assert plan.without_condition(["atrial fibrillation"]).names == ("T inversion",)
    for nothing in (plan.without_condition(), plan.without_condition(plan.names)):
        assert nothing.names == ("sinus rhythm",) and nothing.seed == plan.seed
    assert not np.array_equal(drawn(generator, [plan]), drawn(generator, [plan.without_condition()]))


def test_attention_and_gradients_where_it_offers_them(generator, patient):
    plan = generator.plan(patient, task_for(generator, "T inversion"), 1)
    if Ability.ATTENTION in generator.spec.abilities:
        with generator.recording_attention() as recorder:
            drawn(generator, [plan])
        weights = recorder.mean()
        looked = weights.sum(axis=1)
        assert (np.isclose(looked, 1, atol=1e-4) | (looked == 0)).all() and (looked > 0).any()
        assert all(0 <= column < weights.shape[1] for column in generator.condition_tokens(plan.names))
    else:
        assert not hasattr(generator, "recording_attention")
    if Ability.GRADIENTS in generator.spec.abilities:
        import torch

        evidence = generator.evidence(plan, "T inversion")
        signal = torch.zeros(2, 8, 5000, requires_grad=True)
        evidence(signal).sum().backward()
        assert signal.grad.abs().max() > 0
    assert (Ability.EVIDENCE in generator.spec.abilities) == hasattr(generator, "evidence")

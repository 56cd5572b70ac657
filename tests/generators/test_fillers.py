"""What the contract asks of every generator that fills in. A new one is a line in `MADE`."""

import numpy as np
import pytest
from diffecg_files import write_diffecg

from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.tasks import check_abilities
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.generators.catalogue import FILLING, load_generator, usual_filler
from ecgtwin_app.generators.task import Settings, Source, Target, Task

#: The folder of its weights, given an empty one; None for those that ship.
MADE = {"diffecg": write_diffecg, "template": lambda folder: None}
V3 = LEADS.index("V3")


def test_every_filler_of_the_catalogue_is_tested():
    assert set(MADE) == set(FILLING)


def test_the_one_that_needs_no_weights_is_always_there():
    assert not FILLING["template"].unavailable(None)
    assert usual_filler() in FILLING and list(FILLING)[-1] == "template"


@pytest.fixture(scope="module", params=MADE)
def generator(request, tmp_path_factory):
    return load_generator(request.param, MADE[request.param](tmp_path_factory.mktemp(request.param)))


@pytest.fixture(scope="module")
def window():
    return ten_seconds(read_ecg(example_path()))


def hidden(first=0, after=5000, rows=slice(None)):
    mask = np.zeros((12, 5000), bool)
    mask[rows, first:after] = True
    return mask


def filled(generator, window, mask, seeds=(3,)):
    source = Recording(np.where(mask, 0, window.signal), MODEL_RATE)
    sampler, steps = next(iter(generator.spec.samplers.items()), ("", 1))
    task = Task(Target(), Source((source,), mask=mask), Settings(sampler, steps))
    check_abilities(generator.spec, task)
    patient = generator.prepare([source])
    *_, last = generator.sample([generator.plan(patient, task, seed) for seed in seeds])
    assert last.number == last.total and last.preview.shape == (len(seeds), 12, 5000)
    return last.preview


def test_it_says_what_it_is(generator):
    spec = generator.spec
    assert FILLING[spec.id].id == spec.id and len(spec.weights_sha256) == 64 and int(spec.weights_sha256, 16)
    assert {Ability.IMPUTE, Ability.FORECAST} <= spec.abilities
    assert (spec.rate, spec.samples) == (500.0, 5000)


def test_the_same_seed_is_the_same_and_another_another(generator, window):
    mask = hidden(2000, 2800, V3)
    one, two, three = (filled(generator, window, mask, [seed])[0] for seed in (3, 3, 4))
    assert np.array_equal(one, two) and not np.array_equal(one, three)
    together = filled(generator, window, mask, [3, 4])
    np.testing.assert_allclose(together, [one, three], atol=1e-4)


def test_a_span_of_a_lead_is_nearer_than_a_straight_line(generator, window):
    mask = hidden(2000, 2800, V3)
    (drawn,) = filled(generator, window, mask)
    truth = window.signal[mask]
    line = np.linspace(window.signal[V3, 1999], window.signal[V3, 2800], 800)
    assert np.abs(drawn[mask] - truth).mean() < 0.5 * np.abs(line - truth).mean()
    np.testing.assert_array_equal(drawn[~mask], window.signal[~mask])


def test_what_follows_the_end_has_beats(generator, window):
    mask = hidden(3500)
    (drawn,) = filled(generator, window, mask)
    truth, made = np.ptp(window.signal[1, 3500:]), np.ptp(drawn[1, 3500:])
    assert 0.5 * truth < made < 2 * truth
    assert lead_law_residual(drawn[:, 3500:]) < 1e-5


def test_it_makes_no_twins(generator, window):
    with pytest.raises(EcgError):
        check_abilities(generator.spec, Task(Target(), Source((window,)), Settings("", 1)))

"""The generator: what it adds to the guess, where, and how far draws are spread about their middle."""

from dataclasses import replace

import numpy as np
import pytest
from diffecg_files import write_diffecg

from ecgtwin_app.ecg.imputation.guess import guess
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators.diffecg.config import BEAT, BESIDE, FORECAST, IMPUTE, SPAN, TIME_STEPS
from ecgtwin_app.generators.diffecg.generator import DiffecgGenerator
from ecgtwin_app.generators.diffecg.weights import load
from ecgtwin_app.generators.diffecg.window import Window
from ecgtwin_app.generators.task import Settings, Source, Target, Task


class Standin:
    """A network that tells the same everywhere, and keeps what it was asked."""

    def __init__(self, off: float):
        self.off, self.asked = off, []

    def __call__(self, inputs, outputs):
        self.asked.append(inputs)
        return [np.full(inputs["x"].shape, self.off, np.float32)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return load(write_diffecg(tmp_path_factory.mktemp("diffecg") / "w"), "torch", "cpu")


@pytest.fixture(scope="module")
def window():
    return ten_seconds(read_ecg(example_path()))


def mask_of(rows, first=0, after=5000):
    mask = np.zeros((12, 5000), bool)
    mask[rows, first:after] = True
    return mask


def plans(generator, window, mask, seeds, steps=3):
    task = Task(Target(), Source((window,), mask=mask), Settings("dpm_solver_2m", steps))
    patient = generator.prepare([window])
    return [generator.plan(patient, task, seed) for seed in seeds]


def test_a_guess_that_is_right_is_left_and_one_that_is_off_is_moved(weights, window):
    mask = mask_of([7, 8], 1000, 2400)
    signal = np.asarray(guess(window.signal, mask, MODEL_RATE))
    right = DiffecgGenerator(replace(weights, network=Standin(0.0)))
    np.testing.assert_allclose(right.middles(plans(right, window, mask, [1]))[0], signal, atol=1e-6)
    off = DiffecgGenerator(replace(weights, network=Standin(0.5)))
    moved = off.middles(plans(off, window, mask, [1]))[0] - signal
    assert not moved[~mask].any()
    np.testing.assert_allclose(moved[7, 1100:2300], 0.5 * weights.config.off, atol=1e-3)
    assert np.abs(np.diff(moved, axis=1)).max() < 0.15 * 0.5 * weights.config.off, "it sets in without a step"


def test_hidden_limb_leads_keep_the_laws(weights, window):
    generator = DiffecgGenerator(weights)
    mask = mask_of(slice(0, 6), 2000, 3500)
    *_, last = generator.sample(plans(generator, window, mask, [5]))
    assert lead_law_residual(last.preview[0][:, 2000:3500]) < 1e-5
    np.testing.assert_array_equal(last.preview[0][~mask], window.signal[~mask])


def test_the_task_is_told_by_what_is_hidden(window):
    assert Window(window.signal, mask_of(slice(None), 4000)).task == FORECAST
    within = Window(window.signal, mask_of(slice(None), 3000, 4000))
    assert (within.task, within.kind) == (IMPUTE, SPAN)
    beside = Window(window.signal, mask_of(8))
    assert (beside.task, beside.kind) == (IMPUTE, BESIDE)


def test_draws_are_spread_about_the_middle_as_the_weights_say(weights, window):
    mask = mask_of(8, 1000, 3000)
    wide, narrow = (
        DiffecgGenerator(replace(weights, manifest={"spread": {BESIDE: spread}})) for spread in (1.0, 0.25)
    )
    *_, one = wide.sample(plans(wide, window, mask, [1, 2]))
    *_, other = narrow.sample(plans(narrow, window, mask, [1, 2]))
    middle = wide.middles(plans(wide, window, mask, [1, 2]))
    assert np.array_equal(middle[0], middle[1])
    np.testing.assert_allclose(other.preview - middle, 0.25 * (one.preview - middle), atol=2e-4)


def test_it_is_told_noise_and_time_of_what_is_hidden_alone(weights, window):
    network = Standin(0.0)
    generator = DiffecgGenerator(replace(weights, network=network))
    list(generator.sample(plans(generator, window, mask_of(8), [1, 2])))
    first, *others = network.asked
    assert len(first["x"]) == 1 and not first["x"].any() and first["time"][0] > TIME_STEPS
    assert len(others) == 3 and others[0]["x"][:, 4].std() == pytest.approx(1, abs=0.1)
    assert not others[0]["x"][:, [0, 1, 2, 3, 5, 6, 7]].any()


def test_a_beat_of_nobody_lies_in_the_middle(weights):
    generator = DiffecgGenerator(weights)
    task = Task(Target(), Source(), Settings("euler", 2))
    plan = generator.plan(generator.prepare([]), task, 1)
    assert plan.window.task == BEAT
    *_, last = generator.sample([plan])
    beat = last.preview[0]
    assert beat.shape == (len(LEADS), 5000) and beat[:, 2300:2800].any() and not beat[:, :2000].any()
    assert lead_law_residual(beat) < 1e-5


def test_what_it_cannot_do_it_says_in_a_sentence(weights, window):
    generator = DiffecgGenerator(weights)
    with pytest.raises(EcgError, match="fills in"):
        generator.plan(
            generator.prepare([window]), Task(Target(), Source((window,)), Settings("euler", 2)), 1
        )
    with pytest.raises(EcgError, match="fills in"):
        generator.prepare([Recording(window.signal[:, :1000], MODEL_RATE)])
    with pytest.raises(EcgError, match="person"):
        generator.base_vector(window)

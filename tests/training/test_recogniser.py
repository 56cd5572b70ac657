"""The fit of the recogniser: what it learns, from whom, and how it is measured."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.recognition import network
from ecgtwin_app.recognition.recogniser_module import save_recogniser
from ecgtwin_app.recognition.weights import read_recogniser
from ecgtwin_app.training.cases.real_labels import LABELS, LabelledRecords
from ecgtwin_app.training.collections.records import held_out
from ecgtwin_app.training.networks.recogniser import fit_recogniser, learnable, threshold
from ecgtwin_app.training.networks.recogniser_figures import auc, interval, measured


@pytest.fixture(scope="module", autouse=True)
def few_filters():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "FILTERS", 4)
        yield


@pytest.fixture(scope="module")
def records() -> LabelledRecords:
    """Sixty patients, half of them with a wave that the others have not."""
    rng = np.random.default_rng(0)
    patients = tuple(f"patient {k}" for k in range(60))
    states = np.full((60, len(LABELS)), UNKNOWN, np.int8)
    with_it = np.arange(60) % 2 == 0
    states[:, LABELS.index("atrial flutter")] = np.where(with_it, PRESENT, ABSENT)
    time = np.arange(1000) / 100
    signals = 0.1 * rng.normal(size=(60, 8, 1000)) + np.exp(-(((time % 0.8) - 0.4) ** 2) / 0.0005)
    signals[with_it] += 0.2 * np.sin(2 * np.pi * 4.5 * time)
    out = np.array([held_out(patient) for patient in patients])
    return LabelledRecords(
        signals.astype(np.float32),
        states,
        LABELS,
        patients,
        patients,
        ("PTB-XL",) * 60,
        out,
        np.full(60, 100.0),
    )


@pytest.fixture(scope="module")
def fitted(records):
    return fit_recogniser(records, seed=3)


def test_only_labels_with_enough_patients_are_learned(records):
    assert learnable(records) == ("atrial flutter",)
    few = records.where(np.arange(14))
    assert learnable(few) == ()
    with pytest.raises(ValueError):
        fit_recogniser(few, seed=3)


def test_it_tells_what_it_was_taught_on_patients_that_it_never_saw(records, fitted):
    (figure,) = measured(fitted, records)
    assert figure["positive"] > 2 and figure["auc"] > 0.95 and figure["auc_unseen_training"] > 0.95


def test_held_out_patients_take_no_part(records, fitted):
    states = records.states.copy()
    states[records.held_out] = np.where(states[records.held_out] == PRESENT, ABSENT, PRESENT)
    signals = np.where(records.held_out[:, None, None], 5 * records.signals, records.signals)
    other = fit_recogniser(replace(records, states=states, signals=signals), seed=3)
    for name, value in fitted.network.state_dict().items():
        assert torch.equal(value, other.network.state_dict()[name])
    one, two = fitted.trained, other.trained
    assert np.array_equal(one.scale, two.scale) and one.thresholds == two.thresholds


def test_what_is_written_is_what_is_read(fitted, records, tmp_path):
    save_recogniser(fitted.network, fitted.trained, tmp_path, {})
    again = read_recogniser(tmp_path)
    strips = records.signals[:3]
    assert fitted.trained.probabilities(strips) == pytest.approx(again.probabilities(strips), abs=0.01)
    assert {path.name for path in tmp_path.iterdir()} == {"recogniser.json", "recogniser.safetensors"}


def test_thresholds_leave_few_false_claims_and_none_that_is_mostly_wrong():
    rng = np.random.default_rng(1)
    states = np.r_[np.full(40, PRESENT), np.full(1000, ABSENT), np.full(50, UNKNOWN)]
    shares = np.r_[rng.uniform(0.3, 1, 40), rng.uniform(0, 0.5, 1000), np.ones(50)]
    found = threshold(shares, states)
    assert (shares[40:1040] >= found.claims).mean() <= 0.01 and found.supports < found.claims
    # A label that is never told: better no claim than a wrong one.
    noise = threshold(rng.uniform(0, 1, 1090), states)
    assert ((noise.claims > 0.99) and noise.supports >= 0.9) or noise.claims == pytest.approx(0.9999)


def test_auc_is_how_often_one_with_the_label_is_given_more():
    assert auc(np.array([0.9, 0.4, 0.5, 0.1]), np.array([True, True, False, False])) == 0.75
    assert auc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5
    assert auc(np.array([0.5]), np.array([True])) is None
    shares, with_it = np.linspace(0, 1, 40), np.arange(40) >= 20
    low, high = interval(shares, with_it, np.array([f"p{k}" for k in range(40)]))
    assert low == high == 1.0
    assert interval(shares, np.arange(40) >= 37, np.arange(40)) is None

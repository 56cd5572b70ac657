"""The network: what each label embedding hears, the published size, and the samplers of what it predicts."""

import numpy as np
import pytest
import torch
from sssd_files import small_network, write_sssd

from ecgtwin_app.conditions.states import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.sssd.config import CLEAN, NOISE, TIME_STEPS, published
from ecgtwin_app.generators.sssd.graphs import Matrices, Prediction, inputs_of
from ecgtwin_app.generators.sssd.labels import LabelEmbedding
from ecgtwin_app.generators.sssd.names import EMBEDDINGS
from ecgtwin_app.generators.sssd.network import Sssd
from ecgtwin_app.generators.sssd.schedule import published_powers, published_schedule
from ecgtwin_app.generators.sssd.score_input import BREADTH, ROWS, score_input
from ecgtwin_app.generators.sssd.statements import states_under
from ecgtwin_app.generators.sssd.velocity import sampled, velocity_of
from ecgtwin_app.generators.sssd.weights import load
from ecgtwin_app.generators.state_space.s4 import DiagonalKernel
from ecgtwin_app.training.cases.real_labels import LABELS

STATEMENTS = 5
SCORE = RhythmScore(
    (Event(1.0, "QRS", "conducted"), Event(0.8, "P", "sinus"), Event(5.004, "QRS", "ventricular"))
)


def told(states):
    states = torch.tensor([states])
    return (states == PRESENT).float(), (states == ABSENT).float()


def inputs(batch):
    rng = np.random.default_rng(0)
    present = rng.random((batch, len(LABELS))) < 0.1
    return {
        "x": torch.from_numpy(rng.standard_normal((batch, 8, 1000), np.float32)),
        "time": torch.linspace(5, 190, batch),
        "present": torch.from_numpy(present.astype(np.float32)),
        "absent": torch.from_numpy((~present & (rng.random(present.shape) < 0.5)).astype(np.float32)),
        "numbers": torch.tensor([[60.0, float("nan")]]).repeat(batch, 1),
        "sex": torch.arange(batch) % 3,
        "origin": torch.ones(batch, dtype=torch.int64),
        "score": torch.from_numpy(np.stack([score_input(SCORE)] * batch)),
    }


@pytest.mark.parametrize("kind", EMBEDDINGS)
def test_what_an_embedding_hears_of_absent_and_unknown(kind):
    torch.manual_seed(0)
    embedding = LabelEmbedding(kind, STATEMENTS, 16)
    torch.nn.init.normal_(embedding.rows)
    absent = embedding(*told([PRESENT, ABSENT, ABSENT, PRESENT, ABSENT]))
    unknown = embedding(*told([PRESENT, UNKNOWN, ABSENT, PRESENT, ABSENT]))
    present = embedding(*told([PRESENT, PRESENT, ABSENT, PRESENT, ABSENT]))
    assert torch.equal(absent, unknown) == (kind != "three-states")
    assert not torch.allclose(present, absent)
    if kind == "three-states":
        nothing = embedding(*told([UNKNOWN] * STATEMENTS))
        assert torch.equal(nothing, embedding.bias[None])


def test_marks_of_a_score_lie_where_its_events_are():
    told = score_input(SCORE)
    assert told.shape == (ROWS, 1000) and told[-2:].all()
    rows = np.flatnonzero(told[:-4].any(1))
    marks = [told[row] for row in rows]
    assert [int(np.argmax(mark)) for mark in marks] == [80, 100, 500]
    assert all(mark.sum() == pytest.approx(BREADTH, abs=0.1) for mark in marks)
    for mark, place in zip(marks, (80, 100, 500.4), strict=True):
        assert mark @ np.arange(1000) / mark.sum() == pytest.approx(place, abs=0.02)
    assert not score_input(None).any()
    hidden = score_input(RhythmScore(SCORE.events, atrial="fibrillation"), p_known=False)
    assert not hidden[:5].any() and hidden[-2].sum() == hidden[-4].sum() == 0 and hidden[-1].all()
    assert score_input(RhythmScore((), atrial="fibrillation"))[-4].all()
    outside = score_input(RhythmScore((Event(-0.1, "P", "sinus"), Event(9.995, "QRS", "paced"))))
    assert 0 < outside[:-4].sum() < BREADTH


@pytest.mark.parametrize("kind", EMBEDDINGS)
def test_every_row_of_an_embedding_is_learned(kind):
    """The published code of SSSD-ECG-nle holds the row of what is present at nought."""
    embedding = LabelEmbedding(kind, 2, 16)
    embedding(*told([PRESENT, ABSENT])).square().sum().backward()
    rows = embedding.rows.grad
    assert rows[0, 0].abs().sum() > 0
    if kind != "positives":
        assert rows[1, 1].abs().sum() > 0


def test_as_published_it_has_fifty_million_parameters():
    with torch.device("meta"):
        network = Sssd(published(tuple(str(k) for k in range(71)), "positives"))
    assert sum(one.numel() for one in network.parameters()) == pytest.approx(50.2e6, rel=0.01)
    assert network.places == 1000 and len(network.systems()) == 72


@pytest.mark.parametrize(
    "changes", [{}, {"stride": 1, "kernel": "s4", "groups": 0, "embedding": "positives", "score": False}]
)
def test_it_answers_the_same_with_kernels_made_once_and_as_matrices(changes):
    network, asked = small_network(**changes), inputs(3)
    plain = network(*asked.values())
    assert plain.shape == (3, 8, 1000) and plain.std() > 1e-3
    (cached,) = Prediction(network).asked(asked, ("predicted",))
    torch.testing.assert_close(cached, plain, atol=1e-5, rtol=1e-4)
    (matrices,) = Matrices(network)(*(asked[name] for name in inputs_of(network.config)))
    torch.testing.assert_close(matrices, plain, atol=1e-5, rtol=1e-4)


def test_the_kernels_are_computed_once_for_all_steps(tmp_path, monkeypatch):
    weights, made, forward = load(write_sssd(tmp_path), "torch", "cpu"), [], DiagonalKernel.forward
    monkeypatch.setattr(
        DiagonalKernel, "forward", lambda self, length: made.append(1) or forward(self, length)
    )
    asked = {name: value.numpy() for name, value in inputs(2).items()}
    first = weights.network(asked, ("predicted",))[0]
    assert len(made) == 4, "two blocks of two layers"
    for _ in range(5):
        assert np.array_equal(weights.network(asked, ("predicted",))[0], first)
    assert len(made) == 4


def test_it_hears_of_everything_it_is_told():
    network, asked = small_network(), inputs(1)
    plain = network(*asked.values())
    others = {
        "time": asked["time"] + 50,
        "present": 1 - asked["present"],
        "absent": 1 - asked["absent"],
        "numbers": torch.tensor([[60.0, 140.0]]),
        "sex": torch.tensor([2]),
        "origin": torch.tensor([2]),
        "score": torch.from_numpy(score_input(None))[None],
    }
    for name, other in others.items():
        assert not torch.allclose(network(*{**asked, name: other}.values()), plain, atol=1e-5), name


@pytest.mark.parametrize(
    ("sampler", "steps"),
    [("dpm_solver_2m", 6), ("heun", 4), ("euler", 5), ("ddpm", TIME_STEPS), ("ddpm", 20)],
)
@pytest.mark.parametrize("predicts", [CLEAN, NOISE])
def test_a_network_that_knows_the_strip_draws_it(sampler, steps, predicts):
    rng = np.random.default_rng(1)
    strip, noise = (rng.standard_normal((1, 8, 1000)).astype(np.float32) for _ in range(2))
    powers = np.array(published_powers())

    def predict(x, time):
        if predicts == CLEAN:
            return strip
        kept = powers[round(time)]
        return (x - np.sqrt(kept) * strip) / np.sqrt(1 - kept)

    made = list(sampled(sampler, velocity_of(predict, predicts), predicts, noise, steps, [7]))
    assert len(made) == steps
    # The flow's times lie between the steps of the diffusion.
    np.testing.assert_allclose(
        made[-1][0], strip, atol=1e-3 if predicts == CLEAN or sampler == "ddpm" else 0.05
    )


def test_the_published_schedule():
    whole = published_schedule(TIME_STEPS)
    assert len(whole) == 201 and whole[-1] == 1.0 and whole[-2] == pytest.approx(1 - 1e-4)
    assert np.sqrt(whole[0]) == pytest.approx(0.36, abs=0.01), "no pure noise, as its users found"
    assert published_schedule(10)[0] == whole[0] and len(published_schedule(10)) == 11
    with pytest.raises(EcgError, match="1 to 200 steps"):
        published_schedule(201)


def test_states_follow_from_what_is_asked():
    def present(*names, rate=70.0):
        states = states_under(LABELS, names, rate)
        return {name for name, state in zip(LABELS, states, strict=True) if state == PRESENT}

    assert present() == present("sinus rhythm") == {"sinus rhythm", "normal ECG"}
    assert present("sinus bradycardia", rate=45) == {"sinus rhythm", "sinus bradycardia"}
    assert present(rate=110) == {"sinus rhythm", "sinus tachycardia"}
    assert present("atrial fibrillation", rate=45) == {"atrial fibrillation"}
    assert present("anterior STEMI") == {"sinus rhythm", "anterior STEMI", "anterior infarct"}
    assert present("T inversion") == {"sinus rhythm", "T inversion", "ST-T change"}
    block = dict(zip(LABELS, states_under(LABELS, ("left bundle branch block",), 70.0), strict=True))
    assert block["ST-T change"] == UNKNOWN and block["atrial fibrillation"] == ABSENT
    paced = dict(zip(LABELS, states_under(LABELS, ("ventricular pacing",), 70.0), strict=True))
    assert paced["ventricular pacing"] == PRESENT and paced["sinus rhythm"] == UNKNOWN

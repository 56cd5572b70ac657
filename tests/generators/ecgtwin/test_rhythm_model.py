"""The rhythm model: composed scores are scores whatever the network says, and what it learns it keeps to."""

import numpy as np
import pytest
import torch

from ecgtwin_app.conditions.together import atrial_rhythm, check_combination
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators.ecgtwin.conditioning import (
    NUMBERS,
    PRESENT,
    ConditionBatch,
    nothing_known,
    statement_states,
)
from ecgtwin_app.generators.ecgtwin.rhythm_clock import Clock
from ecgtwin_app.generators.ecgtwin.rhythm_events import CLOSEST, KINDS, LEAD_OUT
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel, pack
from ecgtwin_app.generators.ecgtwin.tensors import as_tensors
from ecgtwin_app.generators.ecgtwin.torch_networks import composer_of
from ecgtwin_app.heart.rhythm.processes import check_score, mean_rate
from ecgtwin_app.training.cases import rhythm_examples
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.collections.records import RealRecord
from ecgtwin_app.training.networks.rhythm import load_rhythms

NAMES = ("sinus rhythm", "atrial flutter")


def asked(rate: float, count: int = 1, names=("sinus rhythm",), statements=NAMES) -> ConditionBatch:
    nothing = nothing_known(count, len(statements))
    numbers = nothing.numbers.copy()
    numbers[:, list(NUMBERS).index("heart rate")] = rate
    states = statement_states(statements, names).astype(np.int64)
    return ConditionBatch(np.repeat(states[None], count, axis=0), nothing.severity, numbers, nothing.sex)


def steady(rate: float, start: float) -> RhythmScore:
    beats = np.arange(start, 10, 60 / rate)
    events = [Event(t, "QRS", "conducted") for t in beats] + [Event(t - 0.16, "P", "sinus") for t in beats]
    return RhythmScore(tuple(events))


@pytest.mark.parametrize("atrial", ["waves", "fibrillation", "flutter"])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_network_says_a_score_is_valid(atrial, seed):
    torch.manual_seed(seed)
    model = RhythmModel(len(NAMES), 16).eval()
    for parameter in model.parameters():
        parameter.data *= 4  # as wild as no training leaves it
    with torch.no_grad():
        try:
            score = composer_of(model).draw(asked(80.0), seed, atrial)
        except EcgError as error:
            assert "without beats" in str(error)
            return
    assert score.atrial == atrial and score.times("QRS")
    assert max(e.time for e in score.events) < 10 + LEAD_OUT
    for chamber, closest in CLOSEST.items():
        gaps = np.diff(score.times(chamber))
        assert gaps.size == 0 or gaps.min() > closest - 1e-4
    origins = {e.origin for e in score.events if e.chamber == "P"}
    assert "flutter" not in origins and (atrial == "waves" or not origins)
    assert check_score(score) is score


def test_a_small_model_learns_a_steady_rhythm_at_the_asked_rate():
    torch.manual_seed(0)
    model = RhythmModel(len(NAMES), 32)
    rng = np.random.default_rng(0)
    rates = rng.uniform(55, 100, 40)
    score = pack([steady(rate, rng.uniform(0.0, 60 / rate)) for rate in rates])
    told = asked(80.0, len(rates))
    told.numbers[:, 0] = rates
    told = as_tensors(told)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for _ in range(160):
        optimizer.zero_grad()
        loss = model.loss(score, told)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 2
    model.eval()
    for rate in (60, 90):
        composed = [composer_of(model).draw(asked(float(rate)), seed) for seed in (1, 2, 3)]
        assert np.mean([mean_rate(score) for score in composed]) == pytest.approx(rate, rel=0.1)
        assert all(len(score.times("P")) >= 0.7 * len(score.times("QRS")) for score in composed)
        assert composer_of(model).draw(asked(float(rate)), 1) == composed[0] and composed[1] != composed[0]


def test_of_several_draws_the_nearest_to_the_asked_rate_is_kept():
    torch.manual_seed(1)
    model = RhythmModel(len(NAMES), 16).eval()
    one, many = (
        [
            abs(mean_rate(composer_of(model).draw(asked(90.0), seed, draws=draws)) - 90)
            for seed in range(12)
            if draws
        ]
        for draws in (4, 32)
    )
    assert np.mean(many) < np.mean(one)


@pytest.mark.parametrize("array", [np.array, torch.tensor])
def test_the_clocks_are_the_intervals_of_the_events_so_far(array):
    score = RhythmScore(
        (
            Event(0.5, "P", "sinus"),
            Event(0.66, "QRS", "conducted"),
            Event(1.16, "QRS", "ventricular", "left ventricular apex"),
            Event(1.3, "P", "retrograde"),
            Event(2.26, "QRS", "conducted"),
        )
    )
    clock = Clock.start(array([75.0]), 10.0)
    for event in score.events:
        clock = clock.after(array([event.time]), array([event.chamber == "QRS"]))
    told = {
        name: getattr(clock, name).item()
        for name in ("now", "rr", "rr_before", "pp", "rp", "beats", "counted")
    }
    wanted = {"now": 2.26, "rr": 1.1, "rr_before": 0.5, "pp": 0.8, "rp": 0.14, "beats": 3, "counted": 3}
    assert told == pytest.approx(wanted, abs=1e-5)
    # Asked 75/min: the next beat is due 0.8 s after the last, or as long after it as that was after the one before.
    assert clock.anchors()[0].tolist()[:4] == pytest.approx([2.26, 3.06, 3.36, 2.76], abs=1e-5)
    assert np.isfinite(np.asarray(clock.features())).all()
    assert Clock.start(array([float("nan")]), 10.0).cycle.item() == pytest.approx(0.8)


def test_a_score_is_packed_in_order_and_without_what_the_strip_does_not_show():
    score = RhythmScore(
        (Event(10.5, "P", "sinus"), Event(1.0, "QRS", "paced"), Event(-0.9, "QRS", "conducted"))
    )
    packed = pack([score, steady(60, 0.5)])
    assert packed.lengths.tolist() == [1, 20] and float(packed.times[0, 0]) == 1.0
    assert KINDS[packed.kinds[0, 0]] == ("QRS", "paced", "")


def test_training_examples_are_what_they_are_said_to_be(tmp_path):
    rng = np.random.default_rng(3)
    examples = [rhythm_examples.draw_example(rng) for _ in range(60)]
    for example in examples:
        names = [name for name, state in zip(STATEMENTS, example.statements) if state == PRESENT]
        check_combination([name for name in names if name != "sinus rhythm"])
        assert example.numbers[0] == pytest.approx(mean_rate(example.score))
        assert example.score.atrial == atrial_rhythm(tuple(names))
    assert max(len(e.score.times("QRS", "ventricular")) for e in examples) > 0
    recording = read_ecg(example_path())
    (real,) = rhythm_examples.real_examples([RealRecord("one", "PTB-XL", "one", ("SR", "NORM"), recording)])
    assert real.numbers[0] == pytest.approx(mean_rate(real.score)) and real.statements[0] == PRESENT
    examples[-1] = real
    rhythm_examples._write(tmp_path / "rhythms_0000.npz", examples)
    packed, condition = load_rhythms(tmp_path)
    assert len(packed.lengths) == len(condition.sex) == 60
    torch.manual_seed(0)
    assert torch.isfinite(RhythmModel(len(STATEMENTS), 16).loss(packed, condition))
    with pytest.raises(EcgError, match="no rhythms"):
        load_rhythms(tmp_path / "nowhere")

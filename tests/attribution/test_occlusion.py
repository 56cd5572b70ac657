"""The occlusion map: where a planted effect lies, that nothing of the evidence is lost, cancelling, and a real twin."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.attribution.methods import CHECKS, METHODS
from ecgtwin_app.attribution.occlusion import pieces_of
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Progress, TwinRequest
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg

#: Conducted beats, and one that begins in the ventricles.
BEATS = [0.5, 1.4, 2.3, 2.9, 4.1, 5.0, 5.9, 6.8, 7.7, 8.6, 9.5]
ODD = 2.9
SCORE = RhythmScore(tuple(Event(t, "QRS", "ventricular" if t == ODD else "conducted") for t in BEATS))
TIME = np.arange(5000) / 500.0
IN_ODD_QRS = (TIME >= ODD) & (TIME < ODD + 0.12)


class StandIn:
    """Draws zeros without the condition, and recognises it by a function of the eight leads."""

    device = "cpu"
    spec = SimpleNamespace(rate=500.0, samples=5000, leads=LEADS)

    def __init__(self, evidence):
        self.asked, self._evidence = 0, evidence

    def sample(self, _plans):
        yield SimpleNamespace(number=1, total=1, preview=np.zeros((1, 12, 5000), np.float32))

    def evidence(self, _plan, _name):
        def of(signals):
            self.asked += len(signals)
            return torch.stack([self._evidence(signal) for signal in torch.from_numpy(signals)])

        return of


class Plan(SimpleNamespace):
    def without_condition(self, _names):
        return self


def question(generator, score=SCORE):
    rng = np.random.default_rng(7)
    twin = twelve_leads((1 + 0.1 * rng.standard_normal((8, 5000))).astype(np.float32))
    settings = SimpleNamespace(steps=1)
    plan = Plan(names=("PVC",), seed=3, score=score, task=SimpleNamespace(settings=settings))
    return Question(generator, plan, twin, score, ("PVC",))


def made(generator, score=SCORE):
    *_, heat = METHODS["occlusion"].make(question(generator, score))
    return heat


def test_pieces_cover_the_strip_and_keep_kinds_of_beats_apart():
    pieces = pieces_of(np.zeros((12, 5000), np.float32), SCORE)
    assert pieces.shape == (6, 5000)
    np.testing.assert_allclose(pieces.sum(axis=0), 1)
    conducted, ventricular = pieces[1], pieces[4]
    assert ventricular[IN_ODD_QRS].min() > 0.99 and conducted[IN_ODD_QRS].max() < 0.01
    assert conducted[(TIME > 1.42) & (TIME < 1.5)].min() > 0.99
    alone = RhythmScore(tuple(Event(t, "QRS", "conducted") for t in BEATS))
    assert pieces_of(np.zeros((12, 5000), np.float32), alone).shape == (3, 5000)


def test_a_planted_effect_is_found_where_it_is():
    """Only V1 in the QRS of the ventricular beat speaks for the condition."""
    inside = torch.from_numpy(IN_ODD_QRS.astype(np.float32))
    heat = made(StandIn(lambda signal: 0.2 * (signal[2] * inside).sum()))
    assert isinstance(heat, HeatMap) and heat.method == "occlusion" and heat.signed and heat.unit == "share"
    assert heat.checks["completeness_error"] < 1e-4 and heat.checks["order_error"] < 1e-4
    assert abs(heat.checks["evidence_without"]) < 1e-6 and heat.checks["evidence_twin"] > 5
    inside = (TIME > ODD - 0.06) & (TIME < ODD + 0.2)
    assert np.abs(heat.values[:, inside]).sum() > 0.99 * np.abs(heat.values).sum()
    assert heat.checks["energy_share_in_ectopic_beats"] > 0.95
    assert not heat.per_lead and np.ptp(heat.values, axis=0).max() == 0
    assert np.abs(heat.values[0]).sum() == pytest.approx(1, abs=0.01)


def test_two_waves_that_act_together_share_it_evenly():
    """The evidence is a product: without either of the two QRS nothing is left of it."""
    pieces = torch.from_numpy(pieces_of(np.zeros((12, 5000), np.float32), SCORE).astype(np.float32))
    heat = made(StandIn(lambda signal: 1e-3 * (signal[2] * pieces[1]).sum() * (signal[2] * pieces[4]).sum()))
    assert heat.checks["completeness_error"] < 1e-4 and heat.checks["order_error"] > 0.3
    ventricular = np.abs(heat.values[0][(TIME > ODD - 0.05) & (TIME < ODD + 0.18)]).sum()
    assert ventricular == pytest.approx(0.5, abs=0.05)


def test_the_shares_are_those_over_all_orders():
    """Against the definition of the Shapley value, for evidence in which pieces act in pairs."""
    alone = RhythmScore((Event(5.0, "QRS", "conducted"),))
    pieces = pieces_of(np.zeros((12, 5000), np.float32), alone)
    weights = torch.from_numpy(pieces.astype(np.float32))

    def evidence(signal):
        a, b, c = (weights * signal[2]).sum(dim=1) / weights.sum(dim=1)
        return 3 * a * b + 2 * b * c + c

    heat = made(StandIn(evidence), alone)
    first = independent_leads(question(StandIn(evidence), alone).signal)
    worth = np.zeros(3)
    orders = list(permutations(range(3)))
    for order in orders:
        signal = torch.from_numpy(first).clone()
        for piece in order:
            before = float(evidence(signal))
            signal[2] = signal[2] - weights[piece] * torch.from_numpy(first)[2]
            worth[piece] += (before - float(evidence(signal))) / len(orders)
    got = np.array([heat.values[0][piece > 0.999].mean() * piece.sum() for piece in pieces])
    np.testing.assert_allclose(got / got.sum(), worth / worth.sum(), atol=0.02)


def test_every_question_is_a_step_and_a_place_to_cancel():
    generator = StandIn(lambda signal: signal.sum())
    job = METHODS["occlusion"].make(question(generator))
    steps = [next(job) for _ in range(5)]
    assert all(isinstance(step, Progress) for step in steps)
    assert [step.step for step in steps] == [1, 2, 3, 4, 5] and steps[0].total == 1 + 1 + 2 * 6
    job.close()
    assert generator.asked == 4
    whole = list(METHODS["occlusion"].make(question(generator)))
    assert whole[-2].step == whole[-2].total and set(whole[-1].checks) <= set(CHECKS)


def test_without_a_score_the_beats_are_found():
    recording = read_ecg(example_path())
    pieces = pieces_of(recording.signal[:, ::2], None)
    assert pieces.shape[0] == 3 and 0.1 < pieces[1].mean() < 0.4


@pytest.fixture(scope="module")
def of_pvc():
    engine, reference = TwinEngine.load(), read_ecg(example_path())
    twin = engine.generate(reference, TwinRequest(("ventricular premature complex",), heart_rate=70, seed=3))[
        0
    ]
    *_, heat = engine.iter_attribute(reference, twin, "occlusion")
    return heat


def test_the_map_of_a_real_pvc_lies_on_its_beats(of_pvc):
    checks = of_pvc.checks
    assert of_pvc.values.shape == (12, 5000) and checks["completeness_error"] < 0.01
    assert checks["evidence_twin"] > checks["evidence_without"]
    assert checks["energy_share_in_ectopic_beats"] > 3 * checks["time_share_of_ectopic_beats"]

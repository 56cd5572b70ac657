"""What is filled in beside what was there: the measures, who is asked, and one run to its lines."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from diffecg_files import write_diffecg
from evaluated import real_record
from synthetic_ecg import strip

from ecgtwin_app.engine.repair.proposals import BAND
from ecgtwin_app.evaluation.experiments import filling
from ecgtwin_app.evaluation.experiments.filling import MIDDLE, cases, chosen, kinds_of, run, truth
from ecgtwin_app.evaluation.metrics.filled import beats_apart, crps, errors, peaks_apart, within_band
from ecgtwin_app.generators.catalogue import load_generator
from ecgtwin_app.training.collections.records import held_out

UNSEEN = [name for name in (f"p{k}" for k in range(900)) if held_out(name)]


def test_errors_are_in_microvolts_of_what_is_hidden():
    true = np.vstack([np.sin(np.arange(100)), np.zeros(100)])
    hidden = np.zeros(true.shape, bool)
    hidden[0, 20:60] = True
    found = errors(true, np.where(hidden, true + 0.05, 9), hidden)
    assert found["mae"] == pytest.approx(50) and found["correlation"] == pytest.approx(1)
    assert errors(true, np.where(hidden, 0, true), hidden)["correlation"] == 0


def test_the_score_of_one_draw_is_its_error_and_of_draws_as_the_truth_is_less():
    rng = np.random.default_rng(1)
    true, draws = rng.normal(size=4000), rng.normal(size=(10, 4000))
    assert crps(true, np.zeros((1, 4000))) == pytest.approx(1000 * np.abs(true).mean())
    # Of a normal truth and draws of the same it is 1 / sqrt(pi) (Gneiting and Raftery 2007), of a point sqrt(2 / pi).
    assert crps(true, draws) == pytest.approx(1000 / np.sqrt(np.pi), rel=0.03)
    assert crps(true, 3 * draws) > crps(true, draws)


def test_a_band_of_draws_as_the_truth_holds_four_of_five():
    rng = np.random.default_rng(2)
    true, draws = rng.normal(size=20000), rng.normal(size=(10, 20000))
    assert within_band(true, draws, BAND) == pytest.approx(0.8, abs=0.02)
    assert within_band(true, 0.3 * draws, BAND) < 0.5


def test_beats_are_matched_one_to_one():
    true = np.array([0.2, 1.0, 1.8])
    off, wrong = beats_apart(true, np.array([0.21, 1.04, 1.95, 2.6]))
    assert off == pytest.approx((10 + 40 + 150) / 3) and wrong == 1
    assert beats_apart(true, np.array([])) == (None, 3)
    assert beats_apart(true, np.array([0.19, 0.22]))[1] == 3  # one R is no two beats


def test_peaks_of_a_lead_are_compared_at_its_beats():
    recording, onsets = strip(rate=70, noise=0)
    signal = recording.signal[[0, 7]]
    beats = np.round(np.asarray(onsets) * 500).astype(int) + 20
    hidden = np.zeros(signal.shape, bool)
    hidden[1] = True
    assert peaks_apart(signal, signal, hidden, beats, 500.0) == 0
    assert peaks_apart(signal, np.roll(signal, 4, axis=1), hidden, beats, 500.0) == pytest.approx(8, abs=1)


@dataclass
class Asked:
    """A setting without a judge."""

    engine: SimpleNamespace
    records: list
    work: object
    cache: object
    seed: int = 1
    references: int = 2

    def check_time(self):
        """There is no end."""


@pytest.fixture(scope="module")
def records():
    found = []
    for k, labels in enumerate((("SR", "NORM"), ("AFIB",), ("PACE",), ("SR", "NORM"))):
        recording, _ = strip(rate=60 + 8 * k, seed=k, noise=0.01)
        found.append(real_record(f"r{k}", UNSEEN[k], labels=labels, recording=recording))
    return found


def test_half_of_them_are_sick_and_nobody_comes_twice(records):
    assert [kinds_of(record) for record in records] == [(), ("atrial fibrillation",), ("paced",), ()]
    four = chosen([*records, *records], 4)
    assert len({record.patient for record in four}) == 4
    assert sum(bool(kinds_of(record)) for record in chosen(records, 2)) == 1


def test_one_run_measures_every_case_and_goes_on_where_it_stopped(records, tmp_path, monkeypatch):
    some = {name: mask for name, mask in cases().items() if name.startswith("V3") or "last" in name}
    monkeypatch.setattr(filling, "cases", lambda: some)
    monkeypatch.setattr(filling, "DRAWS", 3)
    generator = load_generator("diffecg", write_diffecg(tmp_path / "w"), backend="torch")
    setting = Asked(
        SimpleNamespace(generator=generator, spec=generator.spec), records, tmp_path / "a", tmp_path / "b"
    )
    found = run(setting)
    lines = {one.name: one for one in found.lines}
    assert lines["visible samples unchanged to the bit"].value == 1
    error = lines["V3 from the others: error"]
    assert error.n == 2 and error.low <= error.value <= error.high and error.less
    assert {"the last 2 s: error", "the last 2 s: score of 3 draws"} <= set(lines)
    assert len(found.tables) == 5 and all(table.rows for table in found.tables)
    monkeypatch.setattr(filling, "guess", None)
    monkeypatch.setattr(generator, "prepare", None)
    again = run(setting)  # all is there
    assert again.lines == found.lines


def test_the_truth_has_no_wander(records):
    flat = truth(records[0])
    assert flat.shape == (12, 5000) and np.abs(flat.mean(axis=1)).max() < 0.05
    assert MIDDLE not in cases() and all(mask.any() for mask in cases().values())

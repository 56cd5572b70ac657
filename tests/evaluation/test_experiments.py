"""The experiments: what is added to what, who is replaced by whom, and one of each from the command line to the page."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from evaluated import real_record
from synthetic_ecg import strip

from ecgtwin_app.cli.main import main
from ecgtwin_app.conditions.states import ABSENT, PRESENT
from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.evaluation.experiments import (
    added_positives,
    command,
    read,
    records,
    without_reference,
)
from ecgtwin_app.evaluation.experiments.read import Read
from ecgtwin_app.evaluation.experiments.records import Labelled
from ecgtwin_app.evaluation.judge.labels import NAMES
from ecgtwin_app.evaluation.metrics import encoder
from ecgtwin_app.evaluation.metrics.memorisation import closer, nearest_strips
from ecgtwin_app.evaluation.metrics.reading import AREA, F1, G_MEAN
from ecgtwin_app.evaluation.protocols import label_sets, readers
from ecgtwin_app.evaluation.protocols.lines import read_outcome
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.training.collections.records import held_out

UNSEEN = [name for name in (f"p{k}" for k in range(900)) if held_out(name)]
SEEN = [name for name in (f"p{k}" for k in range(900)) if not held_out(name)]
LABELS = {"normal": ("SR", "NORM"), "left bundle branch block": ("CLBBB",)}


def _states(*rows):
    states = np.full((len(rows), len(NAMES)), ABSENT, np.int8)
    for k, names in enumerate(rows):
        states[k, [NAMES.index(name) for name in names]] = PRESENT
    return states


def test_shares_of_positives_are_nested_and_of_every_label():
    states = _states(
        *[("normal",)] * 80, *[("atrial fibrillation",)] * 8, *[("left bundle branch block", "normal")] * 4
    )
    kept = {part: set(added_positives.nested(states, part, 1).tolist()) for part in added_positives.SHARES}
    assert kept[0.0] == set() and kept[1.0] == set(range(92))
    assert kept[0.1] < kept[0.25] < kept[0.5]
    assert len(kept[0.25] & set(range(80, 88))) == 2 and len(kept[0.25] & set(range(88, 92))) == 1
    assert len(kept[0.25] & set(range(80))) == 20


def test_real_records_come_first_and_none_are_changed():
    real = Labelled(np.zeros((3, 8, 4), np.int16), _states(*[("normal",)] * 3), ("a", "b", "c"))
    made = Labelled(
        np.ones((4, 8, 4), np.int16), _states(*[("atrial fibrillation",)] * 4), ("d", "e", "f", "g")
    )
    half = added_positives.trained(real, made, 0.5, 1)
    assert (half.strips[:3] == 0).all() and (half.strips[3:] == 1).all() and len(half.strips) == 5
    assert added_positives.trained(real, made, 0.0, 1) is real


def test_only_those_who_are_no_more_than_normal_are_replaced():
    real = Labelled(
        np.zeros((3, 8, 4), np.int16),
        _states(("normal",), ("normal", "sinus bradycardia"), ("atrial fibrillation",)),
        ("a", "b", "c"),
    )
    assert real.only_normal.tolist() == [True, False, False]
    other = real.with_strips(real.only_normal, np.ones((1, 8, 4), np.int16))
    assert other.strips[:, 0, 0].tolist() == [1, 0, 0] and (real.strips == 0).all()
    assert other.states is real.states


def _read(values):
    """One label, of whole and twice redrawn patients."""
    return Read(
        {name: np.array(values)[:, None] for name in read.FIGURES},
        {name: np.array([values[0]] * 2) for name in read.FIGURES},
    )


def test_a_ratio_is_over_the_same_redrawn_patients():
    one = read.ratio_line("TSTR over TRTR", _read([0.6, 0.5, 0.7]), _read([0.8, 0.5, 0.7]), AREA, 9, aim=0.95)
    assert one.value == pytest.approx(0.75) and one.n == 9 and one.met is False
    # Where patients are drawn so that both fall together, the ratio stays.
    assert one.low == pytest.approx(1.0) and one.high == pytest.approx(1.0)
    assert "2 seeds" in one.note


def test_tables_have_a_row_a_label_the_majority_and_the_ratio():
    records_ = Labelled(np.zeros((20, 8, 4), np.int16), _states(*[("normal",)] * 10, *[("atrial fibrillation",)] * 10),
                        tuple("abcdefghijklmnopqrst"))  # fmt: skip
    tested = read.tested_on(records_, 1)
    assert tested.names == ["normal", "atrial fibrillation"] and tested.counts == [10, 10]
    values = {name: np.array([[0.9, 0.5]] * 501) for name in (AREA, F1, G_MEAN)}
    half = {name: own / 2 for name, own in values.items()}
    found = {"real": Read(values, {}), "made": Read(half, {})}
    area, *_ = read.tables(tested, found, "made", "real")
    assert area.rows[0] == ("normal", 10, 0.9, 0.45, 0.5, pytest.approx(0.5))
    assert area.rows[-1][:2] == ("macro", 20) and area.rows[-1][2] == pytest.approx(0.7)


def test_a_copy_is_told_whatever_its_shift_and_its_voltage():
    rng = np.random.default_rng(1)
    known = rng.normal(0, 100, (6, 8, 1000))
    known[5] *= 0.01
    patients = ("a", "a", "b", "c", "d", "e")
    copy, small, new = np.roll(known[3], 170, axis=1), known[5] * 1.02, rng.normal(0, 100, (8, 1000))
    distance, ratio, which = nearest_strips(np.stack([copy, small, new]), known, patients)
    assert which[0] == 3 and distance[0] < 0.1 and ratio[0] < 0.01
    assert which[1] == 5 and ratio[1] < 0.01
    # Nearest is the strip of lowest voltage; the second is of another patient and not much farther.
    assert ratio[2] > 0.6
    assert closer(distance[:1], np.linspace(50, 60, 20))["value"] == 1.0


@dataclass
class _Engine:
    """Draws a beat of the asked condition, without a reference unless it is said to need one."""

    abilities: frozenset = frozenset({Ability.POPULATION})
    model_name: str = "stand-in"
    weights_sha256: str = "0" * 64
    asked: list = field(default_factory=list)

    @property
    def spec(self):
        return SimpleNamespace(id="sssd", abilities=self.abilities)

    def iter_new_patients(self, request, previews=True):
        self.asked.append(request)
        seed = request.seed
        recording, _ = strip(
            rate=60 + seed % 30, seed=seed, t=np.full(8, 0.1 + 0.2 * (len(request.conditions[0]) % 3))
        )
        yield Progress(1, 1, None)
        yield Twin(recording, TwinRequest(), seed, None, (), True, None, 0.0, {}, 0.0)

    def base_vector(self, recording, measured=None):
        raise EcgError("It knows of no person.")


def test_a_new_patient_is_drawn_for_each_label_set_without_a_reference(tmp_path):
    engine = _Engine()
    of = [real_record("a", SEEN[0], labels=("CLBBB",)), real_record("b", SEEN[1])]
    setting = Setting(engine, of, tmp_path, tmp_path)
    made = label_sets.made_all(setting, setting.store("tstr"), [], [(record, 0) for record in of])
    assert [request.conditions for request in engine.asked] == [
        ("left bundle branch block",),
        ("sinus rhythm",),
    ]
    assert all(request.age == 60 and request.sex == "F" for request in engine.asked)
    assert made.failed == 0 and made.strips.shape == (2, 8, 1000) and made.rows[0]["reference"] is None
    assert made.states[0, NAMES.index("left bundle branch block")] == PRESENT
    label_sets.made_all(setting, setting.store("tstr"), [], [(record, 0) for record in of])
    assert len(engine.asked) == 2


@pytest.fixture
def small_world(tmp_path, monkeypatch):
    """A setting of few drawn records, two short networks and an engine that stands in; the arguments that lead there."""
    rng = np.random.default_rng(1)
    found = []
    for patients, each in ((SEEN, 10), (UNSEEN, 8)):
        for k, (name, labels) in enumerate(LABELS.items()):
            for number in range(each):
                patient = patients[each * k + number]
                recording, _ = strip(
                    rate=60 + number, seed=int(rng.integers(1000)), t=np.full(8, 0.1 + 0.2 * (len(name) % 3))
                )
                recording = recording.changed("known", patient=Patient(60, "F"))
                found.append(real_record(f"{patient}/{name}", patient, labels=labels, recording=recording))
    setting = Setting(_Engine(), found, tmp_path / "w" / "protocols", tmp_path / "cache", references=2)
    monkeypatch.setattr(command, "setting_of", lambda args: setting)
    monkeypatch.setattr(
        records, "deepfake_normals", lambda count, seed: [strip(seed=k)[0] for k in range(count)]
    )
    steps = readers.fit_once
    monkeypatch.setattr(readers, "fit_once", lambda *a: steps(*a[:4], 3, a[5]))
    monkeypatch.setattr(encoder, "BATCH", 8)
    return setting, ["--data", str(tmp_path), "--work", str(tmp_path / "w"), "--out", str(tmp_path / "out")]


def test_experiments_from_the_command_to_the_page(small_world, tmp_path):
    setting, places = small_world
    for name in ("tstr", "trts", "added-positives", "memorisation"):
        assert main(["evaluate", name, "--generator", "sssd", *places]) == 0
        assert (tmp_path / "w" / "experiments" / f"{name}.outcome.json").exists()
    page = (tmp_path / "out" / "experiments_sssd.md").read_text(encoding="utf-8")
    assert "# Experiments: sssd" in page and "stand-in" in page
    assert "| TSTR over TRTR, AUC" in page and "normals of deepfake-ecg, else real" in page
    assert "| left bundle branch block | 8 |" in page and "layers never taught" in page
    # One recording for each of 20 training and 16 held-out label sets, which all experiments share.
    assert len(setting.engine.asked) == 36
    found, _ = read_outcome(tmp_path / "w" / "experiments" / "memorisation.outcome.json")
    assert found.lines[0].n == 20 and found.lines[0].value > 0


def test_what_needs_a_reference_has_another_suite(small_world):
    setting, _ = small_world
    setting.engine.abilities = frozenset({Ability.TWIN})
    with pytest.raises(EcgError, match="--part suite"):
        without_reference.run_suite(setting)


def test_the_usual_evaluation_is_of_the_usual_generator(tmp_path, capsys):
    places = ["--data", str(tmp_path), "--out", str(tmp_path)]
    assert main(["evaluate", "--generator", "sssd", *places]) == 2
    assert "Only experiments measure" in capsys.readouterr().err

"""Training on PTB-XL and MIMIC-IV-ECG, on miniatures of their published layouts."""

import argparse
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from large_data import MIMIC_LEADS, patient_strip, write_mimic, write_ptbxl, write_table
from places import ROOT
from safetensors.torch import load_file
from version_tables import quick_fit

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec
from ecgtwin_app.generators.ecgtwin.weights import load_modules
from ecgtwin_app.training import loop, main, parallel
from ecgtwin_app.training.cases import large_data as large
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.heart_versions import make_versions
from ecgtwin_app.training.collections.mimic_reports import calls_it_normal, states_of, unusable
from ecgtwin_app.training.networks import ensemble


def states(entry_or_array) -> dict[str, int]:
    array = getattr(entry_or_array, "statements", entry_or_array)
    return dict(zip(STATEMENTS, array, strict=True))


@pytest.fixture(scope="module")
def ptbxl(tmp_path_factory) -> Path:
    return write_ptbxl(tmp_path_factory.mktemp("ptbxl"), patients=4)


@pytest.fixture(scope="module")
def mimic(tmp_path_factory) -> Path:
    return write_mimic(tmp_path_factory.mktemp("mimic"), patients=2)


@pytest.fixture(scope="module")
def entries(ptbxl):
    return large.read_collection(ptbxl)


def test_ptbxl_tables_become_entries(entries):
    assert [entry.key for entry in entries[:2]] == ["ptbxl-2", "ptbxl-1"]  # in order of time
    assert {entry.patient for entry in entries if entry.held_out} == {"ptbxl-103"}
    assert entries[0].age == 54 and entries[-1].age == 90
    assert (entries[0].sex, entries[2].sex) == ("M", "F")
    assert [entry.normal for entry in entries] == [True, True, False, True, False, False, True, True]
    fibrillation = states(next(entry for entry in entries if entry.key == "ptbxl-4"))
    assert fibrillation["atrial fibrillation"] == PRESENT and fibrillation["sinus rhythm"] == ABSENT
    block = states(next(entry for entry in entries if entry.patient == "ptbxl-102"))
    assert block["left bundle branch block"] == block["ventricular premature complex"] == PRESENT
    assert block["right bundle branch block"] == ABSENT
    # LVH at a likelihood of 15 % is neither said nor denied.
    assert block["left ventricular hypertrophy"] == UNKNOWN


def test_mimic_leads_are_put_in_canonical_order(mimic):
    entry = large.read_collection(mimic)[1]
    recording, drawn = entry.read(), patient_strip(0, 1)
    assert MIMIC_LEADS.index("aVF") < MIMIC_LEADS.index("aVL")
    assert np.abs(recording.signal - drawn.signal).max() < 0.006  # 5 microvolts a step, three leads in a sum
    assert np.abs(recording.lead("aVL") - drawn.lead("aVF")).max() > 0.2
    assert (entry.age, entry.sex, entry.normal) == (54, "F", True)
    assert entry.recorded.startswith("2182")


def test_mimic_without_ages_and_with_a_bad_table(mimic, tmp_path):
    for name in ("record_list.csv", "machine_measurements.csv"):
        (tmp_path / name).write_bytes((mimic / name).read_bytes())
    assert {(entry.age, entry.sex) for entry in large.read_collection(tmp_path)} == {(None, None)}
    (tmp_path / "machine_measurements.csv").unlink()
    with pytest.raises(EcgError, match=r"machine_measurements\.csv"):
        large.read_collection(tmp_path)
    row = {"subject_id": 1, "study_id": 2, "ecg_time": "2180-01-01 00:00:00", "path": "../../etc/passwd"}
    write_table(tmp_path / "record_list.csv", [row])
    write_table(tmp_path / "machine_measurements.csv", [{"study_id": 2, "report_0": "Sinus rhythm"}])
    with pytest.raises(EcgError, match="outside"):
        large.read_collection(tmp_path)
    write_table(tmp_path / "record_list.csv", [{"subject_id": 1}])
    with pytest.raises(EcgError, match="study_id"):
        large.read_collection(tmp_path)
    with pytest.raises(EcgError, match="neither"):
        large.read_collection(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("sentences", "present", "absent", "unknown"),
    [
        (["Sinus rhythm", "Possible left atrial abnormality"], ["sinus rhythm"], ["atrial fibrillation"],
         ["left atrial enlargement", "left bundle branch block"]),
        (["Atrial fibrillation with PVC(s) or aberrant ventricular conduction."], ["atrial fibrillation"],
         ["sinus rhythm", "first-degree AV block"], ["ventricular premature complex"]),
        (["Sinus rhythm with 1st degree A-V block", "RBBB with left anterior fascicular block",
          "Inferior infarct - age undetermined"],
         ["first-degree AV block", "right bundle branch block", "left anterior fascicular block"],
         ["left bundle branch block", "incomplete right bundle branch block"], ["old inferior infarct"]),
        (["Incomplete RBBB"], ["incomplete right bundle branch block"], ["right bundle branch block"], []),
        (["Supraventricular tachycardia"], ["supraventricular tachycardia"], ["sinus rhythm"],
         ["ventricular tachycardia"]),
        (["*** Consider acute ST elevation MI ***"], [], [], ["anterior STEMI", "inferior STEMI"]),
        (["Low QRS voltages in precordial leads"], [], [], ["low voltage"]),
        (["Sinus tachycardia", "Normal ECG except for rate"], ["sinus rhythm"],
         ["left bundle branch block", "old anterior infarct", "low voltage"], []),
        (["Left bundle branch block", "Right bundle branch block"], [], [],
         ["left bundle branch block", "right bundle branch block"]),
    ],
)  # fmt: skip
def test_reports_state_only_what_they_say_plainly(sentences, present, absent, unknown):
    found = states(states_of(tuple(sentences), STATEMENTS))
    assert {name for name, state in found.items() if state == PRESENT} >= set(present)
    assert {found[name] for name in absent} <= {ABSENT}
    assert {found[name] for name in unknown} <= {UNKNOWN}
    if not present:
        assert PRESENT not in found.values()


def test_normal_and_unusable_reports():
    assert calls_it_normal(("Sinus rhythm", "Normal ECG"))
    assert not calls_it_normal(("Sinus rhythm", "Abnormal ECG")) and not calls_it_normal(("Normal ECG",))
    assert unusable(("Sinus rhythm", "Suspect arm lead reversal - only avF, V1-V6 analyzed")) and unusable(())
    assert not unusable(("Sinus rhythm", "Left axis deviation"))


def rows_of(folder: Path, column: str) -> list:
    found = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as z:
            found += z[column].tolist()
    return found


def test_recordings_become_versions_of_their_patients(entries, tmp_path):
    kept = [entry for entry in entries if not entry.held_out]
    gone = replace(kept[0], key="gone", path=Path("gone.hea"))
    make_versions(tmp_path, "real", [gone, *kept], large.heart_of, 0, seed=1, workers=0, size=4)
    # The record without a file is left out; each visit of a patient is a version of one heart.
    assert rows_of(tmp_path, "key") == [entry.key for entry in kept]
    assert rows_of(tmp_path, "heart") == [entry.patient for entry in kept]
    assert (np.array(rows_of(tmp_path, "states")) == np.stack([entry.statements for entry in kept])).all()
    assert not any(name == "ptbxl-103" for name in rows_of(tmp_path, "heart"))
    by_key = dict(zip(rows_of(tmp_path, "key"), rows_of(tmp_path, "has_p"), strict=True))
    assert by_key["ptbxl-3"] and not by_key["ptbxl-4"]  # fibrillation
    with pytest.raises(EcgError, match="None of the recordings"):
        make_versions(tmp_path / "none", "real", [gone], large.heart_of, 0, seed=1, workers=0, size=4)


def test_virtual_hearts_are_of_different_normal_patients(entries):
    found = large.normal_hearts(entries, 10, seed=1)
    patients = [entry.patient for entry in found]
    assert len(set(patients)) == len(patients) == 3 and all(entry.normal for entry in found)
    assert len(large.normal_hearts(entries, 2, seed=1)) == 2
    with pytest.raises(EcgError, match="--hearts 0"):
        large.normal_hearts([entry for entry in entries if not entry.normal], 2, seed=1)


@pytest.fixture
def few_numbers(monkeypatch):
    monkeypatch.setattr(ensemble, "FITTED_ON", 1000)
    monkeypatch.setattr(ensemble, "virtual_flutter_waves", partial(ensemble.virtual_flutter_waves, count=40))
    monkeypatch.setattr(BeatCodec, "fit", quick_fit)
    yield
    parallel.start()


def train(data: Path, work: Path, out: Path, *more: str) -> int:
    """`ecgtwin train` without virtual patients, in a few steps."""
    parser = argparse.ArgumentParser()
    main.add_arguments(parser)
    few = (
        "--hearts 0 --workers 0 --rhythms 12 --rhythm-steps 1 --steps 4 --batch 12 --width 32 --depth 1"
        " --device cpu --precision full"
    )
    places = ["--data", str(data), "--work", str(work), "--out", str(out)]
    return main.main(parser.parse_args([*places, *few.split(), *more]))


def test_ptbxl_to_weights_and_on_after_a_stop(ptbxl, tmp_path, few_numbers, monkeypatch):
    hearts = ("--hearts", "1", "--per-patient", "4")
    assert train(ptbxl, tmp_path / "work", tmp_path / "whole", *hearts) == 0
    model = load_modules(tmp_path / "whole")
    assert model.config.statements == STATEMENTS and model.rhythm is not None
    made = {path.name for path in (tmp_path / "work" / "versions").iterdir()}
    assert made == {"real_000000.npz", "virtual_000000.npz"}
    assert "ptbxl-103" not in rows_of(tmp_path / "work" / "versions", "heart")

    (tmp_path / "work" / "ensemble.safetensors").unlink()
    loss, steps = Ensemble.loss, iter((0, 1))
    monkeypatch.setattr(ensemble, "train", partial(loop.train, every=1))
    monkeypatch.setattr(
        Ensemble, "loss", lambda *args: loss(*args) if next(steps, None) is not None else stop()
    )
    with pytest.raises(KeyboardInterrupt):
        train(ptbxl, tmp_path / "work", tmp_path / "resumed", *hearts)
    monkeypatch.setattr(Ensemble, "loss", loss)
    assert train(ptbxl, tmp_path / "work", tmp_path / "resumed", *hearts) == 0
    whole, resumed = (load_file(tmp_path / name / "ensemble.safetensors") for name in ("whole", "resumed"))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def stop():
    raise KeyboardInterrupt


@pytest.mark.sockets  # what accelerate imports looks for IPv6 by opening one
def test_mimic_to_weights_in_bf16_without_virtual_patients(mimic, tmp_path, few_numbers):
    pytest.importorskip("accelerate")
    assert train(mimic, tmp_path / "work", tmp_path / "out", "--precision", "bf16", "--steps", "2") == 0
    weights = load_file(tmp_path / "out" / "ensemble.safetensors")
    assert all(torch.isfinite(value).all() for value in weights.values())


_TWO_PROCESSES = """
import sys, torch
from pathlib import Path
from torch import nn
from ecgtwin_app.training import parallel
from ecgtwin_app.training.loop import train
parallel.start()
assert parallel.processes() == 2
torch.manual_seed(0)
net = nn.Linear(3, 1)
def loss(step, generator):
    x = torch.randn(8, 3, generator=generator)
    return ((net(x) - x.sum(1, keepdim=True)) ** 2).mean()
train(net, loss, 12, Path(sys.argv[1]) / "net.safetensors", 1e-2, seed=5, every=4)
parallel.wait()
(Path(sys.argv[1]) / f"rank{parallel.rank()}").write_text(repr(net.weight.tolist()))
"""


@pytest.mark.sockets  # the processes speak with each other
def test_two_processes_train_one_network(tmp_path):
    pytest.importorskip("accelerate")
    script = tmp_path / "two.py"
    script.write_text(_TWO_PROCESSES)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, script, tmp_path], check=False, env=environment, capture_output=True, timeout=240
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    first, second = ((tmp_path / f"rank{k}").read_text() for k in (0, 1))
    # Each saw other batches; the gradients were averaged, so both hold the same network.
    assert first == second
    assert (tmp_path / "net.safetensors").is_file()

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
from safetensors.torch import load_file, save_file

from ecgtwin_app.ecg.beat.template import render_beats
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import DitConfig
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.generators.ecgtwin.score_tracks import unpack_score
from ecgtwin_app.generators.ecgtwin.weights import load
from ecgtwin_app.training import loop, main, parallel, run
from ecgtwin_app.training.cases import large_data as large
from ecgtwin_app.training.cases import store as store_module
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.pair_source import PairSource
from ecgtwin_app.training.cases.pairs import NOBODY, OWN, PAIRED, PairDraw
from ecgtwin_app.training.cases.source import WINDOW
from ecgtwin_app.training.cases.store import RecordStore, case_of, make_store, patient_number, write_part
from ecgtwin_app.training.collections.mimic_reports import calls_it_normal, states_of, unusable
from ecgtwin_app.training.networks import flow
from ecgtwin_app.training.networks.autoencoder import fit_autoencoder
from ecgtwin_app.training.networks.draw_ahead import DrawnAhead


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


@pytest.fixture(scope="module")
def autoencoder(entries):
    return fit_autoencoder([large.strips_of(entries, seed=1, count=2)], 48)


@pytest.fixture(scope="module")
def work(tmp_path_factory, entries, autoencoder) -> Path:
    """A work folder with all but the held-out patient encoded, in parts of two records and one that is gone."""
    folder = tmp_path_factory.mktemp("work")
    save_file(autoencoder.state_dict(), folder / "autoencoder.safetensors")
    kept = [entry for entry in entries if not entry.held_out]
    gone = replace(kept[0], path=Path("gone.hea"))
    make_store(folder / "records", [gone, *kept], folder / "autoencoder.safetensors", workers=0, size=3)
    return folder


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


def test_the_store_holds_what_was_recorded(work, entries, autoencoder):
    store = RecordStore(work / "records")
    kept = [entry for entry in entries if not entry.held_out]
    assert len(store) == len(kept)  # the record without a file is left out
    assert store.patient.tolist() == [patient_number(entry.patient) for entry in kept]
    assert (store.statements == np.stack([entry.statements for entry in kept])).all()
    case = case_of(kept[3])
    with torch.no_grad():
        latent = autoencoder.encode(torch.from_numpy(case.signal)).numpy()
    assert np.abs(store.rows("latent", np.array([3]))[0] - latent).max() < 0.01
    template, events = store.template(3), store.rows("events", np.array([3]))[0]
    assert template.qrs_offset == case.template.qrs_offset
    assert (
        np.abs(
            render_beats(template, unpack_score(events, 0)) - render_beats(case.template, case.score)
        ).max()
        < 0.004
    )


def test_an_interrupted_store_goes_on(work, entries, tmp_path, monkeypatch):
    parts = sorted((work / "records").glob("*.safetensors"))
    for part in parts[1:]:
        (tmp_path / part.name).write_bytes(part.read_bytes())
    kept = [entry for entry in entries if not entry.held_out]
    made = []
    monkeypatch.setattr(store_module, "write_part", lambda *job: made.append(job[0].name) or write_part(*job))
    make_store(tmp_path, kept[:3], work / "autoencoder.safetensors", workers=0, size=3)
    assert made == [parts[0].name]
    empty = tmp_path / "empty"
    with pytest.raises(EcgError, match="None of the recordings"):
        make_store(empty, [], work / "autoencoder.safetensors", workers=0)


def test_pairs_are_two_recordings_of_one_patient_drawn_by_patient():
    patient = np.array([7] * 200 + [3, 3] + [5] + list(range(100, 150)))
    draw = PairDraw(patient, np.ones(len(patient)))
    references, targets = draw.draw(6000, np.random.default_rng(0))
    paired = (references != NOBODY) & (references != targets)
    assert (patient[references[paired]] == patient[targets[paired]]).all()
    # Only patients 7 and 3 have two; each is drawn as often as the other, n 3600.
    assert paired.mean() == pytest.approx(PAIRED, abs=0.03)
    assert (patient[targets[paired]] == 7).mean() == pytest.approx(0.5, abs=0.03)
    assert (references == targets).mean() == pytest.approx(OWN, abs=0.02)
    assert set(patient[targets[references == NOBODY]]) > {5, 7}
    a, b = draw.contrast(40, np.random.default_rng(0))
    assert len(set(patient[a])) == 40 and (patient[a] == patient[b]).all()
    assert {7, 3} <= set(patient[a]) and (a == b).sum() == 38


def test_weights_favour_what_is_rare():
    draw = PairDraw(np.arange(10), np.array([1.0] * 9 + [9.0]))
    _, targets = draw.draw(4000, np.random.default_rng(1))
    assert (targets == 9).mean() == pytest.approx(0.5, abs=0.04)


def test_a_batch_lays_the_reference_along_the_target(work, autoencoder):
    source = PairSource(RecordStore(work / "records"), autoencoder)
    batch = source.whole_batch(24, torch.Generator().manual_seed(2))
    known, store = batch.known, source.store
    assert known.any() and not known.all()
    assert batch.laid[~known].abs().max() == 0 and batch.laid[known].abs().amax(dim=(1, 2)).min() > 0
    # The reference is another recording of the target's patient: its beat, the target's timing.
    drawn = source.pairs.draw(24, np.random.default_rng(np_seed(2)))
    row = next(k for k in range(24) if drawn[0][k] not in (NOBODY, drawn[1][k]))
    reference, target = (int(rows[row]) for rows in drawn)
    score = unpack_score(store.rows("events", [target])[0], int(store.rows("atrial", [target])[0]))
    with torch.no_grad():
        laid = autoencoder.encode(torch.from_numpy(render_beats(store.template(reference), score)))
    assert torch.allclose(batch.laid[row], laid, atol=1e-4)
    assert torch.equal(batch.latent[row], torch.from_numpy(store.rows("latent", [target])[0]).float())


def np_seed(seed: int) -> int:
    return int(torch.randint(2**62, (), generator=torch.Generator().manual_seed(seed)))


def test_parts_are_left_out(work, autoencoder):
    source = PairSource(RecordStore(work / "records"), autoencoder)
    batches = [source.batch(32, 0, torch.Generator().manual_seed(seed)) for seed in range(4)]
    unscored = torch.cat([batch.score.abs().amax(dim=(1, 2)) == 0 for batch in batches])
    assert 0.03 < unscored.float().mean() < 0.3
    for batch in batches:
        assert (batch.reference.condition.statements == UNKNOWN).all()
        assert batch.laid[~batch.known].abs().max() == 0


def test_a_patient_with_one_recording_gives_two_windows(work, autoencoder):
    source = PairSource(RecordStore(work / "records"), autoencoder)
    source.pairs = PairDraw(np.arange(len(source.store)), np.ones(len(source.store)))
    a, b = source.contrast(4, 0, torch.Generator().manual_seed(0))
    assert a.latent.shape == b.latent.shape == (4, WINDOW, 48)
    assert not torch.allclose(a.latent, b.latent) and b.beat.abs().max() == 0 and a.beat.abs().max() > 0


@pytest.mark.parametrize("workers", [0, 2])
def test_a_resumed_feed_gives_the_same_batches(work, autoencoder, workers):
    source = PairSource(RecordStore(work / "records"), autoencoder)
    draw, own = partial(source.batch, 3), torch.Generator()
    alone = DrawnAhead(draw, 5, 6, 0)(0, own)
    ahead = DrawnAhead(draw, 5, 6, workers)
    batches = [ahead(step, own) for step in range(6)]
    resumed = DrawnAhead(draw, 5, 6, workers)(4, own)
    assert torch.equal(alone.latent, batches[0].latent)
    assert torch.equal(resumed.laid, batches[4].laid) and torch.equal(resumed.score, batches[4].score)
    assert not torch.equal(batches[3].latent, batches[4].latent)


@pytest.fixture
def small_networks(monkeypatch):
    sizes = {"components": 48, "width": 32, "depth": 1, "heads": 2, "identity_width": 32}
    monkeypatch.setattr(run, "DitConfig", partial(DitConfig, **sizes))
    monkeypatch.setattr(large, "FITTED", 2)
    yield
    parallel.start()


def train(data: Path, work: Path, out: Path, *more: str) -> int:
    """`ecgtwin train` without virtual patients, in a few steps."""
    parser = argparse.ArgumentParser()
    main.add_arguments(parser)
    few = (
        "--hearts 0 --virtual-share 0 --workers 0 --extractor-steps 2 --extractor-batch 3 --steps 4 --batch 2"
    )
    places = ["--data", str(data), "--work", str(work), "--out", str(out)]
    return main.main(parser.parse_args([*places, *few.split(), "--precision", "full", *more]))


def test_ptbxl_to_weights_and_on_after_a_stop(ptbxl, work, tmp_path, small_networks, monkeypatch):
    def folder(name: str) -> Path:
        """A work folder as the version before left it when everything was made."""
        made = tmp_path / name
        made.mkdir()
        (made / "records").symlink_to(work / "records")
        (made / "autoencoder.safetensors").write_bytes((work / "autoencoder.safetensors").read_bytes())
        (made / "made").touch()
        return made

    assert train(ptbxl, folder("a"), tmp_path / "whole") == 0
    model = load(tmp_path / "whole")
    assert model.config.statements == STATEMENTS and model.flow.spread.min() > 0

    stopped, loss, steps = folder("b"), flow.Flow.loss, iter((0, 1))
    monkeypatch.setattr(flow, "train", partial(loop.train, every=1))
    monkeypatch.setattr(
        flow.Flow, "loss", lambda *args: loss(*args) if next(steps, None) is not None else stop()
    )
    with pytest.raises(KeyboardInterrupt):
        train(ptbxl, stopped, tmp_path / "resumed")
    monkeypatch.setattr(flow.Flow, "loss", loss)
    assert train(ptbxl, stopped, tmp_path / "resumed") == 0
    whole, resumed = (load_file(tmp_path / name / "flow.safetensors") for name in ("whole", "resumed"))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def stop():
    raise KeyboardInterrupt


def test_mimic_to_weights_in_bf16(mimic, tmp_path, small_networks):
    pytest.importorskip("accelerate")
    more = ("--precision", "bf16", "--device", "cpu", "--steps", "2")
    assert train(mimic, tmp_path / "work", tmp_path / "out", *more) == 0
    weights = load_file(tmp_path / "out" / "flow.safetensors")
    assert all(torch.isfinite(value).all() for value in weights.values())


def test_mimic_stage_by_stage(mimic, tmp_path, small_networks):
    places = mimic, tmp_path / "work", tmp_path / "out"
    with pytest.raises(EcgError, match="'latents' needs 'autoencoder'"):
        train(*places, "--only", "cases", "latents")
    for stage in ("autoencoder", "latents", "extractor", "flow", "beats", "rhythm", "weights"):
        assert train(*places, "--only", stage) == 0
    # Without virtual patients nobody's beat under a condition is known, so there is no rhythm model either.
    assert load(tmp_path / "out").rhythm is None
    assert not (tmp_path / "work" / "beats.safetensors").exists()


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

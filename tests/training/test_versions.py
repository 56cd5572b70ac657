"""Versions of a heart: what they say of it, whose they are, and how they lie in shards and in memory."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_data import write_small_data
from synthetic_ecg import fibrillating, strip
from version_tables import quick_fit

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS, WINDOWS
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, NUMBERS, PRESENT, UNKNOWN
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec
from ecgtwin_app.training.cases import heart_versions as module
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.heart_versions import (
    make_versions,
    real_version,
    severities,
    virtual_versions,
)
from ecgtwin_app.training.cases.small_data import SYNTHETIC, heart_of, training_records, virtual_hearts
from ecgtwin_app.training.cases.version_table import count_versions, fit_codec, load_versions
from ecgtwin_app.training.collections.records import (
    LOW_RATE_BANDWIDTH,
    USUAL_BANDWIDTH,
    RealRecord,
    load_low_rate,
    load_real,
)

BANDWIDTH = list(NUMBERS).index("bandwidth")


def record(*labels: str, database: str = "PTB-XL", key: str = "one", recording=None) -> RealRecord:
    shown = strip(seed=3)[0] if recording is None else recording
    return RealRecord(key, database, f"patient {key}", labels, replace(shown, patient=Patient(54, "F")))


def states(version) -> dict[str, int]:
    return dict(zip(STATEMENTS, version.states, strict=True))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions") / "data"
    return write_small_data(folder, unseen=2, seen=3, second_visits=True)


@pytest.fixture(scope="module")
def folder(data, tmp_path_factory):
    """Shards of two recordings or one heart each."""
    folder = tmp_path_factory.mktemp("shards")
    usual, low = training_records(data)
    make_versions(folder, "real", usual + low, heart_of, 0, seed=1, workers=0, size=2)
    make_versions(folder, "virtual", usual, heart_of, 6, seed=1, workers=0, size=1)
    return folder


def test_a_virtual_heart_comes_first_as_it_is_then_changed(data):
    heart = heart_of(record("SR", "NORM"))
    versions = list(virtual_versions(heart, seed=5, count=10))
    assert [v.kind == 0 for v in versions] == 7 * [True] + 3 * [False]
    plain, again, *changed = versions[:7]
    assert np.array_equal(plain.beats[0].qrs, again.beats[0].qrs)
    for version in versions:
        assert len(version.beats) == 1 + module.SINGLES == len(version.times)
        assert states(version)[NORMAL] == PRESENT
        assert (version.numbers[BANDWIDTH], version.numbers[1]) == (USUAL_BANDWIDTH, 54)
    assert all((version.states == plain.states).all() for version in versions[7:])
    for version in changed:
        drawn = [name for name, state in states(version).items() if state == PRESENT and name != NORMAL]
        assert drawn, "each of the others is under a condition"
        assert any(
            not np.array_equal(getattr(version.beats[0], part), getattr(plain.beats[0], part))
            for part in WINDOWS
        )
    # QRS and QT are told of conducted beats and only of them.
    assert np.isfinite(plain.numbers[3:6]).all() and np.isnan(versions[-1].numbers[3:6]).all()
    assert 1 <= versions[-1].kind < len(KINDS)


def test_no_pair_is_taught_that_no_heart_shows():
    """A recording that shows a left bundle branch block or a delta wave is given nothing that these exclude."""
    for label in ("CLBBB", "WPW"):
        heart = heart_of(record("SR", label))
        for version in virtual_versions(heart, seed=5, count=40):
            present = [name for name, state in states(version).items() if state == PRESENT]
            check_combination(present)
        assert len(present) >= 2


def test_only_sinus_rhythm_becomes_a_virtual_heart():
    with pytest.raises(EcgError):
        list(virtual_versions(heart_of(record("AFIB", recording=fibrillating())), 1, 4))


def test_what_a_database_leaves_open_stays_open():
    said = states(real_version(heart_of(record("AF", database="CPSC-Extra"))))
    assert said["left bundle branch block"] == UNKNOWN
    said = states(real_version(heart_of(record("SR"))))
    assert said[NORMAL] == PRESENT and said["left bundle branch block"] == ABSENT
    # In PTB-XL an infarct's age is not told: neither said nor denied.
    assert states(real_version(heart_of(record("SR", "ASMI"))))["anterior STEMI"] == UNKNOWN
    assert np.isnan(real_version(heart_of(record("SR"))).severity).all()


def test_a_synthetic_heart_is_normal():
    made = heart_of(record(database=SYNTHETIC))
    assert made.states[STATEMENTS.index(NORMAL)] == PRESENT and (made.states != UNKNOWN).all()


def test_fibrillating_atria_have_no_p():
    version = real_version(heart_of(record("AFIB", recording=strip(seed=2)[0])))
    assert not version.beats[0].has_p and all(beat.p.shape[1] == 0 for beat in version.beats)
    assert real_version(heart_of(record("SR", recording=strip(seed=2)[0]))).beats[0].has_p


def test_severities_are_read_from_what_was_drawn():
    one, other = STATEMENTS[3], STATEMENTS[4]
    out = severities({one: {"severity": 0.3}, other: {"origin": "x"}})
    assert out[3] == pytest.approx(0.3) and np.isnan(np.delete(out, 3)).all()


def test_held_out_patients_are_nowhere(data, folder):
    held = {r.patient for r in (*load_real(data), *load_low_rate(data)) if r.held_out}
    assert len(held) == 2
    found = set()
    for path in folder.glob("*.npz"):
        with np.load(path) as z:
            found |= set(z["heart"].tolist())
    assert len(found) == 3 and not found & held


def test_recordings_of_100_hz_are_marked(data, folder):
    usual, low = training_records(data)
    assert {one.bandwidth for one in usual} == {USUAL_BANDWIDTH}
    assert {(one.bandwidth, one.recording.rate, one.recording.samples) for one in low} == {
        (LOW_RATE_BANDWIDTH, 500.0, 5000)
    }
    found = []
    for path in sorted(folder.glob("real_*.npz")):
        with np.load(path) as z:
            found += z["numbers"][:, BANDWIDTH].tolist()
    assert sorted(found) == 3 * [LOW_RATE_BANDWIDTH] + 3 * [USUAL_BANDWIDTH]


def test_hearts_come_in_mixed_order_and_none_is_lost(data):
    usual, low = training_records(data)
    sick = [replace(usual[0], key=f"sick {k}", labels=("CLBBB",)) for k in range(4)]
    synthetic = [record(database=SYNTHETIC, key=f"{SYNTHETIC}/{k}") for k in range(4)]
    blurred = replace(low[0], key="sick at 100 Hz", labels=("CLBBB",))
    hearts = [one.key for one in virtual_hearts(usual + sick, [*low, blurred], synthetic)]
    assert sorted(hearts) == sorted(one.key for one in usual + sick + low + synthetic)
    assert hearts != [one.key for one in usual + low + synthetic + sick]


def test_an_interrupted_run_makes_only_what_is_missing(data, folder, tmp_path, monkeypatch):
    usual, _ = training_records(data)
    paths = sorted(folder.glob("virtual_*.npz"))
    for path in paths[:2]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    made, shard = [], module.shard
    monkeypatch.setattr(module, "shard", lambda *job: made.append(job[0].name) or shard(*job))
    make_versions(tmp_path, "virtual", usual, heart_of, 6, seed=1, workers=0, size=1)
    assert made == [paths[2].name]
    # A heart's versions are its own, whichever were made before it.
    with np.load(tmp_path / paths[2].name) as again, np.load(paths[2]) as before:
        assert all(np.array_equal(again[name], before[name], equal_nan=name in ("severity", "numbers"))
                   for name in before.files)  # fmt: skip


def test_nothing_usable_is_said(tmp_path):
    flat = record(recording=replace(strip()[0], signal=np.zeros((12, 5000), np.float32)))
    with pytest.raises(EcgError, match="None of the recordings"):
        make_versions(tmp_path, "real", [flat], heart_of, 0, seed=1, workers=0, size=1)


@pytest.fixture(scope="module")
def codec(folder):
    """Fitted to the shards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BeatCodec, "fit", quick_fit)
        codec = BeatCodec()
        fit_codec(folder, codec)
    return codec


def test_the_table_holds_every_version_as_a_vector(folder, codec):
    table = load_versions(folder, codec)
    assert count_versions(folder) == {"versions": len(table), "hearts": 3, "real recordings": 6}
    assert len(table) == 3 * 6 + 6 and int(table.virtual.sum()) == 18
    # A heart's rows adjoin, virtual ones first, the unchanged heart at their head.
    for heart in range(3):
        rows = torch.nonzero(table.heart == heart).flatten()
        assert rows.tolist() == list(range(int(rows[0]), int(rows[0]) + 8))
        assert (table.first[rows] == rows[0]).all() and (table.count[rows] == 8).all()
        assert (table.base[rows] == rows[0]).all() and table.virtual[rows].tolist() == 6 * [True] + 2 * [
            False
        ]
    # What is drawn from it is the beat that was cut.
    with np.load(folder / "virtual_000000.npz") as z:
        heart, qrs = str(z["heart"][0]), torch.from_numpy(z["qrs"][:, 0]).float()
    of = sorted({str(np.load(path)["heart"][0]) for path in folder.glob("virtual_*.npz")}).index(heart)
    waves, _ = codec.decode(table.vectors(torch.nonzero((table.heart == of) & table.virtual).flatten())[:, 0])
    error = (waves["qrs"] - qrs).pow(2).mean().sqrt()
    assert error < 0.02 * qrs.pow(2).mean().sqrt()


def test_a_very_large_table_is_kept_in_half_precision(folder, codec, monkeypatch):
    whole = load_versions(folder, codec)
    monkeypatch.setattr("ecgtwin_app.training.cases.version_table.HALF_BEYOND", 4)
    half = load_versions(folder, codec)
    assert half.beats.dtype == torch.float16 and whole.beats.dtype == torch.float32
    rows = torch.arange(len(whole))
    assert half.vectors(rows).dtype == torch.float32
    assert torch.allclose(half.vectors(rows), whole.vectors(rows), rtol=1e-3, atol=1e-3)


def test_versions_for_other_statements_are_refused(folder, tmp_path):
    with np.load(folder / "real_000000.npz") as z:
        columns = {name: z[name][:, :-1] if name == "states" else z[name] for name in z.files}
    np.savez(tmp_path / "real_000000.npz", **columns)
    with pytest.raises(EcgError, match="new work folder"):
        load_versions(tmp_path, BeatCodec())
    with pytest.raises(EcgError, match="stage 'cases'"):
        load_versions(tmp_path / "nothing", BeatCodec())

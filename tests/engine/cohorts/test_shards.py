"""Shards for training: read back as they were made, the same bytes after a kill, checked, and refused without a library."""

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from copying_engine import REFERENCES, Choice, read

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.plan import ByQuotas, Known, Product, known_of
from ecgtwin_app.engine.cohorts.pools import OnePool
from ecgtwin_app.engine.cohorts.run import Cohort, iter_cohort, quotas_of
from ecgtwin_app.engine.cohorts.shards import SHARD_FORMS, check_installed
from ecgtwin_app.engine.cohorts.sums import iter_verify
from ecgtwin_app.engine.cohorts.table import UNFINISHED, CohortRow, rows_in
from ecgtwin_app.engine.cohorts.toml_plan import plan_from
from ecgtwin_app.engine.request import TwinRequest

LIBRARY = {"parquet": "pyarrow", "zarr": "zarr"}
PLAN = """
n = 7
references = ["x"]
shard = 3
[conditions]
"sinus rhythm" = 4
AF = 3
[devices]
"as made" = 5
holter = {n = 2, rate = 250, leads = ["I", "II", "V1"]}
"""


@pytest.fixture(params=sorted(SHARD_FORMS))
def form(request):
    """Each form whose library is installed here."""
    pytest.importorskip(LIBRARY[request.param])
    return request.param


def cohort(folder, form):
    known = [one for one in known_of([Path("a"), Path("b")], read) if isinstance(one, Known)]
    spec = plan_from(PLAN, "plan.toml")
    return Cohort(ByQuotas(spec, known), spec.request, folder, form, spec.shard, quotas_of(spec))


def run(cohort, until=None):
    job = iter_cohort(cohort, Choice(), read, lambda: OnePool(Choice(), cohort.form))
    made = 0
    for item in job:
        made += isinstance(item, CohortRow)
        if made == until:
            break
    job.close()


def contents(folder):
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != ".lock"
    }


def test_what_is_read_back_is_what_was_made(tmp_path, form):
    run(cohort(tmp_path / "shards", form))
    run(replace(cohort(tmp_path / "files", "wfdb")))
    rows = {row.key: row for row in rows_in(tmp_path / "shards")}
    assert Counter(row.file for row in rows.values()) == {
        f"shard-0000{k}{SHARD_FORMS[form].suffix}": count for k, count in ((1, 3), (2, 3), (3, 1))
    }
    found = {}
    for path in sorted((tmp_path / "shards").glob("shard-*")):
        found |= dict(SHARD_FORMS[form].signals(path))
    assert found.keys() == rows.keys() and not (tmp_path / "shards" / UNFINISHED).exists()
    for digest, _, seed in found:
        assert digest in {one.digest() for one in REFERENCES.values()}
    plain = {ref.digest(): ref.signal for ref in REFERENCES.values()}
    for (digest, _, seed), signal in found.items():
        if signal.shape == (12, 5000):
            assert np.array_equal(signal, (plain[digest] / seed).astype(np.float32))
        else:
            assert signal.shape == (3, 2500) and rows[(digest, _, seed)].device == "holter"
    assert list(iter_verify(tmp_path / "shards")) == []


def test_stopped_and_gone_on_with_it_is_the_same_bytes(tmp_path, form):
    run(cohort(tmp_path / "whole", form))
    for until in (1, 2, 2):
        run(cohort(tmp_path / "torn", form), until)
    (said,) = iter_verify(tmp_path / "torn")
    assert (
        said == "1 twins wait for the others of their shard; run the same command again."
        or "wait for" in said
    )
    (tmp_path / "torn" / ".shard-00002.x.part").write_bytes(b"half")
    run(cohort(tmp_path / "torn", form))
    assert contents(tmp_path / "torn") == contents(tmp_path / "whole")


def test_a_shard_that_was_changed_is_found(tmp_path, form):
    run(cohort(tmp_path, form))
    first, second, _ = sorted(tmp_path.glob("shard-*"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    second.unlink()
    assert list(iter_verify(tmp_path)) == [f"{first.name} was changed.", f"{second.name} is missing."]


def test_another_size_of_shards_is_another_cohort(tmp_path, form):
    run(cohort(tmp_path / "one", form))
    with pytest.raises(EcgError, match="begun with another shard"):
        run(replace(cohort(tmp_path / "one", form), shard=2))


def test_every_reference_under_every_task_in_shards(tmp_path, form):
    request = TwinRequest(seed=2)
    plan = Product((Path("a"), Path("a"), Path("b")), (("sinus rhythm",),), request, 2)
    run(Cohort(plan, request, tmp_path, form, 4))
    assert len(list(rows_in(tmp_path))) == 4 and list(iter_verify(tmp_path)) == []


def test_parquet_says_that_it_is_synthetic_and_what_was_asked(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    run(cohort(tmp_path, "parquet"))
    table = parquet.read_table(tmp_path / "shard-00001.parquet")
    about = json.loads(table.schema.metadata[b"ecgtwin"])
    assert table.schema.metadata[b"synthetic"] == b"yes" and about["synthetic"] is True
    assert (
        about["weights_sha256"] == "c" * 64
        and "request" in about
        and about["quotas"]["devices"]["holter"] == 2
    )
    rows = table.to_pylist()
    assert all(row["synthetic"] and json.loads(row["provenance"])["synthetic"] for row in rows)
    for row in rows:
        shape = (3, 250.0, 2500) if row["device"] == "holter" else (12, 500.0, 5000)
        assert (len(row["leads"]), row["rate"], len(row["signal"][0])) == shape
        assert len(row["signal"]) == len(row["leads"])


def test_zarr_says_that_it_is_synthetic_and_what_was_asked(tmp_path):
    zarr = pytest.importorskip("zarr")
    run(cohort(tmp_path, "zarr"))
    with zarr.storage.ZipStore(tmp_path / "shard-00001.zarr.zip", mode="r") as store:
        root = zarr.open_group(store, mode="r")
        assert root.attrs["synthetic"] is True and root.attrs["generator"] == "copying"
        group = root["twins-0"]
        assert group.attrs["unit"] == "mV" and group["signal"].shape[0] == group["seed"].shape[0]
        assert [row["seed"] for row in group.attrs["twins"]] == group["seed"][:].tolist()
        assert all(json.loads(row["provenance"])["synthetic"] for row in group.attrs["twins"])


@pytest.mark.parametrize("form", sorted(SHARD_FORMS))
def test_without_the_library_one_sentence_says_what_to_install(form, monkeypatch, tmp_path):
    for name in ("pyarrow", "pyarrow.parquet", "zarr"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(EcgError, match=r"run 'pip install \"ecgtwin-desktop\[cohorts\]\"', or choose wfdb"):
        check_installed(form)
    with pytest.raises(EcgError, match="pip install"):
        run(cohort(tmp_path / "new", form))
    assert not (tmp_path / "new").exists()

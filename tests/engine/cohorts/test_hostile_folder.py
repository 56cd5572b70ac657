"""A cohort's folder that somebody else made: lines, checksums and shards of any content end in sentences."""

import hashlib
import json
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgtwin_app.engine.cohorts.sums import SUMS, iter_verify, write_sums
from ecgtwin_app.engine.cohorts.table import LINES, CohortRow, CohortTable, rows_in

ROW = asdict(
    CohortRow("a.hea", "f" * 64, "sinus rhythm", 1, True, "", 72.0, number=1, sha256={"a.hea": "0" * 64})
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["../x", "/etc/passwd"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.dictionaries(st.sampled_from([*ROW, "other"]), VALUES, max_size=4), max_size=4),
    st.binary(max_size=80),
)
def test_any_lines_are_rows_or_none(tmp_path, changes, sums):
    folder = tmp_path / "inner"
    folder.mkdir(exist_ok=True)
    lines = [json.dumps(ROW | change) for change in changes]
    (folder / LINES).write_text("\n".join(lines), encoding="utf-8")
    for row in rows_in(folder):
        assert isinstance(row.conditions, str) and "/" not in row.file and hash(row.key) and row.piece
    (folder / SUMS).write_bytes(sums)
    try:
        said = list(iter_verify(folder))
    except ValueError as error:
        said = [str(error)]
    assert all("\n" not in sentence for sentence in said)
    write_sums(folder)
    CohortTable(folder, {}).close()
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_checksums_of_files_elsewhere_are_not_asked(tmp_path):
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / SUMS).write_text(f"{'0' * 64}  ../secret\n{'0' * 64}  /etc/passwd\n", encoding="utf-8")
    assert list(iter_verify(folder)) == []


@pytest.mark.parametrize(("library", "suffix"), [("pyarrow", "parquet"), ("zarr", "zarr.zip")])
@pytest.mark.parametrize("content", [b"", b"PAR1" * 9, b"PK\x05\x06" + bytes(18), b"nonsense"])
def test_a_shard_that_is_none_is_one_sentence(tmp_path, library, suffix, content):
    pytest.importorskip(library)
    name = f"shard-00001.{suffix}"
    (tmp_path / name).write_bytes(content)
    row = ROW | {"file": name, "sha256": {"signal": "0" * 64}}
    (tmp_path / LINES).write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / SUMS).write_text(f"{hashlib.sha256(content).hexdigest()}  {name}\n", encoding="utf-8")
    assert list(iter_verify(tmp_path)) == [f"{name} cannot be read."]

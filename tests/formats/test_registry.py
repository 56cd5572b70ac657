"""One door for all files: content decides, limits hold, and hostile bytes end in a sentence."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest
from places import ROOT

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats import guard, registry, wfdb_
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers


def refused(path, words):
    with pytest.raises(EcgError, match=words):
        read_ecg(path)


def test_content_decides_not_the_name(tmp_path):
    disguised = tmp_path / "ecg.csv"
    disguised.write_bytes(example_path().read_bytes())
    assert read_ecg(disguised).source == "DICOM"


def test_dialogs_offer_the_endings_of_all_formats():
    from ecgtwin_app.ui.dialogs import dialogs

    offered = dialogs.recording_patterns().split()
    assert {"*.dcm", "*.hea", "*.edf", "*.bdf", "*.gdf", "*.ecg", "*.csv", "*.xml", "*.npz"} <= set(offered)
    assert [f"*{suffix}" for suffix in registry.suffixes()] == offered


def test_what_is_no_file(tmp_path):
    refused(tmp_path / "gone.dcm", "There is no file")
    refused(tmp_path, "is a folder")
    (tmp_path / "empty.dcm").touch()
    refused(tmp_path / "empty.dcm", "is empty")
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    refused(tmp_path / "noise", "no format that is read")


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    small = tuple(replace(one, largest=1000) for one in registry.formats())
    monkeypatch.setattr(registry, "formats", lambda: small)
    refused(example_path(), "MB")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "locked.csv"
    path.write_text("I,II\n")
    path.chmod(0)
    refused(path, "cannot be opened")


def test_options_a_format_does_not_need_are_refused_not_ignored():
    with pytest.raises(EcgError, match="leave out rate, unit"):
        read_ecg(example_path(), unit="mV", rate=500, decimal=None)


@pytest.mark.parametrize("name", ["a.hea", "a.dat", "deep/er/b.csv", "c.tsv"])
def test_what_is_written_can_be_read(tmp_path, name):
    recording = read_ecg(example_path())
    back = read_ecg(write_ecg(recording, tmp_path / name))
    np.testing.assert_allclose(back.signal, recording.signal, atol=5.1e-4)
    assert back.rate == recording.rate


def test_unwritable_targets(tmp_path):
    recording = read_ecg(example_path())
    with pytest.raises(EcgError, match="no suffix"):
        write_ecg(recording, tmp_path / "x.docx")
    (tmp_path / "file").touch()
    with pytest.raises(EcgError, match="cannot be written"):
        write_ecg(recording, tmp_path / "file" / "x.csv")


@pytest.mark.parametrize(
    "error", [MemoryError(), RecursionError(), KeyError("x"), ZeroDivisionError(), OSError(5, "I/O")]
)
def test_whatever_a_parser_raises_becomes_one_sentence(tmp_path, error):
    with pytest.raises(EcgError) as caught, guard.parsing(tmp_path / "x.dcm", "DICOM"):
        raise error
    assert caught.value.__cause__ is error
    assert str(caught.value).startswith("x.dcm ") and str(caught.value).count(".") == 2


def test_warnings_of_a_parser_do_not_reach_the_terminal(tmp_path, recwarn):
    with guard.parsing(tmp_path / "x.dcm", "DICOM"):
        warnings.warn("something about a patient", stacklevel=1)
    assert not recwarn.list


def mutations(original: bytes, count: int, rng: np.random.Generator):
    """Copies with bits flipped, runs overwritten, cut off, cut out or repeated; mostly near the start."""
    for number in range(count):
        data = bytearray(original)
        at = int(len(data) * rng.random() ** 3)
        match number % 5:
            case 0:
                for _ in range(rng.integers(1, 9)):
                    data[int(len(data) * rng.random() ** 3)] ^= 1 << rng.integers(8)
            case 1:
                data[at : at + 8] = rng.bytes(8)
            case 2:
                del data[at:]
            case 3:
                del data[at : at + int(rng.integers(1, 200))]
            case 4:
                data[at:at] = data[at : at + int(rng.integers(1, 200))]
        yield bytes(data)


def outcome(path, **options):
    try:
        recording = read_ecg(path, **options)
    except EcgError as error:
        message = str(error)
        assert message and "\n" not in message and message.endswith("."), message
        return "refused"
    assert recording.signal.shape[0] == len(recording.leads) and np.isfinite(recording.signal).all()
    return "read"


def short_recording():
    rng = np.random.default_rng(5)
    return Recording(twelve_leads(np.round(rng.normal(0, 0.3, (8, 600)), 3)), 500.0)


def test_mutated_dicom_is_read_or_refused(tmp_path):
    path = tmp_path / "x.dcm"
    seen = set()
    for data in mutations(example_path().read_bytes(), 200, np.random.default_rng(6)):
        path.write_bytes(data)
        seen.add(outcome(path))
    assert seen == {"read", "refused"}


def test_mutated_wfdb_headers_are_read_or_refused(tmp_path):
    header = wfdb_.write(short_recording(), tmp_path, "x")
    seen = set()
    for data in mutations(header.read_bytes(), 300, np.random.default_rng(7)):
        header.write_bytes(data)
        seen.add(outcome(header))
    assert seen == {"read", "refused"}


def test_mutated_tables_are_read_or_refused(tmp_path):
    path = write_ecg(short_recording(), tmp_path / "x.csv")
    seen = set()
    for data in mutations(path.read_bytes(), 120, np.random.default_rng(8)):
        path.write_bytes(data)
        seen.add(outcome(path))
    assert seen == {"read", "refused"}


def test_a_missing_module_is_not_called_a_damaged_file(tmp_path):
    with (
        pytest.raises(EcgError, match="module pydicom is missing") as caught,
        guard.parsing(tmp_path / "x", "DICOM"),
    ):
        raise ModuleNotFoundError("No module named 'pydicom'", name="pydicom")
    assert "damaged" not in str(caught.value)


def test_readers_import_their_libraries_only_when_a_file_needs_them():
    code = (
        "import sys, ecgtwin_app.formats.registry, ecgtwin_app.formats.example as e; e.example_path();"
        "print([m for m in ('pydicom', 'wfdb', 'scipy', 'pandas', 'soundfile', 'edfio', 'requests') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"


def test_the_table_of_formats_in_the_documents_is_current():
    from ecgtwin_app.formats.docs_table import with_table

    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert with_table(text) == text, "run python -m ecgtwin_app.formats.docs_table docs/formats.md"


def test_every_format_is_one_record_with_names_of_its_own():
    found = registry.formats()
    assert len({one.id for one in found}) == len({one.name for one in found}) == len(found) >= 19
    assert all(one.suffixes and one.holds and one.after for one in found)
    # A suffix that is written stands for one format.
    endings = [ending for one in writers().values() for ending in (one.suffix, *one.also)]
    assert len(set(endings)) == len(endings)
    places = [one.writer.place for one in found if one.writer]
    assert sorted(places) == list(range(1, len(places) + 1))

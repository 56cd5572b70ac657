"""What was filled in of a recording is said in every file that is written, and read back."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from ecgtwin_app.ecg.signal.filled import Filled
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.formats.marking import comment_lines, read_comment_lines
from ecgtwin_app.formats.pieces import pieces_of
from ecgtwin_app.formats.registry import open_ecg, read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers

SUFFIXES = [one.suffix for one in writers().values()]
FILLED = (Filled("V3", 3.2, 4.8, "template", 7, 0.123), Filled("V6", 0.0, 10.0, "diffecg", 2))


@pytest.fixture
def repaired():
    signal = np.random.default_rng(3).normal(0, 0.4, (8, 5000)).astype(np.float32)
    return Recording(twelve_leads(signal), 500.0, filled=FILLED)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_carries_it(tmp_path, suffix, repaired):
    path = write_ecg(repaired, tmp_path / f"x{suffix}")
    back = read_ecg(path)
    assert back.filled == FILLED and back.partly_synthetic and not back.synthetic
    again = read_ecg(write_ecg(back, tmp_path / f"y{suffix}", keep_identity=True))
    assert again.filled == FILLED
    piece = read_ecg(path, start=4.0, seconds=5.0)
    assert [(one.lead, one.start, one.end) for one in piece.filled] == [("V3", 0.0, 0.8), ("V6", 0.0, 5.0)]
    assert pieces_of(open_ecg(path), 4.0, 5.0).said.filled == piece.filled


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_twin_of_which_some_was_filled_in_stays_a_twin(tmp_path, suffix, repaired):
    twin = replace(repaired, synthetic=True, provenance={"synthetic": True})
    back = read_ecg(write_ecg(twin, tmp_path / f"x{suffix}"))
    assert back.synthetic and back.filled == FILLED and not back.partly_synthetic


def test_dicom_says_it_in_its_own_attributes_and_at_its_place(tmp_path, repaired):
    dataset = pydicom.dcmread(write_ecg(repaired, tmp_path / "x.dcm"))
    assert dataset.SyntheticData == "YES" and "PARTLY SYNTHETIC" in dataset.PatientComments
    group = dataset.WaveformSequence[0]
    assert group.WaveformOriginality == "DERIVED"
    marked = [
        channel.ChannelLabel
        for channel in group.ChannelDefinitionSequence
        if "ChannelDerivationDescription" in channel
    ]
    assert marked == ["Lead V3", "Lead V6"]
    at = [one for one in dataset.WaveformAnnotationSequence if one.get("TemporalRangeType") == "SEGMENT"]
    assert [(one.ReferencedWaveformChannels, one.ReferencedSamplePositions) for one in at] == [
        ([1, 9], [1601, 2400]),
        ([1, 12], [1, 5000]),
    ]
    assert read_ecg(tmp_path / "x.dcm").statements == ()


def test_a_foreign_file_that_is_synthetic_stays_so(tmp_path, repaired):
    """The attribute alone says that some of it is: then all of it may be."""
    path = write_ecg(repaired, tmp_path / "x.dcm")
    dataset = pydicom.dcmread(path)
    del dataset.WaveformAnnotationSequence
    dataset.save_as(path)
    assert read_ecg(path).synthetic


def test_what_is_no_lead_is_not_taken_over():
    lines = [
        "filled: Jane Doe from 1 to 2 s by template, seed 1",
        "filled: V3 from 1 to 2 s by template, seed 1",
    ]
    assert [one.lead for one in read_comment_lines(lines)["filled"]] == ["V3"]


def test_lines_fit_the_narrowest_header(repaired):
    assert max(map(len, comment_lines(repaired))) < 240


def test_leads_named_otherwise_take_it_along(tmp_path, repaired):
    path = write_ecg(repaired, tmp_path / "x.edf")
    names = list(open_ecg(path).names)
    at, other = (next(k for k, name in enumerate(names) if name.endswith(lead)) for lead in ("V3", "V4"))
    names[at], names[other] = "V4", "V3"
    assert {one.lead for one in open_ecg(path, lead_order=names).recording().filled} == {"V4", "V6"}

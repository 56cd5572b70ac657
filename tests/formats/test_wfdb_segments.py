"""WFDB records in segments, with gaps and segments that are missing."""

import numpy as np
import pytest
from wfdb_records import STEPS, TWIN, write_by_wfdb

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats import registry
from ecgtwin_app.formats.registry import read_ecg


def segments(folder, lengths=(2000, 1000, 2000)):
    """A record in segments, the middle one empty; its lead order changes from one to the next."""
    first = write_by_wfdb(folder, "part_1", TWIN.signal.T[: lengths[0]])
    last = write_by_wfdb(folder, "part_3", TWIN.signal.T[: lengths[2], ::-1], LEADS[::-1])[::-1]
    names = ("part_1", "~", "part_3")
    lines = [f"{name} {length}" for name, length in zip(names, lengths, strict=True)]
    (folder / "whole.hea").write_text(f"whole/3 12 500 {sum(lengths)}\n" + "\n".join(lines) + "\n")
    return first, last


def test_a_record_in_segments_is_put_together(tmp_path):
    first, last = segments(tmp_path, (2000, 10, 2000))
    back = read_ecg(tmp_path / "whole.hea")
    assert back.samples == 4010 and "put together from 3 segments" in back.history
    np.testing.assert_allclose(back.signal[:, :2000], first, atol=1e-6)
    np.testing.assert_allclose(back.signal[:, 2010:], last, atol=1e-6)
    assert any("bridged 10 missing samples of lead I " in line for line in back.history)


def test_a_piece_between_gaps_of_a_record_in_segments(tmp_path):
    _, last = segments(tmp_path)
    back = read_ecg(tmp_path / "whole.hea", start=7, seconds=2)
    np.testing.assert_allclose(back.signal, last[:, 500:1500], atol=1e-6)
    with pytest.raises(EcgError, match="whole.hea was interrupted"):
        read_ecg(tmp_path / "whole.hea")


def test_a_segment_shorter_than_the_record_says_is_refused(tmp_path):
    segments(tmp_path)
    text = (tmp_path / "whole.hea").read_text()
    (tmp_path / "whole.hea").write_text(text.replace("part_3 2000", "part_3 9000").replace(" 5000", " 12000"))
    with pytest.raises(EcgError, match="shorter than whole.hea says"):
        read_ecg(tmp_path / "whole.hea")


@pytest.mark.parametrize(("segment", "words"), [("part", "needs part.hea"), ("whole", "no recordings")])
def test_a_record_of_segments_that_are_missing_or_itself(tmp_path, segment, words):
    (tmp_path / "whole.hea").write_text(f"whole/2 12 500 5000\n{segment} 2500\n{segment} 2500\n")
    with pytest.raises(EcgError, match=words):
        read_ecg(tmp_path / "whole.hea")


def test_a_record_that_lists_fewer_segments_than_it_announces(tmp_path):
    segments(tmp_path)
    text = (tmp_path / "whole.hea").read_text()
    (tmp_path / "whole.hea").write_text(text.replace("whole/3", "whole/4"))
    with pytest.raises(EcgError, match="announces 4 segments but lists 3"):
        read_ecg(tmp_path / "whole.hea")
    (tmp_path / "whole.hea").write_text(text.replace(" 5000", " 9000"))
    with pytest.raises(EcgError, match="says it has 9,000 samples a lead, but its segments have 5,000"):
        read_ecg(tmp_path / "whole.hea")


def test_a_variable_layout_with_frames_a_gap_and_a_lead_that_comes_later(tmp_path):
    steps = STEPS[:2, :2000]
    for name, leads in (("a_1", ("II",)), ("a_2", ("V5", "II"))):
        rows = [steps[("II", "V5").index(lead)].reshape(-1, 4) for lead in leads]
        (tmp_path / f"{name}.dat").write_bytes(np.concatenate(rows, axis=1).astype("<i2").tobytes())
        lines = "".join(f"{name}.dat 16x4 1000/mV 16 0 0 0 0 {lead}\n" for lead in leads)
        (tmp_path / f"{name}.hea").write_text(f"{name} {len(leads)} 125 500\n{lines}")
    (tmp_path / "a_layout.hea").write_text("a_layout 2 125 0\n~ 0x4 0 0 0 0 0 0 II\n~ 0x4 0 0 0 0 0 0 V5\n")
    (tmp_path / "a.hea").write_text("a/4 2 125 1050\na_layout 0\na_1 500\n~ 50\na_2 500\n")
    file = registry.open_ecg(tmp_path / "a.hea")
    assert (file.rate, file.samples, file.leads) == (500.0, 4200, ("II", "V5"))
    assert file.stretches() == ((0, 4), (4.4, 8.4))
    early = file.recording(0, 4)
    assert early.leads == ("II",) and "left out what has no samples here: V5" in early.history
    late = file.recording(4.4, 4)
    np.testing.assert_allclose(late.signal, steps / 1000, atol=1e-6)

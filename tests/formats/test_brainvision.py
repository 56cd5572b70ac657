"""BrainVision: headers of several makers, both orders of samples, breaks; mne reads the same."""

import numpy as np
import pytest
from synthetic_ecg import RATE, strip

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats.registry import open_ecg, read_ecg

RECORDING = strip()[0]
#: Microvolts, half a microvolt a step.
STEPS = np.rint(2000 * RECORDING.signal).astype(np.int16)
#: Samples before a break.
BREAK = round(4 * RATE)
FIRST = "20240229235958500000"
MARKS = """Brain Vision Data Exchange Marker File, Version 1.0
[Common Infos]
DataFile=$b.eeg
[Marker Infos]
"""


def brainvision(
    folder, steps=STEPS, names=LEADS, kind="INT_16", orientation="MULTIPLEXED", marks=None, rate=RATE,
    resolution="0.5", unit="µV", encoding="utf-8", data="$b.eeg", stem="a b", **common,
):  # fmt: skip
    """Write a recording; the header."""
    codes = {"INT_16": "<i2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4"}
    rows = steps.T if orientation == "MULTIPLEXED" else steps
    (folder / f"{stem}.eeg").write_bytes(np.ascontiguousarray(rows).astype(codes[kind]).tobytes())
    said = {"DataFile": data, "DataFormat": "BINARY", "DataOrientation": orientation, "NumberOfChannels": len(names),
            "SamplingInterval": f"{1e6 / rate:g}"}  # fmt: skip
    if marks is not None:
        (folder / f"{stem}.vmrk").write_text(MARKS + "\n".join(marks) + "\n", encoding="utf-8")
        said["MarkerFile"] = "$b.vmrk"
    lines = ["Brain Vision Data Exchange Header File Version 1.0", "; Made by hand", "[Common Infos]"]
    lines += [f"{key}={value}" for key, value in {**said, **common}.items()]
    lines += ["[Binary Infos]", f"BinaryFormat={kind}", "[Channel Infos]"]
    lines += [f"Ch{k}={name},,{resolution},{unit}" for k, name in enumerate(names, start=1)]
    lines += ["[Comment]", "I=this is no channel", "[Coordinates]"]
    header = folder / f"{stem}.vhdr"
    header.write_bytes("\r\n".join(lines).encode(encoding))
    return header


def complete(folder):
    """For the table of `test_complete`: path, channels, seconds, rate, and millivolts of the leads."""
    steps = np.vstack([STEPS, STEPS[:2] // 3])
    path = brainvision(folder, steps, (*LEADS, "Fp1", "Cz"))
    return (
        path,
        (*LEADS, "Fp1", "Cz"),
        STEPS.shape[1] / RATE,
        RATE,
        dict(zip(LEADS, STEPS / 2000, strict=True)),
    )


@pytest.mark.parametrize(
    ("kind", "orientation", "encoding"),
    [("INT_16", "MULTIPLEXED", "utf-8"), ("INT_32", "VECTORIZED", "cp1252"), ("IEEE_FLOAT_32", "MULTIPLEXED", "utf-8-sig")],
)  # fmt: skip
def test_mne_reads_the_same(tmp_path, kind, orientation, encoding):
    mne = pytest.importorskip("mne")
    header = brainvision(tmp_path, kind=kind, orientation=orientation, encoding=encoding)
    recording = read_ecg(header)
    assert recording.source == "BrainVision" and recording.leads == LEADS and recording.rate == RATE
    np.testing.assert_allclose(recording.signal, STEPS / 2000, atol=1e-6)
    # mne takes no byte order mark, and leaves "$b" in names without marks to nobody.
    header.write_bytes(header.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"$b", b"a b"))
    theirs = mne.io.read_raw_brainvision(header, misc=(), eog=(), verbose="error")
    np.testing.assert_allclose(recording.signal, 1000 * theirs.get_data(), atol=1e-6)


def test_any_file_of_a_recording_opens_it_and_units_are_its_own(tmp_path):
    header = brainvision(tmp_path, marks=[f"Mk1=New Segment,,1,1,0,{FIRST}", "Mk2=Stimulus,S  1,70,1,0"])
    for suffix in (".vhdr", ".eeg", ".vmrk"):
        assert read_ecg(header.with_suffix(suffix)).recorded == "2024-02-29T23:59:58"
    milli = read_ecg(brainvision(tmp_path, unit="mV", resolution="0.0005", stem="m"))
    bare = read_ecg(brainvision(tmp_path, (STEPS // 2).astype(np.int16), unit="", resolution="", stem="u"))
    np.testing.assert_allclose(milli.signal, STEPS / 2000, atol=1e-6)
    np.testing.assert_allclose(bare.signal, STEPS // 2 / 1000, atol=1e-6)


def test_the_ecg_of_an_eeg_is_found_among_its_channels(tmp_path):
    header = brainvision(tmp_path, STEPS[:4], ("Fp1", "EKG", "Pos\\1 x", "Cz"))
    recording = read_ecg(header)
    assert recording.leads == ("ECG",) and any("3 signals" in str(line) for line in recording.history)
    np.testing.assert_allclose(recording.signal[0], STEPS[1] / 2000, atol=1e-6)
    named = read_ecg(brainvision(tmp_path, STEPS[:2], ("Aux1", "Aux2"), stem="n"), lead_order=("I", "II"))
    np.testing.assert_allclose(named.lead("II"), STEPS[1] / 2000, atol=1e-6)


def test_a_break_keeps_its_time_and_nothing_is_made_up(tmp_path):
    marks = [f"Mk1=New Segment,,1,1,0,{FIRST}", f"Mk2=New Segment,,{BREAK + 1},1,0,20240301000012500000"]
    file = open_ecg(brainvision(tmp_path, marks=marks))
    assert file.stretches() == ((0, 4), (14, 20)) and file.duration == 20
    with pytest.raises(EcgError, match="interrupted"):
        file.recording()
    later = file.recording(14.0, 2.0)
    np.testing.assert_allclose(later.signal, STEPS[:, BREAK : BREAK + 1000] / 2000, atol=1e-6)
    # Marks that follow each other without a pause, as epochs do, part nothing.
    marks[1] = f"Mk2=New Segment,,{BREAK + 1},1,0,20240301000002501000"
    assert open_ecg(brainvision(tmp_path, marks=marks)).stretches() == ((0, 10),)
    marks[1] = f"Mk2=New Segment,,{BREAK + 1},1,0"
    with pytest.raises(EcgError, match="does not say when"):
        open_ecg(brainvision(tmp_path, marks=marks))
    marks[1] = f"Mk2=New Segment,,{BREAK + 1},1,0,{FIRST}"
    with pytest.raises(EcgError, match="overlap"):
        open_ecg(brainvision(tmp_path, marks=marks))


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path):
    with pytest.raises(EcgError, match="not a plain file name"):
        open_ecg(brainvision(tmp_path, data="../x.eeg"))
    with pytest.raises(EcgError, match="needs y.eeg"):
        open_ecg(brainvision(tmp_path, data="y.eeg"))
    with pytest.raises(EcgError, match="announces 6,000 samples a lead and holds 5,000"):
        open_ecg(brainvision(tmp_path, DataPoints=6000))
    with pytest.raises(EcgError, match="FREQUENCYDOMAIN"):
        open_ecg(brainvision(tmp_path, DataType="FREQUENCYDOMAIN"))
    with pytest.raises(EcgError, match="ASCII"):
        open_ecg(brainvision(tmp_path, DataFormat="ASCII"))
    with pytest.raises(EcgError, match="samples a second"):
        open_ecg(brainvision(tmp_path, SamplingInterval=1e9))
    header = brainvision(tmp_path)
    text = header.read_text(encoding="utf-8")
    for broken in (
        text.replace("NumberOfChannels=12", "NumberOfChannels=13"),
        text[:90],
        text.replace("0.5,", "x,"),
    ):
        header.write_text(broken, encoding="utf-8")
        with pytest.raises(EcgError):
            open_ecg(header)

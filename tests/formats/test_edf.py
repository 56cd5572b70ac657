"""EDF of other writers: rates and units of their own, interruptions, filling, headers that lie."""

import numpy as np
import pytest
from format_files import edf

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats.registry import open_ecg, read_ecg, write_ecg

RNG = np.random.default_rng(6)
STEPS = np.rint(twelve_leads(RNG.normal(0, 400, (8, 1500)))).astype("<i2")


def twelve(unit="uV", physical=32767.0):
    return [(f"EKG {lead}", unit, physical, row) for lead, row in zip(LEADS, STEPS, strict=True)]


@pytest.fixture
def save(tmp_path):
    def save(data):
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return save


@pytest.mark.parametrize(("unit", "physical"), [("uV", 32767.0), ("mV", 32.767), ("uV", 65534.0)])
def test_units_and_gain_are_the_files_own(save, unit, physical):
    recording = read_ecg(save(edf(twelve(unit, physical))))
    millivolts = physical / 32767 * {"uV": 1e-3, "mV": 1}[unit]
    np.testing.assert_allclose(recording.signal, STEPS * millivolts, rtol=1e-5, atol=1e-6)
    assert (recording.rate, recording.leads, recording.recorded) == (500.0, LEADS, "2020-02-03T04:05:06")


def test_a_slower_lead_is_resampled_and_said_so(save):
    time = np.arange(1500) / 500
    wave = np.rint(1000 * np.sin(2 * np.pi * 3 * time)).astype("<i2")
    signals = [("I", "uV", 32767.0, wave), ("II", "uV", 32767.0, wave[::2]), ("Resp", "", 100.0, wave[::10])]
    recording = read_ecg(save(edf(signals)))
    assert (recording.rate, recording.samples) == (500.0, 1500)
    assert recording.history[:2] == (
        "resampled II to 500 Hz as the other leads",
        "left out 1 signal not called like an ECG lead",
    )
    np.testing.assert_allclose(recording.lead("II")[100:-100], recording.lead("I")[100:-100], atol=0.02)


def test_filling_at_the_end_is_no_signal(save):
    steps = STEPS.copy()
    steps[:, 1100:] = -32768
    signals = [(f"ECG {lead}", "uV", 32768.0, row) for lead, row in zip(LEADS, steps, strict=True)]
    data = edf(signals).replace(b"-32767  ", b"-32768  ")
    recording = read_ecg(save(data))
    assert recording.samples == 1100 and "left out 0.8 s of filling at the end" in recording.history


def N_(*seconds, width="<i2"):
    return np.concatenate(
        [np.frombuffer(f"+{second}\x14\x14".encode().ljust(24, b"\0"), width) for second in seconds]
    )


def test_interruptions_are_named_and_nothing_is_made_up(save):
    steady = open_ecg(save(edf([*twelve(), ("EDF Annotations", "", 1.0, N_(0, 1, 2))], plus="EDF+D")))
    assert (steady.samples, steady.gaps) == (1500, ())
    late = open_ecg(save(edf([*twelve(), ("EDF Annotations", "", 1.0, N_(5, 6, 12.5))], plus="EDF+D")))
    assert (late.samples, late.duration, late.gaps) == (4250, 8.5, ((1000, 3750),))
    assert late.stretches() == ((0.0, 2.0), (7.5, 8.5))
    with pytest.raises(
        EcgError,
        match="was interrupted, and no samples are made up; choose a piece within 0 to 2 s, 7.5 to 8.5 s",
    ):
        late.recording()
    assert np.isnan(late.values(1000, 3750)).all()
    np.testing.assert_allclose(late.recording(0, 2).signal, STEPS[:, :1000] / 1000, atol=1e-6)
    np.testing.assert_allclose(late.recording(7.5, 1).signal, STEPS[:, 1000:] / 1000, atol=1e-6)
    # A continuous file says so, whatever its annotations say.
    assert (
        open_ecg(save(edf([*twelve(), ("EDF Annotations", "", 1.0, N_(0, 1, 7))], plus="EDF+C"))).gaps == ()
    )
    with pytest.raises(EcgError, match="overlap"):
        open_ecg(save(edf([*twelve(), ("EDF Annotations", "", 1.0, N_(0, 1, 1.5))], plus="EDF+D")))


def test_steps_of_24_bits(save):
    steps = np.rint(STEPS * 100.0).astype(np.int32)
    signals = [(f"ECG {lead}", "uV", 83886.1, row) for lead, row in zip(LEADS, steps, strict=True)]
    status = ("Status", "Boolean", 1.0, np.zeros(1500, np.int32))
    data = edf([*signals, status], plus="24BIT", sample=3)
    opened = open_ecg(save(data))
    assert (opened.format, opened.rate, opened.samples) == ("BDF", 500.0, 1500)
    recording = opened.recording()
    np.testing.assert_allclose(recording.signal, steps * 83.8861 / 8388607, atol=1e-6)
    assert recording.history == ("left out 1 signal not called like an ECG lead",)
    notes = N_(0, 1, 4, width=np.uint8)
    late = open_ecg(save(edf([*signals, ("BDF Annotations", "", 1.0, notes)], plus="BDF+D", sample=3)))
    assert late.gaps == ((1000, 2000),)
    np.testing.assert_allclose(late.recording(4, 1).signal, steps[:, 1000:] * 83.8861 / 8388607, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"3       1       12  ", b"9999    1       12  ", "9,999 records, but it holds 3"),
        (b"3       1       12  ", b"3       0       12  ", "how long"),
        (b"3       1       12  ", b"3       1       999 ", "damaged header"),
        (b"3       1       12  ", b"3       x       12  ", "damaged header"),
        (b"3       1       12  ", b"3       60      12  ", "50 to 10,000"),
        (b"500     ", b"-500    ", "damaged header"),
        (b"uV      ", b"kg      ", "'kg'"),
        (b"EKG I   ", b"Zaphod  ", r"^$"),
    ],
)
def test_headers_that_lie(save, old, new, words):
    data = edf(twelve())
    assert old in data
    path = save(data.replace(old, new, 1))
    if words == "^$":  # a signal that is no lead is left out, and its name is not repeated
        assert "Zaphod" not in " ".join(read_ecg(path).history)
        return
    with pytest.raises(EcgError, match=words):
        read_ecg(path)


def test_a_recorder_that_was_interrupted_states_no_number_of_records(save):
    data = edf(twelve()).replace(b"3       1       12  ", b"-1      1       12  ")
    assert read_ecg(save(data)).samples == 1500


def test_a_length_that_no_record_divides_is_filled_and_cut_again(tmp_path):
    recording = Recording(STEPS[:, :1499] / 1000, 500.0)
    back = read_ecg(write_ecg(recording, tmp_path / "x.edf"))
    np.testing.assert_allclose(back.signal, recording.signal, atol=1e-6)


def test_another_programs_bdf(tmp_path):
    edfio = pytest.importorskip("edfio")
    signals = [
        edfio.BdfSignal(
            row / 1000.0, 500, label=f"ECG {lead}", physical_dimension="mV", physical_range=(-40, 40)
        )
        for lead, row in zip(LEADS, STEPS, strict=True)
    ]
    edfio.Bdf(signals, annotations=[edfio.EdfAnnotation(1.0, None, "a remark")]).write(tmp_path / "x.bdf")
    recording = read_ecg(tmp_path / "x.bdf")
    assert (recording.source, recording.samples) == ("BDF", 1500)
    np.testing.assert_allclose(recording.signal, STEPS / 1000, atol=1e-5)

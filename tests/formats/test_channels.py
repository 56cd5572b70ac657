"""Channels of any order and spelling become the twelve leads, and nothing happens silently."""

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError
from ecgtwin_app.formats.channels import lead_name, recording_from_channels
from ecgtwin_app.formats.units import unit_in_millivolts

RATE = 500.0
RNG = np.random.default_rng(1)
INDEPENDENT = RNG.normal(0, 0.3, (8, 1000)).astype(np.float32)
TWELVE = twelve_leads(INDEPENDENT)


def rows_of(*names):
    return np.stack([TWELVE[LEADS.index(name)] for name in names])


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("I", "I"),
        ("Lead I (Einthoven)", "I"),
        ("MDC_ECG_LEAD_AVR", "aVR"),
        ("avl", "aVL"),
        ("V1", "V1"),
        ("v 6", "V6"),
        ("C3", "V3"),
        ("ECG II", "II"),
        ("EKG V2", "V2"),
        ("-aVR", None),
        ("V7", None),
        ("Resp", None),
        ("IIII", None),
        ("", None),
    ],
)
def test_lead_names_as_devices_spell_them(text, lead):
    assert lead_name(text) == lead


def test_any_order_comes_out_canonical():
    order = RNG.permutation(12)
    recording = recording_from_channels("x", TWELVE[order], [LEADS[k] for k in order], RATE)
    assert recording.leads == LEADS
    np.testing.assert_array_equal(recording.signal, TWELVE)
    assert recording.history == ()


@pytest.mark.parametrize("pair", [("I", "II"), ("I", "III"), ("II", "III"), ("III", "II")])
def test_two_limb_leads_give_the_other_four_and_the_history_says_so(pair):
    names = [*pair, *INDEPENDENT_LEADS[2:]]
    recording = recording_from_channels("x", rows_of(*names), names, RATE)
    np.testing.assert_allclose(recording.signal, TWELVE, atol=1e-6)
    derived = next(line for line in recording.history if line.startswith("derived"))
    for lead in LEADS[:6]:
        assert (f" {lead}," in derived.replace(" from", ",")) == (lead not in pair)


def test_a_measured_lead_is_never_replaced_by_a_derived_one():
    signal = TWELVE.copy()
    signal[3] += 0.05  # an aVR of a device that rounds
    recording = recording_from_channels("x", signal, LEADS, RATE)
    np.testing.assert_array_equal(recording.signal[3], signal[3])


def test_fewer_leads_are_a_recording_of_fewer_leads():
    names = [lead for lead in LEADS if lead not in ("V4", "aVL")]
    recording = recording_from_channels("x", rows_of(*names), names, RATE)
    assert recording.leads == tuple(lead for lead in LEADS if lead != "V4")
    np.testing.assert_allclose(recording.lead("aVL"), TWELVE[LEADS.index("aVL")], atol=1e-6)


def test_leads_beyond_the_twelve_are_kept_only_where_the_twelve_are_not_complete():
    holter = recording_from_channels("x", TWELVE[[1, 6]], ["MLII", "V1"], RATE)
    assert holter.leads == ("V1", "MLII")
    assert recording_from_channels("x", TWELVE[:1], ["EKG"], RATE).leads == ("ECG",)
    full = recording_from_channels("x", np.vstack([TWELVE, TWELVE[:1]]), [*LEADS, "V3R"], RATE)
    assert full.leads == LEADS and full.history == ("left out what is none of the twelve leads: V3R",)


def test_a_file_without_any_lead_is_refused():
    with pytest.raises(EcgError, match="no channel that is called like an ECG lead"):
        recording_from_channels("x", TWELVE[:2], ["EEG Fpz-Cz", "Smith, John"], RATE)


def test_free_text_in_a_channel_name_is_counted_not_repeated():
    signal = np.vstack([TWELVE, TWELVE[:2]])
    recording = recording_from_channels("x", signal, [*LEADS, "Smith, John", "Resp"], RATE)
    assert recording.history == ("left out what is none of the twelve leads: Resp, 1 other channel",)


def test_a_lead_named_twice_is_an_error():
    with pytest.raises(EcgError, match="lead II twice"):
        recording_from_channels("x", TWELVE, ["II" if lead == "III" else lead for lead in LEADS], RATE)


def test_other_channels_are_left_out_and_named():
    signal = np.vstack([TWELVE, TWELVE[:1]])
    recording = recording_from_channels("x", signal, [*LEADS, "Resp"], RATE)
    assert recording.signal.shape == (12, 1000)
    assert any("Resp" in line for line in recording.history)


def test_a_short_gap_is_bridged_and_said_so_a_long_one_refused():
    signal = TWELVE.astype(float)
    signal[7] = np.arange(1000) * 1e-3
    truth = signal[7].copy()
    signal[7, 100:115] = np.nan
    recording = recording_from_channels("x", signal, LEADS, RATE)
    np.testing.assert_allclose(recording.signal[7], truth, atol=1e-6)
    assert recording.history == ("bridged 15 missing samples of lead V2 by straight lines",)
    signal[7, 100:200] = np.nan
    with pytest.raises(EcgError, match=r"no samples of lead V2 for 0\.2 s"):
        recording_from_channels("x", signal, LEADS, RATE)
    signal[7] = np.nan
    recording = recording_from_channels("x", signal, LEADS, RATE)
    assert recording.leads == tuple(lead for lead in LEADS if lead != "V2")
    assert recording.history == ("left out what has no samples here: V2",)


def test_ends_without_samples_are_cut_off_and_said():
    signal = TWELVE.astype(float)
    signal[:, :10] = np.nan
    signal[6, -50:] = np.nan
    recording = recording_from_channels("x", signal, LEADS, RATE)
    np.testing.assert_array_equal(recording.signal, TWELVE[:, 10:-50])
    assert recording.history == (
        "left out what not all leads have, in the first 0.02 s",
        "left out what not all leads have, in the last 0.1 s",
    )
    signal[6, -600:] = np.nan  # too little would be left
    with pytest.raises(EcgError, match="no samples of lead V1 for 1.2 s"):
        recording_from_channels("x", signal, LEADS, RATE)


def test_channels_that_are_called_nothing_but_ecg_are_told_apart():
    recording = recording_from_channels("x", TWELVE[:4], ["ECG", "Resp", "EKG", "ECG 1"], RATE)
    assert recording.leads == ("ECG 1", "ECG 2", "ECG 3")
    np.testing.assert_array_equal(recording.signal, TWELVE[[3, 0, 2]])


def test_a_lead_repeated_with_the_same_samples_is_kept_once_and_said():
    recording = recording_from_channels("x", np.vstack([TWELVE, TWELVE[1:2]]), [*LEADS, "II"], RATE)
    assert recording.leads == LEADS
    assert recording.history == ("left out a second channel of lead II with the same samples",)


@pytest.mark.parametrize(
    ("text", "millivolts"),
    [
        ("mV", 1), ("MILLIVOLTS", 1), ("[mV]", 1), ("µV", 1e-3), ("μV", 1e-3), ("\u00c2\u00b5V", 1e-3), ("\ufffdV", 1e-3),
        ("uV", 1e-3), ("Microvolt", 1e-3), ("micro volts", 1e-3), ("mcV", 1e-3), ("nV", 1e-6), ("V", 1e3), ("mmHg", None),
        ("MV", 1), ("bpm", None), ("", None), ("\u00ce\u00bcV", 1e-3),
    ],
)  # fmt: skip
def test_units_in_any_encoding(text, millivolts):
    assert unit_in_millivolts(text) == millivolts


@pytest.mark.parametrize("value", [1e6, -1e6, np.inf])
def test_values_no_ecg_has_are_refused(value):
    signal = TWELVE.copy()
    signal[0, 5] = value
    with pytest.raises(EcgError, match="check its unit and gain"):
        recording_from_channels("x", signal, LEADS, RATE)


def test_a_strip_shorter_than_a_second_is_refused():
    with pytest.raises(EcgError, match="at least 1 s"):
        recording_from_channels("x", TWELVE[:, :499], LEADS, RATE)

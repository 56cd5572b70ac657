"""Groups of leads and stretches of time that a file keeps apart become one recording, and what does not fit is named."""

import base64
import struct

import numpy as np
import pytest
from device_files import scp
from stepped_signal import FOUR, SIGNAL, STEPS, saved

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.formats.groups import Group, join
from ecgtwin_app.formats.registry import open_ecg, read_ecg


def group(names, signal, rate=500.0, start=None):
    return Group(tuple(names), rate, start, signal.shape[1], lambda first, last: signal[:, first:last])


def whole(joined):
    return joined.values(0, joined.samples)


def test_leads_recorded_together():
    parts = [group(LEADS[k : k + 3], SIGNAL[k : k + 3]) for k in (6, 0, 3, 9)]
    joined = join(parts)
    assert joined.names == LEADS[6:9] + LEADS[:6] + LEADS[9:] and joined.history == FOUR
    np.testing.assert_array_equal(whole(joined)[3:6], SIGNAL[:3])


def test_stretches_in_order_of_time_with_their_leads_in_any_order():
    late = group(LEADS[::-1], SIGNAL[::-1, 3000:], start=16.0)
    early = group(LEADS, SIGNAL[:, :3000], start=10.0)
    joined = join([late, early])
    assert joined.history == ("joined 2 stretches in order of time",) and joined.gaps == ()
    np.testing.assert_array_equal(whole(joined), SIGNAL)


def test_a_gap_between_stretches_is_no_samples():
    joined = join([group(LEADS, SIGNAL[:, :2000], start=0), group(LEADS, SIGNAL[:, 2000:], start=5)])
    assert (joined.samples, joined.gaps) == (5500, ((2000, 2500),))
    assert np.isnan(joined.values(2000, 2500)).all()
    np.testing.assert_array_equal(joined.values(2500, 5500), SIGNAL[:, 2000:])


def test_groups_that_begin_apart_are_cut_to_what_all_have():
    joined = join([group(LEADS[:6], SIGNAL[:6], start=0), group(LEADS[6:], SIGNAL[6:, 100:4900], start=0.2)])
    assert joined.samples == 4800
    assert joined.history[1] == "left out 0.4 s that only some of the groups have"
    np.testing.assert_array_equal(whole(joined), SIGNAL[:, 100:4900])


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            group(LEADS, SIGNAL[:, ::2], 250.0, 0),
            "I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6 (10 s at 250 Hz)",
        ),
        (group(["V7", "V8"], SIGNAL[:2, :1000], start=0), "V7, V8 (2 s at 500 Hz)"),
        (
            group(["Smith", "Resp"], SIGNAL[:2, :600], start=3),
            "2 other channels (1.2 s at 500 Hz, from 3 s on)",
        ),
        (group(["II"], SIGNAL[1:2] * 0.5, start=0), "II (10 s at 500 Hz)"),
    ],
)
def test_a_group_that_does_not_fit_is_named(other, said):
    joined = join([other, group(LEADS, SIGNAL, start=0)])
    np.testing.assert_array_equal(whole(joined), SIGNAL)
    assert joined.history == (f"left out a group that does not fit the others: {said}",)


# HL7 aECG


def aecg(path, *sets, series=1, increment='value="2" unit="ms"', body=""):
    """A document of sequence sets (head, leads, steps), all in the first of so many series."""

    def sequence(code, kind, inner):
        return f'<component><sequence><code code="{code}"/><value xsi:type="{kind}">{inner}</value></sequence></component>'

    text = ""
    for head, leads, steps in sets:
        kind = "TIME_ABSOLUTE" if len(head) > 12 else "TIME_RELATIVE"
        time = sequence(kind, "GLIST_TS", f'<head value="{head}" unit="s"/><increment {increment}/>')
        rows = "".join(
            sequence(f"MDC_ECG_LEAD_{lead.upper()}", "SLIST_PQ",
                     f'<origin value="0" unit="uV"/><scale value="1" unit="uV"/><digits>{" ".join(map(str, row))}</digits>')
            for lead, row in zip(leads, steps, strict=True)
        )  # fmt: skip
        text += f"<component><sequenceSet>{time}{rows}</sequenceSet></component>"
    path.write_text(
        '<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<component><series><code code="RHYTHM"/>{text}{body}</series></component></AnnotatedECG>'
    )
    return path


T0, T5 = "20200101100000.000", "20200101100005.000"


def test_aecg_sets_of_leads_and_of_time(tmp_path):
    sets = [(head, LEADS[k : k + 6], STEPS[k : k + 6, first : first + 2500])
            for head, first in ((T5, 2500), (T0, 0)) for k in (6, 0)]  # fmt: skip
    back = read_ecg(aecg(tmp_path / "x.xml", *sets))
    np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)
    assert back.history == (
        "joined 2 groups of leads that were recorded together",
        "joined 2 stretches in order of time",
    )


def test_aecg_sets_with_relative_times(tmp_path):
    back = read_ecg(aecg(tmp_path / "x.xml", ("0", LEADS, STEPS[:, :2500]), ("5", LEADS, STEPS[:, 2500:])))
    np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)


def test_aecg_sets_that_no_time_orders_are_named(tmp_path):
    back = read_ecg(
        aecg(tmp_path / "x.xml", ("0", LEADS, STEPS[:, :3000]), ("0", LEADS[:1], STEPS[:1, 3000:]))
    )
    assert back.history == ("left out a group that does not fit the others: I (4 s at 500 Hz)",)


def test_aecg_with_an_interruption_is_read_between(tmp_path):
    path = aecg(tmp_path / "x.xml", (T0, LEADS, STEPS[:, :2000]), (T5, LEADS, STEPS[:, 2000:]))
    assert open_ecg(path).stretches() == ((0, 4), (5, 11))
    with pytest.raises(EcgError, match="choose a piece within 0 to 4 s, 5 to 11 s"):
        read_ecg(path)
    np.testing.assert_allclose(read_ecg(path, start=5, seconds=6).signal, SIGNAL[:, 2000:], atol=1e-6)


@pytest.mark.parametrize(
    ("increment", "rate"),
    [('value="0.002" unit="s"', 500), ('value="2000" unit="us"', 500), ('value="4.17" unit="ms"', 240),
     ('value="0.00277778" unit="s"', 360), ('value="3" unit="ms"', 1000 / 3), ('value="1" unit="MSEC"', 1000)],
)  # fmt: skip
def test_aecg_steps_in_any_unit_and_rounding(tmp_path, increment, rate):
    back = read_ecg(aecg(tmp_path / "x.xml", ("0", LEADS, STEPS), increment=increment))
    assert back.rate == pytest.approx(rate, rel=1e-9)


# Real files and cases


@pytest.mark.parametrize(
    ("name", "history"),
    [
        ("four_sets_full.xml", FOUR), ("two_consecutive_sets.xml", ("joined 2 stretches in order of time",)),
        ("fourgroups_full.dcm", FOUR), ("nopreamble.dcm", ()), ("mulaw.dcm", ("decoded µ-law samples (G.711)",)),
        ("flat_pad0.dcm", ()), ("twelve.hea", ()), ("be.hea", ()), ("sec.hea", ()), ("uv.hea", ()), ("S1ECG.hea", ()),
    ],
)  # fmt: skip
def test_cases_are_the_same_ten_seconds(real_data, name, history):
    truth = np.fromfile(real_data / "cases" / "twelve.dat", "<i2").reshape(-1, 12).T / 1000
    back = read_ecg(real_data / "cases" / name)
    assert (back.leads, back.rate, back.samples, back.history) == (LEADS, 500, 5000, history)
    if name == "flat_pad0.dcm":  # where it differs it is flat at the padding value
        truth = np.where(np.abs(back.signal - truth) > 1e-6, 0, truth)
    np.testing.assert_allclose(back.signal, truth, atol=2e-3 + (0.07 if name == "mulaw.dcm" else 0))


# MUSE and SCP


def muse_blocks(*blocks):
    """A MUSE file with a rhythm waveform for each (leads, steps, start)."""
    text = ""
    for leads, steps, start in blocks:
        rows = "".join(
            f"<LeadData><LeadSampleCountTotal>{row.size}</LeadSampleCountTotal>"
            "<LeadAmplitudeUnitsPerBit>1</LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>"
            f"<LeadID>{lead}</LeadID>"
            f"<WaveFormData>{base64.b64encode(row.astype('<i2').tobytes()).decode()}</WaveFormData></LeadData>"
            for lead, row in zip(leads, steps, strict=True)
        )
        text += (
            f"<Waveform><WaveformType>Rhythm</WaveformType><WaveformStartTime>{start}</WaveformStartTime>"
            f"<SampleBase>500</SampleBase>{rows}</Waveform>"
        )
    return f"<RestingECG>{text}</RestingECG>".encode()


def test_muse_waveforms_of_leads_and_of_time(tmp_path):
    path = saved(tmp_path, muse_blocks((LEADS[:6], STEPS[:6], 0), (LEADS[6:], STEPS[6:], 0)))
    np.testing.assert_allclose(read_ecg(path).signal, SIGNAL, atol=1e-6)
    for start in (5000, 5):  # ms or s
        path = saved(tmp_path, muse_blocks((LEADS, STEPS[:, :2500], 0), (LEADS, STEPS[:, 2500:], start)))
        back = read_ecg(path)
        np.testing.assert_allclose(back.signal, SIGNAL, atol=1e-6)
        assert back.history == ("joined 2 stretches in order of time",)
    path = saved(tmp_path, muse_blocks((LEADS, STEPS, 0), (LEADS, STEPS[:, :1000], 0)))
    assert "left out a group that does not fit the others" in read_ecg(path).history[0]


def test_scp_leads_one_after_the_other(tmp_path):
    data = scp(STEPS[:, :2000], encoding=0, huffman=False, nanovolts=1000)
    body = data[: len(data)]
    at = body.index(bytes([8, 0x44])) + 2
    places = bytearray(body)
    for k in range(8):  # V1 to V6 behind I and II
        if k >= 2:
            places[at + 9 * k : at + 9 * k + 8] = struct.pack("<II", 2001, 4000)
    back = read_ecg(saved(tmp_path, bytes(places)))
    assert back.leads == ("V1", "V2", "V3", "V4", "V5", "V6")
    assert "left out a group that does not fit the others: I, II (4 s at 500 Hz)" in back.history
    np.testing.assert_allclose(back.signal, SIGNAL[6:, :2000], atol=1e-6)


def test_muse_that_does_not_count_its_samples(tmp_path):
    data = muse_blocks((LEADS, STEPS, 0)).replace(b"Total>5000<", b"Total>0<")
    assert read_ecg(saved(tmp_path, data)).samples == 5000

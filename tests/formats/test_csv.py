"""Text tables: nothing is guessed, and the message names what to give."""

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient, Recording
from ecgtwin_app.formats.registry import read_ecg, write_ecg

RNG = np.random.default_rng(4)
SIGNAL = np.round(twelve_leads(np.round(RNG.normal(0, 0.4, (8, 600)), 2)), 3)
RATE = 500


def table(separator=",", names=LEADS, scale=1.0, decimal=".", time=None, fmt="{:.4f}"):
    rows = [separator.join(names)] if names else []
    for number, sample in enumerate(SIGNAL.T):
        cells = [fmt.format(value * scale).replace(".", decimal) for value in sample]
        if time:
            cells.insert(0, f"{number / RATE * time:.6g}".replace(".", decimal))
        rows.append(separator.join(cells))
    return "\n".join(rows) + "\n"


@pytest.fixture
def file(tmp_path):
    def file(text, name="ecg.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return file


def assert_read(path, **options):
    recording = read_ecg(path, **options)
    np.testing.assert_allclose(recording.signal, SIGNAL, atol=1e-4)
    assert (recording.rate, recording.leads, recording.source) == (RATE, LEADS, "CSV")
    return recording


@pytest.mark.parametrize("separator", [",", ";", "\t", " "])
def test_every_separator(file, separator):
    assert_read(file(table(separator)), rate=500, unit="mV")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_comma(file, separator):
    assert_read(file(table(separator, decimal=",")), rate=500, unit="mV")


@pytest.mark.parametrize(("unit", "scale"), [("uV", 1e3), ("µV", 1e3), ("V", 1e-3), ("mv", 1)])
def test_units_as_option_and_in_the_header(file, unit, scale):
    text = table(scale=scale, fmt="{:.8f}")
    assert_read(file(text), rate=500, unit=unit)
    assert_read(file(text.replace(",".join(LEADS), ",".join(f"{lead} ({unit})" for lead in LEADS))), rate=500)


@pytest.mark.parametrize(
    ("header", "per_second"), [("time", 1), ("t [ms]", 1000), ("time_ms", 1000), ("Time (s)", 1)]
)
def test_a_time_column_gives_the_rate(file, header, per_second):
    assert_read(file(table(names=(header, *LEADS), time=per_second)), unit="mV")


def test_comment_lines_give_rate_and_unit(file):
    assert_read(file("# rate: 500 Hz\n# unit: uV\n" + table(scale=1000)))


def test_no_header_needs_the_lead_order(file):
    path = file(table(names=None))
    assert_read(path, rate=500, unit="mV", lead_order=LEADS)
    with pytest.raises(EcgError, match="lead order"):
        read_ecg(path, rate=500, unit="mV")


def test_byte_order_mark_windows_line_ends_and_latin_1(file):
    assert_read(file(b"\xef\xbb\xbf" + table().replace("\n", "\r\n").encode()), rate=500, unit="mV")
    assert_read(file(b"# Herzmi\xdfton\n" + table().encode()), rate=500, unit="mV")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "sampling|rate and unit; give rate 500, unit mV"),
        ({"unit": "mV"}, "state its rate; give rate 500"),
        ({"rate": 500}, "state its unit; give unit mV"),
        ({"rate": 500, "unit": "kg"}, "must be mV"),
        ({"rate": 7, "unit": "mV"}, "50 to 10,000"),
        ({"rate": float("nan"), "unit": "mV"}, "50 to 10,000"),
        ({"rate": 500, "unit": "mV", "separator": "x"}, "not known"),
        ({"rate": 500, "unit": "mV", "decimal": ","}, "cannot be used"),
        ({"rate": 500, "unit": "mV", "lead_order": ["I", "II"]}, "12 columns, but 2 are named"),
    ],
)
def test_what_is_missing_or_wrong_is_named(file, options, words):
    with pytest.raises(EcgError, match=words):
        read_ecg(file(table()), **options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello world\nthis is prose\n", "other than numbers in row 1"),
        ("a,b,c\nd,e,f\n", "other than numbers in row 1"),
        (table().replace("\n", "\nx", 3), "other than numbers in row 1"),
        (table() + "0,1,2\n", "3 columns instead of 12 in row 601"),
        (table(names=[f"x{k}" for k in range(12)]), "names no ECG lead"),
        (",".join(LEADS) + "\n", "no numbers below"),
        ("# only: a remark\n", "no table"),
        (",".join(map(str, range(3000))) + "\n", "give lead order"),
        ("\n".join(",".join(map(str, range(300))) for _ in range(70)), "70 rows of 300 numbers"),
    ],
)
def test_tables_that_are_none(file, text, words):
    with pytest.raises(EcgError, match=words):
        read_ecg(file(text), rate=500, unit="mV")


def test_uneven_time_is_refused(file):
    lines = table(names=("time", *LEADS), time=1).splitlines()
    del lines[100::7]
    with pytest.raises(EcgError, match="uneven"):
        read_ecg(file("\n".join(lines)), unit="mV")


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_what_is_written_is_read_back_bit_by_bit(tmp_path, suffix):
    recording = Recording(
        SIGNAL.astype(np.float32) * np.float32(1.0001),
        500.0,
        patient=Patient(50, "M", "Mr Secret", "1"),
        synthetic=True,
        history=("resampled 1000 Hz to 500 Hz",),
        provenance={"synthetic": True, "model": "m", "seed": 3},
    )
    path = write_ecg(recording, tmp_path / f"x{suffix}")
    back = read_ecg(path)
    np.testing.assert_array_equal(back.signal, recording.signal)
    assert (back.rate, back.synthetic, back.patient) == (500.0, True, Patient(50, "M"))
    assert back.provenance == recording.provenance and back.history == recording.history
    assert "Secret" not in path.read_text("utf-8")
    assert path.read_text("utf-8").startswith("# SYNTHETIC: yes\n")

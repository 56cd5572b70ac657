"""Tables as watches, phones, laboratories and programs export them, each read to the same samples."""

import numpy as np
import pytest

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats import csv_write, table_rows
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.csv_preview import preview
from ecgtwin_app.formats.registry import open_ecg, read_ecg

SAMPLES = 1200
SIGNAL = np.round(np.random.default_rng(1).normal(0, 0.4, (3, SAMPLES)), 3)
MICROVOLTS = SIGNAL * 1000
TIMES = [f"{k / 500:.3f}" for k in range(SAMPLES)]
NUMBERS = [str(k) for k in range(SAMPLES)]
mV = {"unit": "mV"}
BOTH = {"rate": 500, "unit": "mV"}


def rows(*columns, separator=",", decimal=".", end="\n"):
    def cell(value):
        return (value if isinstance(value, str) else f"{value:.3f}").replace(".", decimal)

    return end.join(separator.join(map(cell, row)) for row in zip(*columns, strict=True)) + end


def stamps(template, rate=250, begin=0):
    """Time stamps "…{h:02d}:{m:02d}:{s:02d}.{ms:03d}" at a rate."""
    found = []
    for k in range(SAMPLES):
        seconds, ms = divmod(begin * 1000 + k * 1000 // rate, 1000)
        h, m, s = seconds // 3600 % 24, seconds // 60 % 60, seconds % 60
        found.append(template.format(h=h, m=m, s=s, ms=ms, day=1 + seconds // 86400))
    return found


def watch(*keys, decimal="."):
    return "\n".join(keys) + "\n\n" + rows(MICROVOLTS[0], decimal=decimal)


one, two, three = SIGNAL
ENGLISH = ("Name,A B", 'Date of Birth,"1 Jan 1970"', "Recorded Date,2020-01-01 10:00:00 +0000", "Classification,Sinus Rhythm",
           "Symptoms,", 'Device,"Watch6,7"', "Sample Rate,512 hertz", "", "", "Lead,Lead I", "Unit,µV")  # fmt: skip
GERMAN = ("Name,A B", "Aufzeichnungsdatum,2020-01-01 10:00:00 +0000", "Messrate,512 Hertz", "", "Ableitung,Ableitung I",
          "Einheit,µV")  # fmt: skip
FRENCH = ("Nom,A B", 'Taux d’échantillonnage,"512,41 hertz"', "", "Dérivation,Dérivation I", "Unité,µV")
JAPANESE = ("名前,A B", "サンプルレート,512ヘルツ", "", "誘導,第I誘導", "単位,µV")
RUSSIAN = ("Имя,A B", "Частота дискретизации,512 Гц", "", "Отведение,Отведение I", "Единица,µV")

#: Text or bytes, options, rate, and the leads that are the first rows of SIGNAL.
TABLES = {
    "watch": (watch(*ENGLISH), {}, 512, ("I",)),
    "watch, German, decimal comma": (watch(*GERMAN, decimal=","), {}, 512, ("I",)),
    "watch, French, rate with a fraction": (watch(*FRENCH, decimal=","), {}, 512.41, ("I",)),
    "watch, Japanese": (watch(*JAPANESE), {}, 512, ("I",)),
    "watch, Russian, UTF-16": (watch(*RUSSIAN).encode("utf-16"), {}, 512, ("I",)),
    "quoted names, units, seconds": ("'Elapsed time','i','ii'\n'seconds','mV','mV'\n" + rows(TIMES, one, two), {}, 500, ("I", "II")),
    "seconds of three digits": (
        "'Elapsed time','MLII','V5'\n'seconds','mV','mV'\n" + rows([f"{k / 360:.3f}" for k in range(SAMPLES)], one, two), {}, 360,
        ("MLII", "V5")),
    "stamps in brackets": (
        "'Time and date','I','II'\n'hh:mm:ss.mmm','mV','mV'\n" + rows(stamps("'[{h:02d}:{m:02d}:{s:02d}.{ms:03d} 01/01/2000]'"), one, two),
        {}, 250, ("I", "II")),
    "stamps over midnight, milliseconds behind a comma": (
        "Date Time;I (mV)\n" + rows(stamps("2020-01-{day:02d} {h:02d}:{m:02d}:{s:02d},{ms:03d}", begin=86398), one, separator=";"), {}, 250,
        ("I",)),
    "stamps of two clocks, the finer one counts": (
        "Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]\n"
        + rows([f"2022-11-22T10:00:{k // 73 * 73 / 130:06.3f}" for k in range(SAMPLES)], [str(599616000000000000 + k * 10**9 // 130) for k in range(SAMPLES)],
               [f"{k * 1000 / 130:.6f}" for k in range(SAMPLES)], MICROVOLTS[0], separator=";"), {}, 130, ("ECG",)),
    "milliseconds since 1970": ("timestamp,ecg\n" + rows([str(1600000000000 + 4 * k) for k in range(SAMPLES)], one), mV, 250, ("ECG",)),
    "milliseconds by name": ("millis;ecg\n" + rows([str(4 * k) for k in range(SAMPLES)], one, separator=";"), mV, 250, ("ECG",)),
    "sample numbers": ("'sample #','MLII','V5'\n" + rows(NUMBERS, one, two), {"rate": 360, "unit": "mV"}, 360, ("MLII", "V5")),
    "semicolons and decimal commas": ("Zeit [s];I [mV];II [mV]\n" + rows(TIMES, one, two, separator=";", decimal=","), {}, 500, ("I", "II")),
    "tabs and decimal commas": ("t [s]\tI [mV]\n" + rows(TIMES, one, separator="\t", decimal=","), {}, 500, ("I",)),
    "quoted decimal commas": (
        '"Time","I"\n"s","mV"\n' + "\n".join(f'"{t}","{v:.3f}"'.replace(".", ",") for t, v in zip(TIMES, one, strict=True)), {}, 500, ("I",)),
    "bars": ("I (mV)|II (mV)\n" + rows(one, two, separator="|"), {"rate": 500}, 500, ("I", "II")),
    "blanks and exponents": ("% fs = 500\n% units = mV\n% I II III\n" + "".join(" ".join(f"{v: .7e}" for v in r) + "\n" for r in SIGNAL.T), {}, 500,
                             ("I", "II", "III")),
    "header as a remark": ("# time I\n" + rows(TIMES, one, separator=" "), mV, 500, ("I",)),
    "row names without a header": ('"I" "II"\n' + rows([f'"{k}"' for k in range(1, SAMPLES + 1)], one, two, separator=" "), BOTH, 500, ("I", "II")),
    "an index without a name": (",I,II\n" + rows(NUMBERS, one, two), BOTH, 500, ("I", "II")),
    "separator at the end of every row": ("I;II;\n" + rows(one, two, [""] * SAMPLES, separator=";"), BOTH, 500, ("I", "II")),
    "a row a lead": ("".join(f"{lead}," + ",".join(map(str, row)) + "\n" for lead, row in zip(("I", "II"), SIGNAL, strict=False)), BOTH, 500,
                     ("I", "II")),
    "a row a lead, and one of times": (
        ",".join(["time (s)", *TIMES]) + "\n" + "".join(f"{lead} (mV)," + ",".join(map(str, row)) + "\n" for lead, row in zip(("I", "II"), SIGNAL, strict=False)),
        {}, 500, ("I", "II")),
    "a row a lead without names": (
        "\n".join("\t".join(map(str, row)) for row in SIGNAL), BOTH | {"lead_order": ("I", "II", "III")}, 500, ("I", "II", "III")),
    "old line ends": ("I,II\r" + rows(one, two, end="\r"), BOTH, 500, ("I", "II")),
    "UTF-16 without a mark": (("time (s)\tI (µV)\r\n" + rows(TIMES, MICROVOLTS[0], separator="\t", end="\r\n")).encode("utf-16-le"), {}, 500, ("I",)),
    "a printed head": (
        "ECG export\nDevice: X200\nSampling rate: 500 Hz\nFilter: 0.5-40 Hz\nMains: 50 Hz\nPaper: 10 mm/mV\nHeart rate: 72\n"
        "Resolution: 1 uV/LSB\nLeads: I, II, III\nDate: 03.02.2021 10:11:12\n\n" + rows(*MICROVOLTS, separator="\t"), {}, 500, ("I", "II", "III")),
    "numbers under keys that are understood": (
        "Abtastrate;500\nEinheit;mV\nGeschlecht;m\nAlter;50\nI;II\n" + rows(one, two, separator=";", decimal=","), {}, 500, ("I", "II")),
    "steps of a converter": (
        "# Sampling frequency (Hz): 500\n# Gain: 200 adu/mV\nI,II\n" + rows(one * 200, two * 200), {}, 500, ("I", "II")),
    "a counter called i": ("i,I\n" + rows(NUMBERS, one), BOTH, 500, ("I",)),
    "another frequency beside that of sampling": (
        "Frequency: 50 Hz\nSampling rate: 500 Hz (nominal)\nI (mV)\tII (mV)\n" + rows(one, two, separator="\t"), {}, 500, ("I", "II")),
    "a sentence above": ("Recorded with device X, sampled at 500 Hz\nI in mV;II in mV\n" + rows(one, two, separator=";"), {}, 500, ("I", "II")),
    "the time between samples": ("Sampling interval: 2 ms\nI [mV],II [mV]\n" + rows(one, two), {}, 500, ("I", "II")),
    "a word for hertz in another language": (
        watch("Frecuencia de muestreo,512 hercios", "Derivación,Derivación I", "Unidad,µV", decimal=","), {}, 512, ("I",)),
    "a unit in another script": (watch("采样速率,512赫兹", "导联,导联 I", "单位,微伏"), {}, 512, ("I",)),
    "labels before the cells of the other columns": (
        "Interval=\t0.002 s\nChannelTitle=\tI\tII\nRange=\t2 mV\t2 mV\nUnitName=\tmV\tmV\n" + rows(TIMES, one, two, separator="\t"), {}, 500,
        ("I", "II")),
    "a list in one cell": (
        'start,sampling_frequency,lead I (uV)\n2020-01-02 03:04:05,500,"[' + ",".join(f"{v:.0f}" for v in MICROVOLTS[0]) + ']"\n', {}, 500, ("I",)),
    "units as a list": ("# fs=500\n# units=mV,mV\n# leads=I,II\n" + rows(one, two), {}, 500, ("I", "II")),
    "numbers as wide as the head": (
        "Sample Rate,500 Hz,,\nUnit,mV,,\nTime (s),I,II,III\n" + rows(TIMES, *SIGNAL), {}, 500, ("I", "II", "III")),
    "blank lines between the rows": ("I,II\r\n\r\n" + rows(one, two, end="\r\n\r\n"), BOTH, 500, ("I", "II")),
    "times of fewer digits than samples": ("time (s),I\n" + rows([f"{k / 500:.2f}" for k in range(SAMPLES)], one), mV, 500, ("I",)),
    "seconds since 1970": ("timestamp;lead_I\n" + rows([f"{1600000000 + k / 500:.6f}" for k in range(SAMPLES)], one, separator=";"), mV, 500, ("I",)),
    "American dates": ("Date,I_mV\n" + rows(stamps("1/13/2020 {h:02d}:{m:02d}:{s:02d}.{ms:03d} AM"), one), {}, 250, ("I",)),
    "a multiple as the unit": ("I,II\n" + rows(one * 200, two * 200), {"rate": 500, "unit": "5 uV"}, 500, ("I", "II")),
    "limb leads of Romance languages": ("DI,DII,DIII\n" + rows(*SIGNAL), BOTH, 500, ("I", "II", "III")),
    "typeset minus signs": ("I,II\n" + rows(one, two).replace("-", "\u2212"), BOTH, 500, ("I", "II")),
}  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def file(text, name="ecg.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return file


@pytest.mark.parametrize("kind", TABLES)
def test_every_table_reads_to_the_same_samples(file, kind):
    text, options, rate, leads = TABLES[kind]
    opened = open_ecg(file(text), **options)
    recording = opened.recording()
    assert (opened.rate, opened.samples, opened.gaps) == (pytest.approx(rate, rel=1e-9), SAMPLES, ())
    for lead, row in zip(leads, SIGNAL, strict=False):
        np.testing.assert_allclose(recording.lead(lead), row, atol=1e-6)


def test_several_recordings_in_one_table_are_not_taken_for_one(file):
    row = '2020-01-02 03:04:05,"[' + ",".join(f"{v:.0f}" for v in MICROVOLTS[0]) + ']"\n'
    with pytest.raises(EcgError, match="holds 2 recordings; export one of them"):
        read_ecg(file("start,lead I (uV)\n" + row + row), rate=500)


def test_the_head_says_whose_it_is_and_when(file):
    recording = read_ecg(file(watch(*ENGLISH)))
    assert (recording.recorded, recording.patient.name) == ("2020-01-01T10:00:00", "A B")
    assert recording.statements == ("Sinus Rhythm",)
    assert recording.history == ()
    recording = read_ecg(file(TABLES["numbers under keys that are understood"][0]))
    assert (recording.patient.age, recording.patient.sex) == (50, "M")


def test_cases_of_public_reports(real_data):
    watch_file = read_ecg(real_data / "cases" / "watch.csv")
    assert (watch_file.leads, watch_file.rate, watch_file.samples) == (("I",), 512, 5120)
    np.testing.assert_allclose(watch_file.signal[0, :2], [-0.244, -0.242047], atol=1e-6)
    atm = read_ecg(real_data / "cases" / "atm_12.csv")
    assert (len(atm.leads), atm.rate, atm.samples) == (12, 500, 5000)
    rdsamp = read_ecg(real_data / "cases" / "rdsamp_seconds.csv")
    assert (set(rdsamp.leads), rdsamp.rate, rdsamp.samples) == ({"MLII", "V5"}, 360, 3600)


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("I,II\n" + rows(one, two) + ",\n" * 40, "left out empty rows at the end: 40"),
        ("I,II\n" + rows(one, two) + "1,\n" * 50, "left out the last 0.1 s, in which not every lead has a value"),
        ("I,II,V1\n" + rows(one, two, [""] * SAMPLES), "left out V1, which has no values"),
        ("I,II\n" + rows(one, two) + "End of the recording\n", "left out 1 line below the table"),
        ("ECG of a laboratory\nI,II\n" + rows(one, two), "left out 1 line above the table"),
        ("I,II,SpO2\n" + rows(one, two, ["97"] * SAMPLES), "left out 1 column not called like an ECG lead"),
        ("I,II\n" + rows(one, two).replace(f"{two[5]:.3f}\n", "NaN\n", 1), "bridged 1 missing samples of lead II"),
        ("I,II\n" + rows(one, two).replace(f"{two[5]:.3f}\n", "n/a\n", 1), "bridged 1 missing samples of lead II"),
    ],
)  # fmt: skip
def test_nothing_is_left_out_unsaid(file, text, history):
    recording = read_ecg(file(text), **BOTH)
    np.testing.assert_allclose(recording.lead("I"), one, atol=1e-6)
    assert any(entry.startswith(history) for entry in recording.history), recording.history


def test_gaps_are_named_and_not_filled(file):
    late = [f"{(k if k < 700 else k + 400) / 500:.3f}" for k in range(SAMPLES)]
    opened = open_ecg(file("time (s),I (mV)\n" + rows(late, one)))
    assert (opened.samples, opened.gaps) == (SAMPLES + 400, ((700, 1100),))
    with pytest.raises(EcgError, match=r"within 0 to 1.4 s, 2.2 to 3.2 s"):
        opened.recording()
    with pytest.raises(EcgError, match="was interrupted"):
        opened.recording(1.0, 1.5)
    assert np.isnan(opened.values(700, 1100)).all()
    np.testing.assert_allclose(opened.recording(0, 1.4).lead("I"), one[:700], atol=1e-6)
    assert opened.recording(2.2, 1.0).samples == 500


def test_sample_numbers_show_what_is_missing(file):
    numbers = [str(k if k < 300 else k + 2) for k in range(SAMPLES)]
    recording = read_ecg(file("sample,I\n" + rows(numbers, one)), **BOTH)
    assert recording.samples == SAMPLES + 2
    assert recording.history == ("bridged 2 missing samples of lead I by straight lines",)
    turning = [str(k % 16) for k in range(SAMPLES + 3) if k not in (100, 101, 102)]
    assert read_ecg(file("nSeq,I\n" + rows(turning, one)), **BOTH).samples == SAMPLES + 3


@pytest.mark.parametrize(
    ("text", "options", "missing"),
    [
        ("time,I\n" + rows(NUMBERS, one), mV, "without times"),
        ("# rate: 250 Hz\ntime (s),I\n" + rows(TIMES, one), mV, "states 250 Hz, but its time column gives 500 Hz"),
        ("a,b\n" + rows(one, two), BOTH, "names no ECG lead"),
        (rows(one), BOTH, "give lead order"),
        ("# 500 Hz or 250 Hz\n# a: 500 Hz\n# b: 250 Hz\nI,II\n" + rows(one, two), mV, "give rate"),
        ("Filter,50 Hz\nI,II\n" + rows(one, two), mV, "give rate"),
        ("I,II\n" + rows(one[:700], two[:700]) + "0.1,x0.2\n" + rows(one, two), BOTH, "something other than numbers in row 701"),
        ("I,II\nx0.1,0.2\n" + rows(one, two), BOTH, "something other than numbers in row 1"),
        ("I,II\n" + rows(one[:7], two[:7]) + "0.1,inf\n" + rows(one, two), BOTH, "something other than numbers in row 8"),
        ("I,II,III\n" + rows(*SIGNAL) + "0.1,0.2\n", BOTH, "2 columns instead of 3 in row 1201"),
    ],
)  # fmt: skip
def test_what_is_not_stated_or_wrong_is_said(file, text, options, missing):
    with pytest.raises(EcgError, match=missing):
        read_ecg(file(text), **options)


def test_what_can_be_told_is_asked_for(file):
    for text, options, missing in (
        ("a,b\n" + rows(one, two), BOTH, ("lead_order",)),
        ("# rate: 250 Hz\ntime (s),I\n" + rows(TIMES, one), mV, ("rate",)),
    ):
        with pytest.raises(NotStated) as caught:
            read_ecg(file(text), **options)
        assert caught.value.missing == missing


def test_a_long_table_is_read_piece_by_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(table_rows, "_KEPT", 100)
    monkeypatch.setattr(table_rows, "_EACH", 5_000)
    signal = np.random.default_rng(2).normal(0, 0.4, (3, 40_000)).astype(np.float32)
    path = csv_write.write(Recording(signal, 500.0, ("I", "V1", "V2")), tmp_path / "long.csv")
    lines = path.read_text("utf-8").split("\n")
    opened = open_ecg(path)
    assert (opened.samples, opened.rate, opened.gaps) == (40_000, 500.0, ())
    np.testing.assert_array_equal(opened.recording(60.0, 10.0).signal, signal[:, 30_000:35_000])
    np.testing.assert_array_equal(opened.recording().signal, signal)
    # Two seconds taken out of the middle are found again by the clock of one row in a thousand.
    head = next(k for k, line in enumerate(lines) if line.startswith("0.000000"))
    path.write_text("\n".join([*lines[: head + 20_100], *lines[head + 21_100 :]]), "utf-8")
    opened = open_ecg(path)
    assert (opened.samples, opened.gaps) == (40_000, ((20_100, 21_100),))
    np.testing.assert_array_equal(opened.recording(45.0, 10.0).signal, signal[:, 22_500:27_500])


def test_a_preview_shows_rows_as_they_are_read(file):
    seen = preview(file(TABLES["watch, German, decimal comma"][0]))
    assert (seen.decimal, seen.leads, seen.rows[0]) == (
        ",",
        1,
        (f"{MICROVOLTS[0, 0]:.3f}".replace(".", ","),),
    )
    seen = preview(file(TABLES["quoted names, units, seconds"][0]))
    assert seen.names == ("Elapsed time", "i", "ii") and seen.rows[0][0] == "0.000"
    assert preview(file(TABLES["a row a lead without names"][0])).leads == 3

"""No reader drops a lead, a second or a sample without a line in the history: what files announce against what comes out.

The table has a file or more of every format that is read, with something in it that does not become a lead or a
second of the recording wherever the format has room for such a thing. Real files are held to what a second, much
simpler look at them counts.
"""

import json
import re
import struct
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
from device_files import cardiosoft, muse, scp, sierra
from format_files import CONVERTER, atc, edf, gdf, ishne, mortara, opensignals, schiller
from scipy.io import savemat
from test_dicom_encodings import dicom, multiplex
from test_groups import aecg, muse_blocks

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS
from ecgtwin_app.formats import registry
from ecgtwin_app.formats.channels import known_leads
from ecgtwin_app.formats.format import Recognised
from ecgtwin_app.formats.registry import read_ecg

RATE, SAMPLES = 500, 3000
#: Microvolts.
STEPS = np.rint(twelve_leads(np.cumsum(np.random.default_rng(2).normal(0, 9, (8, SAMPLES)), axis=1))).astype(
    int
)
PULSE = np.tile(np.repeat([0, 1000, 0], [50, 100, 50]), (12, 1))
T0, T6 = "20200101100000.000", "20200101100006.000"


@dataclass
class Made:
    """A file, what it announces, and the samples in mV that must come out for the leads that are read (None: any)."""

    path: Path
    names: tuple[str, ...]
    seconds: float
    rate: float = RATE
    truth: dict | None = None
    options: tuple = ()


def of_steps(names, steps, per_millivolt=1000):
    return dict(zip(names, np.asarray(steps) / per_millivolt, strict=True))


TRUTH = of_steps(LEADS, STEPS)
SECONDS = SAMPLES / RATE
RESP = np.rint(300 * np.sin(np.arange(SAMPLES) / 200)).astype(int)


def save(folder, name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def wfdb(folder):
    rows = np.vstack([STEPS, RESP])
    names = (*LEADS, "Resp")
    lines = "".join(f"x.dat 16 1000/mV 16 0 0 0 0 {name}\n" for name in names)
    (folder / "x.dat").write_bytes(rows.T.astype("<i2").tobytes())
    yield Made(save(folder, "x.hea", f"x 13 500\n{lines}"), names, SECONDS, truth=TRUTH)
    (folder / "y.dat").write_bytes(np.hstack([STEPS, PULSE]).T.astype("<i2").tobytes())
    lines = "".join(f"y.dat 16 1000/mV 16 0 0 0 0 {name}\n" for name in LEADS)
    yield Made(save(folder, "y.hea", f"y 12 500 3200\n{lines}"), LEADS, SECONDS + 0.4, truth=TRUTH)
    for k, name in enumerate("ab"):
        part = rows[: 12 + k, 1500 * k : 1500 * (k + 1)]
        (folder / f"{name}.dat").write_bytes(part.T.astype("<i2").tobytes())
        lines = "".join(f"{name}.dat 16 1000/mV 16 0 0 0 0 {lead}\n" for lead in names[: 12 + k])
        save(folder, f"{name}.hea", f"{name} {12 + k} 500 1500\n{lines}")
    yield Made(save(folder, "s.hea", "s/2 13 500 3000\na 1500\nb 1500\n"), names, SECONDS, truth=TRUTH)


def dicoms(folder):
    groups = [multiplex(LEADS[k : k + 3], STEPS[k : k + 3], offset=0) for k in (0, 3, 6, 9)]
    yield Made(dicom(folder / "a.dcm", *groups), LEADS, SECONDS, truth=TRUTH)
    groups = [multiplex(LEADS, STEPS, offset=0), multiplex(("V7", "V8"), STEPS[:2, ::2], 250, offset=0)]
    yield Made(dicom(folder / "b.dcm", *groups), (*LEADS, "V7", "V8"), SECONDS, truth=TRUTH)
    padded = np.hstack([STEPS, np.zeros((12, 500), int)])
    one = multiplex(LEADS, padded)
    one.add_new("WaveformPaddingValue", "OW", b"\0\0")
    yield Made(dicom(folder / "c.dcm", one), LEADS, SECONDS + 1, truth=TRUTH)


def aecgs(folder):
    sets = [(T0, LEADS[:6], STEPS[:6]), (T0, LEADS[6:], STEPS[6:]), (T0, ("V7",), STEPS[:1, :700])]
    yield Made(aecg(folder / "a.xml", *sets), (*LEADS, "V7"), SECONDS, truth=TRUTH)
    sets = [(T6, LEADS, STEPS[:, :1000]), (T0, LEADS, STEPS)]
    yield Made(
        aecg(folder / "b.xml", *sets), LEADS, 8, truth=of_steps(LEADS, np.hstack([STEPS, STEPS[:, :1000]]))
    )


def muses(folder):
    yield Made(save(folder, "a", muse(STEPS, microvolts=1)), INDEPENDENT_LEADS, SECONDS,
               truth=of_steps(INDEPENDENT_LEADS, STEPS[[LEADS.index(k) for k in INDEPENDENT_LEADS]]))  # fmt: skip
    blocks = muse_blocks((LEADS[:7], STEPS[:7], 0), (LEADS[7:], STEPS[7:], 0), (("V7",), STEPS[:1, :900], 0))
    yield Made(save(folder, "b", blocks), (*LEADS, "V7"), SECONDS, truth=TRUTH)


def cardiosofts(folder):
    yield Made(save(folder, "a", cardiosoft(STEPS, microvolts=1)), LEADS, SECONDS, truth=TRUTH)


def sierras(folder):
    steps = STEPS.copy()
    steps[2:6] = twelve_leads(STEPS[[0, 1, 6, 7, 8, 9, 10, 11]].astype(float))[2:6].round()
    data = sierra(np.hstack([steps, PULSE // 5]))
    yield Made(save(folder, "a", data), LEADS, SECONDS + 0.4, truth=of_steps(LEADS, steps, 200))


def scps(folder):
    rows = STEPS[[LEADS.index(k) for k in INDEPENDENT_LEADS]]
    truth = of_steps(INDEPENDENT_LEADS, rows, 200)
    yield Made(save(folder, "a", scp(STEPS)), INDEPENDENT_LEADS, SECONDS, truth=truth)
    data = bytearray(scp(STEPS, encoding=0, huffman=False))
    at = data.index(bytes([8, 0x44])) + 2
    for k in range(2):
        data[at + 9 * k : at + 9 * k + 8] = struct.pack("<II", SAMPLES + 1, 2 * SAMPLES)
    chest = {lead: truth[lead] for lead in INDEPENDENT_LEADS[2:]}
    yield Made(save(folder, "b", bytes(data)), INDEPENDENT_LEADS, SECONDS, truth=chest)


def signals(rows, names):
    return [(name, "uV", 32767, row.astype("<i2")) for name, row in zip(names, rows, strict=True)]


def edfs(folder):
    names = (*LEADS, "Resp")
    data = edf(signals(np.vstack([STEPS, RESP]), names), records=6)
    yield Made(save(folder, "a.edf", data), names, SECONDS, truth=TRUTH)


def bdfs(folder):
    names = (*LEADS, "Resp")
    fine = np.rint(np.vstack([STEPS, RESP]) * (8388607 / 8000)).astype("<i4")
    data = edf([(name, "uV", 8000, row) for name, row in zip(names, fine, strict=True)], 6, sample=3)
    yield Made(save(folder, "a.bdf", data), names, SECONDS, truth=TRUTH)


def gdfs(folder):
    names = (*LEADS, "Resp")
    data = gdf("2.20", np.vstack([STEPS, RESP]), labels=names)
    yield Made(save(folder, "a.gdf", data), names, SECONDS, truth=TRUTH)


def ishnes(folder):
    yield Made(save(folder, "a.ecg", ishne(STEPS, rate=RATE)), LEADS, SECONDS, truth=TRUTH)


def atcs(folder):
    row = CONVERTER * 500e-6
    names = ("I", "II", "III", "aVR", "aVL", "aVF")
    truth = {name: row * (k + 1) for k, name in enumerate(names)}
    yield Made(save(folder, "a.atc", atc(6)), names, CONVERTER.size / 300, 300, truth)


def numpys(folder):
    np.save(folder / "a.npy", STEPS)
    options = (("rate", RATE), ("unit", "uV"), ("lead_order", LEADS))
    yield Made(folder / "a.npy", LEADS, SECONDS, truth=TRUTH, options=options)


def matlabs(folder):
    savemat(folder / "a.mat", {"val": np.vstack([STEPS, RESP]).astype(np.int16)})
    names = (*LEADS, "Resp")
    options = (("rate", RATE), ("unit", "uV"), ("lead_order", names))
    yield Made(folder / "a.mat", names, SECONDS, truth=TRUTH, options=options)


def mortaras(folder):
    yield Made(save(folder, "a.xml", mortara(STEPS.astype("<i2"), "1000")), LEADS, SECONDS, truth=TRUTH)


def schillers(folder):
    yield Made(save(folder, "a.xml", schiller(STEPS, per_bit="1", exponent="0")), LEADS, SECONDS, truth=TRUTH)


def jsons(folder):
    said = {"data": {"raw": {"frequency": RATE, "amplitudeResolution": 1000,
                             "samples": {"leadI": STEPS[0].tolist(), "leadII": STEPS[1].tolist()}}}}  # fmt: skip
    truth = of_steps(("I", "II"), STEPS[:2])
    yield Made(save(folder, "a.json", json.dumps(said)), ("I", "II"), SECONDS, truth=truth)


def opensignals_files(folder):
    rows = [(k, 0, 30000 + a, 33000 - a, 7) for k, a in enumerate(STEPS[0])]
    columns = ["nSeq", "DI", "CH1", "CH2", "CH3"]
    text = opensignals(
        columns, rows, ["ECG", "ECG", "EDA"], ["CH1", "CH2", "CH3"], [16] * 3, "biosignalsplux", RATE
    )
    yield Made(save(folder, "a.txt", text), ("ECG 1", "ECG 2", "EDA"), SECONDS)


def csvs(folder):
    names = ("time", *LEADS, "Resp")
    rows = np.vstack([np.arange(SAMPLES) / RATE, STEPS / 1000, RESP])
    text = ",".join(names) + "\n" + "\n".join(",".join(f"{v:.6g}" for v in row) for row in rows.T) + "\n"
    options = (("unit", "mV"),)
    yield Made(save(folder, "a.csv", text), names[1:], SECONDS, truth=TRUTH, options=options)


TABLE = {
    "WFDB": wfdb, "DICOM": dicoms, "HL7 aECG": aecgs, "MUSE XML": muses, "CardioSoft XML": cardiosofts,
    "Sierra XML": sierras, "SCP-ECG": scps, "EDF": edfs, "BDF": bdfs, "GDF": gdfs, "ISHNE Holter": ishnes,
    "AliveCor ATC": atcs, "NumPy": numpys, "MATLAB": matlabs, "Mortara XML": mortaras, "Schiller XML": schillers,
    "JSON of a watch or phone": jsons, "OpenSignals": opensignals_files, "CSV": csvs,
}  # fmt: skip


def made_elsewhere(folder_of_tests=Path(__file__).parent):
    """What the formats' own test files make for this table, as `complete(folder)`."""
    for one in registry.formats():
        if one.name not in TABLE and (folder_of_tests / f"test_{one.id}.py").is_file():
            complete = import_module(f"test_{one.id}").complete
            TABLE[one.name] = lambda folder, make=complete: [
                Made(path, names, seconds, rate, truth)
                for path, names, seconds, rate, truth in [make(folder)]
            ]


made_elsewhere()

_LOST = re.compile(
    r"left out (?:the calibration pulse|what not all leads have,|.*filling).*?([\d.]+) s|left out ([\d.]+) s "
)
_COUNTED = re.compile(r"(\d+) (?:other )?(?:channel|signal|sensor|column)s?")


def unaccounted(names, seconds, recording):
    """What a recording lacks of what was announced, and does not say: leads, and samples."""
    history = "\n".join(recording.history)
    lead_of = {name: (known_leads([name]) or (name,))[0] for name in names}
    lacking = [name for name, lead in lead_of.items() if lead not in recording.leads]
    unnamed = [
        name for name in lacking if not re.search(rf"(?<![\w]){re.escape(lead_of[name])}(?![\w])", history)
    ]
    counted = sum(int(count) for count in _COUNTED.findall(history))
    lost = sum(float(a or b) for a, b in _LOST.findall(history))
    samples = round((seconds - lost) * recording.rate) - recording.samples
    return unnamed[counted:], samples


def test_every_reader_is_in_the_table():
    assert set(TABLE) == {one.name for one in registry.formats()}


@pytest.mark.parametrize("name", TABLE)
def test_a_file_is_claimed_by_its_own_format_alone(tmp_path, name):
    # Only tables claim others' texts, too, and are asked last: the order of all others does not matter.
    for made in TABLE[name](tmp_path):
        head = made.path.read_bytes()[:8192]
        claims = [one for one in registry.formats() if one.sniff(made.path, head)]
        assert claims[0].name == name
        assert all(one.recognised is Recognised.AS_A_LAST_RESORT for one in claims[1:]), made.path.name


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_lost_without_a_word(tmp_path, name):
    for made in TABLE[name](tmp_path):
        recording = read_ecg(made.path, **dict(made.options))
        assert recording.source == name and recording.rate == pytest.approx(made.rate)
        assert unaccounted(made.names, made.seconds, recording) == ([], 0), (
            made.path.name,
            recording.history,
        )
        for lead, row in (made.truth or {}).items():
            np.testing.assert_allclose(
                recording.lead(lead), row, atol=1e-5, err_msg=f"{made.path.name} {lead}"
            )


def test_the_account_sees_what_is_lost():
    recording = read_ecg(_example(), start=0, seconds=2)
    names = (*LEADS, "V7", "Resp")
    assert unaccounted(names, 3.0, recording) == (["V7", "Resp"], 1000)


def _example():
    from ecgtwin_app.formats.example import example_path

    return example_path()


# Real files: leads and seconds counted by a look that shares nothing with the readers.


def counted_xml(path):
    """Lead names and seconds of an XML file, by its plainest elements."""
    root = ElementTree.fromstring(path.read_bytes())
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag == "RestingECG":
        rhythm = next(w for w in root.findall("Waveform") if w.findtext("WaveformType") == "Rhythm")
        leads = rhythm.findall("LeadData")
        return [lead.findtext("LeadID") for lead in leads], float(
            leads[0].findtext("LeadSampleCountTotal")
        ) / float(rhythm.findtext("SampleBase"))
    if root.tag == "CardiologyXML":
        strip = root.find("StripData")
        seconds = float(strip.findtext("ChannelSampleCountTotal")) / float(strip.findtext("SampleRate"))
        return [lead.get("lead") for lead in strip.findall("WaveformData")], seconds
    if root.tag == "restingecgdata":
        waveforms = next(root.iter("parsedwaveforms"))
        return list(LEADS), float(waveforms.get("durationperchannel")) / 1000
    series = root.find("component/series")
    names, seconds = [], 0.0
    for one in series.findall("component/sequenceSet"):
        step = float(next(one.iter("increment")).get("value"))
        rows = [s for s in one.iter("sequence") if "LEAD" in s.find("code").get("code")]
        names += [s.find("code").get("code") for s in rows if s.find("code").get("code") not in names]
        length = len(next(rows[0].iter("digits")).text.split()) * step
        seconds = seconds + length if len(rows) == len(names) else length
    return names, seconds


def counted_dicom(path):
    groups = [
        g for g in pydicom.dcmread(path, force=True).WaveformSequence if g.WaveformOriginality == "ORIGINAL"
    ]
    names = [c.ChannelSourceSequence[0].CodeMeaning for g in groups for c in g.ChannelDefinitionSequence]
    return names, int(groups[0].NumberOfWaveformSamples) / float(groups[0].SamplingFrequency)


@pytest.mark.parametrize(
    "name",
    [
        "import_formats/dicom/general_500hz.dcm", "import_formats/dicom/mortara_1000hz.dcm", "cases/fourgroups_full.dcm",
        "cases/nopreamble.dcm", "cases/mulaw.dcm", "cases/flat_pad0.dcm", "import_formats/muse_xml/muse_240hz.xml",
        "import_formats/muse_xml/muse_500hz.xml", "cases/paced_muse.xml", "import_formats/cardiosoft_xml/cardiosoft.xml",
        "import_formats/philips_xml/sierra_1_03.xml", "import_formats/philips_xml/sierra_1_04.xml",
        "import_formats/philips_xml/sierra_1_04_01.xml", "import_formats/hl7_aecg/subject1_0.xml",
        "cases/four_sets_full.xml", "cases/two_consecutive_sets.xml", "cases/aecg_calibration_pulse.xml",
    ],
)  # fmt: skip
def test_real_files_give_all_they_announce(real_data, name):
    path = real_data / name
    names, seconds = counted_dicom(path) if path.suffix == ".dcm" else counted_xml(path)
    recording = read_ecg(path)
    assert len(names) >= 8
    assert unaccounted(names, seconds, recording) == ([], 0), recording.history


@pytest.mark.parametrize(
    ("name", "leads", "seconds"),
    [
        ("import_formats/wfdb/JS00001.hea", 12, 10), ("import_formats/scp_ecg/demo.scp", 12, 10),
        ("import_formats/scp_ecg/welch_allyn.scp", 12, 10), ("cases/twelve.hea", 12, 10), ("cases/be.hea", 12, 10),
        ("cases/sec.hea", 12, 10), ("cases/uv.hea", 12, 10), ("cases/S1ECG.hea", 12, 10), ("cases/two_ecg.hea", 2, 30),
        ("cases/drive02.hea", 1, 20), ("cases/r100_0.hea", 12, 10), ("cases/118e12_60.hea", 12, 10),
    ],
)  # fmt: skip
def test_real_files_that_hold_no_words(real_data, name, leads, seconds):
    recording = read_ecg(real_data / name)
    assert (len(recording.leads), recording.duration) == (leads, pytest.approx(seconds))
    if "drive02" in name:
        assert (
            "left out what is none of the twelve leads: marker, RESP, 2 other channels" in recording.history
        )

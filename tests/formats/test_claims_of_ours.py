"""A file that claims to be this program's may hold anything: nothing of it in free words reaches an export."""

import numpy as np
import pytest
from synthetic_ecg import strip
from test_deidentify import leaks

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.formats.marking import SHOWN_BY, comment_lines, read_comment_lines
from ecgtwin_app.formats.own_lines import own_line
from ecgtwin_app.formats.registry import read_ecg, write_ecg
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.recognition.shown import SOURCES
from ecgtwin_app.sampling.names import USUAL_STEPS

STRIP = strip(seconds=3)[0]
SUFFIXES = [one.suffix for one in writers().values()]
NAMES = ("Zaphod", "Beeblebrox", "424242424242")
CLAIMS = [
    "generator: ECGTwin Desktop 9.9",
    "SYNTHETIC: yes",
    "history: Zaphod had syncope",
    "history: left out what is none of the twelve leads: Beeblebrox",
    "history: resampled 424242424242 Hz to 500 Hz",
    "history: took 0 s to 3 s of Zaphod s",
    "history: resampled 1000 Hz to 500 Hz",
    'request.conditions: ["Zaphod"]',
    "request.zaphod: 3",
    "request.sex: Zaphod Beeblebrox",
    "versions.ecgtwin: Zaphod Beeblebrox",
    "reference_sha256: Zaphod",
    'pooled_sha256: ["Zaphod"]',
    'kept: ["Zaphod"]',
    "removed: Zaphod",
    'shows: ["Zaphod"]',
    'shows.Zaphod Beeblebrox: ["user"]',
    'shows.atrial fibrillation: ["Zaphod", ["Beeblebrox"]]',
    "seed: Zaphod",
]


def claiming(folder):
    """Files of three kinds with the same claims."""
    wfdb = write_ecg(STRIP, folder / "r.hea")
    lines = [line for line in wfdb.read_text("utf-8").splitlines() if not line.startswith("#")]
    wfdb.write_text("\n".join(lines + [f"# {line}" for line in CLAIMS]) + "\n", "utf-8")
    yield wfdb
    npz = folder / "r.npz"
    np.savez(
        npz,
        signal=STRIP.signal,
        rate=500.0,
        unit="mV",
        leads=np.array(STRIP.leads),
        comments=np.array(CLAIMS),
    )
    yield npz
    csv = write_ecg(STRIP, folder / "r.csv")
    rows = [line for line in csv.read_text("utf-8").splitlines() if not line.startswith("#")]
    csv.write_text(
        "\n".join([f"# {line}" for line in [*CLAIMS, "rate: 500 Hz", "unit: mV"]] + rows) + "\n", "utf-8"
    )
    yield csv


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_free_words_of_a_foreign_file_are_in_no_export(tmp_path, suffix):
    for source in claiming(tmp_path):
        recording = read_ecg(source)
        assert recording.history == ("resampled 1000 Hz to 500 Hz",), source.name
        assert recording.provenance.get("request", {}) == {}
        path = write_ecg(recording, tmp_path / "out" / f"x{suffix}")
        assert leaks(path, NAMES) == []


@pytest.mark.parametrize(
    "line",
    ["resampled 1000 Hz to 500 Hz", "derived aVR, aVL, aVF from the other limb leads", "took 0 s to 5333.33 s of 7200 s",
     "bridged 3 missing samples of lead V2 by straight lines", "filtered without delay: 0.5 Hz high-pass, 50 Hz notch",
     "left out what is none of the twelve leads: Resp, V3R, 2 other channels", "the file differs from its checksum", "left out 3 signals not called like an ECG lead", "left out 1 line above the table"],
)  # fmt: skip
def test_lines_of_this_program_are_known(line):
    assert own_line(line) == line


def test_every_field_of_a_request_is_read_back():
    """Also tells when a new field, sampler or rhythm must be added to what provenance may hold."""
    for sampler, rhythm in [
        *((sampler, "process") for sampler in USUAL_STEPS),
        *(("euler", r) for r in FIELDS["rhythm"].values),
    ]:
        request = {name: getattr(TwinRequest(), name) for name in TwinRequest.__dataclass_fields__}
        request |= {
            "conditions": ["AF", "left bundle branch block"],
            "sampler": sampler,
            "rhythm": rhythm,
            "sex": "F",
            "without": ["LVH"],
            "keep": [],
            "shows": ["AF", "left bundle branch block"],
        }
        twin = STRIP.changed("resampled 1000 Hz to 500 Hz", synthetic=True, provenance={"request": request})
        assert read_comment_lines(comment_lines(twin))["provenance"]["request"] == request


def test_what_is_kept_and_removed_and_who_says_so_is_read_back():
    provenance = {
        "synthetic": True,
        "present": ["ST depression"],
        "kept": [],
        "removed": ["atrial fibrillation", "left bundle branch block"],
        "shows": {
            "ST depression": list(SOURCES),
            "atrial fibrillation": ["user"],
            "left bundle branch block": [],
        },
    }
    twin = STRIP.changed("", synthetic=True, provenance=provenance)
    assert read_comment_lines(comment_lines(twin))["provenance"] == provenance
    nothing = STRIP.changed("", synthetic=True, provenance={"synthetic": True, "shows": {}})
    assert read_comment_lines(comment_lines(nothing))["provenance"] == nothing.provenance
    assert frozenset(SOURCES) == SHOWN_BY


def test_an_asked_age_above_89_is_written_as_90():
    twin = STRIP.changed("", synthetic=True, patient=Patient(96.0), provenance={"request": {"age": 96.0}})
    assert "96" not in "".join(line for line in comment_lines(twin) if "age" in line.lower())
    assert "request.age: 96.0" in comment_lines(twin, keep_identity=True)

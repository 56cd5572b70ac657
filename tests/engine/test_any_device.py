"""Twins of references that other devices have recorded, and of one of 100 Hz, under three conditions each."""

import numpy as np
import pytest

from ecgtwin_app import TwinRequest, read_ecg
from ecgtwin_app.conditions.verdict import KEPT, PLAUSIBILITY
from ecgtwin_app.training.collections.records import load_low_rate

ASKED = ("sinus rhythm", "left bundle branch block", "atrial fibrillation")
FILES = (
    "import_formats/dicom/general_500hz.dcm", "import_formats/dicom/mortara_1000hz.dcm",
    "import_formats/muse_xml/muse_240hz.xml", "import_formats/muse_xml/muse_500hz.xml",
    "import_formats/cardiosoft_xml/cardiosoft.xml", "import_formats/philips_xml/sierra_1_03.xml",
    "import_formats/philips_xml/sierra_1_04_01.xml", "import_formats/hl7_aecg/subject1_0.xml",
    "import_formats/wfdb/JS00001.hea", "import_formats/scp_ecg/demo.scp",
)  # fmt: skip
LOW_RATE = "100 Hz"


def _recorded(folder, name):
    if name != LOW_RATE:
        return read_ecg(folder / name)
    return next(record.recording for record in load_low_rate(folder) if "NORM" in record.labels)


@pytest.mark.parametrize("name", (*FILES, LOW_RATE))
def test_every_device_has_twins(engine, real_data, name):
    reference = _recorded(real_data, name)
    for seed, condition in enumerate(ASKED, 1):
        (twin,) = engine.generate(reference, TwinRequest((condition,), seed=seed))
        signal = twin.recording.signal
        assert signal.shape == (12, 5000) and np.isfinite(signal).all() and twin.recording.synthetic
        assert twin.lead_law_residual_uv < 0.01
        assert 0.3 < np.ptp(signal[1]) < 8, "lead II is an ECG"
        missed = [line for line in twin.asked_got if line.met is False]
        assert twin.met == (not [line for line in missed if line.kind not in (KEPT, PLAUSIBILITY)])

"""The measurement matrix beyond intervals: QTc and its doubts, RR variability, spikes, vectors, electrodes."""

import json

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from synthetic_ecg import PVC, T_PVC, strip

from ecgtwin_app.ecg.measurement.lead_reversal import INTERCHANGES
from ecgtwin_app.ecg.measurement.matrix import lead_reversal, measurement_matrix, median_beat_matrix
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.qtc import corrected, qtc_doubts
from ecgtwin_app.ecg.measurement.rr import rmssd, sdnn
from ecgtwin_app.ecg.measurement.vcg import KORS, angle_between, heart_vector, loop_measures
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS, Recording
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.heart.physics.vector import DOWER


@pytest.fixture(scope="module")
def real():
    return read_ecg(get_testdata_file("waveform_ecg.dcm"))


# -- QTc ----------------------------------------------------------------------------------------------


def test_qtc_of_a_worked_example():
    # QT 360 ms at 100/min, RR 0.6 s, by hand from the published formulas.
    assert corrected(360, 0.6) == pytest.approx(
        {"bazett": 464.8, "fridericia": 426.8, "framingham": 421.6, "hodges": 430.0}, abs=0.05
    )
    assert corrected(None, 0.6)["bazett"] is None and corrected(360, None)["hodges"] is None


@pytest.mark.parametrize(
    ("formula", "values", "doubts"),
    [("bazett", (75, 90, 0.02), ()), ("bazett", (95, 90, 0.02), ("heart rate",)),
     ("fridericia", (95, 90, 0.02), ()), ("bazett", (50, 130, 0.2), ("heart rate", "wide QRS", "irregular rhythm")),
     ("hodges", (None, None, None), ())],
)  # fmt: skip
def test_when_a_qtc_is_not_to_be_trusted(formula, values, doubts):
    assert qtc_doubts(formula, *values) == doubts


# -- RR variability -----------------------------------------------------------------------------------


def test_sdnn_and_rmssd_of_known_intervals():
    gaps = np.array([0.80, 0.84, 0.80, 0.84, 0.80, 0.84, 0.80, 0.84, 0.80, 0.84, 0.80])
    m = measure(strip(onsets=0.4 + np.concatenate([[0], np.cumsum(gaps)]))[0])
    assert m.sdnn == pytest.approx(1000 * np.std(gaps, ddof=1), abs=2)
    assert m.rmssd == pytest.approx(40, abs=3)


def test_an_ectopic_beat_and_its_pause_are_no_variability():
    m = measure(strip(onsets=[0.5, 1.4, 2.3, 2.85, 4.1, 5.0, 5.9, 6.8, 7.7, 8.6, 9.5], ectopic={3})[0])
    assert m.sdnn < 8 and m.rmssd < 8
    assert m.rr_cv_all > 0.15
    assert sdnn(m.beats[:2], 500.0) is None and rmssd(m.beats[:2], 500.0) is None


# -- amplitudes and spikes ----------------------------------------------------------------------------


def test_p_by_lead_is_as_drawn_and_turns_with_the_lead():
    m = measure(strip(noise=0.001)[0])
    assert m.p_amplitude["II"] == pytest.approx(0.13, abs=0.02)
    assert m.p_amplitude["aVR"] == pytest.approx(-0.105, abs=0.02)
    assert measure(strip(pr=None)[0]).p_amplitude["II"] is None


def test_a_sharp_r_wave_is_no_pacing_spike(real):
    """This patient's R in V5 is steep and 1.8 mV high; taken for a spike its tip would be cut off."""
    m = measure(real)
    assert measurement_matrix(real, m)["pacing_spikes"] == []
    tallest = np.percentile(real.lead("V5"), 99.9) - np.median(real.lead("V5"))
    assert m.r_amplitude["V5"] == pytest.approx(tallest, abs=0.1)


def test_pacing_spikes_are_found_where_they_are():
    onsets = [0.6, 1.5, 2.4, 3.3, 4.2, 5.1, 6.0, 6.9, 7.8, 8.7]
    recording, _ = strip(onsets=onsets, pr=None, parts=PVC, t=T_PVC, qt=440)
    spikes = np.zeros((8, recording.samples))
    for onset in onsets:
        at = round((onset - 0.012) * 500)
        spikes[:, at] = (0.4, 0.9, -0.3, -0.5, -0.6, -0.6, -0.5, -0.4)
    paced = Recording(recording.signal + twelve_leads(spikes), 500.0)
    found = measurement_matrix(paced, measure(paced))["pacing_spikes"]
    assert found == pytest.approx([onset - 0.012 for onset in onsets], abs=0.004)


# -- vectorcardiogram ---------------------------------------------------------------------------------


def test_kors_vector_of_leads_made_by_dower_points_where_it_was():
    for vector in np.eye(3):
        assert angle_between(KORS @ (DOWER @ vector), vector) < 25


def test_the_qrs_t_angle_is_that_of_the_vectors_drawn():
    """QRS and T along one direction of the leads, then T against it."""
    direction = DOWER @ np.array([0.8, 0.5, -0.3])
    parts = ((0, 90, 1.5 * direction),)
    along = measure(strip(parts=parts, t=0.4 * direction, noise=0.001)[0])
    against = measure(strip(parts=parts, t=-0.4 * direction, noise=0.001)[0])
    for m, low, high in ((along, 0, 12), (against, 168, 180)):
        shape = m.delineation.shapes[0]
        loops = loop_measures(shape.signal, shape.waves)
        assert low <= loops["qrs_t_angle"] <= high and low <= loops["qrs_t_angle_peak"] <= high
        assert loops["qrs_magnitude"] == pytest.approx(1.5 * np.linalg.norm(KORS @ direction), rel=0.08)
        assert loops["t_magnitude"] == pytest.approx(0.4 * np.linalg.norm(KORS @ direction), rel=0.15)


def test_vectors_of_eight_and_of_twelve_leads_are_the_same(real):
    eight = independent_leads(real.signal)
    np.testing.assert_allclose(heart_vector(real.signal), heart_vector(eight), atol=1e-5)


# -- electrodes ---------------------------------------------------------------------------------------


def exchanged(recording, name):
    matrix = next(one.matrix for one in INTERCHANGES if one.name == name)
    return Recording(twelve_leads(matrix @ independent_leads(recording.signal)), recording.rate)


def hint(recording):
    return lead_reversal(recording, measure(recording))


def test_a_true_recording_gets_no_hint(real):
    assert hint(real) == ""


@pytest.mark.parametrize("name", ["RA/LA", "RA/LL", "V1/V3", "V1-V3/V4-V6"])
def test_exchanged_electrodes_are_hinted_at(real, name):
    words = next(one.words for one in INTERCHANGES if one.name == name)
    assert hint(exchanged(real, name)) == words


def test_every_interchange_undoes_itself():
    for one in INTERCHANGES:
        np.testing.assert_allclose(one.matrix @ one.matrix, np.eye(8), atol=1e-12)


def test_an_electrode_on_the_right_leg_makes_a_limb_lead_flat(real):
    eight = independent_leads(real.signal).copy()
    eight[1] *= 0.01
    assert hint(Recording(twelve_leads(eight), real.rate)) == "lead II is flat: right arm and right leg"


# -- the whole ----------------------------------------------------------------------------------------


def test_the_matrix_and_the_median_beat_go_into_json(real):
    m = measure(real)
    matrix = measurement_matrix(real, m)
    assert json.loads(json.dumps(matrix)) == matrix
    assert set(matrix["lead_quality"]) == set(matrix["noise"]) == set(LEADS)
    assert matrix["qtc_doubts"]["bazett"] == [] and matrix["lead_reversal"] == ""
    beat = median_beat_matrix(m)
    assert json.loads(json.dumps(beat)) == beat
    assert set(beat["leads"]) == {*LEADS, "x", "y", "z"}
    onset, fiducial = beat["marks"]["qrs_onset"], beat["marks"]["fiducial"]
    assert 0 < fiducial - onset < 60
    assert max(beat["leads"]["V5"][onset:]) == pytest.approx(m.r_amplitude["V5"], abs=0.05)

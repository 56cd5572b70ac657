"""What was filled in is neither measured in silence nor proposed again, and what is bad is found where it is."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.measurement.bad_spans import bad_spans
from ecgtwin_app.ecg.measurement.matrix import measurement_matrix
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.filled import Filled
from ecgtwin_app.ecg.signal.recording import LEADS


@pytest.fixture(scope="module")
def recording():
    return strip()[0]


def with_lead(recording, lead, values):
    signal = recording.signal.copy()
    signal[LEADS.index(lead)] = values
    return replace(recording, signal=signal)


def test_a_measurement_says_that_it_rests_on_filled_samples(recording):
    plain = measurement_matrix(recording, measure(recording))
    assert "on_filled" not in plain and not any("filled in" in doubt for doubt in plain["doubts"])
    filled = replace(recording, filled=(Filled("V3", 0.0, 10.0, "template"),))
    matrix = measurement_matrix(filled, measure(filled))
    assert matrix["filled_leads"] == ["V3"]
    assert {"cornell", "qrs", "qtc_bazett"} <= set(matrix["on_filled"])
    assert not {"sokolow_lyon", "qrs_axis", "heart_rate"} & set(matrix["on_filled"])
    assert any("V3" in doubt and "filled in" in doubt for doubt in matrix["doubts"])


def test_a_rate_does_where_whole_beats_were_filled_in(recording):
    tail = tuple(Filled(lead, 6.0, 10.0, "template") for lead in LEADS)
    matrix = measurement_matrix(replace(recording, filled=tail), measure(recording))
    assert "heart_rate" in matrix["on_filled"] and matrix["filled_leads"] == list(LEADS)


def test_a_good_recording_proposes_nothing(recording):
    assert bad_spans(recording, measure(recording)) == ()


def test_tremor_is_found_where_it_is(recording):
    values = recording.lead("V3").copy()
    values[1500:2300] += np.random.default_rng(0).normal(0, 0.35, 800)
    (span,) = bad_spans(with_lead(recording, "V3", values))
    assert (span.lead, span.note) == ("V3", "noisy")
    assert span.start == pytest.approx(2.9, abs=0.15) and span.end == pytest.approx(4.7, abs=0.15)


def test_an_electrode_that_is_off_for_a_while_and_for_ever(recording):
    values = recording.lead("V1").copy()
    values[2500:4000] = 0.01
    (span,) = bad_spans(with_lead(recording, "V1", values))
    assert (span.note, span.start, span.end) == ("flat", pytest.approx(5, abs=0.2), pytest.approx(8, abs=0.2))
    (span,) = bad_spans(with_lead(recording, "V6", np.zeros(5000)))
    assert (span.lead, span.start, span.end) == ("V6", 0.0, 10.0)


def test_a_clipped_lead_is_marked_at_its_peaks(recording):
    values = np.clip(2 * recording.lead("V4"), -0.6, 0.8)
    spans = bad_spans(with_lead(recording, "V4", values))
    assert {span.note for span in spans} == {"clipped"} and len(spans) >= 5
    assert sum(span.end - span.start for span in spans) < 5


def test_what_was_filled_in_is_not_proposed_again(recording):
    bad = with_lead(recording, "V6", np.zeros(5000))
    assert bad_spans(replace(bad, filled=(Filled("V6", 0.0, 10.0, "template"),))) == ()

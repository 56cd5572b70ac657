"""What recordings show, by their files, by the criteria and by the network, and which of these are enough."""

from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.conditions.referee import met_conditions
from ecgtwin_app.conditions.together import check_combination, contradictions
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.recognition import recognise as module
from ecgtwin_app.recognition.probabilities import Opinion, Threshold
from ecgtwin_app.recognition.recognise import recognise


@pytest.fixture(scope="module")
def example():
    return ten_seconds(read_ecg(example_path()))


@pytest.fixture(scope="module")
def measured(example):
    return measure(example)


@pytest.fixture
def network(monkeypatch):
    """A network that says what it is told to; of labels that it is not told it thinks one per cent."""

    def says(**shares):
        shares = {name.replace("_", " "): share for name, share in shares.items()}
        known = ("normal ECG", "sinus rhythm", "atrial fibrillation", "left bundle branch block", "anterior infarct",
                 "left ventricular hypertrophy", "sinus arrhythmia", "sinus bradycardia")  # fmt: skip
        opinion = Opinion(
            {name: 0.01 for name in known} | shares, {name: Threshold(0.8, 0.3) for name in (*known, *shares)}
        )
        monkeypatch.setattr(module, "network_opinion", lambda recording: opinion)

    return says


def test_a_healthy_recording_shows_sinus_rhythm_and_nothing_else(example, measured):
    shown = recognise(example, measured)
    assert shown.names == ("sinus rhythm",) and shown.beyond_sinus == ()
    assert any("ventricular rate" in line for line in shown.findings[0].because)


def test_what_the_file_states_is_taken_up_with_its_words(example, measured, network):
    network(left_bundle_branch_block=0.2)
    finding = recognise(replace(example, statements=("Left bundle branch block",)), measured).find("LBBB")
    assert finding.sources == ("file",) and finding.meets is False
    assert finding.because[-1] == "The file says: Left bundle branch block"


def test_a_statement_that_network_and_criteria_contradict_is_left_out(example, measured, network):
    network()
    assert (
        recognise(replace(example, statements=("Left bundle branch block",)), measured).find("LBBB") is None
    )


def test_the_network_alone_must_be_sure(example, measured, network):
    network(left_bundle_branch_block=0.7)
    assert "left bundle branch block" not in recognise(example, measured).names
    network(left_bundle_branch_block=0.9)
    finding = recognise(example, measured).find("LBBB")
    assert finding.sources == ("network",) and finding.probability == 0.9


def test_a_hint_of_the_file_and_the_networks_support_are_no_two_sure_witnesses(example, measured, network):
    network(left_ventricular_hypertrophy=0.5)
    assert (
        "left ventricular hypertrophy"
        not in recognise(replace(example, statements=("possible LVH",)), measured).names
    )


def test_of_what_excludes_each_other_the_better_attested_stays(example, measured, network):
    network(atrial_fibrillation=0.95, sinus_rhythm=0.9)
    names = recognise(replace(example, statements=("sinus rhythm",)), measured).names
    assert "sinus rhythm" in names and "atrial fibrillation" not in names


def test_the_sinus_rhythm_is_called_by_its_rate(example, measured, network):
    network(sinus_bradycardia=0.95)
    assert recognise(replace(example, statements=("Sinus bradycardia",)), measured).names == ("sinus rhythm",)


def test_an_infarct_without_st_elevation_is_called_old(example, measured, network):
    network(anterior_infarct=0.95)
    assert "old anterior infarct" in recognise(example, measured).names


def test_an_interval_that_is_measured_is_not_overruled_by_the_network(example, measured, network):
    network(**{"long QT": 0.99, "first-degree AV block": 0.99, "low voltage": 0.99})
    assert recognise(example, measured).beyond_sinus == ()


def test_a_bundle_branch_block_explains_what_looks_like_an_infarct(example, measured, network):
    network(anterior_infarct=0.97, left_bundle_branch_block=0.85)
    assert recognise(example, measured).beyond_sinus == ("left bundle branch block",)


def test_recordings_of_few_leads_or_seconds_are_not_seen_by_the_network(example):
    fewer = replace(example, signal=example.signal[:3], leads=example.leads[:3])
    shorter = replace(example, signal=example.signal[:, :3000])
    for recording in (fewer, shorter):
        assert recognise(recording).probabilities == {}


def test_a_longer_recording_is_seen_in_strips(example):
    from ecgtwin_app.recognition.strip import strips_of

    longer = replace(example, signal=np.tile(example.signal, 4)[:, :17500])
    assert strips_of(longer).shape == (3, 8, 1000) and strips_of(example).shape == (1, 8, 1000)


def test_of_what_two_criteria_say_the_better_supported_is_recognised(real_data):
    """A file of 240 Hz just above 100/min, and a fast fibrillation with wide beats that meets two rhythms' criteria."""
    files = real_data / "import_formats"
    tachycardia = recognise(read_ecg(files / "muse_xml" / "muse_240hz.xml")).names
    assert "sinus tachycardia" in tachycardia and "sinus bradycardia" not in tachycardia
    recording = read_ecg(files / "wfdb" / "JS00001.hea")
    assert contradictions(met_conditions(recording))
    fibrillation = recognise(recording).names
    assert "atrial fibrillation" in fibrillation and not contradictions(fibrillation)


def test_what_is_shown_can_be_shown_by_one_heart(real_data):
    from ecgtwin_app.training.collections.records import load_low_rate

    sick = [r for r in load_low_rate(real_data) if r.held_out and "NORM" not in r.labels][:12]
    for record in sick:
        check_combination(recognise(record.recording).names)

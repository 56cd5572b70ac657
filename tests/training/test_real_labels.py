"""The labels of real records as a classifier learns them."""

import numpy as np

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN
from ecgtwin_app.training.cases.real_labels import LABELS, labelled, states_of
from ecgtwin_app.training.collections.records import RealRecord, load_low_rate


def record(labels, database="PTB-XL", key="a", patient="p", rate=100.0):
    seconds = np.arange(round(10 * rate)) / rate
    signal = np.tile(np.sin(2 * np.pi * 5 * seconds) + np.sin(2 * np.pi * 0.1 * seconds), (12, 1))
    return RealRecord(key, database, patient, labels, Recording(signal, rate))


def state(name, *labels, database="PTB-XL", likelihoods=None):
    return states_of(record(labels, database), likelihoods or {})[LABELS.index(name)]


def test_an_infarct_of_no_age_teaches_its_wall_and_neither_scar_nor_stemi():
    assert state("anterior infarct", "ASMI", "SR") == PRESENT
    assert state("old anterior infarct", "ASMI", "SR") == UNKNOWN
    assert state("anterior STEMI", "ASMI", "SR") == UNKNOWN
    assert state("inferior infarct", "ASMI", "SR") == ABSENT


def test_a_doubtful_diagnosis_teaches_nothing():
    assert state("inferior infarct", "IMI", "SR", likelihoods={"IMI": 15.0}) == UNKNOWN
    assert state("inferior infarct", "IMI", "SR", likelihoods={"IMI": 80.0, "SR": 0.0}) == PRESENT


def test_what_the_readers_looked_for_and_did_not_name_is_absent():
    assert state("atrial fibrillation", "RBBB", database="CPSC2018") == ABSENT
    assert state("left atrial enlargement", "RBBB", database="CPSC2018") == UNKNOWN
    assert state("atrial fibrillation", "t wave abnormal", database="Georgia G12EC") == UNKNOWN


def test_a_rhythm_rules_out_the_others():
    assert state("atrial flutter", "atrial fibrillation", database="Georgia G12EC") == ABSENT


def test_a_record_without_any_label_is_left_out():
    both = labelled([record(()), record(("NORM", "SR"), key="b")], {})
    assert both.keys == ("b",)
    assert labelled([record(("NORM", "SR"), rate=500.0)], {}).signals.shape == (1, 8, 1000)


def test_signals_of_both_rates_look_alike_and_have_no_wander():
    low, high = (labelled([record(("NORM",), rate=rate)], {}).signals[0] for rate in (100.0, 500.0))
    assert np.abs(low - high)[:, 100:-100].max() < 0.01
    spectrum = np.abs(np.fft.rfft(high[0]))
    assert spectrum[1] < 0.05 * spectrum[50]


def test_patients_are_apart(real_data):
    records = labelled(load_low_rate(real_data)[:200], {})
    validation = records.validation(0.3)
    groups = [
        {patient for patient, inside in zip(records.patients, mask, strict=True) if inside}
        for mask in (records.held_out, validation, ~records.held_out & ~validation)
    ]
    assert all(groups) and not (groups[0] & groups[1] or groups[0] & groups[2] or groups[1] & groups[2])
    assert {key for key, out in zip(records.keys, records.held_out, strict=True) if out} == {
        one.key for one in load_low_rate(real_data)[:200] if one.held_out and one.labels
    }

"""The recogniser that comes with the program: that it loads by itself, and what it says."""

import json
import shutil
import time

import numpy as np
import pytest
from places import ROOT

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.recognition.probabilities import network_opinion
from ecgtwin_app.recognition.recognise import NORMAL_ECG
from ecgtwin_app.recognition.strip import strips_of
from ecgtwin_app.recognition.weights import load_recogniser, read_recogniser

WEIGHTS = ROOT / "weights"
#: What the network alone tells well enough to be asked (AUC on held-out patients), n with the label ≥ 8.
FLOORS = {
    "atrial fibrillation": 0.93,
    "ventricular premature complex": 0.9,
    "right bundle branch block": 0.97,
    "left anterior fascicular block": 0.93,
    "left ventricular hypertrophy": 0.85,
    "anterior infarct": 0.85,
    "inferior infarct": 0.8,
    NORMAL_ECG: 0.88,
}


@pytest.fixture(scope="module")
def example():
    return ten_seconds(read_ecg(example_path()))


def test_it_loads_by_itself_and_calls_the_example_normal(example):
    opinion = network_opinion(example)
    assert opinion.probability("sinus rhythm") > 0.9 and opinion.probability(NORMAL_ECG) > 0.5
    assert not any(opinion.claims(name) for name in ("atrial fibrillation", "left bundle branch block"))
    assert NORMAL_ECG not in opinion.of_conditions()


def test_it_takes_a_tenth_of_a_second(example):
    strips = strips_of(example)
    trained = load_recogniser()
    trained.probabilities(strips)
    began = time.process_time()
    trained.probabilities(strips_of(example))
    assert time.process_time() - began < 0.1


def test_it_is_small_and_its_manifest_says_how_well_it_does():
    assert (WEIGHTS / "recogniser.safetensors").stat().st_size < 2_000_000
    manifest = json.loads((WEIGHTS / "recogniser.json").read_text("utf-8"))
    figures = {figure["name"]: figure for figure in manifest["held_out"]}
    assert {label["name"] for label in manifest["labels"]} == figures.keys()
    for name, floor in FLOORS.items():
        assert figures[name]["positive"] >= 8 and figures[name]["auc"] >= floor, figures[name]
    false = [
        figure["false_claims"]
        for figure in figures.values()
        if figure["name"] in FLOORS and figure["name"] != NORMAL_ECG
    ]
    assert max(false) <= 0.05


def test_damaged_weights_are_refused(tmp_path):
    for name in ("recogniser.safetensors", "recogniser.json"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    path = tmp_path / "recogniser.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00" + b"\x00")
    with pytest.raises(EcgError, match=r"recogniser.safetensors is damaged: reinstall"):
        read_recogniser(tmp_path)
    (tmp_path / "recogniser.json").write_text('{"format": 1}', "utf-8")
    with pytest.raises(EcgError, match="damaged"):
        read_recogniser(tmp_path)


def test_noise_and_silence_are_given_no_condition(example):
    for signal in (np.zeros_like(example.signal), np.full_like(example.signal, np.nan)):
        shares = network_opinion(type(example)(signal, example.rate)).probabilities
        assert all(np.isfinite(share) for share in shares.values())

"""The judge: what labels say, the common form of strips, and that it learns, is kept and comes back the same."""

import numpy as np
import pytest
from evaluated import real_record
from synthetic_ecg import strip

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.resampling import resample
from ecgtwin_app.evaluation.judge import judge as judging
from ecgtwin_app.evaluation.judge.judge import Judge, judge_figures, trained_judge
from ecgtwin_app.evaluation.judge.labels import FINDINGS, NAMES, asked_for, states_of
from ecgtwin_app.evaluation.judge.strips import RealStrips, real_strips, strip_of, strips_of
from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN


def _state(name, *labels, database="PTB-XL"):
    return states_of(labels, database)[NAMES.index(name)]


def test_labels_become_states_and_what_is_not_said_stays_unknown():
    assert _state("left bundle branch block", "CLBBB", "SR") == PRESENT
    assert _state("normal", "CLBBB", "SR") == ABSENT
    assert _state("left bundle branch block", "NORM", "SR") == ABSENT
    assert _state("left bundle branch block", "ILBBB") == UNKNOWN
    assert _state("left anterior fascicular block", "RBBB", database="CPSC2018") == UNKNOWN
    assert _state("atrial fibrillation", "RBBB", database="CPSC2018") == ABSENT
    assert (states_of(("quality=acceptable",), "CinC2011 set-a") == UNKNOWN).all()
    assert (states_of((), "SPH Shandong") == UNKNOWN).all()


def test_every_finding_asks_for_conditions_of_the_vocabulary():
    for finding in FINDINGS:
        assert find_conditions(finding.asked), finding.name


def test_a_label_set_is_asked_for_as_a_whole():
    labels = ("AFIB", "CLBBB", "INVT")
    assert asked_for(labels, states_of(labels, "PTB-XL")) == (
        "atrial fibrillation",
        "left bundle branch block",
        "T inversion",
    )
    assert asked_for(("NORM", "SR"), states_of(("NORM", "SR"), "PTB-XL")) == ("sinus rhythm",)
    acute = ("INJAS", "SR")
    assert asked_for(acute, states_of(acute, "PTB-XL")) == ("anterior STEMI",)


def test_a_strip_of_500_and_of_100_hz_is_the_same_strip():
    recording, _ = strip(rate=70)
    one, other = strip_of(recording), strip_of(resample(recording, 100.0))
    assert one.shape == (8, 1000) and one.dtype == np.float32
    inside = slice(100, 900)
    assert np.abs(one[:, inside] - other[:, inside]).max() < 0.05 * np.abs(one).max()
    # Neither an offset nor what lies above 40 Hz is seen.
    raised = Recording(recording.signal + 1.0, 500.0)
    assert np.abs(strip_of(raised) - one)[:, inside].max() < 5
    assert strips_of(np.zeros((2, 8, 2500))).shape == (2, 8, 1000)


@pytest.fixture(scope="module")
def tall_or_not():
    """Strips that one finding parts: the second half swings four times as far."""
    rng = np.random.default_rng(1)
    strips = rng.normal(0, 100, (80, 8, 1000)).astype(np.float32)
    states = np.full((80, len(NAMES)), ABSENT, np.int8)
    column = NAMES.index("left ventricular hypertrophy")
    strips[::2] *= 4
    states[::2, column] = PRESENT
    held_out = np.arange(80) >= 40
    names = tuple(str(k) for k in range(80))
    return RealStrips(names, ("PTB-XL",) * 80, names, ((),) * 80, np.full(80, 500), strips, states, held_out)


def test_the_judge_learns_from_training_records_alone_and_is_kept(tall_or_not, tmp_path):
    taught = trained_judge(tmp_path, tall_or_not, steps=25, seeds=(1, 2))
    assert taught.names == ("left ventricular hypertrophy",) and len(taught.networks) == 2
    figures = judge_figures(taught, tall_or_not)["left ventricular hypertrophy"]
    assert figures["auc"] == 1.0 and figures["n"] == 20 and figures["of"] == 40
    again = trained_judge(tmp_path, None)
    assert isinstance(again, Judge) and again.names == taught.names
    assert np.array_equal(again.of_strips(tall_or_not.strips[:3]), taught.of_strips(tall_or_not.strips[:3]))


def test_held_out_patients_teach_nothing(tall_or_not, tmp_path, monkeypatch):
    seen = []

    def fit(strips, states, seed, steps):
        seen.append(strips)
        return judging.JudgeNetwork(states.shape[1]).eval()

    monkeypatch.setattr(judging, "fit", fit)
    trained_judge(tmp_path, tall_or_not, seeds=(1,))
    assert len(seen[0]) == 40 and np.array_equal(seen[0], tall_or_not.strips[:40])


def test_recordings_are_judged_in_microvolts(tall_or_not, tmp_path):
    taught = trained_judge(tmp_path, tall_or_not, steps=2, seeds=(1,))
    recording, _ = strip(rate=70)
    eight = 1000 * recording.signal[None, [0, 1, 6, 7, 8, 9, 10, 11]]
    assert np.allclose(taught.of_recordings([recording]), taught.probabilities(eight))
    record = real_record("a", "p", labels=("CLBBB",), recording=recording)
    assert real_strips([record]).states[0, NAMES.index("left bundle branch block")] == PRESENT

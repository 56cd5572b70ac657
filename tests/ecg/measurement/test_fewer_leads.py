"""One, two, three leads: what they show is measured, what needs others is None with the reason."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_ecg import LBBB, T_LBBB, strip

from ecgtwin_app.cli.main import main
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.matrix import measurement_matrix, median_beat_matrix
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.quality import quality_of
from ecgtwin_app.ecg.signal.leads import LIMB_LEADS, basis
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, Recording
from ecgtwin_app.formats.registry import write_ecg

STRIP, _ = strip()
WHOLE = measure(STRIP)
OTHERS = ("ECG", "ECG 1", "MLII", "V7", "V3R", "X", "Y", "Z")


def only(*names: str, of: Recording = STRIP) -> Recording:
    """Some leads of a strip; a lead of another name shows what II does."""
    rows = [of.leads.index(name) if name in of.leads else 1 for name in names]
    return Recording(of.signal[rows], of.rate, leads=names)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from((*LEADS, *OTHERS)), min_size=1, max_size=6, unique=True))
def test_any_leads_are_measured_and_judged(names):
    recording = only(*names)
    measured = measure(recording)
    assert measured.heart_rate == pytest.approx(72, abs=1)
    # A single lead may begin late and end early; it never shows more than all together.
    assert 70 <= measured.qrs <= WHOLE.qrs + 8
    assert set(measured.r_amplitude) == set(measured.leads) >= set(names)
    matrix = measurement_matrix(recording, measured)
    assert median_beat_matrix(measured)["leads"].keys() >= set(names)
    assert quality_of(recording, measured).usable == recording.leads
    for key, value in matrix.items():
        if value is None and key in matrix["reasons"]:
            assert matrix["reasons"][key].startswith("needs")
    axis = measured.qrs_axis
    assert (axis is None) == (sum(name in LIMB_LEADS for name in names) < 2)
    assert ("qrs_axis" in measured.reasons) == (axis is None)
    for condition in load_vocabulary():
        for verdict in judge(measured, (condition.name,), heart_rate=72, age=60, sex="F"):
            assert verdict.met is None or not verdict.reason


@pytest.mark.parametrize(
    "condition, name, leads, reason",
    [
        ("left bundle branch block", "QS or rS in V1", ("I", "V6"), "needs V1"),
        ("left bundle branch block", "broad R without q in I and V6", ("I", "V1"), "needs I and V6"),
        ("right ventricular hypertrophy", "QRS axis", ("V1",), "needs I and aVF"),
        ("left anterior fascicular block", "QRS axis", ("aVL",), "needs I and aVF"),
        ("right atrial enlargement", "P in II", ("I",), "needs II"),
        ("low voltage", "largest QRS of the limb leads", ("I",), "needs I, II, III, aVR, aVL and aVF"),
        ("T inversion", "T inversion under R", ("II",), "needs twelve leads"),
        ("Brugada type 1", "highest ST of V1 and V2", ("V1",), "needs V1 and V2"),
    ],
)
def test_a_criterion_that_needs_a_missing_lead_is_not_judged(condition, name, leads, reason):
    verdicts = judge(only(*leads), (condition,))
    (verdict,) = [verdict for verdict in verdicts if verdict.name == name]
    assert (verdict.met, verdict.got, verdict.reason) == (None, None, reason)
    assert not meets(verdicts)


def test_what_the_leads_that_are_there_show_is_judged():
    block, _ = strip(parts=LBBB, t=T_LBBB)
    met = {v.name: v.met for v in judge(only("I", "V1", "V6", of=block), ("left bundle branch block",))}
    assert set(met.values()) == {True}
    met = {v.name: v.met for v in judge(only("V1", of=block), ("left bundle branch block",))}
    assert met["QRS duration"] is True and met["QS or rS in V1"] is True
    assert met["broad R without q in I and V6"] is None
    st = np.zeros(8)
    st[3:5] = 0.35  # V2, V3
    raised, _ = strip(st=st)
    assert meets(judge(only("V2", "V3", of=raised), ("anterior STEMI",), age=60, sex="M"))
    assert judge(only("V4", "V5", of=raised), ("anterior STEMI",))[0].met is None


@pytest.mark.parametrize("given_leads", [("I", "III"), ("aVR", "aVF"), ("II", "aVL"), ("III", "aVR", "aVL")])
def test_two_limb_leads_give_the_other_four(given_leads):
    names, rows = basis(only(*given_leads))
    assert names == ("I", "II")
    np.testing.assert_allclose(rows, STRIP.signal[:2], atol=2e-6)
    assert measure(only(*given_leads)).qrs_axis == pytest.approx(WHOLE.qrs_axis, abs=0.1)


@pytest.mark.parametrize("seed, rate", [(1, 72), (2, 55), (3, 110)])
def test_twelve_leads_give_the_same_in_any_order_and_company(seed, rate):
    twelve, _ = strip(rate=rate, seed=seed, noise=0.02)
    expected = measure(twelve)
    order = np.random.default_rng(seed).permutation(12)
    extra = np.random.default_rng(seed).normal(0, 0.5, (2, twelve.samples)).astype(np.float32)
    for signal, leads in (
        (twelve.signal[order], tuple(LEADS[k] for k in order)),
        (np.concatenate([twelve.signal, extra]), (*LEADS, "V7", "X")),
        (twelve.signal[[LEADS.index(name) for name in INDEPENDENT_LEADS]], INDEPENDENT_LEADS),
    ):
        got = measure(Recording(signal, 500.0, leads=leads))
        assert got.as_dict() == expected.as_dict()
        assert np.array_equal(got.delineation.signal, expected.delineation.signal)
        assert np.array_equal(got.delineation.shapes[0].signal, expected.delineation.shapes[0].signal)


def test_measure_prints_the_leads_that_are_there_and_why_others_are_wanted(tmp_path):
    path = write_ecg(only("ECG"), tmp_path / "one.hea")
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["measure", str(path)]) == 0
    lines = out.getvalue().splitlines()
    (axis,) = [line for line in lines if line.startswith("QRS axis")]
    assert "–" in axis and axis.endswith("needs I and aVF")
    (head,) = [line for line in lines if line.startswith("mV ")]
    assert head.split() == ["mV", "ECG"]
    assert any("rest on one lead" in line for line in lines)

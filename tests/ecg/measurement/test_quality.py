"""The verdict on a recording: which leads can be used, and whether a twin can be made of it."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_conditions import drawn
from synthetic_ecg import LBBB, T_LBBB, strip

from ecgtwin_app.ecg.delineation.plausible_beats import DOUBT
from ecgtwin_app.ecg.measurement.measure import OF_BEATS, measure
from ecgtwin_app.ecg.measurement.quality import GOOD, SOME_LEADS, UNUSABLE, lead_quality, quality_of
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, Recording
from ecgtwin_app.ecg.signal.zero_phase import both_ways
from ecgtwin_app.engine.suitability import needs, unfit


def spoiled(change, *names) -> Recording:
    """A clean strip with a change, a function of the lead and the time (s), made to some leads."""
    recording, _ = strip()
    signal = recording.signal.copy()
    time = np.arange(recording.samples) / recording.rate
    for name in names:
        row = LEADS.index(name)
        signal[row] = change(signal[row], time)
    return Recording(signal, recording.rate)


def notes_of(recording: Recording) -> dict[str, tuple[str, ...]]:
    return {lead.lead: lead.notes for lead in lead_quality(recording) if lead.notes}


@pytest.mark.parametrize(
    "change, note",
    [
        (lambda lead, time: np.where((time > 3) & (time < 6), 0.1, lead), "flat"),
        (lambda lead, time: lead + 6.5 * (time > 4), "baseline jumps"),
        (lambda lead, time: lead + 8.0 * (np.abs(time - 5) < 0.1), "implausible amplitude"),
        (lambda lead, time: lead + 1.2 * np.sin(1.2 * time), "wandering baseline"),
        (lambda lead, time: np.where(time < 1, np.nan, lead), "samples missing"),
        (lambda lead, time: np.where(np.abs(time - 5) < 0.6, 0.1, lead), "flat"),
        (lambda lead, time: lead + 6.0 * (np.abs(time - 5) < 1e-3), "spikes"),
        (lambda lead, time: lead + 0.3 * np.sin(2 * np.pi * 50 * time), "mains hum"),
        (lambda lead, time: lead + 0.3 * np.sin(2 * np.pi * 60 * time), "mains hum"),
        (lambda lead, time: lead + np.random.default_rng(2).normal(0, 0.2, len(lead)), "noisy"),
    ],
)
def test_a_fault_is_named_in_the_lead_that_has_it(change, note):
    found = notes_of(spoiled(change, "V2"))
    assert set(found) == {"V2"} and note in found["V2"]


def test_noise_in_all_leads_counts_sooner_than_in_one():
    noise = np.random.default_rng(3).normal(0, 0.06, (8, 5000))
    recording, _ = strip()
    eight = independent_leads(recording.signal)
    assert {notes for notes in notes_of(Recording(twelve_leads(eight + noise), 500.0)).values()} == {
        ("noisy",)
    }
    noise[1:] = 0
    assert notes_of(Recording(twelve_leads(eight + noise), 500.0)) == {}


def test_a_lead_without_qrs_is_named():
    recording, _ = strip()
    signal = recording.signal.copy()
    signal[LEADS.index("V2")] = np.random.default_rng(4).normal(0, 0.008, recording.samples)
    found = {lead.lead: lead.notes for lead in quality_of(Recording(signal, 500.0)).leads if lead.notes}
    assert found == {"V2": ("no QRS visible",)}


def test_pacing_spikes_are_no_fault():
    recording, onsets = strip(parts=LBBB, t=T_LBBB, pr=None)
    signal = recording.signal.copy()
    for at in onsets:
        signal[:, round(at * 500) - 8] += 3.0
    assert quality_of(Recording(signal, 500.0)).verdict == GOOD


@pytest.mark.parametrize("seed", range(3))
def test_a_rate_is_not_given_where_the_beats_cannot_be_told_from_noise(seed):
    """Electrode motion as strong as the heart: steps that creep back, and movement of 1 to 10 Hz."""
    rng, (recording, _) = np.random.default_rng(seed), strip(noise=0.01)
    time = np.arange(recording.samples) / 500
    noise = np.zeros((8, recording.samples))
    for row in noise:
        for at in np.cumsum(rng.exponential(0.5, 40)):
            row += rng.normal() * np.where(time > at, np.exp(-np.clip(time - at, 0, 9) / 0.2), 0)
    noise += both_ways(rng.normal(0, 8.0, noise.shape), 500.0, 1.0, 10.0, padding=500)
    eight = independent_leads(recording.signal)
    clean = measure(recording)
    assert clean.heart_rate == pytest.approx(72, abs=1) and "heart_rate" not in clean.reasons
    lost = Recording(twelve_leads(eight + noise), 500.0)
    measured = measure(lost)
    assert [getattr(measured, name) for name in OF_BEATS] == [None] * len(OF_BEATS)
    assert set(OF_BEATS) <= set(measured.reasons)
    assert {"pr", "qrs", "qt", "qrs_axis", "sokolow_lyon"} <= set(OF_BEATS), (
        "no interval of what may be no beat"
    )
    assert quality_of(lost, measured).verdict == UNUSABLE
    assert quality_of(lost, measured).beats == DOUBT


def test_an_irregular_rhythm_with_ectopic_beats_keeps_its_rate():
    rng = np.random.default_rng(5)
    onsets = 0.4 + np.cumsum(rng.uniform(0.5, 1.1, 11))
    recording, _ = strip(onsets=onsets[onsets < 9.6], pr=None, ectopic=(3, 6))
    assert measure(recording).heart_rate is not None


def test_the_verdict_on_a_recording():
    clean, _ = strip()
    quality = quality_of(clean, measure(clean))
    assert quality.verdict == GOOD and quality.usable == LEADS and quality.notes == ()
    assert unfit(quality) is None

    def off(lead, time):
        return 0 * lead

    some = spoiled(off, "V2", "V3")
    quality = quality_of(some)
    assert quality.verdict == SOME_LEADS and unfit(quality) is None
    assert quality.usable == tuple(lead for lead in LEADS if lead not in ("V2", "V3"))
    assert quality.notes == ("V2, V3: flat",)

    most = spoiled(off, "V1", "V2", "V3", "V4", "V5")
    quality = quality_of(most)
    assert quality.verdict == UNUSABLE and "V5: flat" in unfit(quality)

    silent = spoiled(off, *LEADS)
    quality = quality_of(silent)
    assert quality.verdict == UNUSABLE and quality.beats == "no heart beat was found"


def test_generation_says_what_it_needs_before_anything_is_loaded():
    recording, _ = strip()
    assert needs(recording) is None
    rows = [LEADS.index(name) for name in INDEPENDENT_LEADS]
    assert needs(Recording(recording.signal[rows], 500.0, leads=INDEPENDENT_LEADS)) is None
    two = Recording(recording.signal[:2], 500.0, leads=("I", "II"))
    assert "needs the leads I, II and V1 to V6" in needs(two)
    assert "lacks V1, V2, V3, V4, V5, V6." in needs(two)
    one = Recording(recording.signal[:1], 500.0, leads=("ECG",))
    assert "lacks I, II, V1" in needs(one)
    short = Recording(recording.signal[:, :4000], 500.0)
    assert "needs 10 seconds; this recording has 8." in needs(short)


@pytest.mark.parametrize("condition, recording", [(name, made[0]) for name, made in drawn().items()])
def test_no_condition_is_taken_for_noise(condition, recording):
    """Wide, fast, paced, fluttering and fibrillating: none is a fault of the signal."""
    quality = quality_of(recording)
    assert (quality.verdict, quality.notes) == (GOOD, ())

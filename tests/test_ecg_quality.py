"""The verdict on a recording: which leads can be used, and whether a twin can be made of it."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.measure import measure
from ecgtwin_app.ecg.quality import GOOD, SOME_LEADS, UNUSABLE, lead_quality, quality_of
from ecgtwin_app.ecg.recording import INDEPENDENT_LEADS, LEADS, Recording
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
        (lambda lead, time: lead + 2.5 * (time > 4), "baseline jumps"),
        (lambda lead, time: lead + 8.0 * (np.abs(time - 5) < 0.1), "implausible amplitude"),
        (lambda lead, time: lead + np.sin(1.2 * time), "wandering baseline"),
        (lambda lead, time: np.where(time < 1, np.nan, lead), "samples missing"),
    ],
)
def test_a_fault_is_named_in_the_lead_that_has_it(change, note):
    found = notes_of(spoiled(change, "V2"))
    assert set(found) == {"V2"} and note in found["V2"]


def test_the_verdict_on_a_recording():
    clean, _ = strip()
    quality = quality_of(clean, measure(clean).reasons)
    assert quality.verdict == GOOD and quality.usable == LEADS and quality.notes == ()
    assert unfit(quality) is None

    def off(lead, time):
        return 0 * lead

    some = spoiled(off, "V2", "V3")
    quality = quality_of(some, measure(some).reasons)
    assert quality.verdict == SOME_LEADS and unfit(quality) is None
    assert quality.usable == tuple(lead for lead in LEADS if lead not in ("V2", "V3"))
    assert quality.notes == ("V2, V3: flat",)

    most = spoiled(off, "V1", "V2", "V3", "V4", "V5")
    quality = quality_of(most, measure(most).reasons)
    assert quality.verdict == UNUSABLE and "V5: flat" in unfit(quality)

    silent = spoiled(off, *LEADS)
    quality = quality_of(silent, None)
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

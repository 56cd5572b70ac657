"""What a reference shows is recognised once, and taken from a session that kept it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.engine import recognised
from ecgtwin_app.recognition.shown import Finding, Shown

KEPT = Shown((Finding("left bundle branch block", None, None, ("file",)),))


@pytest.fixture
def looked(monkeypatch):
    """How often somebody looked."""
    times = []

    def look(recording, measured):
        times.append(recording)
        return Shown((Finding("sinus rhythm"),))

    monkeypatch.setattr(recognised, "recognise", look)
    monkeypatch.setattr(recognised, "_last", None)
    return times


def test_the_same_reference_is_looked_at_once(looked):
    reference, _ = strip()
    assert recognised.shown_by(reference).names == recognised.shown_by(reference).names == ("sinus rhythm",)
    assert len(looked) == 1
    recognised.shown_by(replace(reference, patient=Patient(80.0, "F")))
    assert len(looked) == 2, "age and sex set limits"


def test_what_a_session_kept_is_not_looked_for_again(looked):
    reference, _ = strip()
    recognised.remember(reference, KEPT)
    assert recognised.shown_by(reference) is KEPT and looked == []

"""What generation needs is said before any weights are loaded, and an unusable signal needs --force."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.formats.registry import write_ecg


def asked(command, path, tmp_path, *more):
    """Ask for a twin with weights that are not there: whoever gets as far as to load them says so."""
    return main([command, str(path), "--condition", "LBBB", "--weights", str(tmp_path / "none"),
                 "--out", str(tmp_path / "out"), *more])  # fmt: skip


@pytest.mark.parametrize("command", ["generate", "attribute"])
def test_missing_leads_are_said_before_weights_are_loaded(command, tmp_path, capsys):
    recording, _ = strip()
    path = write_ecg(Recording(recording.signal[:1], 500.0, leads=("I",)), tmp_path / "one.hea")
    assert asked(command, path, tmp_path) == 2
    said = capsys.readouterr().err
    assert "needs the leads I, II and V1 to V6" in said and "lacks II, V1, V2" in said
    assert not (tmp_path / "out").exists()


def test_an_unusable_signal_is_refused_unless_forced(tmp_path, capsys):
    recording, _ = strip()
    noise = np.random.default_rng(1).normal(0, 3.0, (8, recording.samples))
    loud = Recording(twelve_leads(independent_leads(recording.signal) + noise), 500.0)
    path = write_ecg(loud, tmp_path / "loud.hea")
    assert asked("generate", path, tmp_path) == 2
    said = capsys.readouterr().err
    assert "too disturbed for a twin" in said and "--force" in said and "weights" not in said.lower()
    assert asked("generate", path, tmp_path, "--force") == 2
    said = capsys.readouterr().err
    assert "mind the signal" in said and "weights are not there" in said


def test_bad_leads_are_named_and_the_twin_is_made(tmp_path, capsys):
    recording, _ = strip()
    signal = recording.signal.copy()
    signal[8] = 0
    assert asked("generate", write_ecg(Recording(signal, 500.0), tmp_path / "off.hea"), tmp_path) == 2
    said = capsys.readouterr().err
    assert "mind the signal: V3: flat" in said and "weights are not there" in said

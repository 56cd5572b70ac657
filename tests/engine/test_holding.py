"""A strip that plays other beats than the laid ones is held to them."""

from __future__ import annotations

import numpy as np
import pytest

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.engine.holding import held_to

ORIGINS = ("conducted", "ventricular", "conducted", "ventricular")
SCORE = RhythmScore(tuple(Event(1.0 + 2 * k, "QRS", origin) for k, origin in enumerate(ORIGINS)), 10.0)


def laid_beats() -> np.ndarray:
    """Four beats (8, 5000) of a millivolt, of one shape in all leads."""
    at = np.arange(5000) / 500
    wave = sum(np.exp(-0.5 * ((at - 1.06 - 2 * k) / 0.02) ** 2) for k in range(4))
    return np.linspace(0.3, 1.0, 8)[:, None] * wave


def test_a_performance_is_left_alone():
    laid = laid_beats()
    wander = 0.5 * np.sin(np.arange(5000) / 2500)
    strip = 1.15 * laid + wander
    assert held_to(strip, laid, SCORE) is strip


def test_another_beat_is_brought_back_and_only_that_one():
    laid = laid_beats()
    strip = 1.1 * laid
    strip[:, 1450:1700] *= -1  # the first ventricular beat, upside down
    held = held_to(strip, laid, SCORE)
    changed = np.flatnonzero((held != strip).any(axis=0))
    assert 1480 <= changed[0] and changed[-1] < 1760
    beat = slice(1510, 1560)
    assert np.corrcoef(held[:, beat].ravel(), laid[:, beat].ravel())[0, 1] > 0.98


@pytest.mark.parametrize(("beat", "changes"), [(0, False), (1, True)])
def test_ventricular_beats_are_held_closer(beat, changes):
    laid = laid_beats()
    strip = laid.copy()
    window = slice(500 + 1000 * beat, 600 + 1000 * beat)
    strip[:, window] *= 1.33
    assert (held_to(strip, laid, SCORE) is not strip) == changes


def test_where_nothing_is_laid_nothing_is_held():
    strip = np.random.default_rng(0).standard_normal((8, 5000))
    assert held_to(strip, np.zeros((8, 5000)), SCORE) is strip

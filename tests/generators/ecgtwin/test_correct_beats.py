"""A strip that performs other beats than the rendered ones is corrected."""

from __future__ import annotations

import numpy as np
import pytest

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.generators.ecgtwin.correct_beats import correct_beats

ORIGINS = ("conducted", "ventricular", "conducted", "ventricular")
SCORE = RhythmScore(tuple(Event(1.0 + 2 * k, "QRS", origin) for k, origin in enumerate(ORIGINS)), 10.0)


def rendered_beats() -> np.ndarray:
    """Four beats (8, 5000) of a millivolt, of one shape in all leads."""
    at = np.arange(5000) / 500
    wave = sum(np.exp(-0.5 * ((at - 1.06 - 2 * k) / 0.02) ** 2) for k in range(4))
    return np.linspace(0.3, 1.0, 8)[:, None] * wave


def test_a_performance_is_left_alone():
    rendered = rendered_beats()
    wander = 0.5 * np.sin(np.arange(5000) / 2500)
    strip = 1.15 * rendered + wander
    assert correct_beats(strip, rendered, SCORE) is strip


def test_another_beat_is_brought_back_and_only_that_one():
    rendered = rendered_beats()
    strip = 1.1 * rendered
    strip[:, 1450:1700] *= -1  # the first ventricular beat, upside down
    corrected = correct_beats(strip, rendered, SCORE)
    changed = np.flatnonzero((corrected != strip).any(axis=0))
    assert 1480 <= changed[0] and changed[-1] < 1760
    beat = slice(1510, 1560)
    assert np.corrcoef(corrected[:, beat].ravel(), rendered[:, beat].ravel())[0, 1] > 0.98


@pytest.mark.parametrize(("beat", "changes"), [(0, False), (1, True)])
def test_ventricular_beats_are_corrected_sooner(beat, changes):
    rendered = rendered_beats()
    strip = rendered.copy()
    window = slice(500 + 1000 * beat, 600 + 1000 * beat)
    strip[:, window] *= 1.33
    assert (correct_beats(strip, rendered, SCORE) is not strip) == changes


def test_where_nothing_is_rendered_nothing_is_corrected():
    strip = np.random.default_rng(0).standard_normal((8, 5000))
    assert correct_beats(strip, np.zeros((8, 5000)), SCORE) is strip

"""What lies before a QRS without P."""

import numpy as np
import pytest

from ecgtwin_app.heart.physics.retiming import Cell, Marks, Place, without_p


@pytest.mark.parametrize("begin", [-650, -300, -40, 100])
def test_what_comes_back_before_a_qrs_without_p_goes_wherever_the_first_beat_lies(begin):
    marks = Marks(np.nan, np.nan, 45.0, 200.0)
    place = Place(1000.0, marks, 700.0, 1500.0, 600.0, 1600.0)
    onsets = np.arange(begin, 5400, 600)
    cells = [Cell(float(onset), marks, place) for onset in onsets]
    strip = np.zeros((8, 5000), np.float32)
    bump = np.hanning(60).astype(np.float32)
    for onset in onsets:
        if 160 <= onset <= 4990:
            strip[:, onset - 150 : onset - 90] += bump
    left = without_p(strip, cells, [False] * len(cells))
    first = next(onset for onset in onsets[1:] if onset >= 300)
    assert left.shape == strip.shape and np.isfinite(left).all()
    assert np.abs(left[:, first - 230 : 4900]).max() < 0.35 < strip.max()


@pytest.mark.parametrize(
    "every, foreign, left", [(400, False, True), (400, True, False), (280, False, False)]
)
def test_a_u_wave_stays_behind_the_patients_own_beats_where_it_has_room(every, foreign, left):
    marks = Marks(np.nan, np.nan, 45.0, 180.0)
    place = Place(1000.0, marks, 700.0, 1500.0, 600.0, 1600.0)
    onsets = np.arange(100, 4900, every)
    cells = [Cell(float(onset), marks, place) for onset in onsets]
    strip = np.zeros((8, 5000), np.float32)
    for onset in onsets[:-1]:
        strip[:, onset + 186 : onset + 226] += np.hanning(40).astype(np.float32)
    kept = without_p(strip, cells, [foreign] * len(cells))[:, onsets[2] + 180 : onsets[2] + 240]
    assert bool(kept.max() > 0.9) is left

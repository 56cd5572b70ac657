"""P waves that no QRS leads."""

import numpy as np
import pytest
from synthetic_ecg import P_AMPLITUDES, RATE, T_AMPLITUDES, bump, strip

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, twelve_leads
from ecgtwin_app.ecg.signal.recording import Recording


@pytest.mark.parametrize(("rr", "pp"), [(1.5, 0.85), (1.6, 1.1), (1.4, 0.8)])
def test_u_waves_of_a_blocked_heart_are_no_p(rr, pp):
    """They come back after every QRS; the P waves, smaller, have a time of their own."""
    onsets = np.arange(0.4, 10, rr)
    signal = independent_leads(strip(onsets=onsets, pr=None, qt=420)[0].signal).copy()
    for onset in onsets:
        bump(signal, 440, 600, 0.35 * T_AMPLITUDES, onset)
    for onset in np.arange(0.2, 10, pp):
        bump(signal, 0, 100, 0.8 * P_AMPLITUDES, onset)
    found = measure(Recording(twelve_leads(signal), RATE))
    assert found.p_train is not None and found.p_train.rate == pytest.approx(60 / pp, rel=0.03)

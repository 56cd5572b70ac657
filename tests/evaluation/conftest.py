"""What the tests of the evaluation share: a measured strip in sinus rhythm."""

import pytest
from evaluated import BEATS
from synthetic_ecg import strip

from ecgtwin_app.ecg.measurement.measure import measure


@pytest.fixture(scope="module")
def sinus():
    recording, _ = strip(onsets=BEATS)
    return measure(recording)

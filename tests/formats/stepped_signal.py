"""A signal of whole microvolts, which every format holds to the last digit, and a file of bytes."""

import numpy as np

from ecgtwin_app.ecg.signal.leads import twelve_leads

RNG = np.random.default_rng(8)
STEPS = np.rint(twelve_leads(np.cumsum(RNG.normal(0, 8, (8, 5000)), axis=1))).astype(int)
SIGNAL = STEPS / 1000
FOUR = ("joined 4 groups of leads that were recorded together",)


def saved(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    return path

"""The frontal axis of a wave from two limb leads."""

from __future__ import annotations

import numpy as np


def frontal_axis(one, foot):
    """Direction (degrees, -180 to 180) of a wave with these net areas in I and aVF; arrays go through.

    aVF is an augmented lead: its vector is shorter than that of I by root three over two (Surawicz et al.,
    AHA/ACCF/HRS 2009 part III, define the axis in the hexaxial system).
    """
    return np.degrees(np.arctan2(2 / np.sqrt(3) * foot, one))

"""A beat brought to an interval or an axis that was asked for, by as little as will do.

QRS and JT are stretched in time, the frontal loop of the QRS is turned. The shape stays the heart's own: an
asked 110 ms make a broad QRS, no bundle branch block.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.recording import MODEL_RATE
from ecgtwin_app.heart.physics.activation import paced_to, qrs_axis
from ecgtwin_app.heart.physics.repolarisation import with_jt

#: The share of what JT gains or loses that is the ST segment's; the rest is T's.
ST_SHARE = 0.3
#: JT is no shorter than this, seconds.
SHORTEST_JT = 0.12


def brought_to(
    template: BeatTemplate, qrs: float | None = None, qt: float | None = None, axis: float | None = None
) -> BeatTemplate:
    """The beat with these set-points.

    Parameters
    ----------
    template : BeatTemplate
    qrs, qt : float or None
        Seconds, QT at the template's own cycle length; None leaves the beat's. Without a QT the JT interval is kept.
    axis : float or None
        Frontal QRS axis, degrees.
    """
    if axis is not None:
        template = replace(template, qrs=_turned(template.qrs, axis - qrs_axis(template.qrs)))
    if qrs is not None:
        template = paced_to(template, qrs)
    if qt is not None:
        jt = max(qt - template.qrs_duration, SHORTEST_JT)
        before, after = (round(one * MODEL_RATE) for one in (template.qt - template.qrs_duration, jt))
        if before != after:
            longer = with_jt(template, after, ST_SHARE)
            top = (template.t_peak - template.qrs_duration) * after / before
            template = replace(longer, t_peak=longer.qrs_duration + top)
    return template


def _turned(qrs, degrees):
    """The QRS (8, samples) with its frontal loop, I across and aVF down, turned; the chest leads stay."""
    one, foot = qrs[0], (qrs[1] - qrs[0] / 2) * 2 / np.sqrt(3)
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    across, down = cosine * one - sine * foot, sine * one + cosine * foot
    turned = qrs.copy()
    turned[0], turned[1] = across, down * np.sqrt(3) / 2 + across / 2
    return turned

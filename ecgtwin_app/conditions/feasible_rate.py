"""The heart rate that a patient can have under conditions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.bounds import rate_bounds
from ecgtwin_app.i18n.message import Message

#: How far (1/min) a rate that cannot be kept goes inside the condition's limits: at the very limit of a tachycardia a
#: beat's width would decide what it is.
RATE_ROOM = 2.0
#: A rate so near (1/min) to a limit is taken so far inside it: strips are performed to some 0.1/min.
AT_LIMIT = 0.3


def rate_for(conditions: Sequence[str], asked: float | None, own: float) -> tuple[float, str]:
    """The heart rate that a twin is made at, and why it is not the reference's where that was to be kept.

    Parameters
    ----------
    conditions : sequence of str
        Names, synonyms or codes of the vocabulary.
    asked : float or None
        1/min; None keeps the reference's.
    own : float
        The reference's, 1/min.

    Returns
    -------
    rate : float
        1/min: what is asked; else the reference's where the heart can have it under these conditions, or the
        nearest that it can have.
    reason : str
        One sentence; "" where the rate is what was asked or kept.

    Raises
    ------
    EcgError
        When no rate suits all the conditions.
    """
    bounds = rate_bounds(conditions)
    wanted = own if asked is None else asked
    if bounds.low <= wanted <= bounds.high:
        return float(np.clip(wanted, bounds.low + AT_LIMIT, bounds.high - AT_LIMIT)), ""
    if asked is not None:
        return float(asked), ""
    room = min(RATE_ROOM, (bounds.high - bounds.low) / 2)
    rate = float(np.clip(own, bounds.low + room, bounds.high - room))
    # 59.8 is no 60 where 60 would do.
    shown = round(own) if not bounds.low <= round(own) <= bounds.high else round(own, 1)
    return rate, Message(
        "A rate of {own}/min cannot be kept: {condition} has {low:g} to {high:g}/min; {rate:.0f}/min is taken.",
        own=shown,
        condition=Message(bounds.binding(own)),
        low=bounds.low,
        high=bounds.high,
        rate=rate,
    )

"""The heart rate that a patient can have under conditions.

The reference's rate is kept where the heart can have it. Where it cannot, one is drawn from the rates that patients with
the condition have (`Condition.usual_rates`), near the patient's: who has a fast heart for a healthy one has a fast
tachycardia, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from ecgtwin_app.conditions.bounds import RateBounds, rate_bounds
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.i18n.message import Message

#: How far (1/min) a rate that cannot be kept goes inside the condition's limits: at the very limit of a tachycardia a
#: beat's width would decide what it is.
RATE_ROOM = 2.0
#: A rate so near (1/min) to a limit is taken so far inside it: strips are performed to some 0.1/min.
AT_LIMIT = 0.3
#: Resting rates (1/min; mean and standard deviation) of those in whom a rhythm is looked for: 922 training patients.
RESTING = (77.6, 22.8)
#: How much (correlation) of where a patient stands among resting rates is found again among a condition's; our choice.
KINSHIP = 0.5
#: Shares of the patients that have no faster a rate than `Condition.usual_rates` says.
_SHARES = (0.05, 0.5, 0.95)


def rate_for(conditions: Sequence[str], asked: float | None, own: float, seed: int = 1) -> tuple[float, str]:
    """The heart rate that a twin is made at, and why it is not the reference's where that was to be kept.

    Parameters
    ----------
    conditions : sequence of str
        Names, synonyms or codes of the vocabulary.
    asked : float or None
        1/min; None keeps the reference's.
    own : float
        The reference's, 1/min.
    seed : int
        The draw's; the same draws the same rate.

    Returns
    -------
    rate : float
        1/min: what is asked; else the reference's where the heart can have it under these conditions, or one that
        patients with the condition have.
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
    condition = find_condition(bounds.binding(own))
    usual = _usual(condition, bounds)
    rate = _drawn(usual, bounds, own, np.random.default_rng([seed, 3]))
    # 59.8 is no 60 where 60 would do.
    shown = round(own) if not bounds.low <= round(own) <= bounds.high else round(own, 1)
    return rate, Message(
        "A rate of {own}/min cannot be kept: {condition} has {low:g} to {high:g}/min; {rate:.0f}/min is drawn from"
        " the {slow:.0f} to {fast:.0f}/min that are usual.",
        own=shown,
        condition=Message(condition.name),
        low=bounds.low,
        high=bounds.high,
        rate=rate,
        slow=usual[0],
        fast=usual[-1],
    )


def of_several(reason: str) -> str:
    """What `rate_for` says of one twin, said of several: each has a rate of its own."""
    if not isinstance(reason, Message):
        return reason
    return Message(
        "A rate of {own}/min cannot be kept: {condition} has {low:g} to {high:g}/min; each twin's is drawn from the"
        " {slow:.0f} to {fast:.0f}/min that are usual.",
        **{name: value for name, value in reason.values.items() if name != "rate"},
    )


def _usual(condition: Condition, bounds: RateBounds) -> tuple[float, ...]:
    """The rates that 5, 50 and 95 % of the patients do not exceed, as far as the other conditions leave them."""
    assert condition.usual_rates is not None, "what sets limits has usual rates"
    rates = condition.usual_rates
    room = min(RATE_ROOM, (bounds.high - bounds.low) / 2)
    return tuple(float(rate) for rate in np.clip(rates, bounds.low + room, bounds.high - room))


def _drawn(usual: tuple[float, ...], bounds: RateBounds, own: float, rng: np.random.Generator) -> float:
    """A rate inside the bounds with these quantiles for those who have a patient's place among resting rates or another."""
    place = np.clip((own - RESTING[0]) / RESTING[1], -3, 3)
    place = KINSHIP * place + np.sqrt(1 - KINSHIP**2) * rng.standard_normal()
    room = min(RATE_ROOM, (bounds.high - bounds.low) / 2)
    rates = (bounds.low + room, *usual, bounds.high - room)
    return float(round(np.interp(NormalDist().cdf(place), (0.0, *_SHARES, 1.0), rates), 1))

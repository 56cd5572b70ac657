"""What conditions leave no choice of: the heart rates they can have, and set-points that would undo them.

The numbers stand in the records and are those of the criteria (their sources stand there); a test holds both against
each other. A condition's usual range of rates (`Condition.rate_range`) is narrower and only advice: a block of a bundle
can be had at any rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecgtwin_app.conditions.verdict import WIDE_FROM
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.message import Message

#: Slowest and fastest heart (1/min) of what sets no limit of its own.
ANY_RATE = (30.0, 220.0)


@dataclass(frozen=True)
class RateBounds:
    """Slowest and fastest heart (1/min) that conditions allow, and which of them says so ("" for none)."""

    low: float
    high: float
    lowest: str = ""
    highest: str = ""

    def binding(self, rate: float) -> str:
        """The condition that forbids a rate outside."""
        return self.lowest if rate < self.low else self.highest


def rate_bounds(conditions: Sequence[str]) -> RateBounds:
    """The ventricular rates that all the conditions allow.

    Where beats are dropped the limits of a sinus rhythm are those of the P waves, which go on by themselves.

    Raises
    ------
    EcgError
        When two conditions have no rate in common.
    """
    asked = find_conditions(conditions)
    if any(condition.drops_beats for condition in asked):
        asked = tuple(condition for condition in asked if not condition.sinus)
    bounded = [
        (*condition.rate_limits, condition) for condition in asked if condition.rate_limits is not None
    ]
    if not bounded:
        return RateBounds(*ANY_RATE)
    slowest, _, slow = max(bounded, key=lambda one: one[0])
    _, fastest, fast = min(bounded, key=lambda one: one[1])
    if slowest > fastest:
        raise EcgError(
            "No heart rate suits {slow}, from {slowest:g}/min, and {fast}, up to"
            " {fastest:g}/min; leave one of them out.",
            slow=Message(slow.name),
            slowest=slowest,
            fast=Message(fast.name),
            fastest=fastest,
        )
    return RateBounds(slowest, fastest, slow.name, fast.name)


def set_point_limits(conditions: Sequence[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """Limits of set-points by condition and set-point ("pr", "qrs", "axis"), as far as the others leave them."""
    asked = find_conditions(conditions)
    other_pr = any(c.own_pr or c.drops_beats or c.led_by_ventricles for c in asked)
    wide, late = any(c.wide_qrs for c in asked), any(c.late_right_ventricle for c in asked)
    return {
        (condition.name, field): limits
        for condition in asked
        for field, limits in condition.limits.items()
        if not (field == "pr" and condition.sinus and other_pr)
        and not (field == "qrs" and limits[1] < WIDE_FROM and wide)
        and not (field == "axis" and late)
    }

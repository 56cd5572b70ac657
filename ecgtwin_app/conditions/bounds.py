"""What conditions leave no choice of: the heart rates they can have, and set-points that would undo them.

The numbers are those of the criteria (their sources stand there); a test holds both against each other. A condition's
usual range of rates (`Condition.rate_range`) is narrower and only advice: a block of a bundle can be had at any rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecgtwin_app.conditions.together import DROPPING, WIDE_QRS
from ecgtwin_app.conditions.vocabulary import find_condition
from ecgtwin_app.ecg.signal.recording import EcgError

#: Slowest and fastest heart (1/min) of what sets no limit of its own.
ANY_RATE = (30.0, 220.0)
#: QTc (Fridericia, ms) that makes a QT long.
LONG_QTC = 480.0
#: Rhythms in which no PR can be set, and why.
NO_PR = {
    **dict.fromkeys(("atrial fibrillation", "atrial flutter"), "it has no P wave"),
    **dict.fromkeys(("supraventricular tachycardia", "junctional rhythm"), "no P leads its beats"),
    "ventricular tachycardia": "its beats begin in the ventricles",
    "ventricular pacing": "the pacemaker sets the delay",
    "Wenckebach AV block": "it grows from beat to beat",
    "complete AV block": "P and QRS have nothing to do with each other",
}
_SINUS = ("sinus rhythm", "sinus bradycardia", "sinus tachycardia", "sinus arrhythmia")
_FASCICLES = ("left anterior fascicular block", "left posterior fascicular block")
_NARROW = ("supraventricular tachycardia", "junctional rhythm")
#: Limits of a set-point, by condition and set-point, inclusive: whole milliseconds, and degrees in any turn.
_LIMITS = {
    **{(name, "pr"): (120.0, 200.0) for name in _SINUS},
    ("first-degree AV block", "pr"): (201.0, 400.0),
    ("pre-excitation", "pr"): (80.0, 119.0),
    ("pre-excitation", "qrs"): (111.0, 220.0),
    ("right bundle branch block", "qrs"): (120.0, 220.0),
    ("incomplete right bundle branch block", "qrs"): (100.0, 119.0),
    ("left bundle branch block", "qrs"): (120.0, 220.0),
    **{(name, "qrs"): (60.0, 119.0) for name in (*_FASCICLES, *_NARROW)},
    ("left anterior fascicular block", "axis"): (-90.0, -45.0),
    ("left posterior fascicular block", "axis"): (90.0, 180.0),
    ("right ventricular hypertrophy", "axis"): (91.0, 269.0),
    ("ventricular tachycardia", "qrs"): (120.0, 220.0),
    ("ventricular pacing", "qrs"): (120.0, 220.0),
}


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
    asked = [find_condition(name) for name in conditions]
    names = {condition.name for condition in asked}
    if names.intersection(DROPPING):
        asked = [condition for condition in asked if condition.name not in _SINUS]
    bounded = [condition for condition in asked if condition.rate_limits is not None]
    if not bounded:
        return RateBounds(*ANY_RATE)
    slow = max(bounded, key=lambda condition: condition.rate_limits[0])
    fast = min(bounded, key=lambda condition: condition.rate_limits[1])
    if slow.rate_limits[0] > fast.rate_limits[1]:
        raise EcgError(
            f"No heart rate suits {slow.name}, from {slow.rate_limits[0]:g}/min, and {fast.name}, up to"
            f" {fast.rate_limits[1]:g}/min; leave one of them out."
        )
    return RateBounds(slow.rate_limits[0], fast.rate_limits[1], slow.name, fast.name)


def set_point_limits(conditions: Sequence[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """Limits of set-points by condition and set-point ("pr", "qrs", "axis"), as far as the others leave them."""
    names = set(conditions)
    held = {key: limits for key, limits in _LIMITS.items() if key[0] in names}
    own_pr = {"first-degree AV block", "pre-excitation", "hyperkalaemia", "ventricular pacing",
              "ventricular tachycardia", *DROPPING}  # fmt: skip
    if names & own_pr:
        held = {key: limits for key, limits in held.items() if key[0] not in _SINUS}
    if names.intersection(WIDE_QRS):
        held = {key: limits for key, limits in held.items() if key[0] not in _NARROW or key[1] != "qrs"}
    if names & {"right bundle branch block", "hyperkalaemia", "ventricular pacing"}:
        held = {key: limits for key, limits in held.items() if key[0] not in _FASCICLES or key[1] != "qrs"}
    if "right bundle branch block" in names:
        held = {key: limits for key, limits in held.items() if key[0] not in _FASCICLES}
    return held

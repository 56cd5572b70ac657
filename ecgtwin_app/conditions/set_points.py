"""What can be asked of a beat in numbers, and how near the referee wants it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetPoint:
    """A quantity that can be asked for.

    Attributes
    ----------
    name : str
        As the referee's line and error sentences call it.
    unit : str
    measured : str
        The attribute of `Measurements` that it is held against.
    tolerance : float
        How far that may be from what was asked.
    """

    name: str
    unit: str
    measured: str
    tolerance: float


#: By the name of the request's field. Tolerances of the intervals are what IEC 60601-2-25 (2011) allows an
#: electrocardiograph's mean error to be.
SET_POINTS = {
    "pr": SetPoint("PR interval", "ms", "pr", 10.0),
    "qrs": SetPoint("QRS duration", "ms", "qrs", 10.0),
    "qt": SetPoint("QT interval", "ms", "qt", 25.0),
    "axis": SetPoint("QRS axis", "°", "qrs_axis", 10.0),
}

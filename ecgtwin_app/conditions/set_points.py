"""What can be asked of a beat in numbers, and how near the referee wants it."""

from __future__ import annotations

from dataclasses import dataclass

from ecgtwin_app.i18n.words import N_


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
    "pr": SetPoint(N_("PR interval"), "ms", "pr", 10.0),
    "qrs": SetPoint(N_("QRS duration"), "ms", "qrs", 10.0),
    "qt": SetPoint(N_("QT interval"), "ms", "qt", 25.0),
    "axis": SetPoint(N_("QRS axis"), "°", "qrs_axis", 10.0),
}

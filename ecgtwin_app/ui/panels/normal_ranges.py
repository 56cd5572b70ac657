"""Normal limits beside the measurements: advice for reading, never an alarm.

Adults only: children's limits change from year to year and are not offered.
Intervals and axis: Surawicz et al., AHA/ACC/HRS recommendations part III, Circulation 2009;119:e235.
QTc: Rautaharju et al., part IV, Circulation 2009;119:e241, in its words: 460 ms or longer in women and 450 ms
or longer in men is prolonged, 390 ms or shorter is short. Later guidelines consider a short QT syndrome only from
360 ms down (Zeppenfeld et al., Eur Heart J 2022;43:3997), so a short QTc is marked, but not in the colour of a
finding (`QUIETLY_LOW`). Voltages: Hancock et al., part V,
Circulation 2009;119:e251. Rate: Mason et al., part II, Circulation 2007;115:1325. P duration and PR:
Kligfield et al., part I, Circulation 2007;115:1306.
"""

from __future__ import annotations

from ecgtwin_app.i18n.words import figure, tr

_QTC = tuple(f"qtc_{formula}" for formula in ("bazett", "fridericia", "framingham", "hodges"))
#: Who states the limits, by measurement.
SOURCES = {
    "heart_rate": "Mason et al. 2007 (AHA/ACC/HRS part II)",
    "p_duration": "Kligfield et al. 2007 (AHA/ACC/HRS part I)",
    "pr": "Kligfield et al. 2007 (AHA/ACC/HRS part I)",
    "qrs": "Surawicz et al. 2009 (AHA/ACC/HRS part III)",
    "qrs_axis": "Surawicz et al. 2009 (AHA/ACC/HRS part III)",
    "sokolow_lyon": "Hancock et al. 2009 (AHA/ACC/HRS part V)",
    "cornell": "Hancock et al. 2009 (AHA/ACC/HRS part V)",
    **dict.fromkeys(_QTC, "Rautaharju et al. 2009 (AHA/ACC/HRS part IV)"),
}
#: From this age on the limits hold, years.
ADULT = 16

#: What stands before a value below or above its limits.
BEYOND = {-1: "▼", 1: "▲"}

#: Below the limits these say little by themselves: the arrowhead without the colour of a finding.
QUIETLY_LOW = frozenset(_QTC)

_LIMITS: dict[str, tuple[float | None, float | None]] = {
    "heart_rate": (60, 100),
    "p_duration": (None, 120),
    "pr": (120, 200),
    "qrs": (None, 110),
    "qrs_axis": (-30, 90),
    "sokolow_lyon": (None, 3.5),
}
_BY_SEX = {
    "cornell": {"F": (None, 2.0), "M": (None, 2.8)},
    # Whole milliseconds: 390 is short and 450 prolonged already.
    **{key: {"F": (391, 459), "M": (391, 449)} for key in _QTC},
}


def normal_limits(key: str, age: float | None, sex: str | None) -> tuple[float | None, float | None] | None:
    """Lowest and highest normal value of a measurement; None where none is stated.

    Parameters
    ----------
    key : str
        A name of `ecg.measurement.measure`, in its unit.
    age : float or None
        Years; an unknown age is taken as an adult's.
    sex : {"F", "M"} or None
        Unknown: the wider limits, where the sexes differ; what passes them passes those of either.
    """
    if age is not None and age < ADULT:
        return None
    if key not in _BY_SEX:
        return _LIMITS.get(key)
    return _BY_SEX[key].get(sex) or _wider(*_BY_SEX[key].values())


def _wider(one, other):
    (low, high), (low_too, high_too) = one, other
    return None if low is None else min(low, low_too), max(high, high_too)


def beyond(key: str, value: float, age: float | None, sex: str | None) -> int:
    """-1 below the normal limits, 1 above them, 0 within them or where none are stated.

    Held against the value as it is shown, so that no mark contradicts the number beside it.
    """
    low, high = normal_limits(key, age, sex) or (None, None)
    shown = round(value, 2 if key in ("sokolow_lyon", "cornell") else 0)
    return -1 if low is not None and shown < low else int(high is not None and shown > high)


def normal_text(key: str, age: float | None, sex: str | None) -> str:
    """The limits in a few signs: "120–200", "≤ 110"; "" where none is stated."""
    limits = normal_limits(key, age, sex)
    if limits is None:
        return ""
    low, high = (None if limit is None else figure(limit) for limit in limits)
    if low is None:
        return f"≤ {high}"
    return tr("{low} to {high}").format(low=low, high=high) if low.startswith("−") else f"{low}–{high}"

"""One line of asked versus got."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What a criterion asks, and what was measured.

    Attributes
    ----------
    name : str
        "heart rate", "QRS duration", ...
    unit : str
        "1/min", "ms", "mV", "" for words.
    asked : str
        In words a reader knows ("≥ 120", "72 ± 3.6"); "" for a line that only informs.
    reference, got : float, str or None
        Measured on the reference and on the recording judged; None when it could not be measured.
    met : bool or None
        None when the line only informs.
    """

    name: str
    unit: str
    asked: str
    reference: float | str | None
    got: float | str | None
    met: bool | None


@dataclass(frozen=True)
class Asked:
    """Everything that is asked at once; what one condition asks can depend on the others.

    Attributes
    ----------
    conditions : tuple of str
        Names from the vocabulary.
    age : float or None
        Years.
    sex : {"F", "M"} or None
    """

    conditions: tuple[str, ...]
    age: float | None = None
    sex: str | None = None

    def any(self, *names: str) -> bool:
        """Whether one of these conditions is asked."""
        return any(name in self.conditions for name in names)


def line(name: str, unit: str, asked: str, got: float | str | None, met: bool | None) -> Verdict:
    """A verdict whose reference column is still empty. What could not be measured is not met."""
    return Verdict(name, unit, asked, None, got, False if got is None and met is not None else met)


def at_least(name: str, unit: str, got: float | None, limit: float) -> Verdict:
    """Met when `got` reaches the limit."""
    return line(name, unit, f"≥ {limit:g}", got, got is not None and got >= limit)


def above(name: str, unit: str, got: float | None, limit: float) -> Verdict:
    """Met when `got` exceeds the limit."""
    return line(name, unit, f"> {limit:g}", got, got is not None and got > limit)


def below(name: str, unit: str, got: float | None, limit: float) -> Verdict:
    """Met when `got` stays under the limit."""
    return line(name, unit, f"< {limit:g}", got, got is not None and got < limit)


def between(name: str, unit: str, got: float | None, low: float, high: float) -> Verdict:
    """Met when `got` lies from `low` to `high`."""
    return line(name, unit, f"{low:g} to {high:g}", got, got is not None and low <= got <= high)


def yes(name: str, asked: str, got: bool | None) -> Verdict:
    """Met when `got` is true; shown as "yes" or "no"."""
    return line(name, "", asked, None if got is None else "yes" if got else "no", bool(got))

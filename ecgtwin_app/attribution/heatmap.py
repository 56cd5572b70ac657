"""A heat map: what each part of a twin owes to the condition."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class HeatMap:
    """What each part of a twin owes to the condition.

    Attributes
    ----------
    method : str
        One of `attribution.methods.METHODS`.
    values : ndarray, shape (12, samples)
        One scale for all leads.
    signed, unit, per_lead
        As the method says.
    checks : dict
        Name to value of the checks made on the map.
    of : str
        The condition that the map is of, where it is one of several; "" for all that the twin has.
    """

    method: str
    values: np.ndarray
    signed: bool
    unit: str
    per_lead: bool
    checks: dict = field(default_factory=dict)
    of: str = ""

    @property
    def name(self) -> str:
        """Method and condition, by which maps of a twin are told apart."""
        return f"{self.method} of {self.of}" if self.of else self.method

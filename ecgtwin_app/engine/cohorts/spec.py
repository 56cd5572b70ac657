"""What a cohort is to be: quotas of conditions, rates, ages, sexes, severities and devices, as values. See docs/cohorts.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ecgtwin_app.ecg.signal.device import Device
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.generators.catalogue import USUAL
from ecgtwin_app.i18n.words import N_

Value = TypeVar("Value")

#: Forms for training: many twins a file.
SHARDED = ("parquet", "zarr")
#: Twins of a cohort, and twins of a shard, at most.
MOST_TWINS, MOST_IN_A_SHARD = 100_000, 4096
#: Twins of a shard as a rule: some 60 MB of twelve leads at 500 Hz.
USUAL_SHARD = 256
#: Whose ages and sexes the twins have: those that their references state, or those that are asked.
OWN, ASKED = "own", "asked"
PEOPLE = (OWN, ASKED)
#: What is left as it is: the patient's own, what is drawn, the twin as it is made.
LEFT = {
    "heart_rates": "own",
    "ages": "own",
    "sexes": "own",
    "severities": "drawn",
    "devices": "as made",
}
#: Of a range: 1/min, years, and severity.
LIMITS = {"heart_rates": (30.0, 220.0), "ages": (0.0, 120.0), "severities": (0.0, 1.0)}
#: What the tables hold quotas of, as sentences call them.
NOUNS = {
    "conditions": N_("conditions"),
    "heart_rates": N_("heart rates"),
    "ages": N_("ages"),
    "sexes": N_("sexes"),
    "severities": N_("severities"),
    "devices": N_("devices"),
}


@dataclass(frozen=True)
class Quota(Generic[Value]):
    """So many twins with something.

    Attributes
    ----------
    label : str
        As the plan calls it: "AF + LBBB", "60-89", "own".
    value : object
        What it stands for; None for what is left as it is.
    count : int
    """

    label: str
    value: Value
    count: int


#: Lowest and highest value.
Range = tuple[float, float]


@dataclass(frozen=True)
class CohortSpec:
    """A cohort by quotas. Every list of quotas adds up to `total`.

    Attributes
    ----------
    total : int
    seed : int
        Twin k has seed + k - 1.
    references : tuple of str
        Files, folders, or "example".
    conditions : tuple of Quota of tuple of str
        Names of the vocabulary that go together in one twin, or "healthy".
    heart_rates, ages, severities : tuple of Quota of Range or None
        1/min, years, 0 to 1.
    sexes : tuple of Quota of str or None
    devices : tuple of Quota of Device or None
    people : str
        `OWN`: references that state another age or sex than a quota are not used for it; `ASKED`: they are.
    request : TwinRequest
        What else is asked in all of them.
    generator : str
    form : str
        A key of `formats.writing.writers`, or one of `SHARDED`.
    shard : int
        Twins of a shard.
    """

    total: int
    references: tuple[str, ...]
    conditions: tuple[Quota[tuple[str, ...]], ...]
    seed: int = 1
    heart_rates: tuple[Quota[Range | None], ...] = ()
    ages: tuple[Quota[Range | None], ...] = ()
    sexes: tuple[Quota[str | None], ...] = ()
    severities: tuple[Quota[Range | None], ...] = ()
    devices: tuple[Quota[Device | None], ...] = ()
    people: str = OWN
    request: TwinRequest = field(default_factory=TwinRequest)
    generator: str = USUAL
    form: str = "wfdb"
    shard: int = USUAL_SHARD

    def quotas(self, name: str) -> Sequence[Quota]:
        """Those of a table; all left as they are where it is empty."""
        there = tuple(one for one in getattr(self, name) if one.count)
        return there if there or name not in LEFT else (Quota(LEFT[name], None, self.total),)


def forms() -> tuple[str, ...]:
    """What a cohort can be written as."""
    return (*writers(), *SHARDED)

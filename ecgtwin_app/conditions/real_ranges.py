"""Between which values the traits of real recordings lie, by condition.

The table resources/real_ranges.json is written by `python benchmarks/plausibility.py --fit` from the recordings of training
patients, one a patient: for each label with at least `FEWEST` of them, and for all together, the 0.5 and 99.5 % quantiles
of every trait (`ecg.measurement.traits`) with a margin that is wider where there are fewer. Nothing of a held-out patient
is in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.resources import resource_path

#: Fewest patients of a label for ranges of its own; with fewer those of all recordings hold, or of what it looks like.
FEWEST = 10
#: All recordings together.
EVERY = "every"
#: Of these no database has ten patients. Their beats run like those of others, or they have them.
LIKE = {
    "ventricular tachycardia": ("ventricular pacing", "left bundle branch block"),
    "accelerated idioventricular rhythm": ("ventricular pacing", "left bundle branch block"),
    "complete AV block": ("ventricular pacing", "left bundle branch block", EVERY),
    "inferior STEMI": ("anterior STEMI", EVERY),
    "left ventricular strain": ("left ventricular hypertrophy",),
}
#: The parts of a beat to which a trait belongs, by its first word; of the others all recordings say the range.
PARTS = {
    "P": ("p",), "P/QRS": ("p", "qrs"), "R": ("qrs",), "R'": ("qrs",), "S": ("qrs",), "QRS": ("qrs",), "turns": ("qrs",),
    "return": ("qrs",), "T": ("t",), "ST": ("t",), "needle": ("t",), "T/R": ("t", "qrs"), "T/QRS": ("t", "qrs"),
    "QTc": ("qrs", "t"),
}  # fmt: skip
#: No patient is at hand, and the condition is beyond all others in these traits: nothing is said of them.
BEYOND = {
    "hyperkalaemia": ("P", "T", "ST", "QRS", "QTc", "PR"),
    "Brugada type 1": ("ST", "T", "R'"),
    "right ventricular hypertrophy": ("R",),
}


def range_of(trait: str, conditions: Sequence[Condition]) -> tuple[float, float]:
    """Lowest and highest value that a trait has in patients with any of these conditions; infinite where none is known.

    The conditions say it that change the part of the beat to which the trait belongs; where none does, all recordings do.
    """
    parts = PARTS.get(trait.split()[0], ())
    shaping = [c for c in conditions if c.hides_shape or any(part in c.changes for part in parts)]
    if any(trait.split()[0] in BEYOND.get(condition.name, ()) for condition in shaping):
        return -math.inf, math.inf
    table = _table()
    names = {name for condition in shaping for name in _speaking(condition, table)} or {EVERY}
    found = [table[name][trait] for name in names if trait in table[name]]
    if not found:
        return -math.inf, math.inf
    return min(low for low, _ in found), max(high for _, high in found)


def _speaking(condition: Condition, table: Mapping[str, object]) -> tuple[str, ...]:
    """Whose ranges hold for a condition."""
    if condition.name in table:
        return (condition.name,)
    return tuple(name for name in LIKE.get(condition.name, (EVERY,)) if name in table) or (EVERY,)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[float, float]]]:
    plain = json.loads(resource_path("real_ranges.json").read_text(encoding="utf-8"))
    return {
        name: {trait: _span(*span) for trait, span in entry["ranges"].items()}
        for name, entry in plain.items()
    }


def _span(low: float | None, high: float | None) -> tuple[float, float]:
    """A range of the table, open where it says nothing."""
    return -math.inf if low is None else low, math.inf if high is None else high

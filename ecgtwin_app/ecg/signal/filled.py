"""Which samples of a recording were not recorded: a generator filled them in, and the recording says so for ever."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

#: Limb leads that follow from I and from II.
_FOLLOW = {
    "I": ("III", "aVR", "aVL", "aVF"),
    "II": ("III", "aVR", "aVL", "aVF"),
}
_NUMBER = r"\d{1,8}(?:\.\d{1,14})?(?:e[-+]\d\d)?"
_LINE = re.compile(
    rf"([A-Za-z0-9 ]{{1,8}}) from ({_NUMBER}) to ({_NUMBER}) s by ([a-z][a-z0-9_-]{{0,30}}), seed (\d{{1,12}})"
    rf"(?:, band ({_NUMBER}) mV)?"
)


@dataclass(frozen=True, order=True)
class Filled:
    """A stretch of a lead that was not recorded.

    Attributes
    ----------
    lead : str
    start, end : float
        Seconds from the beginning of the recording; `end` is the moment of the first sample behind it.
    by : str
        The generator that filled it in, as the catalogue names it.
    seed : int
    spread : float or None
        How unsure it is: the median width of the band from the 10th to the 90th percentile of what the generator proposed,
        mV; None where it proposed one thing only.
    """

    lead: str
    start: float
    end: float
    by: str
    seed: int = 0
    spread: float | None = None

    def __str__(self) -> str:
        """As files hold it: "V3 from 3.2 to 4.8 s by template, seed 1, band 0.12 mV"."""
        words = f"{self.lead} from {self.start:.10g} to {self.end:.10g} s by {self.by}, seed {self.seed}"
        return words if self.spread is None else f"{words}, band {self.spread:.3g} mV"

    @classmethod
    def read(cls, text: str) -> Filled | None:
        """The reverse of `str`; None for any other text.

        Examples
        --------
        >>> Filled.read("V3 from 3.2 to 4.8 s by template, seed 1").end, Filled.read("Jane Doe from 3 to 4 s")
        (4.8, None)
        """
        found = _LINE.fullmatch(text.strip())
        if found is None or not float(found[2]) < float(found[3]):
            return None
        spread = None if found[6] is None else float(found[6])
        return cls(found[1], float(found[2]), float(found[3]), found[4], int(found[5]), spread)


def filled_mask(filled: Iterable[Filled], leads: Sequence[str], rate: float, samples: int) -> np.ndarray:
    """Which samples were filled in, shape (leads, samples), bool."""
    mask = np.zeros((len(leads), samples), dtype=bool)
    for one in filled:
        if one.lead in leads:
            first, last = (min(samples, max(0, round(at * rate))) for at in (one.start, one.end))
            mask[list(leads).index(one.lead), first:last] = True
    return mask


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First sample and the one after the last of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def spans_of(mask: np.ndarray, leads: Sequence[str], rate: float) -> list[tuple[str, float, float]]:
    """Lead, start and end in seconds of each stretch of a mask (leads, samples)."""
    return [
        (lead, first / rate, last / rate)
        for lead, row in zip(leads, mask, strict=True)
        for first, last in runs(row)
    ]


def cut_filled(filled: Iterable[Filled], start: float, end: float) -> tuple[Filled, ...]:
    """What of it lies in a piece of the recording, on the clock of the piece.

    Parameters
    ----------
    start, end : float
        Seconds.
    """
    inside = (one for one in filled if one.start < end and one.end > start)
    return tuple(
        replace(one, start=max(0.0, round(one.start - start, 9)), end=round(min(one.end, end) - start, 9))
        for one in inside
    )


def with_derived(filled: Sequence[Filled], derived: Iterable[str]) -> tuple[Filled, ...]:
    """With the limb leads that were derived from I and II: what is computed from a filled sample was not recorded."""
    wanted = set(derived)
    more = [
        replace(one, lead=lead, spread=None)
        for one in filled
        for lead in _FOLLOW.get(one.lead, ())
        if lead in wanted
    ]
    return tuple(dict.fromkeys((*filled, *more)))


def in_words(filled: Iterable[Filled]) -> list[tuple[str, float, float]]:
    """Leads, start and end in seconds of each stretch, leads of one stretch together: ("V3, V4", 3.2, 4.8)."""

    def when(one):
        return round(one.start, 2), round(one.end, 2)

    ordered = sorted(filled, key=when)  # stable: leads stay in their order
    return [
        (", ".join(dict.fromkeys(one.lead for one in group)), start, end)
        for (start, end), group in groupby(ordered, key=when)
    ]

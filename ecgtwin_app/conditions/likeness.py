"""Whether a recording looks as real ones of its label do: lines beside the criteria.

Each holds a trait (`ecg.measurement.traits`) against what real recordings of the label have (`real_ranges`); what the
patient's own recording has is never unlike. How often real recordings that no range was fitted on are called unlike, and
how often twins, is in docs/referee.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from ecgtwin_app.conditions.real_ranges import range_of
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.verdict import PLAUSIBILITY, Verdict, line
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.traits import traits_of
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import N_

#: How much further (share) than in the patient's own recording a trait may go, whatever the range.
OWN_MARGIN = 0.1
#: Lines of one trait: its name, unit, what it is called.
SINGLE = (
    ("PR", "ms", N_("PR interval of patients")),
    ("QRS", "ms", N_("QRS duration of patients")),
    ("QTc", "ms", N_("QTc of patients")),
    ("return", "", N_("one onset of the QRS: its vector between two parts")),
    ("needle", "", N_("ST leaves the falling R: lowest level before it")),
    ("T/R", "", N_("T inverted under R, against that R")),
    ("P/QRS", "", N_("P against QRS, limb leads")),
    ("T/QRS", "", N_("T against QRS, limb leads")),
)
#: Lines of a trait by lead, the lead that is farthest out named.
BY_LEAD = (
    ("P", "mV", N_("size of P in {lead}")),
    ("R", "mV", N_("size of R in {lead}")),
    ("R'", "mV", N_("size of R' in {lead}")),
    ("S", "mV", N_("size of S in {lead}")),
    ("T", "mV", N_("size of T in {lead}")),
    ("ST", "mV", N_("size of ST in {lead}")),
    ("turns", "", N_("turning points of the QRS in {lead}")),
)
#: Lines of a strip: what patients have under any condition, and, between factors of it, what the reference has.
STRIP = (
    ("breath", "%", N_("QRS height from beat to beat"), (0.4, 3.0)),
    ("noise", "µV", N_("noise between the QRS"), (0.4, 2.5)),
)
#: Noise of less (µV) is nobody's.
LEAST_NOISE = 1.0
#: A fascicular block leaves the chest nearly alone: R of V5 and V6 keep this share of the patient's own (Surawicz et al.
#: 2009 name no change of V1 to V6 but a later transition).
FASCICULAR, KEPT_R = ("left anterior fascicular block", "left posterior fascicular block"), 0.45


def likeness(
    m: Measurements, conditions: Sequence[str | Condition], reference: Measurements | None = None
) -> list[Verdict]:
    """Every line of a recording under these conditions; `met` is None where the trait cannot be measured.

    Parameters
    ----------
    m : Measurements
        Of the recording that is judged.
    conditions : sequence of str or Condition
        What it shows.
    reference : Measurements, optional
        Of the patient's own recording; without it breath and noise are held against patients alone.
    """
    asked = [c if isinstance(c, Condition) else find_conditions([c])[0] for c in conditions]
    traits = traits_of(m)
    if any(condition.no_pr for condition in asked):
        traits.pop("PR", None)
    own = {} if reference is None else _own_traits(reference)
    of_kind = _by_kind(traits)
    lines = [
        _worst(of_kind.get(kind, {}), unit, words, own, asked) for kind, unit, words in (*BY_LEAD, *SINGLE)
    ]
    lines += [_of_strip(kind, unit, words, traits, own, factors) for kind, unit, words, factors in STRIP]
    if own and any(condition.name in FASCICULAR for condition in asked):
        lines.append(_kept_r(traits, own))
    return [replace(verdict, kind=PLAUSIBILITY) for verdict in lines]


def unlike(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The lines that are missed."""
    return [verdict for verdict in verdicts if verdict.met is False]


def _worst(traits, unit, words, own, asked) -> Verdict:
    """The line of the trait, or of the lead, that lies farthest beyond its range."""
    beyond, worst = float("-inf"), None
    for trait, value in traits.items():
        low, high = _allowed(range_of(trait, asked), own.get(trait))
        out = max(low - value, value - high)
        if out > beyond:
            beyond, worst = out, (trait, low, high, value)
    if worst is None:
        return line(_named(words, "–"), unit, "", None, None)
    trait, low, high, value = worst
    return line(_named(words, trait.split()[-1]), unit, _span(low, high), value, beyond <= 0)


@lru_cache(maxsize=2)
def _own_traits(reference: Measurements) -> Mapping[str, float]:
    """Those of a patient, whose twins come one after the other."""
    return MappingProxyType(traits_of(reference))


def _by_kind(traits: Mapping[str, float]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for trait, value in traits.items():
        found.setdefault(trait.split()[0], {})[trait] = value
    return found


def _named(words, lead):
    return Message(words, lead=lead) if "{lead}" in words else Message(words)


def _allowed(limits, own):
    """The range, as wide as the patient's own value asks."""
    low, high = limits
    if own is None:
        return low, high
    return min(low, own - OWN_MARGIN * abs(own)), max(high, own + OWN_MARGIN * abs(own))


def _of_strip(kind, unit, words, traits, own, factors) -> Verdict:
    """What patients have, and what is near the patient's own."""
    value, before = traits.get(kind), own.get(kind)
    low, high = range_of(kind, ())
    if before is not None:
        low, high = max(low, factors[0] * before), min(high, max(factors[1] * before, LEAST_NOISE))
        low, high = _allowed((low, high), before)
    met = None if value is None or math.isinf(low - high) else low <= value <= high
    return line(Message(words), unit, _span(low, high), value, met)


def _kept_r(traits, own) -> Verdict:
    """The smaller of R in V5 and V6, as a share of the patient's own."""
    shares = [
        traits[name] / own[name] for name in ("R V5", "R V6") if name in traits and own.get(name, 0.0) >= 0.3
    ]
    value = min(shares, default=None)
    words = Message("≥ {limit:.2g}", limit=KEPT_R)
    name = Message("R of V5 and V6, against the patient's own")
    return line(name, "", words, value, None if value is None else value >= KEPT_R)


def _span(low: float, high: float) -> Message:
    shown = {name: float(f"{limit:.3g}") for name, limit in (("low", low), ("high", high))}
    if math.isinf(low) and math.isinf(high):
        return Message("–")
    if math.isinf(high):
        return Message("≥ {limit:g}", limit=shown["low"])
    if math.isinf(low):
        return Message("≤ {limit:g}", limit=shown["high"])
    return Message("{low:g} to {high:g}", **shown)

"""The mix of conditions that the model is trained on."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import NORMAL, load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT

_TAUGHT = [(condition, condition.taught) for condition in load_vocabulary() if condition.taught]
#: Rhythm statements with the range of ventricular rates (1/min) trained for each, and how often each is
#: drawn where the rhythm is the case. Bradycardia and tachycardia are sinus rhythm at a rate.
RHYTHMS = {c.name: (*taught.rates, taught.share) for c, taught in _TAUGHT if taught.rates}
#: Morphologies, and how often each is drawn.
MORPHOLOGIES = {c.name: taught.share for c, taught in _TAUGHT if not c.is_rhythm}
#: The model's statement list.
STATEMENTS = (*RHYTHMS, *MORPHOLOGIES)
#: How each is drawn.
_TAUGHT_AS = {condition.name: taught for condition, taught in _TAUGHT}
#: Share of the cases that are a rhythm alone and a morphology in sinus rhythm; the rest are both together.
_RHYTHM_ALONE, _SINUS = 0.44, 0.42
#: Fastest ventricular rate (1/min) with a morphology, unless its record has a slower one.
_FASTEST_WITH_MORPHOLOGY = 140.0


def case_weights(states: np.ndarray) -> np.ndarray:
    """Relative frequency (cases,) with which cases of these statement states (cases, statements) are drawn.

    Plain sinus rhythm is learned first and is in every pair as its reference: it is drawn less.
    """
    others = (states[:, 1:] == PRESENT).any(axis=1)
    return np.where(others, 1.0, 0.6)


def draw_case(rng: np.random.Generator) -> tuple[tuple[str, ...], float]:
    """Conditions and ventricular rate (1/min) of one training case."""
    kind = rng.random()
    morphologies: tuple[str, ...] = ()
    rhythm = NORMAL
    if kind < _RHYTHM_ALONE:
        rhythm = _draw(rng, {name: share for name, (_, _, share) in RHYTHMS.items()})
    else:
        morphologies = draw_morphologies(rng)
    if kind >= _RHYTHM_ALONE + _SINUS:
        others = {name: share for name, (_, _, share) in RHYTHMS.items() if name != NORMAL}
        rhythm = _draw(rng, others)
        if not _possible((rhythm, *morphologies)):
            rhythm = NORMAL
    low, high, _ = RHYTHMS[rhythm]
    if morphologies:
        limits = [_TAUGHT_AS[name].fastest or _FASTEST_WITH_MORPHOLOGY for name in morphologies]
        high = max(low, min(high, *limits))
    # Half the cases near the rates seen at rest, half anywhere in the range.
    rate = rng.normal(72, 14) if rng.random() < 0.5 and low < 72 < high else rng.uniform(low, high)
    return (rhythm, *morphologies), float(np.clip(rate, low, high))


def draw_morphologies(rng: np.random.Generator) -> tuple[str, ...]:
    """One morphology, at times with a second that goes with it."""
    first = _draw(rng, MORPHOLOGIES)
    companions = _TAUGHT_AS[first].companions
    if rng.random() < 0.22:
        second = str(rng.choice(companions)) if companions else _draw(rng, MORPHOLOGIES)
        if second != first and _possible((first, second)):
            return first, second
    accompanied = _TAUGHT_AS[first].accompanied
    if accompanied and rng.random() < accompanied:
        return companions[0], first
    return (first,)


def _draw(rng: np.random.Generator, shares: dict[str, float]) -> str:
    p = np.array(list(shares.values()))
    return str(rng.choice(list(shares), p=p / p.sum()))


def _possible(conditions: tuple[str, ...]) -> bool:
    try:
        check_combination(conditions)
    except EcgError:
        return False
    return True

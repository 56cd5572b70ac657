"""The mix of conditions that the model is trained on."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError

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

"""The mix of conditions that the model is trained on."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.model.conditioning import PRESENT

#: The model's statement list. Bradycardia and tachycardia are sinus rhythm at a rate.
STATEMENTS = (
    "sinus rhythm",
    "atrial fibrillation",
    "ventricular premature complex",
    "first-degree AV block",
    "left bundle branch block",
    "right bundle branch block",
    "left ventricular hypertrophy",
    "anterior STEMI",
)
#: Rhythm statements with the range of ventricular rates (1/min) trained for each.
_RHYTHMS = {
    "sinus rhythm": (38.0, 175.0),
    "atrial fibrillation": (50.0, 165.0),
    "ventricular premature complex": (45.0, 125.0),
    "first-degree AV block": (42.0, 115.0),
}
_MORPHOLOGIES = STATEMENTS[4:]
#: How much more often than a plain rhythm (0.6) a case is drawn for each statement it holds: what changes the
#: patient's beat most takes longest to learn.
_PLAIN = 0.6
_EMPHASIS = {
    "ventricular premature complex": 1.4,
    "left bundle branch block": 1.2,
    "right bundle branch block": 0.7,
    "left ventricular hypertrophy": 0.5,
    "anterior STEMI": 0.7,
}


def case_weights(states: np.ndarray) -> np.ndarray:
    """Relative frequency (cases,) with which cases of these statement states (cases, statements) are drawn."""
    emphasis = np.array([_EMPHASIS.get(name, 0.0) for name in STATEMENTS])
    return _PLAIN + (states == PRESENT) @ emphasis


def draw_case(rng: np.random.Generator) -> tuple[tuple[str, ...], float]:
    """Conditions and ventricular rate (1/min) of one training case.

    A third is a rhythm alone, a half a morphology in sinus rhythm, the rest both together.
    """
    kind = rng.random()
    rhythm, morphology = "sinus rhythm", None
    if kind < 0.46:
        rhythm = rng.choice(list(_RHYTHMS), p=[0.24, 0.22, 0.32, 0.22])
    elif kind < 0.88:
        morphology = rng.choice(_MORPHOLOGIES)
    else:
        rhythm, morphology = rng.choice(list(_RHYTHMS)[1:]), rng.choice(_MORPHOLOGIES)
    low, high = _RHYTHMS[str(rhythm)]
    if morphology is not None:
        high = min(high, 140.0)
    # Half the cases near the rates seen at rest, half anywhere in the range.
    rate = rng.normal(72, 14) if rng.random() < 0.5 else rng.uniform(low, high)
    conditions = (str(rhythm),) if morphology is None else (str(rhythm), str(morphology))
    return conditions, float(np.clip(rate, low, high))

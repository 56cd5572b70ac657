"""The mix of conditions that the model is trained on."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.heart.morphologies import check_combination

#: Rhythm statements with the range of ventricular rates (1/min) trained for each, and how often each is
#: drawn where the rhythm is the case. Bradycardia and tachycardia are sinus rhythm at a rate.
RHYTHMS = {
    "sinus rhythm": (38.0, 180.0, 3.0),
    "sinus arrhythmia": (42.0, 95.0, 1.2),
    "atrial fibrillation": (45.0, 170.0, 1.6),
    "atrial flutter": (58.0, 168.0, 1.5),
    "premature atrial complex": (45.0, 125.0, 1.5),
    "supraventricular tachycardia": (150.0, 220.0, 1.2),
    "junctional rhythm": (38.0, 62.0, 1.2),
    "ventricular premature complex": (42.0, 130.0, 3.0),
    "ventricular bigeminy": (50.0, 120.0, 1.6),
    "ventricular tachycardia": (70.0, 220.0, 2.2),
    "ventricular pacing": (48.0, 115.0, 2.0),
    "first-degree AV block": (42.0, 115.0, 1.2),
    "Wenckebach AV block": (38.0, 95.0, 1.4),
    "Mobitz II AV block": (32.0, 90.0, 1.3),
    "complete AV block": (28.0, 50.0, 1.4),
}
#: Morphologies, and how often each is drawn: what changes the beat most takes longest to learn.
MORPHOLOGIES = {
    "right bundle branch block": 1.3,
    "incomplete right bundle branch block": 2.4,
    "left bundle branch block": 2.2,
    "left anterior fascicular block": 1.2,
    "left posterior fascicular block": 1.1,
    "pre-excitation": 1.8,
    "left ventricular hypertrophy": 1.2,
    "left ventricular strain": 0.9,
    "right ventricular hypertrophy": 1.3,
    "low voltage": 1.2,
    "left atrial enlargement": 1.0,
    "right atrial enlargement": 0.9,
    "anterior STEMI": 1.5,
    "inferior STEMI": 1.5,
    "old anterior infarct": 1.3,
    "old inferior infarct": 1.5,
    "ST depression": 1.0,
    "T inversion": 1.1,
    "long QT": 1.1,
    "hyperkalaemia": 1.4,
    "Brugada type 1": 1.3,
}
#: The model's statement list.
STATEMENTS = (*RHYTHMS, *MORPHOLOGIES)
#: Morphologies that often come with another one.
_COMPANIONS = {
    "left ventricular strain": ("left ventricular hypertrophy",),
    "left ventricular hypertrophy": ("left ventricular strain", "left atrial enlargement"),
    "right ventricular hypertrophy": ("right atrial enlargement",),
    "right bundle branch block": ("left anterior fascicular block", "left posterior fascicular block"),
    "inferior STEMI": ("right bundle branch block", "old anterior infarct"),
    "anterior STEMI": ("right bundle branch block", "left anterior fascicular block"),
    "ST depression": ("T inversion", "left ventricular hypertrophy"),
}
#: Share of the cases that are a rhythm alone and a morphology in sinus rhythm; the rest are both together.
_RHYTHM_ALONE, _SINUS = 0.44, 0.42
#: Fastest ventricular rate (1/min) with a morphology, and of those that no faster heart can show: a long QT
#: would reach past the next P.
_FASTEST_WITH_MORPHOLOGY = 140.0
_FASTEST = {"long QT": 110.0}


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
    rhythm = "sinus rhythm"
    if kind < _RHYTHM_ALONE:
        rhythm = _draw(rng, {name: share for name, (_, _, share) in RHYTHMS.items()})
    else:
        morphologies = draw_morphologies(rng)
    if kind >= _RHYTHM_ALONE + _SINUS:
        others = {name: share for name, (_, _, share) in RHYTHMS.items() if name != "sinus rhythm"}
        rhythm = _draw(rng, others)
        if not _possible((rhythm, *morphologies)):
            rhythm = "sinus rhythm"
    low, high, _ = RHYTHMS[rhythm]
    if morphologies and rhythm != "ventricular tachycardia":
        limits = [_FASTEST.get(name, _FASTEST_WITH_MORPHOLOGY) for name in morphologies]
        high = max(low, min(high, *limits))
    # Half the cases near the rates seen at rest, half anywhere in the range.
    rate = rng.normal(72, 14) if rng.random() < 0.5 and low < 72 < high else rng.uniform(low, high)
    return (rhythm, *morphologies), float(np.clip(rate, low, high))


def draw_morphologies(rng: np.random.Generator) -> tuple[str, ...]:
    """One morphology, at times with a second that goes with it."""
    first = _draw(rng, MORPHOLOGIES)
    if rng.random() < 0.22:
        second = str(rng.choice(_COMPANIONS[first])) if first in _COMPANIONS else _draw(rng, MORPHOLOGIES)
        if second != first and _possible((first, second)):
            return first, second
    if first == "left ventricular strain" and rng.random() < 0.9:
        return "left ventricular hypertrophy", first
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

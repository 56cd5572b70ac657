"""What each condition does to a beat, in the order in which it is done.

A transform takes (template, lead field, rng, traits) and returns the changed template and the parameters that it drew.
It is bound to its condition where it is written (`binding.makes`), in a module of `heart.shape`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.heart.binding import made_in
from ecgtwin_app.heart.physics.vector import LeadField
from ecgtwin_app.heart.shape import (
    atrial_size,
    brugada,
    bundle_branch,
    fascicles,
    hyperkalaemia,
    infarct,
    long_qt,
    muscle,
    preexcitation,
    stemi,
    subendocardial,
)


@dataclass(frozen=True)
class Traits:
    """What limits and sizes depend on: age in years and sex ("F", "M"), None when unknown."""

    age: float | None = None
    sex: str | None = None


Transform = Callable[[BeatTemplate, LeadField, np.random.Generator, Traits], tuple[BeatTemplate, dict]]

#: In the order in which they are applied: the activation first, then the muscle, then its injury.
MORPHOLOGIES: dict[str, Transform] = made_in(
    fascicles,
    bundle_branch,
    preexcitation,
    muscle,
    atrial_size,
    infarct,
    stemi,
    subendocardial,
    brugada,
    hyperkalaemia,
    long_qt,
)

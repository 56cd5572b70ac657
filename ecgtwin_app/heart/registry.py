"""What each condition does to a heart: one small function a condition.

A transform takes (template, lead field, rng, traits) and returns the changed template and the
parameters that it drew. To add a condition, write its function and name it here; rhythms are written
in `heart.rhythm`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.template import BeatTemplate
from ecgtwin_app.heart.conduction import left_bundle_branch_block, right_bundle_branch_block
from ecgtwin_app.heart.ischaemia import anterior_stemi
from ecgtwin_app.heart.muscle import left_ventricular_hypertrophy
from ecgtwin_app.heart.rhythm import RHYTHMS
from ecgtwin_app.heart.vector import LeadField


@dataclass(frozen=True)
class Traits:
    """What limits and sizes depend on: age in years and sex ("F", "M"), None when unknown."""

    age: float | None = None
    sex: str | None = None


Transform = Callable[[BeatTemplate, LeadField, np.random.Generator, Traits], tuple[BeatTemplate, dict]]

#: In the order in which they are applied: the activation first, then the muscle, then its injury.
MORPHOLOGIES: dict[str, Transform] = {
    "right bundle branch block": right_bundle_branch_block,
    "left bundle branch block": left_bundle_branch_block,
    "left ventricular hypertrophy": left_ventricular_hypertrophy,
    "anterior STEMI": anterior_stemi,
}
#: Everything a virtual patient can have.
CONDITIONS = (*RHYTHMS, *MORPHOLOGIES)

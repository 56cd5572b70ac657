"""What each condition does to a heart: one small function a condition.

A transform takes (template, lead field, rng, traits) and returns the changed template and the
parameters that it drew. To add a condition, write its function and name it here; rhythms are written
in `heart.rhythm`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.heart.physics.vector import LeadField
from ecgtwin_app.heart.rhythm.processes import RHYTHMS, check_rhythms
from ecgtwin_app.heart.shape.atrial_size import left_atrial_enlargement, right_atrial_enlargement
from ecgtwin_app.heart.shape.brugada import brugada_type_1
from ecgtwin_app.heart.shape.bundle_branch import (
    incomplete_right_bundle_branch_block,
    left_bundle_branch_block,
    right_bundle_branch_block,
)
from ecgtwin_app.heart.shape.fascicles import left_anterior_fascicular_block, left_posterior_fascicular_block
from ecgtwin_app.heart.shape.hyperkalaemia import hyperkalaemia
from ecgtwin_app.heart.shape.infarct import old_anterior_infarct, old_inferior_infarct
from ecgtwin_app.heart.shape.long_qt import long_qt
from ecgtwin_app.heart.shape.muscle import (
    left_ventricular_hypertrophy,
    left_ventricular_strain,
    low_voltage,
    right_ventricular_hypertrophy,
)
from ecgtwin_app.heart.shape.preexcitation import pre_excitation
from ecgtwin_app.heart.shape.stemi import anterior_stemi, inferior_stemi
from ecgtwin_app.heart.shape.subendocardial import st_depression, t_inversion


@dataclass(frozen=True)
class Traits:
    """What limits and sizes depend on: age in years and sex ("F", "M"), None when unknown."""

    age: float | None = None
    sex: str | None = None


Transform = Callable[[BeatTemplate, LeadField, np.random.Generator, Traits], tuple[BeatTemplate, dict]]

#: In the order in which they are applied: the activation first, then the muscle, then its injury.
MORPHOLOGIES: dict[str, Transform] = {
    "left anterior fascicular block": left_anterior_fascicular_block,
    "left posterior fascicular block": left_posterior_fascicular_block,
    "incomplete right bundle branch block": incomplete_right_bundle_branch_block,
    "right bundle branch block": right_bundle_branch_block,
    "left bundle branch block": left_bundle_branch_block,
    "pre-excitation": pre_excitation,
    "left ventricular hypertrophy": left_ventricular_hypertrophy,
    "left ventricular strain": left_ventricular_strain,
    "right ventricular hypertrophy": right_ventricular_hypertrophy,
    "low voltage": low_voltage,
    "left atrial enlargement": left_atrial_enlargement,
    "right atrial enlargement": right_atrial_enlargement,
    "old anterior infarct": old_anterior_infarct,
    "old inferior infarct": old_inferior_infarct,
    "anterior STEMI": anterior_stemi,
    "inferior STEMI": inferior_stemi,
    "ST depression": st_depression,
    "T inversion": t_inversion,
    "Brugada type 1": brugada_type_1,
    "hyperkalaemia": hyperkalaemia,
    "long QT": long_qt,
}
#: The parts of a beat, "p", "qrs" and "t", that conditions change, where they are not the QRS and what follows it.
_CHANGES = {
    "pre-excitation": ("p", "qrs", "t"),
    "hyperkalaemia": ("p", "qrs", "t"),
    **dict.fromkeys(("left atrial enlargement", "right atrial enlargement"), ("p",)),
    **dict.fromkeys(("left ventricular strain", "ST depression", "T inversion", "long QT"), ("t",)),
}
#: What makes the QRS another one and leaves its axis.
_KEEPS_AXIS = ("low voltage",)
#: Everything a virtual patient can have.
CONDITIONS = (*RHYTHMS, *MORPHOLOGIES)

_FASCICLES = ("left anterior fascicular block", "left posterior fascicular block")
_RIGHT_BLOCKS = ("right bundle branch block", "incomplete right bundle branch block")
_INFARCTS = ("old anterior infarct", "old inferior infarct")
_STEMI = ("anterior STEMI", "inferior STEMI")
_SUBENDOCARDIAL = ("ST depression", "T inversion")
_ATRIA = ("left atrial enlargement", "right atrial enlargement")
_HYPERTROPHY = ("left ventricular hypertrophy", "right ventricular hypertrophy", "left ventricular strain")
_AV_BLOCKS = ("first-degree AV block", "Wenckebach AV block", "Mobitz II AV block", "complete AV block")
_WITHOUT_P = ("atrial fibrillation", "atrial flutter", "junctional rhythm", "supraventricular tachycardia")
_NOT_CONDUCTED = ("ventricular pacing", "ventricular tachycardia")

#: Conditions that no beat shows together: each of the first with each of the second, and why.
EXCLUDES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (_NOT_CONDUCTED, tuple(MORPHOLOGIES), "its beats come from the ventricles and hide the shape"),
    (_WITHOUT_P, _ATRIA, "without sinus P waves the size of the atria does not show"),
    (("pre-excitation",), (*_AV_BLOCKS, "supraventricular tachycardia", "junctional rhythm"),
     "the accessory pathway shows when sinus beats reach it"),
    (("left bundle branch block",), (*_RIGHT_BLOCKS, *_FASCICLES),
     "two blocks of the whole bundle are complete block, and the left one contains its fascicles"),
    (("right bundle branch block",), ("incomplete right bundle branch block",),
     "a bundle is blocked wholly or in part"),
    (("left anterior fascicular block",), ("left posterior fascicular block",),
     "both fascicles blocked are left bundle branch block"),
    (("pre-excitation",),
     ("left bundle branch block", *_RIGHT_BLOCKS, *_FASCICLES, *_HYPERTROPHY, *_INFARCTS, *_STEMI,
      *_SUBENDOCARDIAL, "Brugada type 1", "hyperkalaemia"),
     "the delta wave changes QRS and ST-T in the same leads"),
    (("left bundle branch block",),
     ("left ventricular strain", "right ventricular hypertrophy", *_INFARCTS, *_SUBENDOCARDIAL),
     "the block has Q waves and ST-T of its own"),
    (("right ventricular hypertrophy",),
     (*_RIGHT_BLOCKS, *_FASCICLES, "left ventricular hypertrophy", "left ventricular strain",
      *_INFARCTS, "anterior STEMI"),
     "axis and V1 cannot tell them apart"),
    (("low voltage",), (*_HYPERTROPHY, "hyperkalaemia"), "one shrinks the waves that the other makes tall"),
    (("left anterior fascicular block",), ("old inferior infarct",),
     "one begins with r in II, III and aVF, the other with Q"),
    (("anterior STEMI",), ("inferior STEMI", "old anterior infarct"), "they change the same leads oppositely"),
    (("inferior STEMI",), ("old inferior infarct",), "they change the same leads oppositely"),
    (_STEMI, (*_SUBENDOCARDIAL, "left ventricular strain"), "they move ST and T of the same leads oppositely"),
    (("left ventricular strain",), _SUBENDOCARDIAL, "strain is ST depression and T inversion itself"),
    (("Brugada type 1",),
     (*_RIGHT_BLOCKS, "left bundle branch block", "right ventricular hypertrophy", "anterior STEMI",
      "old anterior infarct"),
     "both shape V1 and V2"),
    (("hyperkalaemia",),
     ("incomplete right bundle branch block", *_FASCICLES, *_ATRIA, *_STEMI, *_SUBENDOCARDIAL,
      "left ventricular strain", "Brugada type 1", "long QT"),
     "its wide QRS, flat P and peaked T leave no room for the other"),
)  # fmt: skip


def changed_parts(conditions: Sequence[str]) -> set[str]:
    """The parts of a beat, "p", "qrs" and "t", that morphologies change; the others stay the patient's."""
    shaping = [name for name in conditions if name in MORPHOLOGIES]
    return {part for name in shaping for part in _CHANGES.get(name, ("qrs", "t"))}


def keeps_axis(conditions: Sequence[str]) -> bool:
    """Whether the QRS axis stays the patient's, whatever else the morphologies change."""
    return not any("qrs" in changed_parts([name]) and name not in _KEEPS_AXIS for name in conditions)


def check_combination(conditions: Sequence[str]) -> None:
    """Refuse conditions that no heart shows together.

    Raises
    ------
    EcgError
        For the first such pair, with the reason.
    """
    check_rhythms(conditions)
    asked = set(conditions)
    for some, others, reason in EXCLUDES:
        for one in some:
            for other in others:
                if one in asked and other in asked:
                    raise EcgError(
                        f"No beat shows {one} and {other} together: {reason}; leave one of them out."
                    )

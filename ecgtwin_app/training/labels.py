"""From the databases' labels to the model's statements."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.model.conditioning import ABSENT, PRESENT, UNKNOWN

#: Labels (lower case) of the databases that mean one of the model's statements.
_MEANING = {
    "sinus rhythm": ("sr", "sbrad", "stach", "sinus rhythm", "sinus bradycardia", "sinus tachycardia"),
    "atrial fibrillation": ("afib", "af", "atrial fibrillation"),
    "ventricular premature complex": ("pvc", "premature ventricular contractions"),
    "first-degree AV block": ("1avb", "i-avb", "1st degree av block", "i degree av block"),
    "left bundle branch block": (
        "clbbb", "lbbb", "left bundle branch block", "complete left bundle branch block",
    ),
    "right bundle branch block": (
        "crbbb", "rbbb", "right bundle branch block", "complete right bundle branch block",
    ),
    "left ventricular hypertrophy": (
        "lvh", "vclvh", "left ventricular hypertrophy", "left ventricular high voltage",
    ),
    "anterior STEMI": ("stemi: anterior wall", "stemi: septal"),
}  # fmt: skip
#: Labels under which a statement may hold or not: it stays unknown.
_DOUBT = {
    "anterior STEMI": ("ste", "ami", "asmi", "myocardial infarction", "acute myocardial infarction"),
    "ventricular premature complex": ("ventricular ectopics", "bigu", "trigu"),
    "sinus rhythm": ("normal", "norm", "healthy control"),
}
#: Databases whose cardiologists state everything they see: what is not named is absent.
_COMPLETE = ("PTB-XL", "LUDB")
#: Labels that say that nothing else is to be seen.
_NORMAL = ("norm", "normal", "healthy control")


def statements_of(labels: tuple[str, ...], database: str, statements: tuple[str, ...]) -> np.ndarray:
    """State of every statement (int8), as far as the database tells.

    Parameters
    ----------
    labels : tuple of str
    database : str
    statements : tuple of str
        The model's list.
    """
    words = {label.strip().lower() for label in labels}
    complete = database in _COMPLETE or bool(words & set(_NORMAL))
    states = np.full(len(statements), ABSENT if complete else UNKNOWN, np.int8)
    for row, name in enumerate(statements):
        if words & set(_MEANING.get(name, ())):
            states[row] = PRESENT
        elif words & set(_DOUBT.get(name, ())):
            states[row] = UNKNOWN
    if "atrial fibrillation" in statements and states[statements.index("atrial fibrillation")] == PRESENT:
        states[statements.index("sinus rhythm")] = ABSENT
    return states

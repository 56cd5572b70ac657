"""From the databases' labels to the model's statements."""

from __future__ import annotations

import numpy as np

from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN

#: Labels (lower case) of the databases that mean one of the model's statements.
_MEANING = {
    "sinus rhythm": (
        "sr", "sbrad", "stach", "sarrh", "sinus rhythm", "sinus bradycardia", "sinus tachycardia",
        "sinus arrhythmia", "irregular sinus rhythm",
    ),
    "sinus arrhythmia": ("sarrh", "sinus arrhythmia", "irregular sinus rhythm"),
    "atrial fibrillation": ("afib", "af", "atrial fibrillation"),
    "atrial flutter": ("aflt", "atrial flutter", "atrial flutter, typical"),
    "premature atrial complex": (
        "pac", "premature atrial contraction", "supraventricular premature beats",
        "atrial extrasystole, type: single pac", "atrial extrasystole: undefined",
        "atrial extrasystole: low atrial", "atrial extrasystole: left atrial",
        "atrial extrasystole: sa-nodal extrasystole",
    ),
    "supraventricular tachycardia": ("svtac", "psvt"),
    "ventricular premature complex": (
        "pvc", "premature ventricular contractions", "ventricular premature beats",
        "ventricular extrasystole, type: single pvc", "ventricular extrasystole, type: intercalary pvc",
        "ventricular extrasystole, type: couplet", "ventricular extrasystole, morphology: polymorphic",
    ),
    "ventricular bigeminy": ("bigu",),
    "ventricular pacing": (
        "unipolar ventricular pacing", "bipolar ventricular pacing", "biventricular pacing", "p-synchrony",
    ),
    "first-degree AV block": ("1avb", "i-avb", "1st degree av block", "first degree av block",
                              "i degree av block", "lpr"),
    "complete AV block": ("3avb", "iii degree av-block"),
    "left bundle branch block": (
        "clbbb", "lbbb", "left bundle branch block", "complete left bundle branch block",
    ),
    "right bundle branch block": (
        "crbbb", "rbbb", "right bundle branch block", "complete right bundle branch block",
    ),
    "incomplete right bundle branch block": (
        "irbbb", "incomplete right bundle branch block",
    ),
    "left anterior fascicular block": ("lafb", "left anterior hemiblock", "left anterior fascicular block"),
    "left posterior fascicular block": ("lpfb",),
    "pre-excitation": ("wpw",),
    "left ventricular hypertrophy": (
        "lvh", "vclvh", "left ventricular hypertrophy", "left ventricular high voltage",
    ),
    "right ventricular hypertrophy": ("rvh", "right ventricular hypertrophy"),
    "low voltage": ("lvolt", "low qrs voltages"),
    "left atrial enlargement": (
        "lao/lae", "left atrial enlargement", "left atrial abnormality", "left atrial hypertrophy",
        "left atrial overload",
    ),
    "right atrial enlargement": ("rao/rae", "right atrial hypertrophy", "right atrial overload"),
    "anterior STEMI": ("stemi: anterior wall", "stemi: septal", "injas", "injal"),
    "inferior STEMI": ("stemi: inferior wall", "injin", "injil"),
    "old inferior infarct": ("scar formation: inferior wall",),
    "old anterior infarct": ("scar formation: anterior wall", "scar formation: septal"),
    "ST depression": ("std_", "std", "st depression"),
    "T inversion": ("invt", "t wave inversion"),
    "long QT": ("lngqt", "prolonged qt interval"),
}  # fmt: skip
#: Labels under which a statement may hold or not: it stays unknown.
_INFARCT = ("myocardial infarction", "old myocardial infarction", "acute myocardial infarction")
_ISCHAEMIA = (
    "isc_", "iscal", "iscil", "iscla", "iscin", "ndt", "nst_", "tab_", "nonspecific st t abnormality",
    "st interval abnormal", "s t changes", "t wave abnormal", "myocardial ischemia", "lateral ischaemia",
)  # fmt: skip
_DOUBT = {
    "anterior STEMI": ("ste", "ami", "asmi", "almi", "stemi: apical", "stemi: lateral wall", *_INFARCT),
    "inferior STEMI": ("ste", "imi", "ilmi", "ipmi", "iplmi", *_INFARCT),
    "old anterior infarct": ("ami", "asmi", "almi", "qwave", "aneur", *_INFARCT),
    "old inferior infarct": ("imi", "ilmi", "ipmi", "iplmi", "qwave", *_INFARCT),
    "ST depression": ("dig", "left ventricular overload", *_ISCHAEMIA),
    "T inversion": ("lowt", "nt_", *_ISCHAEMIA),
    "left ventricular strain": ("lvh", "left ventricular overload", "hypertrophy", *_ISCHAEMIA),
    "left ventricular hypertrophy": ("hypertrophy", "left ventricular overload", "sehyp"),
    "right ventricular hypertrophy": ("hypertrophy",),
    "ventricular premature complex": ("ventricular ectopics", "bigu", "trigu"),
    "ventricular pacing": ("pace", "pacemaker presence, undefined"),
    "ventricular tachycardia": ("paroxysmal ventricular tachycardia",),
    "supraventricular tachycardia": ("atrial tachycardia",),
    "left bundle branch block": ("bundle branch block", "ilbbb", "incomplete left bundle branch block"),
    "right bundle branch block": ("bundle branch block",),
    "sinus rhythm": ("normal", "norm", "healthy control", "pace", "pacemaker presence, undefined"),
}  # fmt: skip
#: What no database states reliably, so that silence says nothing.
_SILENT = ("hyperkalaemia", "Brugada type 1", "left ventricular strain", "long QT", "sinus arrhythmia")
#: Rhythms in which there is no sinus rhythm.
_NO_SINUS = ("atrial fibrillation", "atrial flutter", "supraventricular tachycardia", "junctional rhythm")
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
        elif words & set(_DOUBT.get(name, ())) or (name in _SILENT and not words & set(_NORMAL)):
            states[row] = UNKNOWN
    if any(name in statements and states[statements.index(name)] == PRESENT for name in _NO_SINUS):
        states[statements.index("sinus rhythm")] = ABSENT
    return states

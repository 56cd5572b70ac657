"""What the judge tells apart: findings that real records are labelled with, and the conditions that ask for them.

A finding gathers the databases' words for one thing that a strip shows. Infarcts and ST-T changes are wider than the
vocabulary's conditions, because databases do not say how old an infarct is, nor which of ST and T a reader meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN

NORMAL = "normal"


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    name : str
    words : frozenset of str
        Labels that state it, lower case.
    asked : tuple of str
        Conditions of the vocabulary whose twins are to show it; the first unless a record's words say which.
    doubtful : frozenset of str
        Labels under which it may be there or not.
    """

    name: str
    words: frozenset[str]
    asked: tuple[str, ...] = ()
    doubtful: frozenset[str] = frozenset()


def _finding(name: str, words: str, asked: str = "", doubtful: str = "") -> Finding:
    """A finding from texts with one entry between two semicolons."""
    parts = [
        frozenset(filter(None, (entry.strip() for entry in text.split(";")))) for text in (words, doubtful)
    ]
    return Finding(name, parts[0], tuple(filter(None, asked.split("; "))), parts[1])


_OTHER_INFARCT = "old myocardial infarction; myocardial infarction; qwave; qwave abnormal"

FINDINGS = (
    _finding(NORMAL, "norm; normal; healthy control", "sinus rhythm", "sinus rhythm"),
    _finding("sinus bradycardia", "sbrad; sinus bradycardia", "sinus bradycardia"),
    _finding("sinus tachycardia", "stach; sinus tachycardia", "sinus tachycardia"),
    _finding("sinus arrhythmia", "sarrh; sinus arrhythmia; irregular sinus rhythm", "sinus arrhythmia"),
    _finding("atrial fibrillation", "afib; af; atrial fibrillation", "atrial fibrillation"),
    _finding("atrial flutter", "aflt; atrial flutter; atrial flutter, typical", "atrial flutter"),
    _finding(
        "premature atrial complex",
        "pac; premature atrial contraction; supraventricular premature beats; "
        "atrial extrasystole, type: single pac; atrial extrasystole: undefined; atrial extrasystole: low atrial; "
        "atrial extrasystole: left atrial; atrial extrasystole: sa-nodal extrasystole",
        "premature atrial complex",
    ),
    _finding(
        "ventricular premature complex",
        "pvc; premature ventricular contractions; ventricular premature beats; bigu; "
        "ventricular extrasystole, type: single pvc; ventricular extrasystole, type: intercalary pvc; "
        "ventricular extrasystole, type: couplet; ventricular extrasystole, morphology: polymorphic",
        "ventricular premature complex",
    ),
    _finding(
        "first-degree AV block",
        "1avb; i-avb; first degree av block; i degree av block; 1st degree av block",
        "first-degree AV block",
        "lpr",
    ),
    _finding(
        "right bundle branch block",
        "crbbb; rbbb; right bundle branch block; complete right bundle branch block",
        "right bundle branch block",
        "bundle branch block",
    ),
    _finding(
        "incomplete right bundle branch block",
        "irbbb; incomplete right bundle branch block",
        "incomplete right bundle branch block",
    ),
    _finding(
        "left bundle branch block",
        "clbbb; lbbb; left bundle branch block; complete left bundle branch block",
        "left bundle branch block",
        "bundle branch block; ilbbb",
    ),
    _finding(
        "left anterior fascicular block",
        "lafb; left anterior hemiblock; left anterior fascicular block",
        "left anterior fascicular block",
    ),
    _finding(
        "left ventricular hypertrophy",
        "lvh; left ventricular hypertrophy; left ventricular high voltage; vclvh",
        "left ventricular hypertrophy",
        "hypertrophy; left ventricular overload; hvolt; sehyp",
    ),
    _finding(
        "anterior infarct",
        "ami; asmi; almi; injas; injal; aneur; scar formation: anterior wall; scar formation: septal; "
        "stemi: anterior wall; stemi: septal",
        "old anterior infarct; anterior STEMI",
        _OTHER_INFARCT,
    ),
    _finding(
        "inferior infarct",
        "imi; ilmi; ipmi; iplmi; injin; injil; scar formation: inferior wall; stemi: inferior wall",
        "old inferior infarct; inferior STEMI",
        _OTHER_INFARCT,
    ),
    _finding(
        "ST-T change",
        "std_; std; st depression; invt; t wave inversion; isc_; iscal; iscil; iscin; iscla; iscas; iscan; nst_; ndt; "
        "dig; s t changes; nonspecific st t abnormality; ischemia: anterior wall; ischemia: lateral wall; "
        "ischemia: inferior wall; anterior ischemia; lateral ischaemia; myocardial ischemia",
        "ST depression; T inversion",
        "nt_; lowt; tab_; el; ste; ste_; t wave abnormal; st interval abnormal; chronic myocardial ischemia; "
        "non-specific repolarization abnormalities: anterior wall; "
        "non-specific repolarization abnormalities: lateral wall; "
        "non-specific repolarization abnormalities: inferior wall; "
        "non-specific repolarization abnormalities: septal; non-specific repolarization abnormalities: apical",
    ),
    _finding(
        "ventricular pacing",
        "pace; unipolar ventricular pacing; bipolar ventricular pacing; biventricular pacing",
        "ventricular pacing",
        "pacemaker presence, undefined",
    ),
)  # fmt: skip
NAMES = tuple(finding.name for finding in FINDINGS)

#: Databases whose readers state everything they see of these: what is not named is absent.
_COMPLETE = ("PTB-XL", "LUDB", "CPSC2018", "Chapman-Shaoxing/Ningbo", "Georgia G12EC")
#: CPSC 2018 knows nine classes only.
_SILENT = {
    "CPSC2018": {
        NORMAL, "sinus bradycardia", "sinus tachycardia", "sinus arrhythmia", "atrial flutter",
        "incomplete right bundle branch block", "left anterior fascicular block", "left ventricular hypertrophy",
        "anterior infarct", "inferior infarct", "ST-T change", "ventricular pacing",
    },
    "Chapman-Shaoxing/Ningbo": {NORMAL, "anterior infarct", "inferior infarct", "left ventricular hypertrophy"},
    "Georgia G12EC": {NORMAL, "anterior infarct", "inferior infarct"},
    "LUDB": {NORMAL, "ST-T change", "anterior infarct", "inferior infarct"},
}  # fmt: skip


def states_of(labels: tuple[str, ...], database: str) -> np.ndarray:
    """State (int8) of every finding, as far as the database tells; all unknown for a record without labels."""
    words = {label.strip().lower() for label in labels}
    states = np.full(len(FINDINGS), UNKNOWN, np.int8)
    normal = bool(words & FINDINGS[0].words)
    if not words or words == {"quality=acceptable"}:
        return states
    for k, finding in enumerate(FINDINGS):
        if words & finding.words:
            states[k] = PRESENT
        elif words & finding.doubtful:
            states[k] = UNKNOWN
        elif normal or (database in _COMPLETE and finding.name not in _SILENT.get(database, ())):
            states[k] = ABSENT
    if (states[1:] == PRESENT).any() and not normal and states[0] == UNKNOWN:
        states[0] = ABSENT
    return states


def asked_for(labels: tuple[str, ...], states: np.ndarray) -> tuple[str, ...]:
    """The conditions of the vocabulary that a twin with these findings is asked for, in the order of `FINDINGS`.

    Where a finding stands for two conditions, the record's words say which: T inversion where it is named and ST
    depression is not, an acute infarct where injury is.
    """
    words = {label.strip().lower() for label in labels}
    found: list[str] = []
    for finding, state in zip(FINDINGS, states, strict=True):
        if state != PRESENT or finding.name == NORMAL:
            continue
        second = len(finding.asked) > 1 and bool(words & _SECOND)
        if finding.name == "ST-T change":
            second = second and not words & {"std_", "std", "st depression"}
        found.append(finding.asked[1 if second else 0])
    return tuple(dict.fromkeys(found)) or ("sinus rhythm",)


#: Words that mean the second of the conditions that a finding asks for.
_SECOND = {
    "invt", "t wave inversion", "injas", "injal", "injin", "injil", "stemi: anterior wall", "stemi: septal",
    "stemi: inferior wall", "stemi: lateral wall",
}  # fmt: skip

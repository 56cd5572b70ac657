"""From the sentences of an ECG machine to statements: only what is said plainly.

A sentence that hedges ("possible", "consider", "age undetermined") leaves its statement unknown. What is not
said stays unknown too, unless the machine calls the ECG normal or what it says excludes it.
"""

from __future__ import annotations

import re

import numpy as np

from ecgtwin_app.generators.ecgtwin.conditioning import ABSENT, PRESENT, UNKNOWN

_HEDGE = re.compile(
    r"possibl|probabl|consider|\bmay\b|might|suggest|cannot|rule out|borderline|\bor\b|versus|\bvs\b|\?|nonspecific|"
    r"non-specific|undetermined|questionabl|likely|suspect|uncertain|minimal|criteria|early repol"
)
_NORMAL = re.compile(r"^normal (ecg|tracing)( except for rate)?$|^sinus \w+ ?[-,.] ?normal (ecg|tracing)$")
_UNUSABLE = re.compile(
    r"lead reversal|leads? .*reversed|lead\(?s?\)? unsuitable|leads? (are |is )?missing|no further analysis|"
    r"analysis not possible|warning|poor (quality|data)|artifact|technically (difficult|inadequate)"
)
_RBBB, _LBBB = r"(rbbb|right bundle[- ]branch block)", r"(lbbb|left bundle[- ]branch block)"
#: What a plain sentence must hold, and what it must not, to state each condition.
_MEANING = {
    "sinus rhythm": (r"sinus (rhythm|brady|tachy|arrhythmia)", None),
    "sinus arrhythmia": (r"sinus arrhythmia", None),
    "atrial fibrillation": (r"(atrial|a\.?) ?fib", None),
    "atrial flutter": (r"atrial flutter", None),
    "premature atrial complex": (r"\bpac(\(s\)|s)?\b|(atrial|supraventricular) (premature|extrasystol)|premature atrial", None),
    "supraventricular tachycardia": (r"supraventricular tachycardia|\bsvt\b", None),
    "junctional rhythm": (r"junctional (escape )?rhythm", r"accelerated|tachy"),
    "ventricular premature complex": (
        r"\bpvc(\(s\)|s)?\b|ventricular (premature|extrasystol|ectop)|premature ventricular",
        r"supraventricular",
    ),
    "ventricular bigeminy": (r"ventricular bigeminy|bigeminal pvc|pvc.*bigeminy", None),
    "ventricular tachycardia": (r"ventricular tachycardia", r"supraventricular"),
    "ventricular pacing": (r"ventricular[- ](paced|pacing|pacemaker)|dual[- ]paced|v-paced", r"atrial[- ]paced"),
    "first-degree AV block": (r"(1st|first)[- ]degree (a-?v|atrioventricular) block|prolonged pr", None),
    "Wenckebach AV block": (r"wenckebach|mobitz (1|i)\b", None),
    "Mobitz II AV block": (r"mobitz (2|ii)\b", None),
    "complete AV block": (r"(complete|(3rd|third)[- ]degree) (heart|a-?v|atrioventricular) block", None),
    "right bundle branch block": (_RBBB, r"incomplete|partial"),
    "incomplete right bundle branch block": (r"(incomplete|partial) " + _RBBB, None),
    "left bundle branch block": (_LBBB, r"incomplete|partial"),
    "left anterior fascicular block": (r"left anterior (fascicular|hemi)", None),
    "left posterior fascicular block": (r"left posterior (fascicular|hemi)", None),
    "pre-excitation": (r"wolff|\bwpw\b|pre-?excitation", None),
    "left ventricular hypertrophy": (r"\blvh\b|left ventricular hypertrophy", r"voltage"),
    "left ventricular strain": (r"(lvh|left ventricular hypertrophy) with (secondary )?(repol|st|strain)", None),
    "right ventricular hypertrophy": (r"\brvh\b|right ventricular hypertrophy", None),
    "low voltage": (r"low (qrs )?voltages?( in)? limb|^(generalized )?low (qrs )?voltages?$", r"precordial|chest"),
    "left atrial enlargement": (r"left atrial (enlargement|abnormality)", None),
    "right atrial enlargement": (r"right atrial (enlargement|abnormality)", None),
    "anterior STEMI": (r"acute anter.*(infarct|stemi|mi\b)", r"old|inferior"),
    "inferior STEMI": (r"acute inferior.*(infarct|stemi|mi\b)", r"old|anter"),
    "old anterior infarct": (r"old anter.*(infarct|mi\b)", None),
    "old inferior infarct": (r"old inferior.*(infarct|mi\b)", None),
    "ST depression": (r"st[- ]depression", None),
    "T inversion": (r"t[- ]wave inversion|inverted t", None),
    "long QT": (r"prolonged qt|long qt", None),
    "hyperkalaemia": (r"hyperkal", None),
    "Brugada type 1": (r"brugada", None),
}  # fmt: skip
_PATTERNS = {name: (re.compile(a), re.compile(b) if b else None) for name, (a, b) in _MEANING.items()}
#: What else a sentence may be about, though it does not state it: the statement becomes unknown.
_TOUCHES = {
    "ventricular pacing": r"pace",
    "left ventricular hypertrophy": r"\blvh\b|left ventricular hypertrophy|ventricular hypertrophy",
    "anterior STEMI": r"anter|sept|st elevation|acute",
    "inferior STEMI": r"infer|st elevation|acute",
    "old anterior infarct": r"(anter|sept).*infarct|poor r wave",
    "old inferior infarct": r"infer.*infarct",
    "ST depression": r"\bst\b|st-t|ischemi",
    "T inversion": r"t wave|st-t|ischemi",
    "low voltage": r"low (qrs )?voltage",
    "premature atrial complex": r"premature|ectop|bigemin",
    "ventricular premature complex": r"premature|ectop|bigemin|aberran",
}
_TOUCHING = {name: re.compile(pattern) for name, pattern in _TOUCHES.items()}
#: A statement (present) and those that cannot hold with it.
_NOT_SINUS = ("atrial fibrillation", "atrial flutter", "supraventricular tachycardia", "junctional rhythm")
_P_BLOCKS = ("first-degree AV block", "Wenckebach AV block", "Mobitz II AV block")
_EXCLUDES = {
    "sinus rhythm": _NOT_SINUS,
    "atrial fibrillation": (
        "sinus rhythm", "sinus arrhythmia", "atrial flutter", "premature atrial complex", *_P_BLOCKS,
        "left atrial enlargement", "right atrial enlargement",
    ),
    "atrial flutter": ("sinus rhythm", "sinus arrhythmia", *_P_BLOCKS),
    "supraventricular tachycardia": ("sinus rhythm", "sinus arrhythmia", *_P_BLOCKS),
    "junctional rhythm": ("sinus rhythm", "sinus arrhythmia", *_P_BLOCKS),
    "left bundle branch block": ("right bundle branch block", "incomplete right bundle branch block"),
    "right bundle branch block": ("left bundle branch block", "incomplete right bundle branch block"),
    "incomplete right bundle branch block": ("left bundle branch block", "right bundle branch block"),
}  # fmt: skip


def states_of(sentences: tuple[str, ...], statements: tuple[str, ...]) -> np.ndarray:
    """State of every statement (int8) that a machine's report gives.

    Parameters
    ----------
    sentences : tuple of str
        As the machine wrote them.
    statements : tuple of str
        The model's list.
    """
    texts = [_plain(sentence) for sentence in sentences]
    stated = {name for name in statements if any(_says(name, text) for text in texts)}
    touched = {name for name in statements if any(_touches(name, text) for text in texts)}
    contradicted = {other for name in stated for other in _EXCLUDES.get(name, ())}
    normal = calls_it_normal(sentences)
    states = np.full(len(statements), UNKNOWN, np.int8)
    for row, name in enumerate(statements):
        if name in stated:
            # A report that says two things which exclude each other says neither.
            states[row] = UNKNOWN if name in contradicted else PRESENT
        elif name in contradicted or (normal and name not in touched):
            states[row] = ABSENT
    return states


def calls_it_normal(sentences: tuple[str, ...]) -> bool:
    """Whether the machine found sinus rhythm and nothing abnormal."""
    texts = [_plain(sentence) for sentence in sentences]
    return any(map(_NORMAL.search, texts)) and any(_says("sinus rhythm", text) for text in texts)


def unusable(sentences: tuple[str, ...]) -> bool:
    """Whether the machine doubts its electrodes or the signal, or wrote nothing."""
    return not sentences or any(_UNUSABLE.search(_plain(sentence)) for sentence in sentences)


def _plain(sentence: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[*]", " ", sentence.lower())).strip(" .")


def _sure(text: str) -> str:
    """The sentence up to the "with" after which it hedges: what stands before is not in doubt."""
    parts = text.split(" with ")
    sure = next((k for k, part in enumerate(parts) if _HEDGE.search(part)), len(parts))
    return " with ".join(parts[:sure])


def _says(name: str, text: str) -> bool:
    must, must_not = _PATTERNS.get(name, (None, None))
    text = _sure(text)
    return bool(must and must.search(text) and not (must_not and must_not.search(text)))


def _touches(name: str, text: str) -> bool:
    must = _PATTERNS.get(name, (None, None))[0]
    wide = _TOUCHING.get(name)
    return bool((must and must.search(text)) or (wide and wide.search(text)))

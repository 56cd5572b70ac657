"""From the sentences of an ECG machine to statements: only what is said plainly.

A sentence that hedges ("possible", "consider", "age undetermined") leaves its statement unknown. What is not
said stays unknown too, unless the machine calls the ECG normal or what it says excludes it.
"""

from __future__ import annotations

import re

import numpy as np

from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition
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
    contradicted = {other for name in stated for other in find_condition(name).labels.contradicts}
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
    return any(map(_NORMAL.search, texts)) and any(_says(NORMAL, text) for text in texts)


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
    labels, text = find_condition(name).labels, _sure(text)
    return _holds(labels.sentence, text) and not _holds(labels.but_not, text)


def _touches(name: str, text: str) -> bool:
    labels = find_condition(name).labels
    return _holds(labels.sentence, text) or _holds(labels.touched, text)


def _holds(pattern: str, text: str) -> bool:
    return bool(pattern and re.search(pattern, text))

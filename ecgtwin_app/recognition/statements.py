"""What the statements of a file mean: conditions of the vocabulary, stated plainly or hinted at.

Statements are free text of devices, databases and readers in several languages, and any file may be hostile: they are
matched, never followed. What is denied, compared with an earlier ECG or said of it states nothing; what is hedged
("possible", "consider") is a hint, which counts only beside something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ecgtwin_app.conditions.vocabulary import find_condition, is_condition, is_healthy, load_vocabulary
from ecgtwin_app.i18n.tables import read_conditions

#: Walls, which a file names more often than the age of their infarct.
ANTERIOR, INFERIOR = "anterior infarct", "inferior infarct"
#: SNOMED CT identifiers that databases use for what the vocabulary knows under another one, and those of walls.
_FURTHER_CODES = {
    "59118001": "right bundle branch block",
    "733534002": "left bundle branch block",
    "427172004": "ventricular premature complex",
    "63593006": "premature atrial complex",
    "282825002": "atrial fibrillation",
    "314208002": "atrial fibrillation",
    "67198005": "supraventricular tachycardia",
    "713423005": "supraventricular tachycardia",
    "29320008": "junctional rhythm",
    "426995002": "junctional rhythm",
    "10370003": "ventricular pacing",
    "195042002": "",
    "55827005": "left ventricular hypertrophy",
    "446813000": "left atrial enlargement",
    "253352002": "left atrial enlargement",
    "67741000119109": "left atrial enlargement",
    "195060002": "pre-excitation",
    "54329005": ANTERIOR,
    "73795002": INFERIOR,
}
#: SCP-ECG statements of PTB-XL that are wider, narrower or other than the vocabulary's.
_FURTHER_SCP = {
    **dict.fromkeys(("AMI", "ASMI", "ALMI"), ANTERIOR),
    **dict.fromkeys(("IMI", "ILMI", "IPMI", "IPLMI"), INFERIOR),
    **dict.fromkeys(("INJAS", "INJAL"), "anterior STEMI"),
    **dict.fromkeys(("INJIN", "INJIL"), "inferior STEMI"),
    "LPR": "first-degree AV block",
    "VCLVH": "left ventricular hypertrophy",
    "PSVT": "supraventricular tachycardia",
    "NORM": "",
}
#: A diagnosis below this likelihood (per cent; PTB-XL) is a hint. Forms and rhythms carry 0.
_SURE = 50.0
_CODED = re.compile(r"^\s*(dx|scp[_ ]?codes?|diagnos[ei]s|snomed)\s*:\s*(.+)$", re.IGNORECASE)
_KEY = re.compile(
    r"^\s*(rhythm|dx|diagnos[ei]s|interpretation|conclusion|report|befund)\s*:\s*", re.IGNORECASE
)
#: From such a line on, a device compares with an earlier ECG: what "has appeared" it has named before.
_COMPARED = re.compile(
    r"\bcompared (with|to)\b|im vergleich (zu|mit)|verglichen mit|vergleich zu", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(no|not|non|without|never|absence of|absent|excluded?|excludes|rule[ds]? out|ruled out|denie[ds]|negative for|"
    r"replaced|resolved|disappeared|no longer|previous(ly)?|history of|family|prior|"
    r"kein\w*|nicht|ohne|ausgeschlossen|ausschluss|früher\w*|vormals|familien\w*|anamnes\w*)\b"
)
#: "rule out" asks, "ruled out" answers.
_ASKED = re.compile(r"\brule out\b|\bz\. ?n\.|ausschluss empfohlen")
_HEDGED = re.compile(
    r"possibl|probabl|consider|\bmay\b|might|suggest|cannot|borderline|\bor\b|versus|\bvs\b|\?|questionabl|likely|"
    r"suspect|uncertain|criteria|could be|fraglich|möglich|moeglich|wahrscheinlich|verdacht|v\. ?a\.|\boder\b|eventuell|"
    r"evtl|grenzwertig|hinweis|misstänk|möjlig|övervägas|uteslutas"
)
_CLAUSE = re.compile(r"[,;.(){}\[\]|]|\s-\s|\bbut\b|\baber\b|\bjedoch\b|\bsonst\b|\botherwise\b")
_INFARCT = r"(infar(ct|kt)|myocardial damage|myokardsch|narbe|scar|\bmi\b|stemi|st[- ]elevation)"
_WALLS = {
    ANTERIOR: re.compile(
        rf"(anter|vorderwand|\bsept|anterosept).*{_INFARCT}|{_INFARCT}.*(anter|vorderwand|sept)"
    ),
    INFERIOR: re.compile(rf"(\binfer|hinterwand).*{_INFARCT}|{_INFARCT}.*(\binfer|hinterwand)"),
}
#: Two words for one, which the German names know; and what makes a block of the left bundle none of the vocabulary.
_INCOMPLETE = re.compile(r"unvollständig\w*\s+")
_PARTIAL_LEFT = re.compile(r"(inkomplet\w*|incomplete|partial)[ -]+(links|left|lbbb|lsb)")
_ACUTE = re.compile(r"acute|akut|frisch|recent|stemi|st[- ]elevation|injury")
_OLD = re.compile(r"\bold\b|\balte[rn]?\b(?! unb)|abgelaufen|zustand nach|scar|narbe|chronic|remote")
_OF_AGE = {
    ANTERIOR: ("anterior STEMI", "old anterior infarct"),
    INFERIOR: ("inferior STEMI", "old inferior infarct"),
}
_INFARCTS = frozenset(name for pair in _OF_AGE.values() for name in pair)
#: Rhythm words of languages that have no table here.
_ELSEWHERE = re.compile(
    r"\b(ritmo sinu\w+|sinus ?r[hy]*t[hy]*m\w*|sinus ?rytm\w*|rythme sinusal\w*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Stated:
    """What a file says, each condition (or wall) with the statement that says so.

    Attributes
    ----------
    plainly, hinted : dict of str to str
        Names of the vocabulary, `ANTERIOR` and `INFERIOR`.
    """

    plainly: dict[str, str] = field(default_factory=dict)
    hinted: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, statement: str, hint: bool) -> None:
        """Take up a condition, the first statement of which counts; "" is none."""
        if name:
            (self.hinted if hint else self.plainly).setdefault(name, statement)


def read_statements(statements: Iterable[str]) -> Stated:
    """The conditions that a file's statements name.

    Parameters
    ----------
    statements : iterable of str
        As `Recording.statements` keeps them: one line each, of bounded length and number.

    Examples
    --------
    >>> read_statements(["Sinus rhythm", "possible LVH", "no LBBB"]).plainly
    {'sinus rhythm': 'Sinus rhythm'}
    """
    stated = Stated()
    for statement in statements:
        if _COMPARED.search(statement):
            break
        coded = _CODED.match(statement)
        if coded and (codes := list(_codes(coded.group(2)))):
            for name, hint in codes:
                stated.add(name, statement, hint)
        else:
            _read_text(stated, statement)
    return stated


def _codes(text: str) -> Iterator[tuple[str, bool]]:
    """SNOMED identifiers, and SCP statements with or without likelihoods; nothing where the text is none of these."""
    pairs = re.findall(r"['\"]?([A-Z0-9_/]{2,10})['\"]?\s*[:=]\s*(\d+(?:\.\d+)?)", text)
    if pairs:
        yield from ((_scp(code), 0 < float(share) < _SURE) for code, share in pairs)
        return
    tokens = [token.strip("'\" ") for token in re.split(r"[,;\s]+", text.strip(" {}[]()"))]
    tokens = [token for token in tokens if token]
    if all(re.fullmatch(r"\d{6,18}|[A-Z0-9_/]{2,10}", token) for token in tokens):
        yield from ((_snomed(token) if token.isdigit() else _scp(token), False) for token in tokens)


def _snomed(code: str) -> str:
    if code in _FURTHER_CODES:
        return _FURTHER_CODES[code]
    return next((c.name for c in load_vocabulary() if c.codes.get("snomed") == code), "")


def _scp(code: str) -> str:
    if code in _FURTHER_SCP:
        return _FURTHER_SCP[code]
    return next((c.name for c in load_vocabulary() if c.codes.get("scp") == code), "")


def _read_text(stated: Stated, statement: str) -> None:
    text = re.sub(r"[*<>_]+", " ", _KEY.sub("", statement)).casefold()
    text = _INCOMPLETE.sub("inkompletter ", text)
    hedged = bool(_HEDGED.search(text)) and not re.search(r"\bwith\b|\bmit\b", text)
    if not _denies(text):
        for name in _walls(text):
            stated.add(name, statement, bool(_HEDGED.search(text) or _ASKED.search(text)))
    for clause in _CLAUSE.split(text):
        for part in re.split(r"\bwith\b|\bmit\b|\band\b|\bund\b", clause):
            if part.strip() and not _denies(part):
                hint = hedged or bool(_HEDGED.search(part) or _ASKED.search(part))
                for name in _named(part.strip()):
                    stated.add(name, statement, hint)
    if _ELSEWHERE.search(text) and not _denies(text):
        stated.add("sinus rhythm", statement, hedged)


def _denies(text: str) -> bool:
    return bool(_DENIED.search(text)) and not _ASKED.search(text)


def _walls(text: str) -> Iterator[str]:
    """Infarcts: STEMI or scar where the statement says how old, else the wall."""
    for wall, pattern in _WALLS.items():
        if pattern.search(text):
            fresh, scar = _OF_AGE[wall]
            yield scar if _OLD.search(text) else fresh if _ACUTE.search(text) else wall


def _named(part: str) -> Iterator[str]:
    """Conditions that a part of a statement names: all of it by any name, or in it a name that means nothing else."""
    if is_healthy(part):
        # Not a rhythm: that the rest is as it should be.
        return
    if is_condition(part):
        name = find_condition(part).name
        yield from (() if name in _INFARCTS else (name,))
        return
    rest = part
    for phrase, name in _phrases():
        if phrase in rest and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", rest):
            if not (name == "left bundle branch block" and _PARTIAL_LEFT.search(part)):
                yield name
            rest = rest.replace(phrase, " ")
    for condition in load_vocabulary():
        labels = condition.labels
        if (
            condition.name in _INFARCTS
            or not labels.sentence
            or (labels.but_not and re.search(labels.but_not, rest))
        ):
            continue
        if re.search(labels.sentence, rest):
            yield condition.name


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, str], ...]:
    """Names and synonyms, English and German, that mean the condition within a sentence too; the longest first."""
    german = read_conditions("de")
    found = {}
    for condition in load_vocabulary():
        words = german.get(condition.name, {})
        english = (condition.name, *condition.synonyms)
        for phrase in english:
            if (" " in phrase or "-" in phrase) and len(phrase) > 6:
                found.setdefault(phrase.casefold(), condition.name)
        for phrase in (words.get("name", ""), *words.get("synonyms", ())):
            if len(phrase) > 11 or (" " in phrase and len(phrase) > 6):
                found.setdefault(phrase.casefold(), condition.name)
    # What several conditions can be meant by means none of them.
    for phrase in ("tachykardie", "bradykardie", "herzschrittmacher", "normalbefund"):
        found.pop(phrase, None)
    usable = {phrase: name for phrase, name in found.items() if name not in _INFARCTS}
    return tuple(sorted(usable.items(), key=lambda pair: (-len(pair[0]), pair[0])))

"""What the referee says of a recording that nobody asked anything of, and how much of it counts by itself."""

from __future__ import annotations

from functools import cached_property

from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.verdict import Verdict
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.i18n.message import Message

#: The criteria are the condition itself: who has a sinus rhythm below 60/min has sinus bradycardia.
MEASURED = frozenset(("sinus rhythm", "sinus bradycardia", "sinus tachycardia", "ventricular pacing"))
#: Criteria that healthy hearts seldom meet (none of 149 normal ECGs of training patients, first-degree block apart):
#: they count where there is no network, which sees eight leads and ten seconds or nothing.
SELDOM_WRONG = frozenset(
    (
        "atrial fibrillation",
        "ventricular premature complex",
        "first-degree AV block",
        "right bundle branch block",
        "left bundle branch block",
    )
)
#: An interval, an amplitude or a voltage by itself: where it is measured and not met, the network alone is not enough.
MEASURABLE = frozenset(
    (
        "sinus arrhythmia",
        "first-degree AV block",
        "low voltage",
        "anterior STEMI",
        "inferior STEMI",
        "ST depression",
        "T inversion",
        "long QT",
    )
)
#: Too rare in the real records for the network to learn. The criteria count where it does not call the ECG normal.
#: In every other condition the criteria alone are met by too many who have another one, or none: the sinus
#: arrhythmia of 28 %, the wide P of 11 % and the tall R of 4 % of normal ECGs.
RARE = frozenset(
    (
        "supraventricular tachycardia",
        "junctional rhythm",
        "ventricular bigeminy",
        "ventricular tachycardia",
        "accelerated idioventricular rhythm",
        "Wenckebach AV block",
        "Mobitz II AV block",
        "complete AV block",
        "left posterior fascicular block",
        "pre-excitation",
        "left ventricular strain",
        "right ventricular hypertrophy",
        "hyperkalaemia",
        "Brugada type 1",
        "inferior STEMI",
    )
)


class Referee:
    """The criteria of the vocabulary on one recording, judged when they are asked for.

    Parameters
    ----------
    measured : Measurements
    age : float or None
        Years.
    sex : {"F", "M"} or None
    """

    def __init__(self, measured: Measurements, age: float | None, sex: str | None):
        self.measured, self.age, self.sex = measured, age, sex
        self._lines: dict[str, tuple[Verdict, ...]] = {}

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(condition.name for condition in load_vocabulary())

    def lines(self, name: str) -> tuple[Verdict, ...]:
        """The verdicts of a condition."""
        if name not in self._lines:
            self._lines[name] = judge(self.measured, (name,), age=self.age, sex=self.sex)
        return self._lines[name]

    def meets(self, name: str) -> bool | None:
        """Whether the criteria are met; None where they cannot be judged, or are none of the vocabulary."""
        if name not in self._known:
            return None
        lines = self.lines(name)
        if any(line.met is False for line in lines):
            return False
        return True if meets(lines) and any(line.met for line in lines) else None

    def evidence(self, name: str) -> tuple[Message, ...]:
        """The lines that are met, as what speaks for a condition; none where the whole is not."""
        return tuple(_as_sentence(line) for line in self.lines(name) if line.met) if self.meets(name) else ()


def _as_sentence(line: Verdict) -> Message:
    if line.got is None:
        return Message("{what}: {asked}", what=line.name, asked=line.asked)
    if isinstance(line.got, str):
        return Message("{what}: {got}", what=line.name, got=line.got)
    values = {"what": line.name, "value": line.got, "asked": line.asked}
    if not line.unit:
        return Message("{what}: {value:.3g} ({asked})", **values)
    return Message("{what}: {value:.3g} {unit} ({asked})", **values, unit=line.unit)

"""Whether a twin's waves are of a size that patients have.

A criterion has a lower limit as a rule (an S that is deep enough, a QRS that is wide enough); nothing in it refuses what
no patient ever had. The upper limits here are measured on 1,461 patients (one recording each) of the databases in
docs/training.md: the 99th percentile of all of them, and for conditions that make waves larger that of the patients with
the label (the 95th where they are fewer than forty), rounded up; docs/referee.md has the table with n. What the patient's
own recording shows already is never too large.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ecgtwin_app.conditions.likeness import likeness, unlike
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.verdict import PLAUSIBILITY, Asked, Verdict, line, yes
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.i18n.message import Message

_LIMB, _CHEST = LEADS[:6], LEADS[6:]
_RIGHT, _LEFT = ("V1", "V2", "V3"), ("V4", "V5", "V6")
#: How much larger (share) than in the patient's own recording a wave may be, whatever the limit: what a measurement is
#: worth.
OWN_MARGIN = 0.1


@dataclass(frozen=True)
class Limit:
    """The largest size of a wave in a group of leads.

    Attributes
    ----------
    place : str
        By which records name it in `larger_waves`.
    wave : str
        "S", "R", "T" or "ST", as a reader says it.
    leads : tuple of str
    sizes : callable (Measurements) -> dict of str to float or None
        By lead, mV; of T and ST the sign is left out.
    usual : float
        mV.
    """

    place: str
    wave: str
    leads: tuple[str, ...]
    sizes: Callable[[Measurements], Mapping[str, float | None]]
    usual: float

    def allowed(self, conditions: Sequence[Condition]) -> float:
        """The limit (mV) under everything that is asked."""
        return max([self.usual, *(condition.larger_waves.get(self.place, 0.0) for condition in conditions)])


LIMITS = (
    Limit("S right", "S", _RIGHT, lambda m: m.s_amplitude, 3.9),
    Limit("S left", "S", _LEFT, lambda m: m.s_amplitude, 2.2),
    Limit("R right", "R", _RIGHT, lambda m: m.r_amplitude, 3.0),
    Limit("R left", "R", _LEFT, lambda m: m.r_amplitude, 3.6),
    Limit("R limb", "R", _LIMB, lambda m: m.r_amplitude, 2.0),
    Limit("S limb", "S", _LIMB, lambda m: m.s_amplitude, 2.0),
    Limit("T limb", "T", _LIMB, lambda m: m.t_amplitude, 0.7),
    Limit("T chest", "T", _CHEST, lambda m: m.t_amplitude, 1.5),
    Limit("ST", "ST", LEADS, lambda m: m.st_60, 0.8),
)
#: Longest QRS (ms), the 99th percentile of all; records say where it is longer. Seven paced patients have up to 254 ms,
#: and in hyperkalaemia and fast ventricular rhythms it goes over into a sine wave.
LONGEST_QRS = 210.0


def plausible(m: Measurements, reference: Measurements, asked: Asked, whole: bool = True) -> list[Verdict]:
    """One line that all waves are of a size that patients have, or one for each that is not; and so of its likeness.

    With `whole` unset nothing is said of the likeness: that of a whole recording, not of a strip that tries a beat.
    """
    lines = _too_large(m, reference, asked) or [yes("waves no larger than patients have them", "yes", True)]
    lines = [replace(verdict, kind=PLAUSIBILITY) for verdict in lines]
    if not whole:
        return lines
    said = {verdict.name for verdict in lines}
    apart = [v for v in unlike(likeness(m, asked.conditions, reference)) if v.name not in said]
    alike = replace(yes("looks as recordings of patients do", "yes", True), kind=PLAUSIBILITY)
    return lines + (apart or [alike])


def _too_large(m: Measurements, reference: Measurements, asked: Asked) -> list[Verdict]:
    beyond = []
    for limit in LIMITS:
        sizes, own = limit.sizes(m), limit.sizes(reference)
        lead = max(limit.leads, key=lambda name: abs(sizes.get(name) or 0.0))
        before = max(abs(own.get(name) or 0.0) for name in limit.leads)
        most, got = (
            max(limit.allowed(asked.conditions), (1 + OWN_MARGIN) * before),
            abs(sizes.get(lead) or 0.0),
        )
        if got > most:
            name = Message("size of {wave} in {lead}", wave=limit.wave, lead=lead)
            beyond.append(line(name, "mV", Message("≤ {limit:.2g}", limit=most), got, False))
    longest = max([LONGEST_QRS, *(condition.longest_qrs or 0.0 for condition in asked.conditions)])
    longest = max(longest, (1 + OWN_MARGIN) * (reference.qrs or 0.0))
    if m.qrs is not None and m.qrs > longest:
        beyond.append(line("longest QRS", "ms", Message("≤ {limit:.0f}", limit=longest), m.qrs, False))
    return beyond

"""The rhythm score: when atria and ventricles are activated, and how.

What a musical score is to a performance. A rhythm process writes it, the simulator and the
diffusion model perform it with the patient's own morphology. Times are activation *onsets*, so the
difference of a QRS and its P is the PR interval.
"""

from __future__ import annotations

from dataclasses import dataclass

#: How a P wave arises. "retrograde" is conducted back from the ventricles or the junction, "flutter" is one
#: turn of the loop.
ATRIAL_ORIGINS = ("sinus", "ectopic", "retrograde", "paced", "flutter")
#: How a QRS arises. "conducted" comes down the patient's own His-Purkinje system (with whatever
#: bundle branch block the condition says), "aberrant" is conducted with a rate-dependent block.
VENTRICULAR_ORIGINS = ("conducted", "aberrant", "ventricular", "paced")
#: Where a ventricular beat begins, or a paced one is stimulated; an event may leave it open.
VENTRICULAR_SITES = (
    "right ventricular outflow tract",
    "left ventricular outflow tract",
    "right ventricular apex",
    "right ventricular free wall",
    "right ventricular septum",
    "left ventricular lateral wall",
    "left ventricular posterior wall",
    "left ventricular apex",
    "posterior fascicle",
)
#: Continuous atrial activity that replaces P waves; turns of a flutter loop may stand in the score beside it.
ATRIAL_RHYTHMS = ("waves", "fibrillation", "flutter")


@dataclass(frozen=True)
class Event:
    """One activation.

    Attributes
    ----------
    time : float
        Onset of the wave, seconds from the start of the strip. May lie a little outside it, when
        only a part of the wave falls inside.
    chamber : {"P", "QRS"}
    origin : str
        One of `ATRIAL_ORIGINS` for a P, of `VENTRICULAR_ORIGINS` for a QRS.
    site : str
        One of `VENTRICULAR_SITES` for a ventricular or paced QRS; empty when it is left open.
    """

    time: float
    chamber: str
    origin: str
    site: str = ""

    def __post_init__(self):
        known = {"P": ATRIAL_ORIGINS, "QRS": VENTRICULAR_ORIGINS}
        if self.origin not in known.get(self.chamber, ()):
            raise ValueError(f"A {self.chamber} event cannot be of origin {self.origin!r}.")
        if self.site and (self.site not in VENTRICULAR_SITES or self.origin not in ("ventricular", "paced")):
            raise ValueError(f"A {self.origin} {self.chamber} cannot come from {self.site!r}.")


@dataclass(frozen=True)
class RhythmScore:
    """The events of a strip, in order of time.

    Attributes
    ----------
    events : tuple of Event
    duration : float
        Seconds.
    atrial : str
        One of `ATRIAL_RHYTHMS`; "waves" means that the P events say it all.
    """

    events: tuple[Event, ...]
    duration: float = 10.0
    atrial: str = "waves"

    def __post_init__(self):
        if self.atrial not in ATRIAL_RHYTHMS:
            raise ValueError(f"Unknown atrial rhythm {self.atrial!r}.")
        object.__setattr__(self, "events", tuple(sorted(self.events, key=lambda e: e.time)))

    def times(self, chamber: str, *origins: str) -> list[float]:
        """Onsets (s) of one chamber's events, all origins unless some are named."""
        return [e.time for e in self.events if e.chamber == chamber and (not origins or e.origin in origins)]

    def to_json(self) -> dict:
        """A plain dict for files; `from_json` reads it back."""
        return {
            "duration": self.duration,
            "atrial": self.atrial,
            "events": [_event_to_json(e) for e in self.events],
        }

    @classmethod
    def from_json(cls, data: dict) -> RhythmScore:
        """Read what `to_json` wrote; `ValueError` or `KeyError` when it is something else."""
        events = tuple(
            Event(float(e["time"]), str(e["chamber"]), str(e["origin"]), str(e.get("site", "")))
            for e in data["events"]
        )
        return cls(events, float(data["duration"]), str(data["atrial"]))


def _event_to_json(event: Event) -> dict:
    plain = {"time": round(event.time, 4), "chamber": event.chamber, "origin": event.origin}
    return {**plain, "site": event.site} if event.site else plain

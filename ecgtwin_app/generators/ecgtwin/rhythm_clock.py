"""What a rhythm keeps time by: when atria and ventricles were last activated, and how long they took before.

A heart has several clocks, the sinus node, the AV node, an escape pacemaker, a loop, and the next activation is
due by one of them. Each clock is an anchor: a time (s) at which the next event would come if that clock alone
told it. A beat of a steady rhythm lies on an anchor to a few milliseconds, an early one beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ecgtwin_app.heart.rhythm.grid import CUT_AT_END, LEAD_IN
from ecgtwin_app.sampling.arrays import library

#: Events are written from here (s): earlier ones do not show in the strip.
START = -LEAD_IN
#: Cycle (s) when the heart rate is unknown, 75/min.
TYPICAL_CYCLE = 0.8
#: Intervals (s) before any was seen: P to QRS, and QRS to a retrograde P.
_TYPICAL_PR, _TYPICAL_RP = 0.16, 0.1
#: Clocks of the next event: now, the asked cycle after the last QRS, the last RR after it, the RR before that
#: (which tells of beats in pairs), the last PP after the last P, the last PR after it, and the last RP after the QRS.
ANCHORS = 7
#: Numbers that the network sees of the clocks.
CLOCK_FEATURES = ANCHORS + 13


@dataclass(frozen=True, eq=False)
class Clock:
    """The state of a batch of rhythms after some events; all fields have shape (batch,), times in seconds.

    Arrays where rhythms are composed, tensors where a model is trained.

    Attributes
    ----------
    cycle : array
        The RR interval that the asked rate means.
    duration : float
        Of the strip.
    now : array
        Time of the last event.
    qrs, p : array
        Onset of the last QRS and of the last P.
    rr, rr_before, pp : array
        The last RR, the one before it, and the last PP.
    pr, rp : array
        From the last P to the QRS that followed it, and from the last QRS to the P that followed it.
    beats, waves : array
        How many QRS and P there were.
    first, counted : array
        Onset of the first QRS that lies whole in the strip, and how many do.
    """

    cycle: Any
    duration: float
    now: Any
    qrs: Any
    p: Any
    rr: Any
    rr_before: Any
    pp: Any
    pr: Any
    rp: Any
    beats: Any
    waves: Any
    first: Any
    counted: Any

    @classmethod
    def start(cls, rate: Any, duration: float) -> Clock:
        """Before the first event; `rate` (1/min) may be NaN."""
        xp = library(rate)
        cycle = xp.where(xp.isfinite(rate), 60.0 / rate, xp.full_like(rate, TYPICAL_CYCLE))
        begin, none = xp.full_like(cycle, START), xp.zeros_like(cycle)
        pr, rp = xp.full_like(cycle, _TYPICAL_PR), xp.full_like(cycle, _TYPICAL_RP)
        return cls(
            cycle, duration, begin, begin, begin, cycle, cycle, cycle, pr, rp, none, none, none, none
        )  # fmt: skip

    def after(self, time: Any, ventricular: Any) -> Clock:
        """The clocks after an event at `time` (batch,), of the ventricles where `ventricular` (bool), else of the atria."""
        beat, wave = ventricular, ~ventricular
        again, again_p = beat & (self.beats > 0), wave & (self.waves > 0)
        whole = beat & (time >= 0) & (time < self.duration - CUT_AT_END)
        pick = library(time).where
        return replace(
            self,
            now=time,
            qrs=pick(beat, time, self.qrs),
            p=pick(wave, time, self.p),
            rr=pick(again, time - self.qrs, self.rr),
            rr_before=pick(again, self.rr, self.rr_before),
            pp=pick(again_p, time - self.p, self.pp),
            pr=pick(beat & (self.waves > 0) & (self.p > self.qrs), time - self.p, self.pr),
            rp=pick(wave & (self.beats > 0) & (self.qrs >= self.p), time - self.qrs, self.rp),
            beats=self.beats + beat,
            waves=self.waves + wave,
            first=pick(whole & (self.counted == 0), time, self.first),
            counted=self.counted + whole,
        )

    def anchors(self) -> Any:
        """When the next event is due by each clock (batch, ANCHORS), seconds."""
        due = (
            self.now,
            self.qrs + self.cycle,
            self.qrs + self.rr,
            self.qrs + self.rr_before,
            self.p + self.pp,
            self.p + self.pr,
            self.qrs + self.rp,
        )
        return library(self.now).stack(due, -1)

    def features(self) -> Any:
        """What the network sees (batch, CLOCK_FEATURES): times in cycles of the asked rate, near unit size."""
        cycle = self.cycle
        due = (self.anchors() - self.now[:, None]) / cycle[:, None]
        # Beats more than the asked rate makes of the time since the first one counted: what is left to catch up.
        ahead = (self.counted - 1).clip(0) - (self.qrs - self.first) / cycle * (self.counted > 0)
        rest = (
            (self.now - self.qrs) / cycle,
            (self.now - self.p) / cycle,
            self.rr / cycle,
            self.pp / cycle,
            5 * self.pr,
            5 * self.rp,
            cycle - TYPICAL_CYCLE,
            self.now / self.duration,
            (self.duration - self.now) / cycle,
            ahead,
            self.beats.clip(0, 3) / 3,
            self.waves.clip(0, 3) / 3,
            (self.counted > 0) + 0.0 * cycle,
        )
        xp = library(cycle)
        return xp.concatenate([due, xp.stack(rest, -1)], -1).clip(-4.0, 4.0)

"""What is known of a condition: one record, which everything else in the program asks.

Records hold what is true of a condition. What it does to a beat or to a rhythm is a transform or a process of
`heart`, bound to the record's name where it is written; its words in other languages stand below `resources/words`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecgtwin_app.conditions.verdict import Asked, Verdict
    from ecgtwin_app.ecg.measurement.measure import Measurements

#: A condition that the model meets less often than this is offered as experimental.
READY_FROM = 0.9
GROUPS = ("rhythm", "conduction", "muscle", "ischaemia", "metabolic")

Criterion = Callable[["Measurements", "Asked"], "list[Verdict]"]


@dataclass(frozen=True)
class Severity:
    """What makes a rhythm marked: a measure of `heart.rhythm.processes.severity`, where it just holds and at its most marked."""

    measure: str
    mildest: float
    most: float


@dataclass(frozen=True)
class Exclusion:
    """Conditions that no beat shows together with the record's own, and why."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Taught:
    """How training draws a condition.

    Attributes
    ----------
    share : float
        How often, against the other rhythms or the other shapes: what changes a beat most takes longest to learn.
    rates : tuple of float or None
        Ventricular rates (1/min) of a rhythm.
    companions : tuple of str
        Shapes that often come with a shape.
    accompanied : float
        Share of its lone cases in which the first companion comes along all the same.
    """

    share: float
    rates: tuple[float, float] | None = None
    companions: tuple[str, ...] = ()
    accompanied: float = 0.0


@dataclass(frozen=True)
class Labels:
    """Words for a condition in databases (labels, lower case) and in machines' reports (sentences, lower case).

    Attributes
    ----------
    means, doubtful : tuple of str
        Labels that state it, and those under which it may hold or not.
    silent : bool
        No database states it reliably, so that silence says nothing.
    sentence, but_not : str
        Patterns of a plain sentence that states it, and of words that turn it into something else.
    touched : str
        Pattern of a sentence that is about it without stating it.
    contradicts : tuple of str
        Conditions that a report which states it rules out.
    """

    means: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    silent: bool = False
    sentence: str = ""
    but_not: str = ""
    touched: str = ""
    contradicts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition. Rates are ventricular, 1/min.

    Attributes
    ----------
    name : str
        Unique, as the program writes it.
    group : str
        One of `GROUPS`.
    synonyms : tuple of str
    codes : mapping of str to str
        "scp", "aha" (2007 statement list, a modifier after "+"), "mdc" (aECG RefID) and "snomed" (CT
        identifier), as text, from the sources in docs/codes.md; a system without a code for it is left out.
    rate_range : tuple of float
        Lowest and highest usual rate: advice.
    default_rate : float or None
        None keeps the reference's.
    criteria, source, teaching : str
        When a recording meets it, who says so, and what a student should see.
    criterion : callable (Measurements, Asked) -> list of Verdict
        Judges a recording by the criteria.
    rate_limits : tuple of float or None
        Slowest and fastest rate at which it can be told, by its criteria or its mechanism; None where it sets no limit.
    usual_rates : tuple of float or None
        Rates that 5, 50 and 95 % of the patients with it do not exceed: one is drawn where the patient's own cannot be
        kept. Measured on real recordings of training patients that lie inside the limits (benchmarks/rates.py), or of
        the source named beside.
    limits : mapping of str to tuple of float
        Set-points ("pr", "qrs": ms; "axis": degrees in any turn) that do not contradict it, inclusive.
    defining : mapping of str to tuple of float
        Set-points that define it, drawn where none is asked and no other condition changes the QRS: well inside the
        limits of its source. A duration is measured some 4 ms longer on the performed strip than it was drawn.
    no_pr : str
        Why no PR can be set in it; "" where one can.
    least_qtc : float or None
        QTc (Fridericia, ms) that a QT asked for must reach.
    larger_waves : mapping of str to float
        The largest size (mV) of waves that it makes larger, by the places of `plausible.LIMITS`; infinite where the
        condition is the size of that wave.
    longest_qrs : float or None
        Longest plausible QRS (ms) where it is longer than in others.
    raises_voltage : bool
        It makes QRS as tall as no other change of the same heart does.
    changes : tuple of str
        The parts of a beat, "p", "qrs" and "t", that it changes; () for a rhythm.
    keeps_axis : bool
        It makes the QRS another one and leaves its axis.
    preserves : tuple of str
        Quantities of `evaluation.metrics.preservation` that must stay the patient's.
    sinus : bool
        A rhythm of the sinus node alone.
    uneven : bool
        The sinus node does not keep its cycle.
    sinus_node_rate : tuple of float or None
        Rates (1/min) of the sinus node that beats on over a complete AV block.
    replaces_sinus : bool
        No sinus rhythm is present.
    led_by_ventricles : bool
        All or most beats begin in the ventricles, which keep their own time; the sinus node may go on unseen.
    hides_shape : bool
        Its beats come from the ventricles and hide what changes the shape of conducted ones.
    drops_beats : bool
        P waves stay without a QRS.
    ectopic : str
        Chamber of the premature beats that it is, "atrial" or "ventricular"; "" for what is none.
    includes : tuple of str
        Rhythms that it is more of: they add nothing to it.
    atria : str
        One of `ecg.beat.score.ATRIAL_RHYTHMS`.
    wide_qrs : bool
        A QRS that is wide, whatever else is asked.
    own_pr : bool
        Sinus beats have a PR that is not the normal one.
    drawn_pr : tuple of float or None
        PR (s) that is drawn for it in sinus rhythm.
    least_pr : float
        Shortest PR (s) that its P leaves.
    late_right_ventricle : bool
        The QRS ends with the right ventricle alone; its axis is that of what comes before.
    all_or_nothing : bool
        It comes and goes from beat to beat: no beat has half of it.
    severity : Severity or None
        How marked a rhythm is; a shape's transform says that itself.
    own_beats : str
        Origin of the beats that are drawn for it, "ventricular" or "paced"; "" where there are none.
    told_as : str
        The condition as which networks are told of it; "" for itself.
    goes_with : tuple of str
        Rhythms that one strip can show together with this one; it is enough that one of two says so.
    not_in : tuple of str
        Rhythms in which a shape does not show.
    excludes : tuple of Exclusion
        Shapes and rhythms that no beat shows together with it; it is enough that one of two says so.
    measured_with : str
        A condition that it often comes with; the evaluation measures both together.
    taught : Taught or None
        None for what training does not draw.
    labels : Labels
    pass_rate : float or None
        Share of twins on unseen references that met the criteria, 0 to 1; None when not measured.
    """

    name: str
    group: str
    synonyms: tuple[str, ...]
    codes: Mapping[str, str]
    rate_range: tuple[float, float]
    default_rate: float | None
    criteria: str
    source: str
    teaching: str
    criterion: Criterion
    rate_limits: tuple[float, float] | None = None
    usual_rates: tuple[float, float, float] | None = None
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    defining: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    no_pr: str = ""
    least_qtc: float | None = None
    larger_waves: Mapping[str, float] = field(default_factory=dict)
    longest_qrs: float | None = None
    raises_voltage: bool = False
    changes: tuple[str, ...] = ()
    keeps_axis: bool = False
    preserves: tuple[str, ...] = ()
    sinus: bool = False
    uneven: bool = False
    sinus_node_rate: tuple[float, float] | None = None
    replaces_sinus: bool = False
    led_by_ventricles: bool = False
    hides_shape: bool = False
    drops_beats: bool = False
    ectopic: str = ""
    includes: tuple[str, ...] = ()
    atria: str = "waves"
    wide_qrs: bool = False
    own_pr: bool = False
    drawn_pr: tuple[float, float] | None = None
    least_pr: float = 0.0
    late_right_ventricle: bool = False
    all_or_nothing: bool = False
    severity: Severity | None = None
    own_beats: str = ""
    told_as: str = ""
    goes_with: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    excludes: tuple[Exclusion, ...] = ()
    measured_with: str = ""
    taught: Taught | None = None
    labels: Labels = field(default_factory=Labels)
    pass_rate: float | None = None

    @property
    def status(self) -> str:
        """ "ready" when the measured pass rate allows, otherwise "experimental"."""
        return "ready" if self.pass_rate is not None and self.pass_rate >= READY_FROM else "experimental"

    @property
    def is_rhythm(self) -> bool:
        """Whether it says when the heart beats; everything else changes the shape of beats."""
        return not self.changes

    @property
    def sets_pr(self) -> bool:
        """Whether a rhythm has a PR of its own, or none; under all others the patient keeps the PR."""
        return self.is_rhythm and not self.sinus and not self.ectopic

    @property
    def statement(self) -> str:
        """The name by which networks know it."""
        return self.told_as or self.name

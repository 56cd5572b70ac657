"""What a recording shows, from everything that can say so: its file, the published criteria, the network.

A wrong finding makes a wrong twin, for what is found is kept. So one witness is enough only where it is a good one: the
file's plain statement (unless both others contradict it), the network where it is sure, the criteria where they are
the condition itself. Else it takes two.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import NORMAL, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.criteria import MEASURABLE, MEASURED, RARE, SELDOM_WRONG, Referee
from ecgtwin_app.recognition.probabilities import Opinion, network_opinion
from ecgtwin_app.recognition.shown import SOURCES, Finding, Shown, in_order
from ecgtwin_app.recognition.statements import ANTERIOR, INFERIOR, Stated, read_statements

#: The network's label of an ECG in which nothing is wrong, and the probability from which it rules out what is rare.
NORMAL_ECG, CALLED_NORMAL = "normal ECG", 0.3
#: Most ECGs are in sinus rhythm: to hold it for that the network need not be as sure as for a finding.
RATHER_SINUS = 0.5
#: Below it the network contradicts what a file states, if the criteria do so too.
CONTRADICTED = 0.05
#: They have Q waves, ST and T of their own, which look like an infarct or strain.
EXPLAINS = ("left bundle branch block", "ventricular pacing", "pre-excitation")
#: Sinus rhythms, told apart by their rate (1/min): below 60, to 100, above.
_BY_RATE = (("sinus bradycardia", 60.0), (NORMAL, 100.5), ("sinus tachycardia", float("inf")))
#: Of each wall the fresh infarct and the old one.
_INFARCTS = {
    ANTERIOR: ("anterior STEMI", "old anterior infarct"),
    INFERIOR: ("inferior STEMI", "old inferior infarct"),
}


@dataclass(frozen=True)
class _Witnesses:
    """Everything that can say something of one recording."""

    referee: Referee
    network: Opinion
    stated: Stated

    def sources(self, name: str, label: str = "") -> tuple[str, ...]:
        """Who says that it is shown, in the order of `SOURCES`; empty where it is not.

        Parameters
        ----------
        label : str
            What the network and the file call it, where that is wider.
        """
        label = label or name
        sure, supports = self.network.claims(label), self.network.supports(label)
        sure = sure and not (name in MEASURABLE and self.referee.meets(name) is False)
        says = []
        if self._stated(name, label):
            says.append("file")
        if not (says or sure or self._may_count(name, label)):
            return ()
        if self.referee.meets(name) and (says or sure or supports or self._may_count(name, label)):
            says.append("criteria")
        if sure or (supports and says):
            says.append("network")
        return tuple(says)

    def _stated(self, name, label):
        plainly = self.stated.plainly
        if name not in plainly and label not in plainly:
            return False
        probability = self.network.probability(label)
        contradicted = probability is not None and probability < CONTRADICTED
        return not (contradicted and self.referee.meets(name) is False)

    def _may_count(self, name, label):
        """Whether the criteria would be enough, with what else there is."""
        if name in MEASURED or self.network.supports(label) or {name, label} & self.stated.hinted.keys():
            return True
        if self.network.probability(label) is not None:
            return False
        normal = self.network.probability(NORMAL_ECG)
        if normal is None:
            return name in SELDOM_WRONG
        return name in RARE and normal < CALLED_NORMAL

    def finding(self, name: str, sources: tuple[str, ...], label: str = "") -> Finding:
        """A condition with what speaks for it."""
        because = self.referee.evidence(name)
        if "file" in sources:
            plainly = self.stated.plainly
            statement = plainly.get(name) or plainly.get(label, "")
            because += (Message("The file says: {statement}", statement=statement),)
        return Finding(
            name, self.network.probability(label or name), self.referee.meets(name), sources, because
        )


def recognise(recording: Recording, measured: Measurements | None = None) -> Shown:
    """What a recording shows.

    Parameters
    ----------
    recording : Recording
        The network sees up to three strips of ten seconds of it, the referee all.
    measured : Measurements, optional
        Of the recording, where it is measured already.

    Returns
    -------
    Shown
        Conditions that one heart can show together.

    Raises
    ------
    EcgError
        When the recording cannot be measured, or the network's weights are damaged.
    """
    patient = recording.patient
    referee = Referee(measured or measure(recording), patient.age, patient.sex)
    witnesses = _Witnesses(referee, network_opinion(recording), read_statements(recording.statements))
    found = [*_infarcts(witnesses), *_sinus(witnesses)]
    apart = {NORMAL, *(name for name, _ in _BY_RATE), *(name for pair in _INFARCTS.values() for name in pair)}
    for condition in load_vocabulary():
        if condition.name not in apart and (sources := witnesses.sources(condition.name)):
            found.append(witnesses.finding(condition.name, sources))
    return Shown(in_order(_together(found)), probabilities=witnesses.network.of_conditions())


def _sinus(witnesses: _Witnesses) -> list[Finding]:
    """The sinus rhythm, if there is one, by its rate: what a file or the network calls it is told by the clock."""
    named = {name: witnesses.sources(name) for name, _ in _BY_RATE}
    rather = (witnesses.network.probability(NORMAL) or 0.0) >= RATHER_SINUS
    if not any(named.values()) and not rather:
        return []
    rate = witnesses.referee.measured.heart_rate
    met = [name for name in named if witnesses.referee.meets(name)]
    by_rate = [name for name, below in _BY_RATE if rate is not None and rate < below]
    # Without a rate, what a witness names; where only the network's mind is known, plainly sinus rhythm.
    name = (met or by_rate or [name for name in named if named[name]] or [NORMAL])[0]
    said = {source for sources in named.values() for source in sources} - {"criteria"}
    said |= {"network"} if rather else set()
    sources = tuple(source for source in SOURCES if source in said or (source == "criteria" and name in met))
    return [witnesses.finding(name, sources, next((n for n in named if n in witnesses.stated.plainly), ""))]


def _infarcts(witnesses: _Witnesses) -> list[Finding]:
    """Infarcts of the two walls: fresh where ST says so, else old."""
    found = []
    for wall, (fresh, old) in _INFARCTS.items():
        as_fresh, as_old = witnesses.sources(fresh, fresh), witnesses.sources(old, wall)
        lifted = as_old and witnesses.referee.meets(fresh) and witnesses.network.supports(fresh)
        if as_fresh:
            found.append(witnesses.finding(fresh, as_fresh))
        elif lifted:
            found.append(witnesses.finding(fresh, tuple(dict.fromkeys((*as_old, "criteria"))), wall))
        elif as_old:
            found.append(witnesses.finding(old, as_old, wall))
    return found


def _together(found: list[Finding]) -> list[Finding]:
    """Those that one heart can show together; of two that exclude each other the better attested one."""
    kept: list[Finding] = []
    for finding in sorted(found, key=_weight, reverse=True):
        try:
            check_combination([*(other.name for other in kept), finding.name])
        except EcgError:
            continue
        kept.append(finding)
    return kept


def _weight(finding):
    """The file first, then what explains the look of others, then the network by its probability, then the criteria."""
    probability, sources = finding.probability or 0.0, finding.sources
    return (
        2.0 * ("file" in sources) + (finding.name in EXPLAINS) + probability + 0.5 * ("criteria" in sources)
    )

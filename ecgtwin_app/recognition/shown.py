"""What a recording shows, who says so, and what the user says to it. A recognition, never a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, is_condition, load_vocabulary
from ecgtwin_app.i18n.message import Message

#: Who can say that a recording shows a condition: what its file states, the published criteria, the network that
#: was trained on real records, and the user.
SOURCES = ("file", "criteria", "network", "user")


@dataclass(frozen=True)
class Finding:
    """One condition that a recording shows.

    Attributes
    ----------
    name : str
        As the vocabulary has it.
    probability : float or None
        Of the network, 0 to 1; None where it does not know the condition or was not asked.
    meets : bool or None
        Whether the recording meets the condition's published criteria; None where they cannot be judged.
    sources : tuple of str
        Who says so, of `SOURCES`, in their order.
    because : tuple of Message
        What speaks for it, a line each: measurements with their limits, and the file's own words.
    """

    name: str
    probability: float | None = None
    meets: bool | None = None
    sources: tuple[str, ...] = ()
    because: tuple[Message, ...] = ()

    def sentences(self) -> tuple[Message, ...]:
        """What is known, a sentence each, none of them a diagnosis; `because` follows them."""
        condition = Message(self.name)
        said = []
        if self.meets:
            said.append(Message("This recording meets the criteria of {condition}.", condition=condition))
        if "network" in self.sources and self.probability is not None:
            percent = min(99, max(1, round(100 * self.probability)))
            said.append(
                Message(
                    "It looks like {condition} (probability {percent} %).",
                    condition=condition,
                    percent=percent,
                )
            )
        if "file" in self.sources:
            said.append(Message("The file states {condition}.", condition=condition))
        if "user" in self.sources:
            said.append(Message("You have stated {condition}.", condition=condition))
        return tuple(said)

    def to_json(self) -> dict:
        """As JSON knows it."""
        return {
            "name": self.name,
            "probability": None if self.probability is None else round(float(self.probability), 4),
            "meets": self.meets,
            "sources": list(self.sources),
            "because": [line.to_json() for line in self.because],
        }

    @classmethod
    def from_json(cls, plain: Mapping) -> Finding:
        """What `to_json` wrote; `ValueError`, `KeyError` or `TypeError` when it is something else."""
        probability, meets = plain["probability"], plain["meets"]
        if probability is not None and not 0 <= float(probability) <= 1:
            raise ValueError("no probability")
        if meets not in (True, False, None):
            raise ValueError("no verdict")
        sources = tuple(source for source in SOURCES if source in plain["sources"])
        because = tuple(Message.from_json(line) for line in plain["because"])
        name = find_condition(plain["name"]).name
        return cls(name, None if probability is None else float(probability), meets, sources, because)


@dataclass(frozen=True)
class Shown:
    """What a recording shows.

    Attributes
    ----------
    findings : tuple of Finding
        In the order of the vocabulary.
    denied : tuple of str
        Conditions of which the user says that it does not show them.
    probabilities : mapping of str to float
        What the network says of every condition it knows, shown or not; empty where it was not asked.
    """

    findings: tuple[Finding, ...] = ()
    denied: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The conditions that are shown, sinus rhythm among them."""
        return tuple(finding.name for finding in self.findings)

    @property
    def beyond_sinus(self) -> tuple[str, ...]:
        """The same without plain sinus rhythm: what a healthy heart at rest would not show."""
        return tuple(name for name in self.names if name != NORMAL)

    def find(self, name: str) -> Finding | None:
        """The finding of a condition, by any of its names; None where it is not shown."""
        wanted = find_condition(name).name
        return next((finding for finding in self.findings if finding.name == wanted), None)

    def corrected(self, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Shown:
        """What is shown after the user's corrections, which win.

        Parameters
        ----------
        add, remove : iterable of str
            Names, synonyms or codes. A condition in both is shown.

        Raises
        ------
        UnknownCondition
            For a name that the vocabulary does not have.
        """
        added = {find_condition(name).name for name in add}
        removed = {find_condition(name).name for name in remove} - added
        kept = {finding.name: finding for finding in self.findings if finding.name not in removed}
        for name in added:
            before = kept.get(name, Finding(name, self.probabilities.get(name)))
            sources = tuple(source for source in SOURCES if source in (*before.sources, "user"))
            kept[name] = Finding(name, before.probability, before.meets, sources, before.because)
        denied = (set(self.denied) | removed) - added
        return Shown(in_order(kept.values()), _names_in_order(denied), self.probabilities)

    def to_json(self) -> dict:
        """As JSON knows it; `from_json` makes it again."""
        return {
            "findings": [finding.to_json() for finding in self.findings],
            "denied": list(self.denied),
            "probabilities": {name: round(float(p), 4) for name, p in self.probabilities.items()},
        }

    @classmethod
    def from_json(cls, plain: Mapping) -> Shown:
        """What `to_json` wrote. Conditions that this version does not know are left out.

        Raises
        ------
        ValueError, KeyError, TypeError
            When it is something else.
        """
        findings = [Finding.from_json(one) for one in plain["findings"] if is_condition(str(one["name"]))]
        denied = {find_condition(name).name for name in map(str, plain["denied"]) if is_condition(name)}
        probabilities = {
            name: float(share) for name, share in plain["probabilities"].items() if is_condition(name)
        }
        if not all(0 <= share <= 1 for share in probabilities.values()):
            raise ValueError("no probability")
        unique = {finding.name: finding for finding in findings}
        return cls(in_order(unique.values()), _names_in_order(denied), probabilities)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the vocabulary."""
    rank = {condition.name: row for row, condition in enumerate(load_vocabulary())}
    return tuple(sorted(findings, key=lambda finding: rank[finding.name]))


def _names_in_order(names):
    return tuple(condition.name for condition in load_vocabulary() if condition.name in names)

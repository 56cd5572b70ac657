"""What the network says of a recording, as probabilities and as what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.inference import preferred
from ecgtwin_app.recognition.strip import strips_of


@dataclass(frozen=True)
class Threshold:
    """From which probability a label counts.

    Attributes
    ----------
    claims : float
        By itself.
    supports : float
        Beside a second witness.
    """

    claims: float
    supports: float


@dataclass(frozen=True)
class Opinion:
    """The network's opinion; without probabilities where it was not asked."""

    probabilities: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)

    def probability(self, label: str) -> float | None:
        """0 to 1; None for a label that the network does not know."""
        return self.probabilities.get(label)

    def claims(self, label: str) -> bool:
        """Whether it is sure enough by itself."""
        probability = self.probability(label)
        return probability is not None and probability >= self.thresholds[label].claims

    def supports(self, label: str) -> bool:
        """Whether it is a second witness."""
        probability = self.probability(label)
        return probability is not None and probability >= self.thresholds[label].supports

    def of_conditions(self) -> dict[str, float]:
        """The probabilities of the vocabulary's conditions."""
        known = {condition.name for condition in load_vocabulary()}
        return {name: share for name, share in self.probabilities.items() if name in known}


def network_opinion(recording: Recording) -> Opinion:
    """The network on up to three strips of a recording; their mean counts.

    Without eight leads and ten seconds, or where this installation has no recogniser, it says nothing.

    Raises
    ------
    EcgError
        Its weights are damaged.
    """
    strips = strips_of(recording)
    if strips is None:
        return Opinion()
    from ecgtwin_app.recognition.weights import load_recogniser

    trained = load_recogniser(preferred())
    if trained is None:
        return Opinion()
    return Opinion(trained.probabilities(strips), trained.thresholds)

"""Who performs the draws, and with what switched off."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest

#: The model as it ships, the truth it is measured against, and the generator it is compared with.
DEFAULT, VIRTUAL, DEEPFAKE = "default", "virtual patients", "deepfake-ecg"

#: What a variant is called by who writes the rhythm.
RHYTHMS = {"learned": "learned rhythm"}


@dataclass(frozen=True)
class Variant:
    """One way to perform the draws.

    Attributes
    ----------
    name : str
    changes : dict
        Fields of `TwinRequest` that differ from its defaults.
    """

    name: str = DEFAULT
    changes: dict = field(default_factory=dict)


def variant_of(
    steps: int | None = None,
    strength: float | None = None,
    identity: bool = True,
    rhythm: str = TwinRequest.rhythm,
    virtual: bool = False,
) -> Variant:
    """The variant that some options of the command line ask for.

    Raises
    ------
    EcgError
        When a switch of the model is named where no model performs.
    """
    parts, changes = [], {}
    if not identity:
        parts.append("no identity")
        changes["identity"] = 0.0
    if rhythm != TwinRequest.rhythm:
        parts.append(RHYTHMS[rhythm])
        changes["rhythm"] = rhythm
    if strength is not None and strength != TwinRequest.strength:
        parts.append(f"strength {strength:g}")
        changes["strength"] = strength
    if steps is not None and steps != TwinRequest.steps:
        parts.append(f"{steps} steps")
        changes["steps"] = steps
    if virtual and parts:
        raise EcgError("Virtual patients have no switches of the model; leave out --virtual or the switches.")
    return Variant(VIRTUAL if virtual else ", ".join(parts) or DEFAULT, changes)

"""The traces laid over each other on a page: the reference and any number of twins."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecgtwin_app.ecg.signal.recording import Recording

REFERENCE, TWIN, DIFFERENCE = "reference", "twin", "difference"


@dataclass(frozen=True, eq=False)
class Layer:
    """One trace of a page.

    Attributes
    ----------
    who : str
        "reference", "twin" (the shown one) or any other name that is unique on the page.
    recording : Recording
    name : str
        As the legend says it.
    measurements : dict
        Names as `ecg.measurement.measure` gives them.
    colour : str
        #RRGGBB; "" takes the scheme's.
    opacity : float
        0 to 1.
    dashed : bool
        Colour alone must not tell layers apart.
    """

    who: str
    recording: Recording
    name: str
    measurements: dict = field(default_factory=dict)
    colour: str = ""
    opacity: float = 1.0
    dashed: bool = False

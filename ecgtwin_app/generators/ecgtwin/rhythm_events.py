"""What an event of a rhythm can be, and how close two can be."""

from __future__ import annotations

from itertools import product

from ecgtwin_app.ecg.beat.score import ATRIAL_ORIGINS, VENTRICULAR_SITES

_SITES = ("", *VENTRICULAR_SITES)
#: What an event can be: chamber, origin and site. After them comes the end of the strip.
KINDS = (
    *(("P", origin, "") for origin in ATRIAL_ORIGINS),
    *(("QRS", origin, "") for origin in ("conducted", "aberrant")),
    *(("QRS", origin, site) for origin, site in product(("ventricular", "paced"), _SITES)),
)
END = len(KINDS)
BEGIN = END + 1
#: Normals about each clock of which one tells the next event's time.
PER_ANCHOR = 3
#: Closest (s) that two QRS, or two P, follow each other: refractory periods, with room for rounding.
CLOSEST = {"QRS": 0.201, "P": 0.151}
#: An event that begins later (s) than this after the strip's end does not show.
LEAD_OUT = 0.03
MOST_EVENTS = 128

"""How a page is drawn: sheet, views, lead grids, paper speed and gain. In millimetres; knows no Qt.

Conventions after Kligfield et al., AHA/ACC/HRS recommendations part I, Circulation 2007;115:1306. The
Cabrera sequence runs through the frontal plane from aVL to III, with aVR inverted to fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.i18n.words import N_
from ecgtwin_app.report.displayed import FILTERS

#: Length of a row of traces in mm: ten seconds at 25 mm/s.
ROW_LENGTH = 250.0
#: Calibration pulse: 1 mV for 200 ms at the left of every row.
PULSE_MV, PULSE_SECONDS = 1.0, 0.2

SPEEDS = (12.5, 25.0, 50.0)
GAINS = (2.5, 5.0, 10.0, 20.0, 40.0)
ORDERS = ("standard", "cabrera")
GRIDS = ("pink", "grey", "neutral", "none")
SCHEMES = ("paper", "monitor", "projector")
#: Views; what the first five show is drawn on the lead grid.
MODES = ("overlay", "side by side", "reference", "twin", "difference", "median beats", "vector loops")
#: Views of one beat, which need I, II and V1 to V6.
BEAT_MODES = ("median beats", "vector loops")
#: Views that need a twin.
TWIN_MODES = ("overlay", "side by side", "twin", "difference")


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper in landscape.

    Attributes
    ----------
    title : str
    size : tuple of float
        Width and height, mm.
    paper : tuple of float
        The ruled paper on it: left, top, width, height, mm; whole 5 mm squares.
    """

    title: str
    size: tuple[float, float]
    paper: tuple[float, float, float, float]


SHEETS = {
    "A4": Sheet("A4", (297.0, 210.0), (13.5, 31.0, 270.0, 160.0)),
    "Letter": Sheet("Letter", (279.4, 215.9), (7.2, 31.0, 265.0, 165.0)),
}
PAGE_SIZE, PAPER = SHEETS["A4"].size, SHEETS["A4"].paper


@dataclass(frozen=True)
class LeadGrid:
    """Rows and columns of leads.

    Attributes
    ----------
    title : str
        As menus show it.
    columns : int
        Columns that the twelve leads stand in; 0 for a strip of one lead.
    strips : tuple of str
        Rhythm strips below.
    half : str
        The grid that shows the same leads in half the width, for a page side by side.
    """

    title: str
    columns: int
    strips: tuple[str, ...]
    half: str


LEAD_GRIDS = {
    "3x4+1R": LeadGrid("3 × 4 + II", 4, ("II",), "6x2+1R"),
    "3x4": LeadGrid("3 × 4", 4, (), "6x2"),
    "3x4+2R": LeadGrid("3 × 4 + II, V1", 4, ("II", "V1"), "6x2+1R"),
    "3x4+3R": LeadGrid("3 × 4 + II, V1, V5", 4, ("II", "V1", "V5"), "6x2+1R"),
    "6x2": LeadGrid("6 × 2", 2, (), "6x2"),
    "6x2+1R": LeadGrid("6 × 2 + II", 2, ("II",), "6x2+1R"),
    "12x1": LeadGrid("12 × 1", 1, (), "12x1"),
    "strip": LeadGrid(N_("One-lead strip"), 0, (), "strip"),
}
#: Leads of an incomplete recording that stand in one column.
MOST_IN_A_COLUMN = 6
_CABRERA = ("aVL", "I", "-aVR", "II", "aVF", "III", *LEADS[6:])


@dataclass(frozen=True)
class PageLayout:
    """How a page is drawn.

    Attributes
    ----------
    leads : str
        A key of `LEAD_GRIDS`.
    speed : float
        Paper speed, mm/s.
    gain : float
        mm/mV.
    chest_gain : float or None
        mm/mV of V1 to V6 where it differs.
    mode : str
        One of `MODES`.
    align : bool
        In an overlay, move the twin in every panel so that its beat lies on the reference's first one.
    start : float
        Second of the recording at the left edge.
    identity : bool
        Print name, identifier and date; otherwise the page is de-identified.
    order : {"standard", "cabrera"}
    simultaneous : bool
        Every column begins at the same time; otherwise time runs on from column to column.
    strip_lead : str
        The lead of the layout "strip".
    grid : str
        One of `GRIDS`.
    scheme : str
        One of `SCHEMES`.
    filter : str
        A key of `report.displayed.FILTERS`.
    sheet : str
        A key of `SHEETS`.
    turn, tilt : float
        From where the loops in space are seen: degrees to the patient's left of the front, and above.
    """

    leads: str = "3x4+1R"
    speed: float = 25.0
    gain: float = 10.0
    mode: str = "overlay"
    align: bool = True
    start: float = 0.0
    identity: bool = False
    chest_gain: float | None = None
    order: str = "standard"
    simultaneous: bool = False
    strip_lead: str = "II"
    grid: str = "pink"
    scheme: str = "paper"
    filter: str = "none"
    sheet: str = "A4"
    turn: float = 30.0
    tilt: float = 30.0

    def __post_init__(self):
        if self.leads not in LEAD_GRIDS:
            raise EcgError(
                "There is no page layout “{layout}”; choose one of {known}.",
                layout=self.leads,
                known=", ".join(LEAD_GRIDS),
            )
        if self.mode not in MODES:
            raise EcgError(
                "There is no view “{view}”; choose one of {known}.", view=self.mode, known=", ".join(MODES)
            )
        for field, known in (
            ("order", ORDERS), ("grid", GRIDS), ("scheme", SCHEMES), ("sheet", SHEETS), ("filter", FILTERS),
        ):  # fmt: skip
            if getattr(self, field) not in known:
                raise EcgError(
                    "There is no {field} “{value}”; choose one of {known}.",
                    field=field,
                    value=getattr(self, field),
                    known=", ".join(known),
                )
        if not (self.speed > 0 and self.gain > 0 and (self.chest_gain is None or self.chest_gain > 0)):
            raise EcgError("Paper speed and gain must be above zero, e.g. 25 mm/s and 10 mm/mV.")

    @property
    def paper(self) -> tuple[float, float, float, float]:
        """The ruled paper: left, top, width, height, mm."""
        return SHEETS[self.sheet].paper

    @property
    def size(self) -> tuple[float, float]:
        """The sheet's width and height, mm."""
        return SHEETS[self.sheet].size

    @property
    def row_seconds(self) -> float:
        """Seconds in a whole row."""
        return ROW_LENGTH / self.speed

    def gain_of(self, lead: str) -> float:
        """The gain of a lead, mm/mV."""
        return self.chest_gain if self.chest_gain is not None and lead.startswith("V") else self.gain

    def on_paper(self) -> PageLayout:
        """The same for print and files: ink on paper, de-identified."""
        return replace(self, scheme="paper", identity=False)


def grid_rows(
    leads: str, order: str, strip_lead: str = "II", there: tuple[str, ...] = LEADS
) -> tuple[tuple[str, ...], ...]:
    """The leads of each row from left to right; "-aVR" is the inverted lead.

    Parameters
    ----------
    there : tuple of str
        The leads of the recording. Where one of the twelve is missing, no grid fits: those that are there stand
        in one column, or in two when they are more than `MOST_IN_A_COLUMN`.
    """
    grid = LEAD_GRIDS[leads]
    if grid.columns == 0:
        return ((strip_lead if strip_lead.removeprefix("-") in there else there[0],),)
    twelve = _CABRERA if order == "cabrera" else LEADS
    if not set(LEADS) <= set(there):
        shown = [lead for lead in twelve if lead.removeprefix("-") in there]
        shown += [lead for lead in there if lead not in LEADS]
        rows = len(shown) if len(shown) <= MOST_IN_A_COLUMN else (len(shown) + 1) // 2
        return tuple(tuple(shown[row::rows]) for row in range(rows))
    rows = 12 // grid.columns
    matrix = tuple(
        tuple(twelve[column * rows + row] for column in range(grid.columns)) for row in range(rows)
    )
    return (*matrix, *((lead,) for lead in grid.strips))

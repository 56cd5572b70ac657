"""What the program remembers between two starts: one table. Never anything of a patient."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSettings

from ecgtwin_app.report.layout import GAINS, LEAD_GRIDS, MODES, SPEEDS, PageLayout
from ecgtwin_app.ui.theme import CHOICES

ORGANISATION, APPLICATION = "ECGTwin", "ECGTwin Desktop"


@dataclass(frozen=True)
class Setting:
    """A remembered choice: its key, what it may be, and what it is at first."""

    key: str
    choices: tuple
    default: object


THEME = Setting("window/theme", CHOICES, "system")
LEADS = Setting("page/leads", tuple(LEAD_GRIDS), "3x4+1R")
SPEED = Setting("page/speed", SPEEDS, 25.0)
GAIN = Setting("page/gain", GAINS, 10.0)
MODE = Setting("page/mode", MODES, "overlay")
ALIGN = Setting("page/align", (True, False), True)
_PAGE = {"leads": LEADS, "speed": SPEED, "gain": GAIN, "mode": MODE, "align": ALIGN}


def read(store: QSettings, setting: Setting):
    """The remembered choice; what an older or newer version wrote and this one does not know is ignored."""
    value = store.value(setting.key, setting.default, type(setting.default))
    return value if value in setting.choices else setting.default


def write(store: QSettings, setting: Setting, value) -> None:
    """Remember a choice."""
    store.setValue(setting.key, value)


def read_layout(store: QSettings) -> PageLayout:
    """The remembered page layout."""
    return PageLayout(**{field: read(store, setting) for field, setting in _PAGE.items()})


def write_layout(store: QSettings, layout: PageLayout) -> None:
    """Remember a page layout; where it begins and whose name it prints are not remembered."""
    for field, setting in _PAGE.items():
        write(store, setting, getattr(layout, field))

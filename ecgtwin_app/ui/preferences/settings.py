"""What the program remembers between two starts: one table. Never anything of a patient."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.generators.catalogue import OF_REFERENCE, USUAL
from ecgtwin_app.i18n.words import LANGUAGES
from ecgtwin_app.inference import BACKENDS, USUAL_BACKEND
from ecgtwin_app.report import layout as page
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.ui.widgets.theme import CHOICES

ORGANISATION, APPLICATION = "ECGTwin", "ECGTwin Desktop"


@dataclass(frozen=True)
class Setting:
    """A remembered choice: its key, what it may be (None: any number from 1 to 40), and what it is at first."""

    key: str
    choices: tuple | None
    default: object

    def allows(self, value) -> bool:
        """Whether this version knows the value."""
        if self.choices is None:
            return isinstance(value, (int, float)) and 1 <= value <= 40
        return value in self.choices


_FIRST = PageLayout()
THEME = Setting("window/theme", CHOICES, "system")
LANGUAGE = Setting("window/language", ("system", *LANGUAGES), "system")
#: Pixels a mm of this screen, as measured with a bank card; 96 dots an inch until then.
PIXELS_PER_MM = Setting("screen/pixels_per_mm", None, 96 / 25.4)
TOUR_SEEN = Setting("window/tour_seen", (True, False), False)
#: Which generator makes the twins.
GENERATOR = Setting("generator/id", tuple(OF_REFERENCE), USUAL)
#: What runs the networks.
BACKEND = Setting("generator/backend", BACKENDS, USUAL_BACKEND)
_GENERATOR_FOLDER = "generator/folder"
REMEMBER_RECENT = Setting("recent/remember", (True, False), True)
_PAGE = {
    field: Setting(f"page/{field}", tuple(choices), getattr(_FIRST, field))
    for field, choices in (
        ("leads", page.LEAD_GRIDS),
        ("speed", page.SPEEDS),
        ("gain", page.GAINS),
        ("chest_gain", (None, *page.GAINS)),
        ("mode", page.MODES),
        ("align", (True, False)),
        ("order", page.ORDERS),
        ("simultaneous", (False, True)),
        ("strip_lead", LEADS),
        ("grid", page.GRIDS),
        ("scheme", page.SCHEMES),
        ("sheet", page.SHEETS),
    )
}


def keep_private(store: QSettings) -> None:
    """Let only the user read what is remembered: paths of files may hold names of patients.

    The file is made before anything is written to it; Qt keeps the rights that it has.
    """
    path = Path(store.fileName())
    if os.name != "posix" or not path.is_absolute():  # the registry of Windows is the user's own
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.name == ORGANISATION:
            path.parent.chmod(0o700)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        path.chmod(0o600)


def read(store: QSettings, setting: Setting) -> Any:
    """The remembered choice; what an older or newer version wrote and this one does not know is ignored."""
    try:
        value = json.loads(str(store.value(setting.key, "", str)))
    except ValueError:
        return setting.default
    return value if setting.allows(value) else setting.default


def write(store: QSettings, setting: Setting, value) -> None:
    """Remember a choice."""
    store.setValue(setting.key, json.dumps(value))


def read_folder(store: QSettings) -> Path | None:
    """The folder of a generator's weights that was chosen last: its path and nothing of what is in it."""
    try:
        path = json.loads(str(store.value(_GENERATOR_FOLDER, "", str)))
    except ValueError:
        return None
    return Path(path) if isinstance(path, str) and path else None


def write_folder(store: QSettings, folder: Path) -> None:
    """Remember the folder of a generator's weights."""
    store.setValue(_GENERATOR_FOLDER, json.dumps(str(folder)))


def read_layout(store: QSettings) -> PageLayout:
    """The remembered page layout."""
    return PageLayout(**{field: read(store, setting) for field, setting in _PAGE.items()})


def write_layout(store: QSettings, layout: PageLayout) -> None:
    """Remember a page layout; where it begins, whose name it prints and its filter are not remembered:
    every recording is first shown without a display filter."""
    for field, setting in _PAGE.items():
        write(store, setting, getattr(layout, field))

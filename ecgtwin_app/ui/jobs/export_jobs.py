"""Exports, file by file on the worker: twins, the open ECG, heat maps, the table of measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import HeatMap, Progress, Twin
from ecgtwin_app.engine.save import iter_save_twins
from ecgtwin_app.engine.save_maps import map_name, save_heatmap
from ecgtwin_app.engine.save_table import write_table
from ecgtwin_app.formats.writing import format_of, write
from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.session.same_patient import others_of

if TYPE_CHECKING:
    from ecgtwin_app.ui.jobs.controller import Controller  # it holds these jobs


#: What can be exported.
TWINS, REFERENCE, MAP, TABLE, PAGE = "twins", "reference", "map", "table", "page"


@dataclass(frozen=True)
class Export:
    """What is exported, and how.

    Attributes
    ----------
    what : str
        One of the names above.
    suffix : str
        The format.
    every : bool
        All twins and not only the shown one.
    method, of : str
        Of a heat map: the method, and one condition or "" for all of the twin's.
    """

    what: str
    suffix: str
    every: bool = False
    method: str = ""
    of: str = ""

    @property
    def into_folder(self) -> bool:
        """Whether it may be several files."""
        return self.every and self.what in (TWINS, MAP)


class ExportJobs:
    """Exports with the worker of a controller; a run like any other, with progress, that can be cancelled."""

    def __init__(self, controller: Controller):
        self._controller, self._session = controller, controller.session

    def export_as(self, export: Export, target: Path) -> None:
        """Write what the dialog asked for, into a file or a folder."""
        if self._controller.running or self._session.reference is None:
            return
        if export.what == REFERENCE:
            reference = self._session.reference
            self._export(lambda: iter([write(reference, target)]), self._saved(target))
        elif export.what == TABLE:
            self._export_table(target)
        elif export.what == MAP:
            self._export_maps(export, target)
        else:
            self._export_twins(export, target)

    def _export_twins(self, export: Export, target: Path) -> None:
        if not export.every:
            recording = self._session.twin.recording
            self._export(lambda: iter([write(recording, target)]), self._saved(target, True))
            return
        twins = list(self._session.twins)

        def save():
            _refuse_what_is_there(target, "twins.json")
            kind = format_of(Path(f"x{export.suffix}"))
            for number, path in enumerate(iter_save_twins(twins, target, kind), start=1):
                yield Progress(number, len(twins) + 1, None, path.name)

        done = plural(
            "Saved {n} twin in the folder {name}, marked synthetic.",
            "Saved {n} twins in the folder {name}, marked synthetic.",
            len(twins),
            name=target.name,
        )
        self._export(save, done)

    def _export_maps(self, export: Export, target: Path) -> None:
        session = self._session
        twins = list(session.twins) if export.every else [session.twin]
        kept = {twin: session.heatmap_of(twin, export.method, export.of) for twin in twins}
        reference, added = session.reference, session.added

        def save():
            if export.every:
                _refuse_what_is_there(target, f"heatmap_001{export.suffix}")
                target.mkdir(parents=True, exist_ok=True)
            for number, twin in enumerate(twins, start=1):
                heat = kept[twin]
                if heat is None:
                    heat = yield from self._made(reference, twin, export, others_of(twin, added))
                name = f"{map_name(heat, number)}{export.suffix}"
                yield Progress(number, len(twins), None, name)
                save_heatmap(heat, twin, target / name if export.every else target)

        done = plural(
            "Saved {n} heat map in the folder {name}, marked synthetic.",
            "Saved {n} heat maps in the folder {name}, marked synthetic.",
            len(twins),
            name=target.name,
        )
        self._export(save, done if export.every else self._saved(target, True))

    def _made(self, reference, twin: Twin, export: Export, others) -> Iterator[Progress]:
        """A heat map that was not made yet; on the worker's thread."""
        of = {"of": export.of} if export.of else {}
        for item in self._controller.ready_engine().iter_attribute(
            reference, twin, export.method, others, **of
        ):
            if isinstance(item, HeatMap):
                return item
            yield item
        raise EcgError("The heat map was not made; try again.")

    def _export_table(self, target: Path) -> None:
        session = self._session
        reference, own = session.reference, session.measured(session.reference)
        twins = [(twin, session.measured(twin.recording)) for twin in session.twins]
        self._export(
            lambda: iter([write_table(target, reference, own, twins)]), self._saved(target, bool(twins))
        )

    def _export(self, start: Callable[[], Iterator], done: str) -> None:
        """Run an export; the sentence is told when it ended."""

        def steps():
            yield from start()
            yield done

        def stepped(item):
            if isinstance(item, Progress):
                self._controller.step(item)
            elif isinstance(item, str):
                self._controller.told.emit(item)

        self._controller.begin(tr("Exporting"), steps, stepped)

    def _saved(self, target: Path, synthetic: bool = False) -> str:
        words = (
            tr("Saved {name}, de-identified and marked synthetic.")
            if synthetic
            else tr("Saved {name}, de-identified.")
        )
        return words.format(name=target.name)


def _refuse_what_is_there(folder: Path, name: str) -> None:
    if (folder / name).exists():
        raise EcgError(
            "The folder {folder} already holds {name}; choose an empty or a new one.",
            folder=folder.name,
            name=name,
        )

"""Export: what, of which twins, in which format. Where to is asked afterwards, by the dialog of files."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ecgtwin_app.attribution.methods import DEFAULT_METHOD
from ecgtwin_app.engine.save_maps import MAP_SUFFIXES
from ecgtwin_app.formats.writing import writers
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.session.heat_map_names import split_name
from ecgtwin_app.ui.jobs.export_jobs import MAP, PAGE, REFERENCE, TABLE, TWINS, Export
from ecgtwin_app.ui.panels.heat_menu import HEAT_MAPS
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.preferences.settings import Setting
from ecgtwin_app.ui.widgets.choice_box import ChoiceBox

SHOWN, ALL = "shown", "all"
#: What can be exported, in the words of the dialog.
WHATS = (
    (TWINS, N_("Twins")),
    (REFERENCE, N_("The open ECG")),
    (MAP, N_("Heat map")),
    (TABLE, N_("Measurements and criteria")),
    (PAGE, N_("The page as shown")),
)
_WHICH = ((SHOWN, N_("The shown twin")), (ALL, N_("All twins")))
_WHATS = tuple(what for what, _ in WHATS)
_PICTURES = {".pdf": "PDF (.pdf)", ".png": "PNG (.png)", ".svg": "SVG (.svg)"}


@cache
def suffixes_of(what: str) -> tuple[str, ...]:
    """The formats that something can be exported in, by suffix, in the order of the dialog."""
    if what in (TWINS, REFERENCE):
        return tuple(writer.suffix for writer in writers().values())
    return {MAP: MAP_SUFFIXES, TABLE: (".csv",), PAGE: tuple(_PICTURES)}[what]


def _title(suffix: str) -> str:
    """A format in the words of the dialog."""
    return {**{writer.suffix: writer.title for writer in writers().values()}, **_PICTURES}[suffix]


def _suffix_setting(what: str) -> Setting:
    """The format that is remembered for something."""
    return Setting(f"export/format/{what}", suffixes_of(what), suffixes_of(what)[0])


_WHAT = Setting("export/what", _WHATS, TWINS)
_WHICH_ONE = Setting("export/which", (SHOWN, ALL), ALL)
_METHODS = tuple((method, words) for method, words in HEAT_MAPS if method)
_METHOD = Setting("export/method", tuple(method for method, _ in _METHODS), DEFAULT_METHOD)


class ExportDialog(QDialog):
    """Offers what is there: without a twin the ECG, its measurements and the page.

    Parameters
    ----------
    conditions : tuple of str
        Of the shown twin; empty without one.
    store : QSettings
        Remembers what was chosen.
    heat_map : str, optional
        Name of the map that is shown, which is offered first; "" where none is.
    taken_out : tuple of str
        What the reference shows and the twin has not.
    """

    chosen = Signal(object)

    def __init__(
        self,
        conditions: tuple[str, ...],
        store: QSettings,
        parent: QWidget | None = None,
        heat_map="",
        taken_out: tuple[str, ...] = (),
    ):
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self._conditions, self._store = conditions, store
        there = [(what, words) for what, words in WHATS if conditions or what not in (TWINS, MAP)]
        self.what, self.which = _choice(there), _choice(_WHICH)
        self.method, self.of, self.format = _choice(_METHODS), _choice(()), _choice(())
        self.of.addItem(tr("All conditions together"), "")
        for name in conditions if len(conditions) > 1 else ():
            self.of.addItem(tr(name), name)
        for name in taken_out:
            self.of.addItem(tr("{condition}, taken out").format(condition=tr(name)), name)
        self.note = QLabel(objectName="quiet")
        self.note.setWordWrap(True)
        self._form = QFormLayout()
        for words, field in (
            (N_("&What"), self.what), (N_("&Twins"), self.which), (N_("&Map"), self.method),
            (N_("&Condition"), self.of), (N_("&Format"), self.format),
        ):  # fmt: skip
            field.setMinimumWidth(280)
            self._form.addRow(tr(words), field)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(tr("&Export…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(self._form)
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        _select(self.what, settings.read(store, _WHAT))
        _select(self.which, settings.read(store, _WHICH_ONE))
        method, of = split_name(heat_map)
        _select(self.method, method or settings.read(store, _METHOD))
        _select(self.of, of)
        self.what.currentIndexChanged.connect(self._show)
        self.which.currentIndexChanged.connect(self._show)
        self._show()

    def export(self) -> Export:
        """What is chosen now."""
        what = self.what.currentData()
        twins, maps = what in (TWINS, MAP), what == MAP
        every = twins and self.which.currentData() == ALL
        return Export(
            what,
            self.format.currentData(),
            every,
            self.method.currentData() if maps else "",
            self.of.currentData() if maps and not every else "",
        )

    def _show(self):
        """Only the rows that matter to what is chosen."""
        what = self.what.currentData()
        if tuple(self.format.itemData(k) for k in range(self.format.count())) != suffixes_of(what):
            self.format.clear()
            for suffix in suffixes_of(what):
                self.format.addItem(_title(suffix), suffix)
            _select(self.format, settings.read(self._store, _suffix_setting(what)))
        one = what == MAP and self.which.currentData() == SHOWN
        for field, shown in (
            (self.which, what in (TWINS, MAP)), (self.method, what == MAP),
            (self.of, one and len(self._conditions) > 1),
        ):  # fmt: skip
            self._form.setRowVisible(field, shown)
        twins = bool(self._conditions) and what != REFERENCE
        self.note.setText(
            tr("De-identified, and marked synthetic in the file itself.") if twins else tr("De-identified.")
        )
        self.adjustSize()

    def _accept(self):
        export = self.export()
        settings.write(self._store, _WHAT, export.what)
        settings.write(self._store, _suffix_setting(export.what), export.suffix)
        if export.what in (TWINS, MAP):
            settings.write(self._store, _WHICH_ONE, self.which.currentData())
        if export.what == MAP:
            settings.write(self._store, _METHOD, export.method)
        self.accept()
        self.chosen.emit(export)


def _choice(rows) -> ChoiceBox:
    box = ChoiceBox()
    for value, words in rows:
        box.addItem(tr(words), value)
    return box


def _select(box: QComboBox, value) -> None:
    """The row of a value; the first where it is not offered."""
    box.setCurrentIndex(max(0, box.findData(value)))

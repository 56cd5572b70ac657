"""Requests to ask again: those of this session, favourites, and presets from a file."""

from __future__ import annotations

import json
from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.reference_shows import for_any_patient
from ecgtwin_app.session.request_json import from_json, title, to_json
from ecgtwin_app.session.session import Session

_KEY = "requests/favourites"
_REQUEST = Qt.ItemDataRole.UserRole
_MOST_FAVOURITES = 50
#: Files whose requests are listed.
_MOST_SECTIONS = 30


class Favourites:
    """Named requests that stay between two starts."""

    def __init__(self, store: QSettings):
        self._store = store
        self.named: list[tuple[str, TwinRequest]] = []
        try:
            rows = json.loads(store.value(_KEY, "[]", str))
            self.named = [(str(row["name"]), from_json(row["request"])) for row in rows]
        except (ValueError, KeyError, TypeError):
            pass  # written by another version: begin with none

    def add(self, named: list[tuple[str, TwinRequest]]) -> None:
        """Keep further requests, each once."""
        known = [request for _, request in self.named]
        named = [(name, for_any_patient(request)) for name, request in named]
        self.named += [(name, request) for name, request in named if request not in known]
        self.named = self.named[-_MOST_FAVOURITES:]
        self._write()

    def remove(self, request: TwinRequest) -> None:
        """Forget a request."""
        self.named = [pair for pair in self.named if pair[1] != request]
        self._write()

    def _write(self):
        rows = [{"name": name, "request": to_json(request)} for name, request in self.named]
        self._store.setValue(_KEY, json.dumps(rows))


class HistoryPanel(QWidget):
    """A click loads a request into the form; Run again asks it at once."""

    loaded = Signal(object)
    run_requested = Signal(object)
    save_requested = Signal()
    open_requested = Signal()

    def __init__(self, store: QSettings, parent: QWidget | None = None):
        super().__init__(parent)
        self.favourites = Favourites(store)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(10)
        self.tree.setAccessibleName(tr("Requests"))
        self.tree.itemActivated.connect(self._load)
        self.tree.itemClicked.connect(self._load)
        self.tree.currentItemChanged.connect(self._show_buttons)
        self.run = _button(tr("Run again"), tr("Ask the chosen request once more"), self._run)
        self.star = _button(tr("★ Favourite"), tr("Keep the chosen request for other sessions"), self._star)
        self.remove = _button(tr("Remove"), tr("Forget the chosen favourite"), self._remove)
        self.save = _button(
            tr("Save presets…"), tr("Write the favourites into a file"), self.save_requested.emit
        )
        self.open = _button(tr("Load presets…"), tr("Read favourites from a file"), self.open_requested.emit)
        self._lay_out()
        #: By the recording that was asked, the newest last: the name of its file, and what came of each request.
        self._sections: dict[Recording | None, tuple[str, list[tuple[TwinRequest, str]]]] = {}
        self._current: Recording | None = None
        self._fill()

    def show_session(self, session: Session) -> None:
        """List what was asked of this reference, with what came of it; what was asked of others stays below."""
        runs = []
        for request in session.requests:
            met = [twin.met for twin in session.twins if _came_of(request, twin)]
            words = tr("{asked} · seed {seed} · no twin kept")
            if met:
                words = tr("{asked} · seed {seed} · {met} of {count} met")
            words = words.format(asked=title(request), seed=request.seed, met=sum(met), count=len(met))
            runs.append((request, words))
        section = session.name, runs
        if session.reference is not self._current or self._sections.get(session.reference) != section:
            if self._sections.get(self._current, ("", []))[1] == []:
                self._sections.pop(self._current, None)  # nothing was asked of it
            self._current = session.reference
            self._sections[self._current] = section
            while len(self._sections) > _MOST_SECTIONS:
                self._sections.pop(next(iter(self._sections)))
            self._fill()

    def take_over(self, former: HistoryPanel) -> None:
        """List what another panel lists."""
        self._sections = dict(former._sections)

    def show_favourites(self) -> None:
        """The favourites changed."""
        self._fill()

    @property
    def request(self) -> TwinRequest | None:
        """The chosen request."""
        item = self.tree.currentItem()
        return item.data(0, _REQUEST) if item is not None else None

    def _lay_out(self):
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 12)
        column.setSpacing(6)
        column.addWidget(self.tree, 1)
        for buttons in ((self.run,), (self.star, self.remove), (self.save, self.open)):
            row = QHBoxLayout()
            row.setSpacing(6)
            for button in buttons:
                row.addWidget(button, 1)
            column.addLayout(row)
        words = QLabel(
            tr("Presets and favourites hold requests only, nothing of a patient."), objectName="quiet"
        )
        words.setWordWrap(True)
        column.addWidget(words)

    def _fill(self):
        self.tree.clear()
        favourites = [(request, f"★ {name}") for name, request in self.favourites.named]
        name, runs = self._sections.get(self._current, ("", []))
        parts = [
            (tr("Favourites"), tr("Favourites: none yet (Ctrl+D)"), favourites),
            (
                tr("This session: {name}").format(name=name) if name else tr("This session"),
                tr("This session: nothing was asked yet"),
                runs[::-1],
            ),
        ]
        parts += [
            (tr("Before: {name}").format(name=former or tr("without a name")), "", rows[::-1])
            for reference, (former, rows) in reversed(self._sections.items())
            if reference is not self._current and rows
        ]
        for heading, nothing, rows in parts:
            top = QTreeWidgetItem([heading if rows else nothing])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = top.font(0)
            font.setWeight(font.Weight.DemiBold)
            top.setFont(0, font)
            for request, words in rows:
                item = QTreeWidgetItem([words])
                item.setToolTip(0, words)
                item.setData(0, _REQUEST, request)
                top.addChild(item)
            self.tree.addTopLevelItem(top)
            top.setExpanded(True)
        self._show_buttons()

    def _show_buttons(self):
        request = self.request
        kept = request in [kept for _, kept in self.favourites.named]
        self.run.setEnabled(request is not None)
        self.star.setEnabled(request is not None and not kept)
        self.remove.setEnabled(request is not None and kept)
        self.save.setEnabled(bool(self.favourites.named))

    def _load(self, item):
        request = item.data(0, _REQUEST)
        if request is not None:
            self.loaded.emit(request)

    def _run(self):
        if self.request is not None:
            self.run_requested.emit(self.request)

    def _star(self):
        request = self.request
        self.favourites.add([(title(request), request)])
        self._fill()

    def _remove(self):
        self.favourites.remove(self.request)
        self._fill()


def checked(request: TwinRequest, available: frozenset[str] | None) -> TwinRequest:
    """A request from elsewhere; `EcgError` when the weights do not know one of its conditions."""
    unknown = [] if available is None else [name for name in request.conditions if name not in available]
    if unknown:
        raise EcgError(
            "These weights were not trained for {condition}; choose another condition.",
            condition=Message(unknown[0]),
        )
    return request


def _button(text, tip, do):
    button = QPushButton(text, objectName="secondary")
    button.setToolTip(tip)
    button.setMinimumWidth(40)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    button.clicked.connect(lambda: do())
    return button


def _came_of(request, twin):
    """Whether a twin is of this request, also after its rhythm was edited (commands_twin.follow_score)."""
    own = twin.request
    if own.score is not None and request.score is None:
        seed = request.seed if request.samples > 1 else own.seed
        own = replace(own, score=None, samples=request.samples, best_of=request.best_of, seed=seed)
    return own == request

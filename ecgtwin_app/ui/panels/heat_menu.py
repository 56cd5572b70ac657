"""The heat maps as a menu: none, or one by each method; of one of several conditions, and of one taken out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from ecgtwin_app.attribution.methods import DEFAULT_METHOD, METHODS
from ecgtwin_app.engine.tasks import why_no_heat_map
from ecgtwin_app.generators.base import Spec
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.session.heat_map_names import heat_name, split_name

#: Heat-map methods with the words of the chooser; "" shows none.
HEAT_MAPS = (("", N_("No heat map")), *((method.name, method.title) for method in METHODS.values()))


def why_not_made(spec: Spec | None, method: str) -> str:
    """Why the chosen generator makes no such map, in the language of the window; "" where it does, or for no map."""
    reason = None if spec is None or not method else why_no_heat_map(spec, method)
    return translate(reason) if reason else ""


class HeatMenu(QMenu):
    """Marks the method and the condition that are shown; `wish` takes the name of the map that is wanted."""

    def __init__(self, wish: Callable[[str], None], parent: QWidget | None = None):
        super().__init__(tr("Heat map &method"), parent)
        self._wish, self._shown = wish, ""
        self._taken_out: tuple[str, ...] = ()
        group = QActionGroup(self)
        self.methods = {}
        for method, words in HEAT_MAPS:
            self.methods[method] = action = self.addAction(tr(words))
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, method=method: self._wish_for(method, self._of()))
        self._line = self.addSeparator()
        self._line.setVisible(False)
        self._parts = QActionGroup(self)
        self.parts: dict[str, QAction] = {}

    def show_method(
        self, name: str, conditions: tuple[str, ...] = (), taken_out: tuple[str, ...] = ()
    ) -> None:
        """Mark a method, and which of the twin's conditions the map is of.

        Parameters
        ----------
        name : str
            Of the map that is shown.
        conditions : tuple of str
            Those that have maps of their own.
        taken_out : tuple of str
            Those among them that the reference shows and the twin has not.
        """
        self._taken_out = taken_out
        self._offer_parts(conditions)
        self._shown = name
        method, of = split_name(name)
        self.methods[method].setChecked(True)
        for part, action in self.parts.items():
            action.setChecked(part == of)
            action.setEnabled(bool(method) and (not part or self._can_be_of(method, part)))

    def show_offer(self, spec: Spec | None) -> None:
        """Grey the methods that the generator does not offer, with the reason."""
        for method, action in self.methods.items():
            reason = why_not_made(spec, method)
            action.setEnabled(not reason)
            action.setToolTip(reason)

    def _offer_parts(self, conditions: tuple[str, ...]):
        wanted = ("", *conditions) if conditions else ()
        if {part: action.text() for part, action in self.parts.items()} == {
            part: self._words(part) for part in wanted
        }:
            return
        for action in self.parts.values():
            self._parts.removeAction(action)
            self.removeAction(action)
            action.deleteLater()
        self.parts = {}
        self._line.setVisible(bool(wanted))
        for part in wanted:
            self.parts[part] = action = self.addAction(self._words(part))
            action.setCheckable(True)
            self._parts.addAction(action)
            action.triggered.connect(
                lambda _=False, part=part: self._wish_for(split_name(self._shown)[0] or DEFAULT_METHOD, part)
            )

    def _words(self, part: str) -> str:
        if not part:
            return tr("Of all conditions")
        words = tr("Of {condition}, taken out") if part in self._taken_out else tr("Of {condition}")
        return words.format(condition=names_text((part,)))

    def _can_be_of(self, method: str, part: str) -> bool:
        known = METHODS[method]
        return known.of_removed if part in self._taken_out else known.of_one

    def _of(self) -> str:
        return split_name(self._shown)[1]

    def _wish_for(self, method: str, of: str):
        self._wish(heat_name(method, of if method and of and self._can_be_of(method, of) else ""))

"""The commands of the Edit and Twin menus, as methods of the window."""

from __future__ import annotations

import random
from dataclasses import replace

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.quality import UNUSABLE
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.heart.rhythm.processes import check_score
from ecgtwin_app.i18n.words import N_, plural, tr
from ecgtwin_app.session import request_json
from ecgtwin_app.ui.dialogs import dialogs
from ecgtwin_app.ui.jobs.reading import verdict_words
from ecgtwin_app.ui.panels.history_panel import checked
from ecgtwin_app.ui.window.undo import ChangeRequest, RemoveTwin


class TwinCommands:
    """Asking, making and choosing twins."""

    def undo(self) -> None:
        self.messages.withdraw()
        self.undo_stack.undo()

    def redo(self) -> None:
        self.undo_stack.redo()

    def find_condition(self) -> None:
        if self.teaching.on:
            self.show_results()
            self.quiz.focus_search()
            return
        self.tabs.setCurrentIndex(0)
        self.request_panel.conditions.search.setFocus()
        self.request_panel.conditions.search.selectAll()

    def ask(self, request: TwinRequest, what: str) -> None:
        """Change what is asked; one step to undo."""
        self.undo_stack.push(ChangeRequest(self.session, request, what))

    def generate(self) -> None:
        if not self.request_panel.may_generate:
            return

        def make():
            self.messages.hide()
            self.controller.generate(self.session.request)

        verdict = self.session.verdict
        if verdict is None or verdict.verdict != UNUSABLE:
            make()
            return
        question = tr("{verdict} A twin of it would be worth little. Make it all the same?")
        question = question.format(verdict=verdict_words(verdict))
        answers = tr("Make it"), tr("Leave it")
        dialogs.ask_whether(self, tr("An unusable recording"), question, answers, make)

    def cancel(self) -> None:
        if self.controller.running:
            self.controller.cancel()
        else:
            self.morph.cancel()
            self.messages.hide()
            self.view.point_out()
            self._show_commands()

    def edit_score(self, score: RhythmScore, what: str) -> None:
        """A rhythm edited by hand: the shown twin follows, with the same seed."""
        twin = self.session.twin
        try:
            check_score(score)
        except EcgError as error:
            self.messages.warn(error.message)
            self.score_strip.show_score(twin.score)
            return
        request = replace(twin.request, score=score, seed=twin.seed, samples=1, best_of=1)
        self.controller.follow_score(twin, request)

    def new_seed(self) -> None:
        """Draw the same request again with another seed, and say which."""
        seed = random.randrange(1_000_000)
        self.ask(replace(self.session.request, seed=seed), N_("seed"))
        self.generate()
        if self.controller.running:
            self.messages.tell(tr("Another draw of the same request, with seed {seed}.").format(seed=seed))
        else:
            self.messages.tell(tr("The next twins are drawn with seed {seed}.").format(seed=seed))

    def previous_twin(self) -> None:
        self.session.show_twin(self.session.current - 1)

    def next_twin(self) -> None:
        self.session.show_twin(self.session.current + 1)

    def remove_twin(self) -> None:
        if self.session.twin is not None:
            self.undo_stack.push(RemoveTwin(self.session))

    def toggle_heat_map(self) -> None:
        """Show no heat map, or again the one that was shown last."""
        self.set_heat_map("" if self.heat_method else self.last_heat_method)

    def add_favourite(self) -> None:
        request = self.session.request
        self.history.favourites.add([(request_json.title(request), request)])
        self.history.show_favourites()
        self.messages.tell(tr("Kept as a favourite; it stands under History."))

    def load_request(self, request: TwinRequest) -> None:
        """Take a request from the history into the form."""
        if request != self.session.request:
            self._may(lambda: self.ask(checked(request, self.session.available), N_("request")))

    def run_request(self, request: TwinRequest) -> None:
        """Ask a request of the history again."""

        def run():
            self.ask(checked(request, self.session.available), N_("request"))
            self.generate()

        self._may(run)

    def save_presets(self) -> None:
        named = list(self.history.favourites.named)

        def save(path):
            request_json.write_presets(path, named)
            self.messages.tell(
                plural(
                    "Saved {n} preset in {name}; it holds nothing of a patient.",
                    "Saved {n} presets in {name}; they hold nothing of a patient.",
                    len(named),
                    name=path.name,
                )
            )

        dialogs.ask_file_to_save(
            self, "json", "ecgtwin-presets.json", lambda path: self._may(lambda: save(path))
        )

    def load_presets(self) -> None:
        def load(path):
            self.history.favourites.add(request_json.read_presets(path))
            self.history.show_favourites()

        kinds = tr("Presets (*.json)")
        dialogs.ask_file(self, tr("Load presets"), kinds, lambda path: self._may(lambda: load(path)))

    def _may(self, do):
        """Do something that may be refused with a sentence for the user."""
        try:
            do()
        except EcgError as error:
            self.messages.warn(error.message)

"""The commands of the Teach menu, as methods of the window, and what the window hides in teaching mode."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.i18n.words import plural, tr
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.course import open_case
from ecgtwin_app.session.teaching import Teaching, read_strip
from ecgtwin_app.ui.commands.teach_files import CourseCommands
from ecgtwin_app.ui.dialogs import dialogs
from ecgtwin_app.ui.jobs.morph_player import MorphPlayer
from ecgtwin_app.ui.teaching.blind_pages import blind_page
from ecgtwin_app.ui.teaching.course_panel import TeachingPanel
from ecgtwin_app.ui.teaching.morph_bar import MorphBar
from ecgtwin_app.ui.teaching.quiz_panel import QuizPanel

#: Commands that would tell an answer, and are out of reach until it is revealed.
_TELLING = (
    "toggle_heat_map", "copy_table", "save_twins", "export", "toggle_labels", "toggle_fiducials", "reset_fiducials",
)  # fmt: skip
#: Commands that have no place in teaching mode.
_ASKING = (
    "generate", "new_seed", "add_favourite", "save_presets", "load_presets", "remove_twin", "add_recordings",
    "remove_recordings",
)  # fmt: skip
#: Of these, the ones whose state nothing else in the window decides.
_OTHERWISE_FREE = (
    "new_seed", "add_favourite", "save_presets", "load_presets", "toggle_labels",
    "toggle_fiducials", "reset_fiducials",
)  # fmt: skip


class TeachingCommands(CourseCommands):
    """Teaching mode, its cases, and the morph."""

    def build_teaching(self) -> None:
        """The parts of teaching; to be called before the window is put together."""
        self.teaching = Teaching(self.session)
        self.morph = MorphPlayer(self.session, self.controller, self)
        self.morph.may_step = lambda: self.view.up_to_date
        self.morph_bar = MorphBar(self.morph)
        self.quiz = QuizPanel()
        self.teaching_panel = TeachingPanel(self.commands)
        self._mode_before = ""
        self._morph_shown = None, ()

    def place_teaching(self) -> None:
        """Put the parts where they belong in the window that is put together."""
        self.tabs.addTab(self.teaching_panel, tr("Teach"))
        column = self.centre.layout()
        column.insertWidget(column.indexOf(self.view) + 1, self.morph_bar)
        self.right.layout().insertWidget(0, self.quiz, 1)
        self.right.layout().setStretchFactor(self.results, 2)
        self.teaching.changed.connect(self.show_teaching)
        self.teaching.reading_requested.connect(self._read_strip)
        self.morph.changed.connect(self._show_morph)
        self.quiz.chosen.connect(self.teaching.choose)
        self.quiz.reveal_requested.connect(self.reveal)
        self.quiz.next_requested.connect(self.next_case)
        self.teaching_panel.case_requested.connect(self.show_case)
        self._hidden = False
        self.show_teaching()

    # -- what is shown ----------------------------------------------------------------------------

    def taught_page(self, page: Page | None) -> Page | None:
        """The page with the morph's frame on it, and without its answer while that is hidden."""
        page = self.morph.on_page(page)
        return blind_page(page, self.morph.on) if page is not None and self.teaching.hidden else page

    def shown_score(self) -> RhythmScore | None:
        """The rhythm score of what is on the page; none while it would tell, or belongs to no frame of a morph."""
        twin = self.session.twin
        return None if twin is None or self.teaching.hidden or self.morph.on else twin.score

    def show_teaching(self) -> None:
        """Show the mode, the case and what may be known of it."""
        teaching = self.teaching
        names = {self.tabs.widget(k): k for k in range(self.tabs.count())}
        for widget, at in names.items():
            shown = widget is self.right or (widget is self.teaching_panel) == teaching.on
            self.tabs.setTabVisible(at, shown)
        if teaching.on:
            self.tabs.setCurrentWidget(self.teaching_panel)
            self.show_results()  # the question stands there
        self.quiz.setVisible(teaching.on)
        self.results.setVisible(not teaching.hidden)
        self.quiz.show_teaching(teaching)
        self.teaching_panel.show_teaching(teaching)
        if teaching.hidden:
            self.view.marks.show_labels = self.view.marks.show_fiducials = False
        for label in (self.results.verdict, self.results.summary):
            label.setVisible(not teaching.on or bool(self.session.twins))
        if teaching.hidden != self._hidden:
            self._hidden = teaching.hidden
            self._refresh()
            if teaching.on and not teaching.hidden:
                self.view.setFocus()  # the search line that had the focus is gone; N goes on
        else:
            self._show_commands()

    def limit_commands(self) -> None:
        """Put out of reach what would tell an answer, and what there is nothing for."""
        teaching, commands, running = self.teaching, self.commands, self.controller.running
        for name in _OTHERWISE_FREE:
            commands[name].setEnabled(True)
        out_of_reach = (*_ASKING, *_TELLING) if teaching.hidden else _ASKING if teaching.on else ()
        for name in out_of_reach:
            commands[name].setEnabled(False)
        cases = len(teaching.course.cases)
        for name, possible in {
            "toggle_teaching": not running,
            "reveal": teaching.hidden,
            "next_case": teaching.on and teaching.at + 1 < cases,
            "previous_case": teaching.on and teaching.at > 0,
            "review_answers": bool(cases) and teaching.on,
            "start_again": bool(teaching.outcomes),
            "save_handout": bool(cases),
            "save_handout_answers": bool(cases) and not teaching.hidden,
            "edit_course": not teaching.hidden or not cases,
            "toggle_morph": bool(self.session.twins) and not running,
            "play_morph": bool(self.session.twins) and not running,
            "morph_less": self.morph.on,
            "morph_more": self.morph.on,
            "cancel": commands["cancel"].isEnabled() or self.morph.making,
        }.items():
            commands[name].setEnabled(possible)
        commands["toggle_teaching"].setChecked(teaching.on)
        commands["toggle_morph"].setChecked(self.morph.on)
        self.recent_menu.menuAction().setEnabled(not teaching.hidden)
        self.bar.heat_map.setEnabled(self.bar.heat_map.isEnabled() and not teaching.hidden)
        # After the reveal the score is a ladder to read; editing it would make another twin.
        self.score_strip.setEnabled(not teaching.on)
        self.score_strip.row.offer(not teaching.on)

    def _show_morph(self):
        shown = self.morph.frame, self.morph.frames[:1]
        if shown != self._morph_shown:  # a step of the engine alone changes nothing on the page
            self._morph_shown = shown
            self.score_strip.show_score(self.shown_score())
            self._show_results()
            self._show_page()
        self._show_commands()

    def _read_strip(self, recording):
        self.controller.work(
            tr("Measuring"),
            lambda: read_strip(recording),
            lambda reading: self.teaching.take_reading(recording, reading),
        )

    # -- teaching mode ----------------------------------------------------------------------------

    def toggle_teaching(self) -> None:
        """Hide what tells the answer, or leave teaching mode."""
        self.turn_teaching(not self.teaching.on)

    def turn_teaching(self, on: bool) -> None:
        """Begin or end teaching mode; a twin is asked about alone, the views show the reference again."""
        if on == self.teaching.on:
            return
        self.messages.hide()
        self.morph.stop()
        if on:
            self._mode_before = self.page_layout.mode
            self.heat_method = ""
            self._show_twin_alone()
        elif self._mode_before:
            self.page_layout = replace(self.page_layout, mode=self._mode_before)
        self.teaching.turn(on)
        self._refresh()
        if on:
            self.quiz.focus_search()
        else:
            self.tabs.setCurrentIndex(0)

    def reveal(self) -> None:
        self.teaching.reveal()

    def start_again(self) -> None:
        """Forget the answers and go to the first case, once it is sure that they may be forgotten."""

        def start():
            self.teaching.start_again()
            self._open_case(0)

        answered = plural("the answer to {n} case", "the answers to {n} cases", len(self.teaching.outcomes))
        dialogs.ask_whether(
            self,
            tr("Start again?"),
            tr("Forgets: {answers}. “Answers…” saves them as CSV beforehand.").format(answers=answered),
            (tr("Forget them"), tr("Keep them")),
            lambda: self.leave(start),
        )

    def next_case(self) -> None:
        self.show_case(self.teaching.at + 1)

    def previous_case(self) -> None:
        self.show_case(self.teaching.at - 1)

    def show_case(self, at: int) -> None:
        """Open a case of the course."""
        self.leave(lambda: self._open_case(at))

    def _open_case(self, at, before=None):
        course = self.teaching.course
        if not 0 <= at < len(course.cases):
            return
        case = course.cases[at]

        def show_in(state):
            def show():
                self.restore(state)
                self.teaching.enter_case(at)
                self.heat_method = ""
                self._show_twin_alone()

            return show

        def opened(state):
            if self.teaching.course is not course:
                return
            # It has no path: saving must not overwrite the session of a case.
            self.enter(tr("opening of course"), show_in(state), f"course {id(course)}", before)
            self._refresh()
            self.view.setFocus()

        self.controller.cancel()
        self.controller.work(tr("Opening"), lambda: open_case(case), opened)

    def _show_twin_alone(self):
        """Not remembered as the usual view: it belongs to the mode."""
        mode = "twin" if self.session.twins else "reference"
        self.page_layout = replace(self.page_layout, mode=mode)

    # -- morph ------------------------------------------------------------------------------------

    def toggle_morph(self) -> None:
        """Open the morph under the page, or close it."""
        if self.morph.on:
            self.morph.stop()
            self.view.setFocus()
        else:
            self.morph.start()
            self.morph_bar.slider.setFocus()

    def play_morph(self) -> None:
        """Play or pause; opens the morph first."""
        if not self.morph.on:
            self.toggle_morph()
        self.morph.play()

    def morph_more(self) -> None:
        self.morph.step(+1)

    def morph_less(self) -> None:
        self.morph.step(-1)

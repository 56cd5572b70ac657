"""What the window shows of its session: the page, what came out, and which commands are possible now."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakSet

from PySide6.QtCore import QPoint

from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.generators.catalogue import USUAL
from ecgtwin_app.i18n.words import number, tr
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.session.heat_map_names import parts_of, split_name, taken_out_of
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.ui.commands.actions import Actions
from ecgtwin_app.ui.commands.generators import why_not_chosen
from ecgtwin_app.ui.commands.leaving import is_unsaved
from ecgtwin_app.ui.commands.opening import warn_of_reference
from ecgtwin_app.ui.commands.pages import heat_map_of, page_of
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.jobs.turns import PaintTurns
from ecgtwin_app.ui.page.caliper_text import read_out
from ecgtwin_app.ui.page.mark_tool import describe
from ecgtwin_app.ui.panels.provenance import OTHERS_ARE_FOR, others_words
from ecgtwin_app.ui.preferences import settings

#: As it stands in the title of the window.
PROGRAM = "ECGTwin Desktop"


class Presenter:
    """Brings the parts up to date with the session and the view; changes neither but where a recording opens."""

    def __init__(self, workbench: Workbench, actions: Actions):
        self._workbench, self._actions, self._parts = workbench, actions, workbench.parts
        self._session, self._view = workbench.session, workbench.view
        self._painting = PaintTurns(self._columns(), workbench.window)
        self._marks_asked: WeakSet = WeakSet()
        self._morph_shown: tuple = (None, ())

    def _columns(self):
        columns = self._parts.arrangement
        return columns.centre, columns.right, columns.side

    # -- everything -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the session anew: what came out, and the page."""
        workbench, parts, session = self._workbench, self._parts, self._session
        self._painting.begin()
        parts.page_view.point_out()
        parts.score_strip.show_score(self._score())
        parts.filmstrip.show_twins(session.twins, session.current, workbench.teaching.hidden)
        parts.history.show_session(session)
        self.show_results()
        parts.request_panel.show_session(session)
        parts.layers_panel.show_session(session, self._view.layers)
        parts.status.others.setText(others_words(session))
        parts.status.others.setToolTip(tr(OTHERS_ARE_FOR))
        parts.status.others.setVisible(bool(session.others))
        self.refresh_view()

    def refresh_view(self) -> None:
        """Show the page anew, with a heat map that may have to be made first."""
        session, parts, view, jobs = self._session, self._parts, self._view, self._workbench.jobs
        parts.bar.show_layout(view.layout, bool(session.twins) or jobs.preview is not None)
        parts.paper_menu.show_layout(view.layout)
        name = heat_map_of(self._workbench)
        parts.bar.show_heat_map(split_name(name)[0])
        twin = session.twin
        parts.heat_menu.show_method(name, parts_of(twin) if twin else (), taken_out_of(twin) if twin else ())
        parts.results.show_heat_map(session.heatmap(name), bool(view.heat_map and session.twins))
        self.show_commands()
        self.show_page()
        self.show_marks()
        if name and session.heatmap(name) is None:
            jobs.attribute(name)

    # -- the session ------------------------------------------------------------------------------

    def open_reference(self) -> None:
        """Every recording begins unfiltered and without a name on the page."""
        view = self._view
        view.layout = replace(view.layout, start=0.0, filter="none", identity=False)
        view.layers = LayerStack()
        self._workbench.messages.hide()
        self._parts.page_view.calipers.show_calipers(())
        self._parts.page_view.fit()
        warn_of_reference(self._workbench)

    def show_request(self) -> None:
        """What is asked."""
        self._parts.request_panel.show_request(self._session.request)
        self.show_commands()

    def show_shown(self) -> None:
        """What the recording shows."""
        self._parts.request_panel.show_session(self._session)
        self.show_commands()

    def show_available(self) -> None:
        """Which generator is chosen, which conditions its weights know, and what it cannot be asked."""
        session, parts, panel = self._session, self._parts, self._parts.request_panel
        id = USUAL if session.spec is None else session.spec.id
        if session.available is not None:
            panel.conditions.show_available(session.available, measured=id == USUAL)
        panel.form.generator.show_choice(id, why_not_chosen(self._workbench))
        panel.show_offer(session.spec)
        parts.heat_menu.show_offer(session.spec)
        parts.bar.show_offer(session.spec)
        self.show_commands()

    def show_results(self) -> None:
        """What came out: of the twin, or of the frame of a morph that is shown."""
        self._parts.results.show_session(self._session, self._workbench.morph.between)

    def change_running(self, running: bool) -> None:
        """A run began or ended."""
        parts, view = self._parts, self._view
        self._painting.begin()
        parts.request_panel.show_running(running)
        if running and view.layout.mode == "reference":
            view.show_layout(replace(view.layout, mode="overlay"))
        asking = parts.arrangement.tabs.currentWidget() is parts.request_panel
        if not running and self._session.twins and asking:
            parts.arrangement.show_results()
        self.refresh_view()

    def show_morph(self) -> None:
        """Where the morph is."""
        morph = self._workbench.morph
        shown = morph.frame, morph.frames[:1]
        if shown != self._morph_shown:  # a step of the engine alone changes nothing on the page
            self._morph_shown = shown
            self._parts.score_strip.show_score(self._score())
            self.show_results()
            self.show_page()
        self.show_commands()

    def _score(self) -> RhythmScore | None:
        """The rhythm score of what is on the page; none while it would tell, or belongs to no frame of a morph."""
        twin, workbench = self._session.twin, self._workbench
        return None if twin is None or workbench.teaching.hidden or workbench.morph.on else twin.score

    # -- the page ---------------------------------------------------------------------------------

    def show_page(self) -> None:
        """The page, and which part of the recording it is."""
        layout = self._view.layout
        self._parts.page_view.show_page(page_of(self._workbench))
        self._parts.overview.show_part(self._session.reference, layout.start, layout.row_seconds)

    def show_repair(self) -> None:
        """What is marked bad, and what is proposed for it."""
        state, parts = self._workbench.repair, self._parts
        marking = state.on and state.proposals is None
        parts.page_view.repairs.show_marks(self._session.reference, state.marks, state.chosen, marking)
        parts.repair_bar.show_state(state)
        self.show_page()
        self.show_commands()

    def change_marks(self) -> None:
        """Marks were found or moved: what is measured follows."""
        self.show_results()
        self.show_page()
        self.show_marks()
        self.show_commands()

    def show_marks(self) -> None:
        """Give the page the marks of what is shown; a twin's are found first."""
        session, page_view, view = self._session, self._parts.page_view, self._view
        known = {}
        if session.reference is not None:
            known[REFERENCE] = session.marks(session.reference)
        if session.twin is not None and not self._workbench.jobs.running:
            known[TWIN] = session.marks(session.twin.recording)
            if known[TWIN] is None and session.twin.recording not in self._marks_asked:
                self._marks_asked.add(session.twin.recording)
                self._workbench.jobs.find_marks(session.twin.recording)
        tool = page_view.marks
        tool.marks = page_view.calipers.marks = {w: marks for w, marks in known.items() if marks is not None}
        tool.show_fiducials, tool.show_labels = view.fiducials, view.labels
        page_view.viewport().update()
        self.show_read_out()

    def choose_marks(self) -> None:
        """Other marks are shown."""
        self.show_marks()
        self.show_commands()

    def take_tool(self) -> None:
        """What the mouse does on the page."""
        self._parts.page_view.choose_tool(self._view.tool)
        self.show_read_out()
        self.show_commands()

    def take_magnifier(self) -> None:
        """The lens."""
        self._parts.page_view.magnify(self._view.magnifier)
        self.show_commands()

    def change_calipers(self) -> None:
        """Another caliper is chosen, or one moved."""
        self._parts.page_view.viewport().update()
        self.show_read_out()
        self.show_commands()

    def show_read_out(self) -> None:
        """What the chosen caliper measures, or what the marks say, in the line under the page."""
        page_view, view = self._parts.page_view, self._view
        tool = page_view.calipers
        if tool.caliper is not None:
            others = [caliper for caliper in tool.calipers if caliper is not tool.caliper]
            rate = (self._session.measurements or {}).get("heart_rate")
            page_map = page_view.page_map()
            ends = tool.ends_text(page_map) if page_map is not None else ""
            gain = view.layout.gain_of(tool.caliper.lead)
            words = read_out(tool.caliper, others, 60 / rate if rate else None, gain, ends)
        elif view.tool:
            words = tr(
                "Drag on a lead to set a caliper; Alt while dragging does not snap; H moves the page again"
            )
        elif view.labels or view.fiducials:
            words = " · ".join(describe(marks, who) for who, marks in page_view.marks.marks.items())
        else:
            words = ""
        self._parts.read_out.setText(words)
        self._parts.read_out.setVisible(bool(words))

    def show_scale(self) -> None:
        """How large the page is."""
        self.place_score_strip()
        true = settings.read(self._workbench.settings, settings.PIXELS_PER_MM)
        percent = number(100 * self._view.scale / true)
        self._parts.status.zoom.setText(tr("Zoom {percent} %").format(percent=percent))

    def place_score_strip(self) -> None:
        """Put the score's seconds under those of the page's longest strip, where there is one."""
        page_view, line = self._parts.page_view, self._parts.score_strip.line
        page_map = page_view.page_map()
        strips = [p for p in page_map.panels if p.seconds >= 9.9] if page_map is not None else []
        if page_map is None or not strips or self._view.layout.mode == "side by side":
            line.follow(None, 0.0)
            return
        centre = self._parts.arrangement.centre
        place = page_view.viewport().mapTo(centre, QPoint(0, 0)).x()
        # The twin is drawn where it lies on the reference, and its score stands under it.
        # Of a lead that runs on from row to row, the first row has the score's seconds.
        strip = min(strips, key=lambda panel: panel.start)
        shift = page_map.shift(strip, TWIN) if TWIN in page_map.page.shown else 0.0
        line.follow(page_map.x(strip, shift) + place - line.x_offset(centre), page_map.speed)

    # -- commands ---------------------------------------------------------------------------------

    def show_commands(self) -> None:
        """Grey what cannot be done now, in menus and beside them."""
        teaching, parts = self._workbench.teaching, self._parts
        self.show_title()
        self._actions.show(self._workbench)
        heat_map = self._actions.of["toggle_heat_map"].isEnabled()
        parts.heat_menu.setEnabled(heat_map)
        parts.bar.heat_map.setEnabled(heat_map)
        parts.recent_menu.menuAction().setEnabled(not teaching.hidden)
        # After the reveal the score is a ladder to read; editing it would make another twin.
        parts.score_strip.setEnabled(not teaching.on)
        parts.score_strip.row.offer(not teaching.on)

    def show_title(self) -> None:
        """File and session, and whether something is not saved; in teaching mode a name could tell the answer."""
        session, window = self._session, self._workbench.window
        name = session.path.name if session.path is not None else session.name
        shown = "" if self._workbench.teaching.on else name
        window.setWindowTitle(f"{shown}[*] – {PROGRAM}" if shown else PROGRAM)
        window.setWindowModified(bool(shown) and is_unsaved(self._workbench))

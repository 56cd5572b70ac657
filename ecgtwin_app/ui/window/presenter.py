"""What the window shows of its session: the page, what came out, and which commands are possible now."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from ecgtwin_app.i18n.words import number, tr
from ecgtwin_app.report.layers import TWIN
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.layer_stack import layers_of
from ecgtwin_app.ui.commands.heat_menu import map_of_twin, split_name
from ecgtwin_app.ui.panels.provenance import OTHERS_ARE_FOR, others_words
from ecgtwin_app.ui.window import settings

#: As it stands in the title of the window.
PROGRAM = "ECGTwin Desktop"


class Showing:
    """The part of the window that brings its parts up to date."""

    def page(self) -> Page | None:
        """The page as the window shows it."""
        session = self.session
        if session.reference is None:
            return None
        preview = self.controller.preview
        twin = preview or (session.twin.recording if session.twin else None)
        heatmap = session.heatmap(self._heat_name()) if self.heat_method and preview is None else None
        measured = session.measured(session.twin.recording) if session.twin and preview is None else None
        own = session.measured(session.reference)
        layers = layers_of(session, self.layers) if session.twin is not None and preview is None else None
        page = Page(session.reference, twin, heatmap, self.page_layout, own, measured, layers)
        return self.taught_page(page)

    def view_page(self, page: Page | None) -> None:
        """Show a page that is not the window's own for a while."""
        self.view.show_page(page)

    def _show_page(self):
        self.view.show_page(self.page())
        self.overview.show_part(self.session.reference, self.page_layout.start, self.page_layout.row_seconds)

    def _show_results(self):
        """What came out: of the twin, or of the frame of a morph that is shown."""
        self.results.show_session(self.session, self.morph.between)

    def _marks_changed(self):
        self._show_results()
        self._show_page()
        self._show_marks()

    def _refresh(self):
        """Show the session anew: what came out, and the page."""
        self.painting.begin()
        self.view.point_out()
        hidden = self.teaching.hidden
        self.score_strip.show_score(self.shown_score())
        self.filmstrip.show_twins(self.session.twins, self.session.current, hidden)
        self.history.show_session(self.session)
        self._show_results()
        self.request_panel.show_session(self.session)
        self.layers_panel.show_session(self.session, self.layers)
        self._show_others()
        self._refresh_view()

    def _show_others(self):
        """Say how many more recordings the next twins are pooled over."""
        self.others_label.setText(others_words(self.session))
        self.others_label.setToolTip(tr(OTHERS_ARE_FOR))
        self.others_label.setVisible(bool(self.session.others))

    def _refresh_view(self):
        """Show the page anew, with a heat map that may have to be made first."""
        session = self.session
        self.bar.show_layout(self.page_layout, bool(session.twins) or self.controller.preview is not None)
        self.paper_menu.show_layout(self.page_layout)
        name = self._heat_name()
        self.bar.show_heat_map(split_name(name)[0])
        self.heat_menu.show_method(name, session.twin.request.conditions if session.twin else ())
        self.commands["toggle_heat_map"].setChecked(bool(self.heat_method and session.twins))
        wanted = bool(self.heat_method and session.twins)
        self.results.show_heat_map(session.heatmap(name), wanted)
        self._show_commands()
        self._show_page()
        self._show_marks()
        if name and session.heatmap(name) is None:
            self.controller.attribute(name)

    def _heat_name(self) -> str:
        """The map that is shown of the twin that is shown, "" for none."""
        twin = self.session.twin
        return map_of_twin(self.heat_method, twin.request.conditions) if twin is not None else ""

    def _show_request(self):
        self.request_panel.show_request(self.session.request)
        self._show_commands()

    def _show_available(self):
        self.request_panel.conditions.show_available(self.session.available)

    def _show_commands(self):
        """Only what can be done now is enabled; undo and redo say what they do."""
        self._show_title()
        twins, running = bool(self.session.twins), self.controller.running
        reference = self.session.reference is not None
        for name, possible in {
            "undo": self.undo_stack.canUndo() and not running,
            "redo": self.undo_stack.canRedo() and not running,
            "generate": self.request_panel.may_generate,
            "cancel": running or bool(self.messages.text) or bool(self.view.pointed),
            "add_recordings": not running,
            "remove_recordings": bool(self.session.others) and not running,
            "save_twins": twins,
            "export": reference and not running,
            "save_session": reference,
            "save_session_as": reference,
            "print_page": reference,
            "copy_page": reference,
            "copy_table": reference,
            "flicker": twins,
            "save_pdf": reference,
            "save_png": reference,
            "save_svg": reference,
            "remove_twin": twins and not running,
            "previous_twin": self.session.current > 0,
            "next_twin": self.session.current < len(self.session.twins) - 1,
            "toggle_heat_map": twins,
            "view_overlay": twins,
            "view_side_by_side": twins,
            "view_twin": twins,
            "view_difference": twins,
            "toggle_align": twins,
        }.items():
            self.commands[name].setEnabled(possible)
        undo, redo = self.undo_stack.undoText(), self.undo_stack.redoText()
        self.commands["undo"].setText(tr("&Undo {what}").format(what=undo) if undo else tr("&Undo"))
        self.limit_commands()
        self.heat_menu.setEnabled(self.commands["toggle_heat_map"].isEnabled())
        self.commands["redo"].setText(tr("&Redo {what}").format(what=redo) if redo else tr("&Redo"))

    def _show_title(self):
        """File and session, and whether something is not saved; in teaching mode a name could tell the answer."""
        name = self._session_path.name if self._session_path is not None else self.session.name
        shown = "" if self.teaching.on else name
        self.setWindowTitle(f"{shown}[*] – {PROGRAM}" if shown else PROGRAM)
        self.setWindowModified(bool(shown) and self.unsaved)

    def _show_zoom(self, scale):
        self._place_score_strip()
        true = settings.read(self.store, settings.PIXELS_PER_MM)
        self.zoom_label.setText(tr("Zoom {percent} %").format(percent=number(100 * scale / true)))

    def _place_score_strip(self):
        """Put the score's seconds under those of the page's longest strip, where there is one."""
        page_map = self.view.page_map()
        strips = [p for p in page_map.panels if p.seconds >= 9.9] if page_map is not None else []
        if not strips or self.page_layout.mode == "side by side":
            self.score_strip.line.follow(None, 0.0)
            return
        place = self.view.viewport().mapTo(self.centre, QPoint(0, 0)).x()
        # The twin is drawn where it lies on the reference, and its score stands under it.
        # Of a lead that runs on from row to row, the first row has the score's seconds.
        strip = min(strips, key=lambda panel: panel.start)
        shift = page_map.shift(strip, TWIN) if TWIN in page_map.page.shown else 0.0
        left = page_map.x(strip, shift) + place - self.score_strip.line.x_offset(self.centre)
        self.score_strip.line.follow(left, page_map.speed)

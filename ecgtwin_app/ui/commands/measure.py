"""The commands of the Measure menu, as methods of the window."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.calipers import AMPLITUDE, TIME
from ecgtwin_app.report.displayed import shown
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.ui.page.caliper_text import read_out
from ecgtwin_app.ui.page.mark_tool import describe
from ecgtwin_app.ui.page.places import places_of
from ecgtwin_app.ui.window.undo import Change


class MeasureCommands:
    """Calipers, fiducials and the lens."""

    def tool_hand(self) -> None:
        self._choose_tool("")

    def tool_time(self) -> None:
        self._choose_tool(TIME)

    def tool_amplitude(self) -> None:
        self._choose_tool(AMPLITUDE)

    def _choose_tool(self, kind):
        self.view.choose_tool(kind)
        self.view.setFocus()
        for name, own in (("tool_hand", ""), ("tool_time", TIME), ("tool_amplitude", AMPLITUDE)):
            self.commands[name].setChecked(own == kind)
        self.show_read_out()

    def march(self) -> None:
        self.view.calipers.march()

    def remove_caliper(self) -> None:
        self.view.calipers.remove()

    def clear_calipers(self) -> None:
        if self.view.calipers.calipers:
            self.set_calipers((), N_("removal of calipers"))

    def set_calipers(self, calipers: tuple, what: str) -> None:
        """Other calipers on the page; one step to undo, nudges of one caliper join."""
        key = what if what == "move of caliper" else ""
        before = self.view.calipers.calipers
        self.undo_stack.push(Change(tr(what), self._show_calipers, before, calipers, key))

    def _show_calipers(self, calipers):
        self.view.calipers.show_calipers(calipers)
        self.view.viewport().update()
        self.show_read_out()

    def toggle_fiducials(self) -> None:
        self.view.marks.show_fiducials = not self.view.marks.show_fiducials
        self._show_marks()

    def toggle_labels(self) -> None:
        self.view.marks.show_labels = not self.view.marks.show_labels
        self._show_marks()

    def toggle_magnifier(self) -> None:
        self.view.magnify(not self.view.magnifying)
        self.commands["toggle_magnifier"].setChecked(self.view.magnifying)

    def show_measurement(self, key: str, words: str = "", lead: str = "", who: str = REFERENCE) -> None:
        """Point out on the page what a measurement was taken from.

        Parameters
        ----------
        key : str
            The name in `ecg.measure`.
        words : str
            What stands beside it, such as "QRS 96 ms".
        lead : str
            For a value of one lead.
        who : str
            "reference" or "twin".
        """
        self.view.point_out(self._places(key, words, lead, who))
        self._show_commands()  # Esc takes it away

    def _places(self, key, words, lead, who):
        session = self.session
        recording = session.reference if who == REFERENCE else session.twin and session.twin.recording
        if recording is None:
            return ()
        return places_of(
            key, shown(recording, self.page_layout.filter), session.marks(recording), lead, who, words
        )

    def move_fiducials(self, who: str, marks) -> None:
        """Marks moved by hand; the measurements follow. One step to undo."""
        recording = self.session.reference if who == REFERENCE else self.session.twin.recording
        before = self.session.marks(recording)
        self.undo_stack.push(
            Change(
                tr("move of fiducial"), lambda value: self.session.set_marks(recording, value), before, marks
            )
        )

    def reset_fiducials(self) -> None:
        for who, marks in list(self.view.marks.marks.items()):
            if any(marks.moved.values()):
                self.move_fiducials(who, replace(marks, moved={}))

    def _show_marks(self):
        """Give the page the marks of what is shown; a twin's are found first."""
        session, tool = self.session, self.view.marks
        known = {}
        if session.reference is not None:
            known[REFERENCE] = session.marks(session.reference)
        if session.twin is not None and not self.controller.running:
            known[TWIN] = session.marks(session.twin.recording)
            if known[TWIN] is None and session.twin.recording not in self._marks_asked:
                self._marks_asked.add(session.twin.recording)
                self.controller.find_marks(session.twin.recording)
        tool.marks = self.view.calipers.marks = {w: marks for w, marks in known.items() if marks is not None}
        self.commands["toggle_fiducials"].setChecked(tool.show_fiducials)
        self.commands["toggle_labels"].setChecked(tool.show_labels)
        self.view.viewport().update()
        self.show_read_out()

    def show_read_out(self) -> None:
        """What the chosen caliper measures, or what the marks say, in the line under the page."""
        tool = self.view.calipers
        if tool.caliper is not None:
            others = [caliper for caliper in tool.calipers if caliper is not tool.caliper]
            rate = (self.session.measurements or {}).get("heart_rate")
            page_map = self.view.page_map()
            ends = tool.ends_text(page_map) if page_map is not None else ""
            gain = self.page_layout.gain_of(tool.caliper.lead)
            words = read_out(tool.caliper, others, 60 / rate if rate else None, gain, ends)
        elif tool.kind:
            words = tr(
                "Drag on a lead to set a caliper; Alt while dragging does not snap; H moves the page again"
            )
        elif self.view.marks.show_labels or self.view.marks.show_fiducials:
            words = " · ".join(describe(marks, who) for who, marks in self.view.marks.marks.items())
        else:
            words = ""
        self.read_out.setText(words)
        self.read_out.setVisible(bool(words))

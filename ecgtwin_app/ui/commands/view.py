"""The commands of the View and Help menus, as methods of the window."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.i18n.words import N_
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.report.layout import MODES
from ecgtwin_app.report.page import faded
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.ui.commands.palette import Palette, entries_of
from ecgtwin_app.ui.dialogs import dialogs
from ecgtwin_app.ui.dialogs.calibration import CalibrationDialog
from ecgtwin_app.ui.dialogs.tour import Tour
from ecgtwin_app.ui.window import settings
from ecgtwin_app.ui.window.theme import CHOICES, chosen_theme
from ecgtwin_app.ui.window.undo import Change, change_of


class ViewCommands:
    """What is shown and how."""

    def view_overlay(self) -> None:
        self._view(0)

    def view_side_by_side(self) -> None:
        self._view(1)

    def view_reference(self) -> None:
        self._view(2)

    def view_twin(self) -> None:
        self._view(3)

    def view_difference(self) -> None:
        self._view(4)

    def view_median_beats(self) -> None:
        self._view(5)

    def view_vector_loops(self) -> None:
        self._view(6)

    def _view(self, number):
        self.set_page_layout(replace(self.page_layout, mode=MODES[number]))

    def toggle_align(self) -> None:
        self.set_page_layout(replace(self.page_layout, align=not self.page_layout.align), N_("alignment"))

    def next_page(self) -> None:
        self._turn(+1)

    def previous_page(self) -> None:
        self._turn(-1)

    def _turn(self, by):
        """Move by what fits on the page, within the recording."""
        if self.session.reference is None:
            return
        length = self.page_layout.row_seconds / (2 if self.page_layout.mode == "side by side" else 1)
        start = self.page_layout.start + by * length
        if 0 <= start < self.session.reference.duration - 0.1:
            self._show_layout(replace(self.page_layout, start=start))

    def set_layers(self, layers: LayerStack, what: str) -> None:
        """Other layers in the overlay; one step to undo."""
        key = what if what == "opacity of layer" else ""
        self.undo_stack.push(Change(change_of(what), self._show_layers, self.layers, layers, key))

    def _show_layers(self, layers):
        self.layers = layers
        self._refresh()

    def flicker(self) -> None:
        """Turn flicker comparison on or off."""
        if self.flickering.running:
            self.stop_flicker()
        else:
            self.start_flicker()

    def start_flicker(self) -> None:
        """Reference and twin in turn, each alone and in the same place."""
        page = self.page()
        if page is None or page.twin is None:
            return
        # Both on the heights of the overlay, so that nothing but the trace changes.
        layers = [layer for layer in page.layers if layer.who in (REFERENCE, TWIN)]
        if len(layers) == 2:
            pages = tuple(faded(page, layer.who) for layer in layers)
            self.flickering.start(pages)

    def stop_flicker(self) -> None:
        """The overlay again."""
        self.flickering.stop()
        self._show_page()

    def show_palette(self) -> None:
        dialogs.show(Palette(self, entries_of(self)))

    def spin_loops(self) -> None:
        """Let the loops in space turn, or stop them."""
        if self.page_layout.mode != "vector loops":
            self.view_vector_loops()
        self.spin.toggle()

    def spin_by(self, degrees: float) -> None:
        """One picture of the turning loops; left out while the one before is not painted yet."""
        if self.page_layout.mode != "vector loops":
            self.spin.stop()
        elif self.view.up_to_date:
            self.page_layout = replace(self.page_layout, turn=(self.page_layout.turn + degrees) % 360)
            self._show_page()

    def turn_loops(self, turn: float, tilt: float) -> None:
        """See the loops in space from elsewhere; moves that follow each other are one step to undo."""
        self.spin.stop()
        layout = self.page_layout
        tilt = min(90.0, max(-90.0, layout.tilt + tilt))
        self.set_page_layout(replace(layout, turn=(layout.turn + turn) % 360, tilt=tilt), N_("turn of loops"))

    def zoom_in(self) -> None:
        self.view.zoom_in()

    def zoom_out(self) -> None:
        self.view.zoom_out()

    def fit(self) -> None:
        self.view.fit()

    def true_size(self) -> None:
        self.view.show_scale(settings.read(self.store, settings.PIXELS_PER_MM))

    def calibrate_screen(self) -> None:
        def keep(pixels_per_mm):
            settings.write(self.store, settings.PIXELS_PER_MM, pixels_per_mm)
            self.true_size()

        scale = settings.read(self.store, settings.PIXELS_PER_MM)
        dialogs.show(CalibrationDialog(self, scale, keep))

    def toggle_identity(self) -> None:
        self.set_page_layout(
            replace(self.page_layout, identity=not self.page_layout.identity), N_("name on the page")
        )

    def toggle_panels(self) -> None:
        show = not self.side.isVisible()
        self.side.setVisible(show)
        if not self.narrow:
            self.right.setVisible(show)

    def next_theme(self) -> None:
        dark = chosen_theme(self.theme_name) is chosen_theme("dark")
        self.set_theme(CHOICES[1] if dark else CHOICES[2])

    def show_shortcuts(self) -> None:
        dialogs.show_shortcuts(self)

    def take_tour(self) -> None:
        """The tour of five steps, whether it was seen or not."""
        if self.tour is None:
            self.tour = Tour(self, self.theme)
            self.tour.ended.connect(self._tour_ended)

    def offer_tour(self) -> None:
        """The tour, unless it was seen before."""
        if not settings.read(self.store, settings.TOUR_SEEN):
            self.take_tour()

    def _tour_ended(self):
        settings.write(self.store, settings.TOUR_SEEN, True)
        self.tour = None
        self.request_panel.conditions.list.setFocus()

    def about(self) -> None:
        dialogs.show_about(self)

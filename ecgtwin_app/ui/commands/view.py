"""The View menu: which view, which seconds, how large, and what moves by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ecgtwin_app.i18n.words import N_
from ecgtwin_app.report.layers import REFERENCE, TWIN
from ecgtwin_app.report.layout import MODES, PageLayout
from ecgtwin_app.report.page import faded
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.ui.commands.command import Command, Need
from ecgtwin_app.ui.commands.needs import RECORDING
from ecgtwin_app.ui.commands.needs import TWIN as A_TWIN
from ecgtwin_app.ui.commands.pages import page_of
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.calibration import CalibrationDialog
from ecgtwin_app.ui.jobs.undo import Change, change_of
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.widgets.theme import CHOICES, chosen_theme

# -- the page -----------------------------------------------------------------------------------------


def set_page_layout(workbench: Workbench, layout: PageLayout, what: str = N_("view")) -> None:
    """Show the page another way and remember it; one step to undo."""
    view = workbench.view
    if layout != view.layout:
        workbench.undo.push(Change(change_of(what), view.show_layout, view.layout, layout, f"layout {what}"))


def _view(mode: str) -> Callable[[Workbench], None]:
    """What shows the page in one of `MODES`."""
    return lambda workbench: set_page_layout(workbench, replace(workbench.view.layout, mode=mode))


def toggle_align(workbench: Workbench) -> None:
    """Lay the twin's beats on the reference's, or leave them where they are."""
    layout = workbench.view.layout
    set_page_layout(workbench, replace(layout, align=not layout.align), N_("alignment"))


def toggle_identity(workbench: Workbench) -> None:
    """Show or hide whose ECG it is."""
    layout = workbench.view.layout
    set_page_layout(workbench, replace(layout, identity=not layout.identity), N_("name on the page"))


def set_layers(workbench: Workbench, layers: LayerStack, what: str) -> None:
    """Other layers in the overlay; one step to undo."""
    key = what if what == "opacity of layer" else ""
    view = workbench.view
    workbench.undo.push(Change(change_of(what), view.show_layers, view.layers, layers, key))


def _start_after(workbench: Workbench, by: int) -> float | None:
    """The second at which the page begins after turning by what fits on it; None beyond the recording."""
    layout, reference = workbench.view.layout, workbench.session.reference
    if reference is None:
        return None
    start = layout.start + by * layout.row_seconds / (2 if layout.mode == "side by side" else 1)
    return start if 0 <= start < reference.duration - 0.1 else None


def _turn(by: int) -> Callable[[Workbench], None]:
    """What turns the page; not a step to undo."""

    def turn(workbench):
        start = _start_after(workbench, by)
        if start is not None:
            workbench.view.show_layout(replace(workbench.view.layout, start=start))

    return turn


# -- what moves by itself -----------------------------------------------------------------------------


def flicker(workbench: Workbench) -> None:
    """Turn flicker comparison on or off."""
    if workbench.flicker.running:
        stop_flicker(workbench)
    else:
        start_flicker(workbench)


def start_flicker(workbench: Workbench) -> None:
    """Reference and twin in turn, each alone and in the same place."""
    page = page_of(workbench)
    if page is None or page.twin is None:
        return
    # Both on the heights of the overlay, so that nothing but the trace changes.
    layers = [layer for layer in page.layers if layer.who in (REFERENCE, TWIN)]
    if len(layers) == 2:
        first, second = (faded(page, layer.who) for layer in layers)
        workbench.flicker.start((first, second))


def stop_flicker(workbench: Workbench) -> None:
    """The overlay again."""
    workbench.flicker.stop()
    workbench.parts.page_view.show_page(page_of(workbench))


def spin_loops(workbench: Workbench) -> None:
    """Let the loops in space turn, or stop them."""
    layout = workbench.view.layout
    if layout.mode != "vector loops":
        set_page_layout(workbench, replace(layout, mode="vector loops"))
    workbench.spin.toggle()


def spin_by(workbench: Workbench, degrees: float) -> None:
    """One picture of the turning loops; left out while the one before is not painted yet."""
    layout, page_view = workbench.view.layout, workbench.parts.page_view
    if layout.mode != "vector loops":
        workbench.spin.stop()
    elif page_view.up_to_date:
        workbench.view.layout = replace(layout, turn=(layout.turn + degrees) % 360)
        page_view.show_page(page_of(workbench))


def turn_loops(workbench: Workbench, turn: float, tilt: float) -> None:
    """See the loops in space from elsewhere; moves that follow each other are one step to undo."""
    workbench.spin.stop()
    layout = workbench.view.layout
    tilt = min(90.0, max(-90.0, layout.tilt + tilt))
    turned = replace(layout, turn=(layout.turn + turn) % 360, tilt=tilt)
    set_page_layout(workbench, turned, N_("turn of loops"))


# -- the window ---------------------------------------------------------------------------------------


def true_size(workbench: Workbench) -> None:
    """25 mm of the page are 25 mm of the screen."""
    workbench.parts.page_view.show_scale(settings.read(workbench.settings, settings.PIXELS_PER_MM))


def calibrate_screen(workbench: Workbench) -> None:
    """Measure this screen with a bank card."""

    def keep(pixels_per_mm):
        settings.write(workbench.settings, settings.PIXELS_PER_MM, pixels_per_mm)
        true_size(workbench)

    scale = settings.read(workbench.settings, settings.PIXELS_PER_MM)
    workbench.dialogs.show(CalibrationDialog(workbench.dialogs.parent, scale, keep))


def next_theme(workbench: Workbench) -> None:
    """From a light window to a dark one and back."""
    dark = chosen_theme(workbench.view.theme) is chosen_theme("dark")
    workbench.view.choose_theme(CHOICES[1] if dark else CHOICES[2])


_VIEWS = (
    (N_("&Overlay"), N_("Twin over reference"), A_TWIN),
    (N_("&Side by side"), N_("Reference left, twin right"), A_TWIN),
    (N_("&Reference only"), N_("The recorded ECG"), RECORDING),
    (N_("&Twin only"), N_("The generated ECG"), A_TWIN),
    (N_("&Difference"), N_("Twin less reference, beat on beat"), A_TWIN),
    (N_("&Median beats"), N_("One beat of each on the other"), RECORDING),
    (N_("&Vector loops"), N_("Derived vectorcardiogram"), RECORDING),
)

COMMANDS = (
    *(
        Command(
            f"view_{mode.replace(' ', '_')}", text, "View", _view(mode), (f"Ctrl+{number}",), tip, (need,)
        )
        for number, (mode, (text, tip, need)) in enumerate(zip(MODES, _VIEWS, strict=True), 1)
    ),
    Command(
        "flicker",
        "&Flicker",
        "View",
        flicker,
        ("Ctrl+Space",),
        "Also while ` is held: reference and twin in turn",
        needs=(A_TWIN,),
    ),
    Command(
        "toggle_align",
        "&Align beats",
        "View",
        toggle_align,
        ("Ctrl+L",),
        "Lay the twin's beats on the reference's",
        needs=(A_TWIN,),
        rule_before=True,
    ),
    Command(
        "next_page",
        "&Later seconds",
        "View",
        _turn(+1),
        ("Ctrl+Right",),
        "What does not fit on the page",
        needs=(
            RECORDING,
            Need(lambda w: _start_after(w, +1) is not None, N_("The page shows the end of the recording")),
        ),
    ),
    Command(
        "previous_page",
        "&Earlier seconds",
        "View",
        _turn(-1),
        ("Ctrl+Left",),
        "Back towards the beginning",
        needs=(
            RECORDING,
            Need(
                lambda w: _start_after(w, -1) is not None, N_("The page shows the beginning of the recording")
            ),
        ),
    ),
    Command(
        "spin_loops",
        "S&pin loops",
        "View",
        spin_loops,
        ("S",),
        "The loops in space turn; arrow keys turn them, too",
        needs=(RECORDING,),
    ),
    Command(
        "zoom_in",
        "Zoom &in",
        "View",
        lambda w: w.parts.page_view.zoom_in(),
        ("Ctrl++", "Ctrl+="),
        "Larger; also Ctrl+wheel",
        needs=(RECORDING,),
        rule_before=True,
    ),
    Command(
        "zoom_out",
        "Zoom o&ut",
        "View",
        lambda w: w.parts.page_view.zoom_out(),
        ("Ctrl+-",),
        "Smaller",
        needs=(RECORDING,),
    ),
    Command(
        "fit",
        "&Fit page",
        "View",
        lambda w: w.parts.page_view.fit(),
        ("Ctrl+0",),
        "The whole page",
        needs=(RECORDING,),
    ),
    Command(
        "true_size",
        "&True size",
        "View",
        true_size,
        ("Ctrl+Alt+0",),
        "25 mm are 25 mm, once calibrated",
        needs=(RECORDING,),
    ),
    Command(
        "calibrate_screen",
        "&Calibrate screen…",
        "View",
        calibrate_screen,
        tip="Measure this screen with a bank card",
    ),
    Command(
        "toggle_identity",
        "&Name on the page",
        "View",
        toggle_identity,
        ("Ctrl+I",),
        "Show or hide who it is",
        needs=(RECORDING,),
    ),
    Command(
        "toggle_panels",
        "&Panels",
        "View",
        lambda w: w.parts.arrangement.toggle_panels(),
        ("F9",),
        "Hide or show the panels beside the page",
        rule_before=True,
    ),
    Command(
        "next_theme",
        "&Light or dark window",
        "View",
        next_theme,
        ("Ctrl+T",),
        "The paper has schemes of its own",
    ),
)

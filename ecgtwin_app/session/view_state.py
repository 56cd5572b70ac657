"""How a session is looked at: layout of the page, heat map, layers, tools, theme. No widgets."""

from __future__ import annotations

from ecgtwin_app.attribution.methods import DEFAULT_METHOD
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.layer_stack import LayerStack
from ecgtwin_app.session.signals import Signal


class ViewState:
    """What the window shows, and how.

    The methods change one thing and say so. Who changes several things at once sets the attributes and
    calls `say_all_changed` at the end.

    Attributes
    ----------
    layout : PageLayout
    heat_map : str
        The map that is shown, "contrast" or "contrast of left bundle branch block"; "" for none.
    last_heat_map : str
        The one that was shown last.
    layers : LayerStack
        Of the overlay.
    tool : str
        "" moves the page; a kind of caliper (`report.calipers`) sets one with the mouse.
    fiducials, labels, magnifier : bool
        What is shown on the page besides.
    scale : float
        Pixels a mm of the page.
    theme : str
        "system", "light" or "dark".
    mode_before_teaching : str
        The view to go back to; "" where teaching mode was not on yet.
    """

    def __init__(self, layout: PageLayout | None = None, theme: str = "system"):
        self.layout = layout or PageLayout()
        self.heat_map, self.last_heat_map = "", DEFAULT_METHOD
        self.layers = LayerStack()
        self.tool = ""
        self.fiducials = self.labels = self.magnifier = False
        self.scale = 0.0
        self.theme = theme
        self.mode_before_teaching = ""
        self.changed = Signal()
        #: A layout that was chosen, to be remembered.
        self.layout_chosen = Signal()
        self.layout_changed, self.heat_map_changed, self.layers_changed = Signal(), Signal(), Signal()
        self.tool_changed, self.marks_changed, self.magnifier_changed = Signal(), Signal(), Signal()
        self.scale_changed, self.theme_changed = Signal(), Signal()

    def show_layout(self, layout: PageLayout) -> None:
        """Show the page another way, and remember it."""
        self.layout = layout
        self.layout_chosen.emit()
        self.layout_changed.emit()

    def show_heat_map(self, name: str) -> None:
        """Show a heat map; "" shows none."""
        self.heat_map = name
        self.last_heat_map = name or self.last_heat_map
        self.heat_map_changed.emit()

    def show_layers(self, layers: LayerStack) -> None:
        """Show other layers in the overlay."""
        self.layers = layers
        self.layers_changed.emit()

    def take_tool(self, kind: str) -> None:
        """Take a kind of caliper, or with "" the hand."""
        self.tool = kind
        self.tool_changed.emit()

    def show_marks(self, *, fiducials: bool | None = None, labels: bool | None = None) -> None:
        """Show or hide fiducials and beat labels; None leaves them as they are."""
        self.fiducials = self.fiducials if fiducials is None else fiducials
        self.labels = self.labels if labels is None else labels
        self.marks_changed.emit()

    def show_magnifier(self, on: bool) -> None:
        """Take the lens, or put it away."""
        self.magnifier = on
        self.magnifier_changed.emit()

    def note_scale(self, scale: float) -> None:
        """The page was zoomed to so many pixels a mm."""
        self.scale = scale
        self.scale_changed.emit()

    def choose_theme(self, name: str) -> None:
        """Another theme, to be remembered."""
        self.theme = name
        self.theme_changed.emit()

    def say_all_changed(self) -> None:
        """Everything may look different now."""
        self.changed.emit()

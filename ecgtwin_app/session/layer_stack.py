"""Which traces lie on each other in an overlay, in which order and how they look. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ecgtwin_app.engine.request import Twin
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.report.layers import REFERENCE, TWIN, Layer
from ecgtwin_app.session.request_json import conditions_title

#: The reference by its name, or a twin itself.
Key = str | Twin


@dataclass(frozen=True)
class LayerStyle:
    """How a layer is shown.

    Attributes
    ----------
    visible : bool or None
        None follows the window: the reference and the chosen twin are seen.
    opacity : float
        0 to 1.
    colour : str
        #RRGGBB, "" for the scheme's.
    name : str
        What the user calls a twin; "" for its number and conditions.
    """

    visible: bool | None = None
    opacity: float = 1.0
    colour: str = ""
    name: str = ""


@dataclass(frozen=True)
class LayerStack:
    """The styles that differ from the usual one, and the order from the lowest to the highest.

    Keys that are not in `order` lie above it: twins as they come.
    """

    styles: Mapping[Key, LayerStyle] = field(default_factory=dict)
    order: tuple[Key, ...] = ()

    def style(self, key: Key) -> LayerStyle:
        """How a layer is shown."""
        return self.styles.get(key, LayerStyle())

    def with_style(self, key: Key, **fields) -> LayerStack:
        """The same with one style changed."""
        return replace(self, styles={**self.styles, key: replace(self.style(key), **fields)})

    def keys(self, twins: list[Twin]) -> list[Key]:
        """Every layer there is, the lowest first."""
        there = [REFERENCE, *twins]
        known = [key for key in self.order if key in there]
        return known + [key for key in there if key not in known]

    def moved(self, key: Key, by: int, twins: list[Twin]) -> LayerStack:
        """The same with a layer so many places higher."""
        keys = self.keys(twins)
        at = keys.index(key)
        keys.insert(min(len(keys) - 1, max(0, at + by)), keys.pop(at))
        return replace(self, order=tuple(keys))

    def is_visible(self, key: Key, current: Twin | None) -> bool:
        """Whether a layer is seen in an overlay."""
        own = self.style(key).visible
        return (key == REFERENCE or key is current) if own is None else own


def layers_of(session, stack: LayerStack) -> tuple[Layer, ...]:
    """The layers of an overlay page, the lowest first; the chosen twin goes by "twin"."""
    layers = []
    for key in stack.keys(session.twins):
        if not stack.is_visible(key, session.twin):
            continue
        style = stack.style(key)
        if isinstance(key, str):
            measured = session.measured(session.reference)
            layers.append(Layer(REFERENCE, session.reference, "", measured, style.colour, style.opacity))
            continue
        number = session.twins.index(key) + 1
        chosen = key is session.twin
        words = tr("Twin {number}: {conditions}")
        name = words.format(number=number, conditions=conditions_title(key.request))
        name = style.name or (name if len(session.twins) > 1 else "")
        layers.append(
            Layer(
                TWIN if chosen else f"twin {number}", key.recording, name, session.measured(key.recording),
                style.colour, style.opacity, dashed=not chosen,
            )
        )  # fmt: skip
    return tuple(layers)

"""Light and dark windows. How the ECG paper looks is a choice of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ecgtwin_app.report.drawing import font_family
from ecgtwin_app.ui.widgets.style_sheet import style_sheet


@dataclass(frozen=True)
class Theme:
    """Colours as #RRGGBB; text has at least 4.5:1 and marks 3:1 against what lies beneath (WCAG 2.2).

    `border` parts areas from each other and carries no meaning; `edge` is what a control is known by.
    """

    window: str
    panel: str
    field: str
    border: str
    edge: str
    text: str
    quiet: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    desk: str
    good: str
    bad: str
    warning: str
    on_warning: str


LIGHT = Theme(
    window="#F3F5F7", panel="#FFFFFF", field="#FFFFFF", border="#CBD3DA", edge="#7F8A95", text="#17212B", quiet="#566472",
    accent="#0B5F94", accent_hover="#0A4F7C", on_accent="#FFFFFF", selection="#D6E8F5", desk="#DCE1E6",
    good="#17703A", bad="#B3261E", warning="#FFE08A", on_warning="#1A1A1A",
)  # fmt: skip
DARK = Theme(
    window="#1B2026", panel="#232A31", field="#1B2026", border="#414C57", edge="#75828F", text="#E7ECF0", quiet="#AEBAC5",
    accent="#62B5E5", accent_hover="#86C9F0", on_accent="#0C1E2B", selection="#2C4A60", desk="#12161A",
    good="#74D39A", bad="#FF9A8F", warning="#FFE08A", on_warning="#1A1A1A",
)  # fmt: skip
CHOICES = ("system", "light", "dark")


def chosen_theme(name: str) -> Theme:
    """The theme that goes by a name of `CHOICES`."""
    if name == "system":
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if name == "dark" else LIGHT


def prepare(application: QApplication) -> None:
    """What does not depend on the theme: Qt's own style, which looks the same everywhere, and the font."""
    if application.style().objectName().casefold() != "fusion":
        application.setStyle("Fusion")
    if application.font() != window_font():
        application.setFont(window_font())


def window_font() -> QFont:
    """The font of every window."""
    font = QFont(font_family())
    font.setPixelSize(13)
    return font


def dress(widget: QWidget, theme: Theme) -> None:
    """Dress a widget and everything in it.

    Sheets are set on the parts of a window rather than on the application: Qt visits every widget below a
    sheet at once, and the whole window takes longer than the GUI thread may be held.
    """
    # Set by name: a desktop's own theme may come back with a font of its own once the event loop runs.
    widget.setFont(window_font())
    widget.setPalette(palette_of(theme))
    widget.setStyleSheet(style_sheet(theme))


@cache
def palette_of(theme: Theme) -> QPalette:
    """The theme's colours as Qt's roles."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.field),
        (roles.AlternateBase, theme.window),
        (roles.Text, theme.text),
        (roles.Button, theme.panel),
        (roles.ButtonText, theme.text),
        (roles.Highlight, theme.selection),
        (roles.HighlightedText, theme.text),
        (roles.ToolTipBase, theme.panel),
        (roles.ToolTipText, theme.text),
        (roles.PlaceholderText, theme.quiet),
        (roles.Link, theme.accent),
        (roles.Mid, theme.border),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.quiet))
    return palette

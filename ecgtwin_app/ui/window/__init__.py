"""The window itself: layout, theme, settings, session."""

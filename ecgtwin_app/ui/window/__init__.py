"""The window itself: its parts put together, connected and brought up to date."""

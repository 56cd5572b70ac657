"""Dialogs, none of which blocks."""

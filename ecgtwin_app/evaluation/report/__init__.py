"""Figures as a page to read."""

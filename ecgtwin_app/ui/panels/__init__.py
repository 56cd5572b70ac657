"""Panels beside the page."""

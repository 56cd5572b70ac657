"""Data sets, pairs and training loops."""

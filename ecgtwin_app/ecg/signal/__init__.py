"""Recordings and what is done to their samples: leads, filters, resampling."""

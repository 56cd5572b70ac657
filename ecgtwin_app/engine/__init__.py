"""Requests in, twins out; jobs with progress, preview and cancel. No Qt."""

"""The published criteria, one function a condition."""

"""Readers and writers, one module a file format; de-identification and synthetic marking."""

"""Files in and out: one module a format, a registry that sniffs by content, and the synthetic marking."""

"""Work that leaves the GUI thread."""

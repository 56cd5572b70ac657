"""Small widgets that several panels use, and how they look."""

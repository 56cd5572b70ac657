"""What tests of this room share."""

from shipped import engine, reference

__all__ = ["engine", "reference"]

"""Collections of recordings in their published layouts."""

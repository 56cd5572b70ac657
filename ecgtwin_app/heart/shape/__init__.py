"""What each condition does to the shape of a beat."""

"""The training of each network."""

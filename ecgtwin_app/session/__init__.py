"""Everything a session is and does."""

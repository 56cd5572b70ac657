"""What each part of a twin owes to its condition."""

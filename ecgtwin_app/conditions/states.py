"""What can be said of a condition: that it is there, that it is not, or nothing."""

UNKNOWN, ABSENT, PRESENT = 0, 1, 2

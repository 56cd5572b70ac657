"""What of a recording is missing or bad, filled in: repair, completion to twelve leads, continuation."""

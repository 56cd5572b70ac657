"""Virtual patients: physiology that puts one heart under another condition, with known truth."""

"""Training cases: virtual pairs and real records, their labels and numbers."""

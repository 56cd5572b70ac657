"""What is drawn and kept: patients, draws, real records, raw results."""

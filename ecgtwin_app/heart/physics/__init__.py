"""The heart vector, activation and repolarisation."""

"""The languages of everything that is shown."""

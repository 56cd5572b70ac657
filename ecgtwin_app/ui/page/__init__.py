"""The ECG page on the screen and the tools that work on it."""

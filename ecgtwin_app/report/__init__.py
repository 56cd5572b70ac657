"""The ECG page: one painter in millimetres for the screen, PNG, PDF and SVG."""

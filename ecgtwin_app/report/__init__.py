"""The ECG page: one painter in millimetres for screen, PDF and PNG."""

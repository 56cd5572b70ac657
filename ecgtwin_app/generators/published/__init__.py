"""The weights that ECGTwin's authors published."""

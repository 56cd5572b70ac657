"""Rhythm processes: when atria and ventricles are activated."""

"""Metrics: functions of recordings, features or labels."""

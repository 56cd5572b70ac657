"""Schedules and samplers: plain functions of a velocity, which know no network."""

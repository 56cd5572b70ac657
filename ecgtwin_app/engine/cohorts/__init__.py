"""Cohorts: many twins of many references, by quotas or by products, over processes, whole after any kill."""

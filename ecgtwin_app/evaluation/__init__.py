"""Metrics and reports: what the twins are worth, with n, interval and floor beside every figure."""

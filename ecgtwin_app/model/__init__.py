"""Networks, noise schedules, samplers, and weights on disk."""

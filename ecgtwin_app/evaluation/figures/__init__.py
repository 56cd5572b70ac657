"""From raw results to figures with n, interval and floor."""

"""What is measured on a delineated recording, and how far it can be trusted."""

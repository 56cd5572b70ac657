"""Protocols: each a question to the twins with its own references, real floor and bar; run by name, resumable."""
